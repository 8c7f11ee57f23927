//! Why a date is, or is not, a date of a schedule.

use super::Timetable;
use super::clock::clock;
use super::describe::{self, weekday_name};
use super::pattern::Pattern;
use super::source::Source;
use crate::time::{Civil, DAY_MS, Instant, Range};

/// Why a date is, or is not, a date of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct DateExplanation {
    /// Whether it is, and lies in the range.
    pub included: bool,
    /// Stable. Included: `on_schedule`, or `clock_change` when a clock change moved or repeated its time. Not included:
    /// `before_start`, `after_end`, `excluded`, `clock_change` (dropped, or the other reading counts), `no_schedule`,
    /// `never_fires`, `wrong_year`, `wrong_month`, `wrong_day`, `wrong_hour`, `wrong_minute`, `wrong_second`,
    /// `between_steps`, `not_listed`, `no_match` (several texts, none of which fits).
    pub reason: &'static str,
    /// The same in words.
    pub text: String,
    /// The date of the schedule before it.
    pub previous: Option<Instant>,
    /// The date of the schedule after it.
    pub next: Option<Instant>,
}

impl Timetable {
    /// Whether `date` is a date of this schedule and lies in `range`, and why. A period without an anchor counts from the
    /// range's start, or from `date`.
    pub fn explain_date(&self, date: Instant, range: Option<Range>) -> DateExplanation {
        let this = self.anchored(range.map_or(date, |range| range.start));
        let (fits, reason, text) = this.judge(date);
        let outside = range.and_then(|range| match () {
            () if date < range.start => Some((
                "before_start",
                format!("{} is before the range, which starts at {}", this.show(date), this.show(range.start)),
            )),
            () if date > range.end => Some((
                "after_end",
                format!("{} is after the range, which ends at {}", this.show(date), this.show(range.end)),
            )),
            () => None,
        });
        let included = fits && outside.is_none();
        let (reason, text) = outside.filter(|_| fits).unwrap_or((reason, text));
        DateExplanation { included, reason, text, previous: this.previous(date), next: this.next(date) }
    }

    fn judge(&self, date: Instant) -> (bool, &'static str, String) {
        let shown = self.show(date);
        if self.is_none() {
            return (false, "no_schedule", format!("{shown} is no date: there is no schedule"));
        }
        let ticks = self.is_tick(date);
        // The change that removed or repeated this very date's wall clock.
        let near = Range { start: Instant::clamped(date.ms() - DAY_MS), end: Instant::clamped(date.ms() + DAY_MS) };
        let changed = self.change_at(date, near);
        if ticks && !self.is_date(date) {
            return (false, "excluded", format!("{shown} is excluded from this schedule"));
        }
        if let Some(text) = changed {
            return (ticks, "clock_change", text);
        }
        if ticks {
            return (
                true,
                "on_schedule",
                format!("{shown} is a date of this schedule: {}", describe::lower(&self.text())),
            );
        }
        let (reason, why) = match self.source() {
            Source::Cron(patterns) => match &**patterns {
                _ if !patterns.iter().any(|pattern| pattern.ever_fires()) => {
                    ("never_fires", "no day of any year fits this schedule".to_owned())
                }
                [pattern] => misfit(pattern, self.zone().civil(date)),
                _ => ("no_match", format!("the schedule runs {}", describe::lower(&self.text()))),
            },
            Source::Every(..) => ("between_steps", "it lies between two steps of the period".to_owned()),
            _ => ("not_listed", "it is none of the schedule's dates".to_owned()),
        };
        (false, reason, format!("{shown} is no date of this schedule: {why}"))
    }

    /// As the schedule's zone shows it.
    fn show(&self, date: Instant) -> String {
        format!("{} in {}", clock(self.zone().civil(date), None), self.zone().name())
    }
}

/// Which field is the first that does not fit.
fn misfit(pattern: &Pattern, wall: Civil) -> (&'static str, String) {
    let fields = &pattern.fields;
    let lacks = |set: u64, value: u32| set >> value & 1 == 0;
    let day = |fields| {
        let days = describe::days(fields);
        if days.is_empty() { "every day".to_owned() } else { days }
    };
    if fields.years.as_ref().is_some_and(|years| !years.contains(wall.year().unsigned_abs())) {
        ("wrong_year", format!("the year {} is not among its years", wall.year()))
    } else if lacks(fields.months, wall.month()) {
        ("wrong_month", format!("it runs {}", day(fields)))
    } else if !pattern.has_day(wall.day_number()) {
        ("wrong_day", format!("that is a {}, and it runs {}", weekday_name(wall.weekday()), day(fields)))
    } else {
        let text = describe::lower(&describe::times(fields));
        let reason = if lacks(fields.hours, wall.hour()) {
            "wrong_hour"
        } else if lacks(fields.minutes, wall.minute()) {
            "wrong_minute"
        } else {
            "wrong_second"
        };
        (reason, format!("it runs {text}"))
    }
}
