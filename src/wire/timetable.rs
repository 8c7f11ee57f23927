//! Schedules and what is told about them.

use serde::{Deserialize, Serialize};

use super::{DateShape, WarningShape};
use crate::schedule::{
    ClockChange, DateExplanation, Dialect, Dst, Exclude, Explanation, Kind, ScheduleInput, TimetableOptions,
};
use crate::time::Instant;

/// A schedule with its options, as the face has checked them: at most one of `cron`, `every` and `dates` is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimetableShape {
    cron: Option<Vec<String>>,
    #[serde(default)]
    quartz: bool,
    every: Option<String>,
    anchor: Option<DateShape>,
    dates: Option<Vec<DateShape>>,
    time_zone: Option<String>,
    kind: Option<KindShape>,
    dst: Option<DstShape>,
    exclude_dates: Option<Vec<DateShape>>,
    exclude_cron: Option<String>,
    /// Where an unanchored period, or `@once`, counts from.
    pub origin: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum KindShape {
    Interval,
    Trigger,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum DstShape {
    Airflow,
    Earlier,
    Later,
    Skip,
    Both,
}

impl TimetableShape {
    /// The schedule and its options.
    pub fn into_parts(self) -> (ScheduleInput, TimetableOptions) {
        let own = |dates: Vec<DateShape>| dates.into_iter().map(|date| date.0).collect();
        let schedule = if let Some(texts) = self.cron {
            ScheduleInput::Cron { texts, dialect: if self.quartz { Dialect::Quartz } else { Dialect::Unix } }
        } else if let Some(period) = self.every {
            ScheduleInput::Every { period, anchor: self.anchor.map(|date| date.0) }
        } else {
            self.dates.map_or(ScheduleInput::None, |dates| ScheduleInput::Dates(own(dates)))
        };
        let mut options = TimetableOptions::default();
        if let Some(zone) = self.time_zone {
            options.time_zone = zone;
        }
        if let Some(KindShape::Trigger) = self.kind {
            options.kind = Kind::Trigger;
        }
        options.dst = match self.dst {
            None | Some(DstShape::Airflow) => Dst::Airflow,
            Some(DstShape::Earlier) => Dst::Earlier,
            Some(DstShape::Later) => Dst::Later,
            Some(DstShape::Skip) => Dst::Skip,
            Some(DstShape::Both) => Dst::Both,
        };
        options.exclude = match (self.exclude_cron, self.exclude_dates) {
            (Some(cron), _) => Some(Exclude::Cron(cron)),
            (None, dates) => dates.map(|dates| Exclude::Dates(own(dates))),
        };
        (schedule, options)
    }
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
