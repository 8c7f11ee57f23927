//! Floor 1: which dates a schedule has. Cron texts become bit sets that one enumerator walks; only this module names the
//! `cron` crate (cargo feature `cron`).

mod aws;
mod calendar;
mod clock;
#[cfg(feature = "cron")]
mod cron_crate;
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
mod list;
mod look_alike;
mod moves;
mod parse;
mod part;
mod pattern;
mod preset;
mod read;
mod roll;
mod rolled;
mod source;
mod start_windows;
mod timetable;
mod words;

pub use crate::time::Date;
pub use calendar::BusinessCalendar;
pub use clock::ClockChange;
pub(crate) use dates::MOST;
pub use dst::{Dst, Fold, Gap};
pub use explain::Explanation;
pub use explain_date::DateExplanation;
pub use interval::DataInterval;
pub use roll::{Roll, RollTo};
pub use start_windows::StartWindows;
pub use timetable::Timetable;

/// Who reads a cron text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Cron as Airflow reads it: 5 fields; 6 with seconds first; 7 with seconds first and the year last; Sunday = 0 or 7.
    #[default]
    Unix,
    /// 6 or 7 fields with seconds first; Sunday = 1.
    Quartz,
    /// Amazon EventBridge: `cron(0 10 * * ? *)`, six fields with the year last; Sunday = 1; or `rate(5 minutes)`.
    Aws,
}

/// How day of month and day of week combine when both are restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMatch {
    /// One of them is enough. Default of the unix dialect.
    Or,
    /// Both must hold. Default of the other dialects.
    And,
    /// Both must hold where one of the two fields starts with `*` (`*/2`), else one is enough: Vixie cron.
    Vixie,
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
        /// How the two day fields combine. None: as the dialect has it.
        day_match: Option<DayMatch>,
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
    /// The days that a calendar closes.
    Calendar(BusinessCalendar),
    /// Several of these.
    List(Vec<Exclude>),
}

/// How a schedule is read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimetableOptions {
    /// IANA name. None: the zone that the cron text names (`CRON_TZ=Europe/Berlin 0 5 * * *`), else UTC.
    pub time_zone: Option<String>,
    /// Default interval.
    pub kind: Kind,
    /// Default Airflow's rule.
    pub dst: Dst,
    /// Default nothing.
    pub exclude: Option<Exclude>,
    /// ISO 8601 duration: a run covers so much before its date, whatever the kind, and is due at its date. Default: what
    /// `kind` says.
    pub interval: Option<String>,
    /// What happens to dates on closed days. Default nothing. Exclusions hold before a date moves and after.
    pub roll: Option<Roll>,
}
