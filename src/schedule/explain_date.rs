//! Why a date is, or is not, a date of a schedule.

use super::Timetable;
use super::describe::{self, weekday_name};
use super::pattern::Pattern;
use super::source::Source;
use super::words::Words;
use crate::time::{Civil, DAY_MS, Instant, Range};

/// Why a date is, or is not, a date of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct DateExplanation {
    /// Whether it is, and lies in the range.
    pub included: bool,
    /// Stable. Included: `on_schedule`, or `clock_change` when a clock change moved or repeated its time. Not included:
    /// `before_start`, `after_end`, `excluded`, `rolled` (it moves), `closed` (a roll drops it), `clock_change` (dropped, or the other reading counts), `no_schedule`,
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
        let mut words = Words::default();
        let (fits, mut reason) = this.judge(&mut words, date);
        let outside = range.and_then(|range| match () {
            () if date < range.start => Some(("before_start", " is before the range, which starts at ", range.start)),
            () if date > range.end => Some(("after_end", " is after the range, which ends at ", range.end)),
            () => None,
        });
        if let (true, Some((why, is, bound))) = (fits, outside) {
            reason = why;
            words.take();
            this.show(&mut words, date);
            this.show(words.add(is), bound);
        }
        DateExplanation {
            included: fits && outside.is_none(),
            reason,
            text: words.take(),
            previous: this.previous(date),
            next: this.next(date),
        }
    }

    /// Whether `date` is one of the schedule, and why: as a code, and in words.
    fn judge(&self, words: &mut Words, date: Instant) -> (bool, &'static str) {
        let ticks = self.is_tick(date);
        // The change that removed or repeated this very date's wall clock.
        let near = Range { start: Instant::clamped(date.ms() - DAY_MS), end: Instant::clamped(date.ms() + DAY_MS) };
        let excluded = ticks && !self.is_date(date);
        if let (false, Some(change)) = (excluded, self.change_at(date, near)) {
            change.describe(words, self.zone());
            change.describe_rule(words);
            return (ticks, "clock_change");
        }
        if let (false, Some(reason)) = (ticks, self.moved_away(words, date)) {
            return (false, reason);
        }
        self.show(words, date);
        if self.is_none() {
            words.add(" is no date: there is no schedule");
            return (false, "no_schedule");
        }
        if excluded {
            words.add(" is excluded from this schedule");
            if let Some(calendar) =
                self.shared().calendars.iter().find(|calendar| calendar.closes(calendar.day_of(date)))
            {
                words.add(": ").quote(&calendar.name).add(" closes that day");
            }
            return (false, "excluded");
        }
        if ticks {
            self.describe_lower(words.add(" is a date of this schedule: "));
            self.moved_here(words, date);
            return (true, "on_schedule");
        }
        words.add(" is no date of this schedule: ");
        let reason = match self.source() {
            _ if !self.ever_fires() => {
                words.add("no day of any year fits this schedule");
                "never_fires"
            }
            Source::Cron(patterns) if patterns.len() == 1 => patterns
                .iter()
                .map(|pattern| misfit(words, pattern, self.zone().civil(date)))
                .next()
                .unwrap_or_default(),
            Source::Cron(_) | Source::Union(_) => {
                self.describe_lower(words.add("the schedule runs "));
                "no_match"
            }
            Source::Every(..) => {
                words.add("it lies between two steps of the period");
                "between_steps"
            }
            _ => {
                words.add("it is not a date of the schedule");
                "not_listed"
            }
        };
        (false, reason)
    }

    /// The schedule in plain words that stand inside a sentence.
    fn describe_lower(&self, words: &mut Words) {
        let start = words.end();
        self.describe(words);
        words.lower(start);
    }

    /// As the schedule's zone shows it.
    pub(super) fn show(&self, words: &mut Words, date: Instant) {
        let wall = self.zone().civil(date);
        words.day(wall).add(" ").time(wall).add(" in ").add(self.zone().name());
    }
}

/// Which field is the first that does not fit.
fn misfit(words: &mut Words, pattern: &Pattern, wall: Civil) -> &'static str {
    let fields = &pattern.fields;
    let lacks = |set: u64, value: u32| set >> value & 1 == 0;
    let month = lacks(fields.months, wall.month());
    if fields.years.as_ref().is_some_and(|years| !years.contains(wall.year().unsigned_abs())) {
        words.add("the year ").number(wall.year()).add(" is not among its years");
        return "wrong_year";
    }
    if month || !pattern.has_day(wall.day_number()) {
        if !month {
            words.add("that is a ").add(weekday_name(wall.weekday())).add(", and ");
        }
        words.add("it runs ");
        if describe::names_days(fields) {
            describe::days(words, fields);
        } else {
            words.add("every day");
        }
        return if month { "wrong_month" } else { "wrong_day" };
    }
    let start = words.add("it runs ").end();
    describe::times(words, fields);
    words.lower(start);
    if lacks(fields.hours, wall.hour()) {
        "wrong_hour"
    } else if lacks(fields.minutes, wall.minute()) {
        "wrong_minute"
    } else {
        "wrong_second"
    }
}
