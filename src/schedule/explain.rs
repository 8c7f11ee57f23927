//! A schedule, and one date of it, in plain words.

use super::pattern::Pattern;
use super::source::Source;
use super::{ScheduleInput, Timetable};
use crate::error::Warning;
use crate::time::{Instant, Range};

/// What a schedule does.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Plain words, such as "At 02:30, Monday to Friday".
    pub text: String,
    /// What may surprise.
    pub warnings: Vec<Warning>,
    /// The next dates, as milliseconds since 1970.
    pub next: Vec<f64>,
}

/// Why a date is, or is not, a date of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct DateExplanation {
    /// Whether it is.
    pub included: bool,
    /// A stable code.
    pub reason: &'static str,
    /// The same in words.
    pub text: String,
    /// The date before it.
    pub previous: Option<Instant>,
    /// The date after it.
    pub next: Option<Instant>,
}

impl Timetable {
    /// Plain words, warnings, and the `count` dates after `now`.
    pub fn explain(&self, now: Instant, count: usize) -> Explanation {
        let mut warnings = Vec::new();
        if let Source::Cron(patterns) = self.source()
            && !patterns.iter().any(Pattern::ever_fires)
        {
            warnings.push(Warning::new("never_fires", "No date ever fits this schedule."));
        }
        Explanation { text: self.text(), warnings, next: self.next_dates(now, count) }
    }

    fn text(&self) -> String {
        match &self.shared().input {
            ScheduleInput::Cron { texts, .. } => texts.join(", "),
            ScheduleInput::Every { period, .. } => period.clone(),
            ScheduleInput::Dates(dates) => format!("{} dates", dates.len()),
            ScheduleInput::None => "No schedule".to_owned(),
        }
    }

    /// Whether `date` is a date of this schedule and lies in `range`, and why.
    pub fn explain_date(&self, date: Instant, range: Option<Range>) -> DateExplanation {
        let included = self.is_date(date) && range.is_none_or(|range| range.contains(date));
        let reason = if included { "date" } else { "no_match" };
        DateExplanation { included, reason, text: String::new(), previous: self.previous(date), next: self.next(date) }
    }
}
