//! Floor 1: which dates a schedule has. Cron texts become bit sets that one enumerator walks; only this module names the
//! `cron` crate.

mod clock;
mod dates;
mod describe;
mod dst;
mod every;
mod exclude;
mod expand;
mod explain;
mod explain_date;
mod field;
mod fields;
mod interval;
mod look_alike;
mod parse;
mod pattern;
mod quartz;
mod source;
mod timetable;
mod words;

pub use crate::time::Date;
pub use clock::ClockChange;
pub use dst::{Dst, Fold, Gap};
pub use explain::Explanation;
pub use explain_date::DateExplanation;
pub use interval::DataInterval;
pub use timetable::Timetable;

/// Who reads a cron text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Cron as Airflow reads it: 5 fields; 6 with seconds first; 7 with seconds first and the year last; Sunday = 0 or 7.
    #[default]
    Unix,
    /// 6 or 7 fields with seconds first; Sunday = 1; both day fields must hold. Read by the `cron` crate.
    Quartz,
}

/// A schedule as it was given.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ScheduleInput {
    /// One or several cron texts: the dates of all of them.
    Cron {
        /// The texts.
        texts: Vec<String>,
        /// Who reads them.
        dialect: Dialect,
    },
    /// A fixed period.
    Every {
        /// ISO 8601 duration. Days and longer are steps on the calendar, hours and shorter pass on a stopwatch.
        period: String,
        /// A date that the steps are counted from, in both directions. Without one: see [`Timetable::anchored`].
        anchor: Option<Date>,
    },
    /// Explicit dates, in any order.
    Dates(Vec<Date>),
    /// Every date of any of these, once.
    Union(Vec<ScheduleInput>),
    /// No schedule: manual runs only.
    #[default]
    None,
}

/// What a run of a date covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// From its date to the next one; due when that has ended. Airflow 2.
    #[default]
    Interval,
    /// Nothing; due at its date. Airflow 3.
    Trigger,
}

/// What is no date of the schedule after all.
#[derive(Debug, Clone, PartialEq)]
pub enum Exclude {
    /// Civil days, wall-clock times and instants.
    Dates(Vec<Date>),
    /// The dates of a cron text (unix dialect).
    Cron(String),
}

/// How a schedule is read.
#[derive(Debug, Clone, PartialEq)]
pub struct TimetableOptions {
    /// IANA name. Default UTC.
    pub time_zone: String,
    /// Default interval.
    pub kind: Kind,
    /// Default Airflow's rule.
    pub dst: Dst,
    /// Default nothing.
    pub exclude: Option<Exclude>,
    /// ISO 8601 duration: a run covers so much before its date, whatever the kind, and is due at its date. Default: what
    /// `kind` says.
    pub interval: Option<String>,
}

impl Default for TimetableOptions {
    fn default() -> Self {
        TimetableOptions {
            time_zone: "UTC".into(),
            kind: Kind::default(),
            dst: Dst::default(),
            exclude: None,
            interval: None,
        }
    }
}
