//! Schedules and what is told about them.

use serde::Serialize;

use super::{Input, WarningShape};
use crate::schedule::{
    ClockChange, DateExplanation, Dialect, Dst, Exclude, Explanation, Kind, ScheduleInput, TimetableOptions,
};
use crate::time::Instant;

/// A schedule with its options, as the face has checked them: at most one of `cron`, `every` and `dates` is there.
pub fn read_timetable(input: &impl Input) -> (ScheduleInput, TimetableOptions) {
    let dates = |name| input.field(name).map(|dates| dates.as_dates());
    let schedule = if let Some(texts) = input.field("cron") {
        let dialect = if input.flag("quartz") { Dialect::Quartz } else { Dialect::Unix };
        ScheduleInput::Cron { texts: texts.as_texts(), dialect }
    } else if let Some(period) = input.text("every") {
        ScheduleInput::Every { period, anchor: input.field("anchor").map(|anchor| anchor.as_date()) }
    } else {
        dates("dates").map_or(ScheduleInput::None, ScheduleInput::Dates)
    };
    let mut options = TimetableOptions::default();
    if let Some(zone) = input.text("timeZone") {
        options.time_zone = zone;
    }
    if input.text("kind").as_deref() == Some("trigger") {
        options.kind = Kind::Trigger;
    }
    options.dst = match input.text("dst").as_deref() {
        Some("earlier") => Dst::Earlier,
        Some("later") => Dst::Later,
        Some("skip") => Dst::Skip,
        Some("both") => Dst::Both,
        _ => Dst::Airflow,
    };
    options.exclude = match input.text("excludeCron") {
        Some(cron) => Some(Exclude::Cron(cron)),
        None => dates("excludeDates").map(Exclude::Dates),
    };
    (schedule, options)
}

/// Where an unanchored period, or `@once`, counts from.
pub fn read_origin(input: &impl Input) -> Option<Instant> {
    input.number("origin").map(|origin| Instant::clamped(origin as i64))
}

/// What `explainSchedule` answers.
#[derive(Serialize)]
pub struct ExplanationShape<'a> {
    text: &'a str,
    warnings: Vec<WarningShape<'a>>,
    next: Vec<String>,
}

impl<'a> From<&'a Explanation> for ExplanationShape<'a> {
    fn from(explanation: &'a Explanation) -> Self {
        ExplanationShape {
            text: &explanation.text,
            warnings: explanation.warnings.iter().map(WarningShape::from).collect(),
            next: explanation.next.iter().map(|ms| Instant::clamped(*ms as i64).to_string()).collect(),
        }
    }
}

/// What `explainDate` answers.
#[derive(Serialize)]
pub struct DateExplanationShape<'a> {
    included: bool,
    reason: &'a str,
    text: &'a str,
    previous: Option<String>,
    next: Option<String>,
}

impl<'a> From<&'a DateExplanation> for DateExplanationShape<'a> {
    fn from(explanation: &'a DateExplanation) -> Self {
        DateExplanationShape {
            included: explanation.included,
            reason: explanation.reason,
            text: &explanation.text,
            previous: explanation.previous.map(|date| date.to_string()),
            next: explanation.next.map(|date| date.to_string()),
        }
    }
}

/// A change of the clocks that touches a date of a plan. Offsets in seconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockChangeShape {
    at: String,
    offset_before: i32,
    offset_after: i32,
}

impl From<&ClockChange> for ClockChangeShape {
    fn from(change: &ClockChange) -> Self {
        ClockChangeShape {
            at: change.change.at.to_string(),
            offset_before: change.change.before,
            offset_after: change.change.after,
        }
    }
}
