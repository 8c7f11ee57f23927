//! Requests for plans, and what is told about a plan.

use serde::Serialize;

use super::{ClockChangeShape, Input, WarningShape};
use crate::error::Result;
use crate::plan::{Counts, Day, Plan, Reprocess, Request, RunType};
use crate::schedule::Timetable;
use crate::time::{Date, Edge, Instant, read_bounds, read_date};

/// A request, as the face has checked it, its dates read in the zone of `timetable`.
pub fn read_request(input: &impl Input, timetable: &Timetable) -> Result<Request> {
    let zone = timetable.zone();
    let date = |name| input.field(name).map_or(Date::Text(String::new()), |date| date.as_date());
    let bounds = read_bounds(date("startDate").as_input(), date("endDate").as_input(), zone)?;
    let edge = |name, edge, path: &str| match input.field(name) {
        None => Ok(None),
        Some(date) => read_date(date.as_date().as_input(), zone, edge).map(Some).map_err(|error| error.field(path)),
    };
    let templates = input.field("templates").map(|templates| templates.items()).unwrap_or_default();
    let now = Instant::from_js(input.number("now").unwrap_or(f64::NAN))?;
    Ok(Request {
        reprocess: Reprocess::read(
            input.flag("rerunFailed"),
            input.flag("resetDagRun"),
            input.text("reprocess").as_deref(),
        )?,
        run_backwards: input.flag("runBackwards"),
        depends_on_past: input.flag("dependsOnPast"),
        include_not_due: input.flag("includeNotDue"),
        exclude_dates: input.field("excludeDates").map(|dates| dates.as_dates()).unwrap_or_default(),
        max_runs: input.number("maxRuns").map_or(crate::plan::MAX_RUNS, |most| most as u64),
        dag_start: edge("dagStart", Edge::Start, "dag.startDate")?,
        dag_end: edge("dagEnd", Edge::End, "dag.endDate")?,
        run_type: RunType::Backfill,
        conf: input.text("conf").unwrap_or_default(),
        task_ids: input.field("taskIds").map(|ids| ids.as_texts()),
        with_upstream: input.field("withUpstream").and_then(|flag| flag.as_flag()).unwrap_or(true),
        templates: templates.iter().map(read_templates).collect(),
        ..Request::new(input.text("dagId").unwrap_or_default(), bounds, now)
    })
}

/// The templates of one task: its name, and their texts.
fn read_templates(pair: &impl Input) -> (String, Vec<String>) {
    let parts = pair.items();
    let name = parts.first().and_then(Input::as_text).unwrap_or_default();
    (name, parts.get(1).map(Input::as_texts).unwrap_or_default())
}

/// What a preview tells besides its columns.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SummaryShape<'a> {
    start: String,
    end: String,
    counts: CountsShape,
    warnings: Vec<WarningShape<'a>>,
    clock_changes: Vec<ClockChangeShape>,
    plan_hash: &'a str,
}

#[derive(Serialize)]
struct CountsShape {
    total: u32,
    create: u32,
    rerun: u32,
    reset: u32,
    skip: u32,
}

impl From<Counts> for CountsShape {
    fn from(counts: Counts) -> Self {
        let Counts { create, rerun, reset, skip } = counts;
        CountsShape { total: counts.total(), create, rerun, reset, skip }
    }
}

impl<'a> From<&'a Plan> for SummaryShape<'a> {
    fn from(plan: &'a Plan) -> Self {
        SummaryShape {
            start: plan.range().start.to_string(),
            end: plan.range().end.to_string(),
            counts: plan.counts().into(),
            warnings: plan.warnings().iter().map(WarningShape::from).collect(),
            clock_changes: plan.clock_changes().iter().map(ClockChangeShape::from).collect(),
            plan_hash: plan.hash(),
        }
    }
}

/// One civil day of a plan.
#[derive(Serialize)]
pub struct DayShape {
    date: String,
    create: u32,
    rerun: u32,
    reset: u32,
    skip: u32,
}

impl From<&Day> for DayShape {
    fn from(day: &Day) -> Self {
        let Counts { create, rerun, reset, skip } = day.counts;
        // A civil time begins with its date, which is ten letters long.
        let date = day.day.to_string().chars().take(10).collect();
        DayShape { date, create, rerun, reset, skip }
    }
}
