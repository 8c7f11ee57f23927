//! A schedule in plain words, and what may surprise in it.

use super::Timetable;
use super::describe;
use super::fields::DayRule;
use super::pattern::Pattern;
use super::source::Source;
use super::words::Words;
use crate::error::Warning;
use crate::time::{DAY_MS, Instant, Period, Range};

/// What a schedule does.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Plain words, such as "At 02:30, Monday to Friday".
    pub text: String,
    /// What may surprise: `never_fires`, `no_future_dates`, `dom_or_dow`, `day_31_skips_months`, `step_does_not_divide`,
    /// `six_fields_seconds_first`, `differs_from_airflow`, `holidays_end`, `rolled_dates_meet`, `period_unanchored`, `clock_change`.
    pub warnings: Vec<Warning>,
    /// The next dates, as milliseconds since 1970.
    pub next: Vec<f64>,
}

/// Clock changes of so many days are told ahead.
const AHEAD: i64 = 366 * DAY_MS;

impl Timetable {
    /// Plain words, warnings, and the `count` dates after `now`. A period without an anchor counts from `now`.
    ///
    /// ```
    /// use dagfill::schedule::{Dialect, ScheduleInput, Timetable};
    /// use dagfill::time::Instant;
    /// let schedule = ScheduleInput::Cron { texts: vec!["30 2 * * 1-5".into()], dialect: Dialect::Unix, day_match: None };
    /// let timetable = Timetable::new(&schedule, &Default::default()).unwrap();
    /// assert_eq!(timetable.explain(Instant::new(0).unwrap(), 1).text, "At 02:30, Monday to Friday");
    /// ```
    pub fn explain(&self, now: Instant, count: usize) -> Explanation {
        let mut next = self.next_dates(now, count.max(1));
        let (mut warnings, mut words) = (Vec::new(), Words::default());
        let fires = self.ever_fires();
        if !fires {
            warn(&mut warnings, "never_fires", words.add("No day of any year fits: this schedule never fires."));
        } else if next.is_empty() && !self.is_none() && !self.needs_anchor() {
            warn(&mut warnings, "no_future_dates", words.add("There is no date after ").show(&now).add("."));
        }
        let unanchored = |member: &Source| matches!(member, Source::Every(_, None));
        if !self.has_anchor() && self.shared().given.members().iter().any(unanchored) {
            words.add(
                "The period has no anchor: its dates count from the start of the range that is asked for, here from ",
            );
            warn(&mut warnings, "period_unanchored", words.show(&now).add(". Add an anchor to fix them."));
        }
        self.shared().given.patterns().for_each(|pattern| surprises(pattern, fires, &mut warnings));
        warnings.extend(self.holidays_end(next.last().map_or(now, |last| Instant::clamped(*last as i64))));
        let ahead = Range { start: now, end: Instant::clamped(now.ms().saturating_add(AHEAD)) };
        for change in self.anchored(now).clock_changes(ahead, &[]) {
            let at = Some(change.change.at);
            warnings.push(Warning { at, ..Warning::new("clock_change", change.text) });
        }
        warnings.extend(self.anchored(now).rolled_dates_meet(ahead));
        self.describe(&mut words);
        next.truncate(count);
        Explanation { text: words.take(), warnings, next }
    }

    /// The schedule in plain words.
    pub(super) fn describe(&self, words: &mut Words) {
        source(words, &self.shared().given);
        if let Some(window) = self.shared().window {
            words.add("; a run covers ");
            if window.is_zero() {
                words.add("nothing");
            } else {
                amounts(words.add("the"), window);
                words.add(" before it");
            }
        }
        words.add(&self.shared().words);
    }
}

/// Where the dates come from. The periods have only anchors of their own.
fn source(words: &mut Words, source: &Source) {
    match source {
        Source::None => {
            words.add("No schedule: manual runs only");
        }
        Source::Once(_) => {
            words.add("Once, where the schedule starts");
        }
        Source::Cron(patterns) => {
            for (index, pattern) in patterns.iter().enumerate() {
                let start = words.add(if index == 0 { "" } else { "; " }).end();
                describe::describe(words, &pattern.fields);
                if index > 0 {
                    words.lower(start);
                }
            }
        }
        Source::Every(every, anchor) => {
            amounts(words.add("Every"), every.0);
            if let Some(anchor) = anchor {
                words.add(", counted from ").show(anchor);
            }
        }
        Source::Dates(dates) => {
            let at = |ms: f64| Instant::clamped(ms as i64);
            match (dates.first(), dates.last()) {
                (Some(first), Some(last)) if dates.len() > 1 => words
                    .add("On ")
                    .number(dates.len() as i64)
                    .add(" dates from ")
                    .show(&at(*first))
                    .add(" to ")
                    .show(&at(*last)),
                (Some(only), _) => words.add("On one date, ").show(&at(*only)),
                _ => words.add("On no date"),
            };
        }
        // A schedule is described as it was given.
        Source::Rolled(_) => {}
        Source::Union(members) => {
            for (index, member) in members.iter().enumerate() {
                let start = words.add(if index == 0 { "" } else { "; " }).end();
                self::source(words, member);
                if index > 0 {
                    words.lower(start);
                }
            }
        }
    }
}

