//! Requests for plans, and what is told about a plan.

use serde::{Deserialize, Serialize};

use super::{ClockChangeShape, DateShape, WarningShape};
use crate::error::Result;
use crate::plan::{Counts, Day, Plan, Reprocess, Request, RunType};
use crate::schedule::Timetable;
use crate::time::{Edge, Instant, read_bounds, read_date};

/// A request, as the face has checked it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestShape {
    dag_id: String,
    start_date: DateShape,
    end_date: DateShape,
    #[serde(default)]
    rerun_failed: bool,
    #[serde(default)]
    reset_dag_run: bool,
    reprocess: Option<String>,
    #[serde(default)]
    run_backwards: bool,
    #[serde(default)]
    depends_on_past: bool,
    #[serde(default)]
    include_not_due: bool,
    #[serde(default)]
    exclude_dates: Vec<DateShape>,
    max_runs: Option<f64>,
    now: f64,
    dag_start: Option<DateShape>,
    dag_end: Option<DateShape>,
    #[serde(default)]
    conf: String,
    task_ids: Option<Vec<String>>,
    with_upstream: Option<bool>,
    #[serde(default)]
    templates: Vec<(String, Vec<String>)>,
}

impl RequestShape {
    /// The request, its dates read in the zone of `timetable`.
    pub fn into_request(self, timetable: &Timetable) -> Result<Request> {
        let zone = timetable.zone();
        let bounds = read_bounds(self.start_date.0.as_input(), self.end_date.0.as_input(), zone)?;
        let edge = |date: Option<DateShape>, edge: Edge, field: &str| {
            date.map(|date| read_date(date.0.as_input(), zone, edge).map_err(|error| error.field(field))).transpose()
        };
        Ok(Request {
            reprocess: Reprocess::read(self.rerun_failed, self.reset_dag_run, self.reprocess.as_deref())?,
            run_backwards: self.run_backwards,
            depends_on_past: self.depends_on_past,
            include_not_due: self.include_not_due,
            exclude_dates: self.exclude_dates.into_iter().map(|date| date.0).collect(),
            max_runs: self.max_runs.map_or(crate::plan::MAX_RUNS, |most| most as u64),
            dag_start: edge(self.dag_start, Edge::Start, "dag.startDate")?,
            dag_end: edge(self.dag_end, Edge::End, "dag.endDate")?,
            run_type: RunType::Backfill,
            conf: self.conf,
            task_ids: self.task_ids,
            with_upstream: self.with_upstream.unwrap_or(true),
            templates: self.templates,
            ..Request::new(self.dag_id, bounds, Instant::from_js(self.now)?)
        })
    }
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
