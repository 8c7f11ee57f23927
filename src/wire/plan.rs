//! Requests for plans, and what is told about a plan.

use super::error::warning_shape;
use super::timetable::clock_change_shape;
use super::{Fields, Input, Shape};
use crate::error::{Code, Error, Result};
use crate::plan::{Counts, Coverage, Day, HashedTexts, Order, Plan, Reprocess, Request, RunType, absolute_bound};
use crate::schedule::Timetable;
use crate::time::{Date, Edge, Instant, read_bounds, read_date};

/// A request, as the face has checked it, its dates read in the zone of `timetable`.
pub fn read_request(input: &impl Input, timetable: &Timetable) -> Result<Request> {
    let zone = timetable.zone();
    let date = |name| input.field(name).map_or(Date::Text(String::new()), |date| date.as_date());
    let now = Instant::from_js(input.number("now").unwrap_or(f64::NAN))?;
    let bound = |name, edge| absolute_bound(date(name), edge, zone, now).map_err(|error| error.field(name));
    let (start, end) = (bound("startDate", Edge::Start)?, bound("endDate", Edge::End)?);
    let bounds = read_bounds(start.as_input(), end.as_input(), zone)?;
    let edge = |name, edge, path: &str| match input.field(name) {
        None => Ok(None),
        Some(date) => read_date(date.as_date().as_input(), zone, edge).map(Some).map_err(|error| error.field(path)),
    };
    let templates = input.field("templates").map(|templates| templates.items()).unwrap_or_default();
    Ok(Request {
        reprocess: Reprocess::read(
            input.flag("rerunFailed"),
            input.flag("resetDagRun"),
            input.text("reprocess").as_deref(),
        )?,
        coverage: match input.text("coverage").as_deref() {
            Some("interval") => Coverage::Interval,
            _ => Coverage::Date,
        },
        bounds_are_instants: (start.is_instant(), end.is_instant()),
        order: read_order(input)?,
        dates: input.field("dates").map(|dates| dates.as_dates()),
        depends_on_past: input.flag("dependsOnPast"),
        strict_past: input.flag("strictPast"),
        dependent_task: input.text("dependentTask"),
        include_not_due: input.flag("includeNotDue"),
        exclude_dates: input.field("excludeDates").map(|dates| dates.as_dates()).unwrap_or_default(),
        max_runs: input.number("maxRuns").map_or(crate::plan::MAX_RUNS, |most| most as u64),
        dag_start: edge("dagStart", Edge::Start, "dag.startDate")?,
        dag_end: edge("dagEnd", Edge::End, "dag.endDate")?,
        run_type: RunType::Backfill,
        conf: input.text("conf").unwrap_or_default(),
        task_ids: input.field("taskIds").map(|ids| ids.as_texts()),
        with_upstream: input.field("withUpstream").and_then(|flag| flag.as_flag()).unwrap_or(true),
        hashed: input.field("hashed").map(|texts| read_hashed(&texts)).unwrap_or_default(),
        templates: templates.iter().map(read_templates).collect(),
        ..Request::new(input.text("dagId").unwrap_or_default(), bounds, now)
    })
}

/// `order`, or the older `runBackwards` for the newest first. INVALID_OPTION where they disagree.
fn read_order(input: &impl Input) -> Result<Order> {
    let backwards = input.flag("runBackwards");
    let Some(order) = input.field("order") else {
        return Ok(if backwards { Order::Newest } else { Order::Oldest });
    };
    let order = match (order.as_text().as_deref(), order.number("newest")) {
        (Some("newest"), _) => Order::Newest,
        (Some("failed-first"), _) => Order::FailedFirst,
        (Some("bisect"), _) => Order::Bisect,
        (_, Some(count)) => Order::NewestFirst(count as u32),
        _ => Order::Oldest,
    };
    if backwards && order != Order::Newest {
        let message = "order: expected \"newest\", which is what runBackwards means, or no runBackwards";
        return Err(Error::new(Code::InvalidOption, message).field("order"));
    }
    Ok(order)
}

fn read_hashed(texts: &impl Input) -> HashedTexts {
    let text = |name| texts.text(name).unwrap_or_default();
    HashedTexts {
        schedule: text("schedule"),
        tasks: text("tasks"),
        templates: text("templates"),
        options: text("options"),
    }
}

/// The templates of one task: its name, and their texts.
fn read_templates(pair: &impl Input) -> (String, Vec<String>) {
    let parts = pair.items();
    let name = parts.first().and_then(Input::as_text).unwrap_or_default();
    (name, parts.get(1).map(Input::as_texts).unwrap_or_default())
}

/// What a preview tells besides its columns.
pub fn summary_shape(plan: &Plan) -> Shape {
    let mut counts = Fields::default();
    counts.number("total", plan.counts().total().into());
    put_counts(&mut counts, plan.counts());
    let mut fields = Fields::default();
    fields.instant("start", plan.range().start);
    fields.instant("end", plan.range().end);
    fields.put("counts", Shape::Fields(counts));
    fields.list("warnings", plan.warnings().iter().map(warning_shape));
    fields.list("clockChanges", plan.clock_changes().iter().map(clock_change_shape));
    fields.text("planHash", plan.hash());
    Shape::Fields(fields)
}

/// The civil days of a plan.
pub fn days_shape(days: &[Day]) -> Shape {
    Shape::list(days.iter().map(day_shape))
}

fn day_shape(day: &Day) -> Shape {
    let mut fields = Fields::default();
    // A civil time begins with its date, which is ten letters long.
    let mut date = day.day.to_string();
    date.truncate(10);
    fields.put("date", Shape::Text(date));
    put_counts(&mut fields, day.counts);
    Shape::Fields(fields)
}

fn put_counts(fields: &mut Fields, counts: Counts) {
    for (name, count) in counts.by_action() {
        fields.number(name, count.into());
    }
}