#[inline(never)]
fn warn(warnings: &mut Vec<Warning>, code: &'static str, words: &mut Words) {
    warnings.push(Warning::new(code, words.take()));
}

/// Warnings that the fields themselves give.
fn surprises(pattern: &Pattern, fires: bool, warnings: &mut Vec<Warning>) {
    let (fields, notes) = (&pattern.fields, &pattern.fields.notes);
    let mut words = Words::default();
    let mut warn = |code, words: &mut Words| warn(warnings, code, words);
    if fields.rule == DayRule::Either {
        words.add("Day of month and day of week are both restricted: a date needs only one of them (");
        describe::days(&mut words, fields);
        warn("dom_or_dow", words.add(")."));
    }
    let low = (1 << 29) - 1;
    let (numbered, from_last) =
        (fields.day.days | fields.day.nearest, fields.day.from_last | fields.day.nearest_from_last);
    if fires && fields.rule == DayRule::Day && from_last == 0 && numbered & low == 0 {
        let day = numbered.trailing_zeros();
        let without = [(2, 29), (2, 30), (4, 31), (6, 31), (9, 31), (11, 31)]
            .iter()
            .filter(|(month, first)| fields.months >> month & 1 == 1 && day >= *first)
            .fold(0_u64, |set, (month, _)| set | 1 << month);
        if without != 0 {
            if day == 29 {
                words.add("February has a day 29 in leap years only.");
            } else {
                describe::months(words.add("There is no day ").number(day).add(" in "), without);
                words.add(": no run then. \"L\" is the last day of every month.");
            }
            warn("day_31_skips_months", &mut words);
        }
    }
    if let Some((field, step, size)) = notes.uneven {
        words.add("Step ").number(step);
        match field {
            _ if step > size => {
                words.add(" is longer than the ").add(field).add(" field: only its first value is left.")
            }
            "day of week" => words.add(" does not divide the week: it starts anew each Sunday."),
            "day of month" => words.add(" starts anew on the first day of each month."),
            _ => {
                words.add(" does not divide ").number(size).add(": the last step of the ");
                words.add(field).add(" field is shorter than the others.")
            }
        };
        warn("step_does_not_divide", &mut words);
    }
    if notes.seconds_first {
        words.add("The first field is the second. Airflow reads seconds as the sixth field.");
        warn("six_fields_seconds_first", &mut words);
    }
    for departure in &notes.departures {
        warn("differs_from_airflow", words.add("Airflow reads this otherwise: ").add(departure).add("."));
    }
}

/// " 6 hours", " day": what stands behind "every" and "the".
fn amounts(words: &mut Words, period: Period) {
    let (months, days, ms) = (i64::from(period.months), i64::from(period.days), period.ms);
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    // 90 minutes are said as 90 minutes, not as 1 hour and 30 minutes, where nothing else is said.
    let (hours, minutes) = if hours < 10 && minutes != 0 { (0, hours * 60 + minutes) } else { (hours, minutes) };
    let (weeks, days) = if days % 7 == 0 { (days / 7, 0) } else { (0, days) };
    let (years, months) = if months % 12 == 0 { (months / 12, 0) } else { (0, months) };
    let amounts = [years, months, weeks, days, hours, minutes, seconds, ms % 1000];
    const UNITS: [&str; 8] = [" year", " month", " week", " day", " hour", " minute", " second", " millisecond"];
    let used = amounts.iter().filter(|amount| **amount != 0).count() as u32;
    for (index, (amount, unit)) in (0..).zip(amounts.into_iter().zip(UNITS).filter(|(amount, _)| *amount != 0)) {
        if used > 1 || amount != 1 {
            words.add(if index == 0 { " " } else { "" }).between(index, used, "and");
            words.number(amount);
        }
        words.add(unit).add(if amount == 1 { "" } else { "s" });
    }
}
