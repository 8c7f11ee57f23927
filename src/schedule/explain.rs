//! A schedule in plain words, and what may surprise in it.

use super::describe::{self, list, lower, weekday_name};
use super::fields::DayRule;
use super::pattern::Pattern;
use super::source::Source;
use super::{Exclude, ScheduleInput, Timetable};
use crate::error::Warning;
use crate::time::{DAY_MS, Instant, Period, Range};

/// What a schedule does.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Plain words, such as "At 02:30, Monday to Friday".
    pub text: String,
    /// What may surprise: `never_fires`, `no_future_dates`, `dom_or_dow`, `day_31_skips_months`, `step_does_not_divide`,
    /// `six_fields_seconds_first`, `differs_from_airflow`, `clock_change`.
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
    /// let schedule = ScheduleInput::Cron { texts: vec!["30 2 * * 1-5".into()], dialect: Dialect::Unix };
    /// let timetable = Timetable::new(&schedule, &Default::default()).unwrap();
    /// assert_eq!(timetable.explain(Instant::new(0).unwrap(), 1).text, "At 02:30, Monday to Friday");
    /// ```
    pub fn explain(&self, now: Instant, count: usize) -> Explanation {
        let next = self.next_dates(now, count.max(1));
        let mut warnings = Vec::new();
        if let Source::Cron(patterns) = self.source() {
            let fires = self.ever_fires();
            if !fires {
                warnings.push(Warning::new("never_fires", "No day of any year fits: this schedule never fires."));
            } else if next.is_empty() {
                warnings.push(Warning::new("no_future_dates", format!("There is no date after {now}.")));
            }
            patterns.iter().for_each(|pattern| surprises(pattern, fires, &mut warnings));
        } else if next.is_empty() && !self.is_none() && !self.needs_anchor() {
            warnings.push(Warning::new("no_future_dates", format!("There is no date after {now}.")));
        }
        let ahead = Range { start: now, end: Instant::clamped(now.ms().saturating_add(AHEAD)) };
        for change in self.anchored(now).clock_changes(ahead, &[]) {
            let mut warning = Warning::new("clock_change", change.text);
            warning.at = Some(change.change.at);
            warnings.push(warning);
        }
        Explanation { text: self.text(), warnings, next: next.into_iter().take(count).collect() }
    }

    /// The schedule in plain words.
    pub(super) fn text(&self) -> String {
        let mut text = match (self.source(), &self.shared().input) {
            (Source::None, _) => "No schedule: manual runs only".to_owned(),
            (Source::Once(_), _) => "Once, where the schedule starts".to_owned(),
            (Source::Cron(patterns), _) => {
                let mut texts = patterns.iter().map(|pattern| describe::describe(&pattern.fields));
                let first = texts.next().unwrap_or_default();
                texts.fold(first, |text, more| format!("{text}; {}", lower(&more)))
            }
            (Source::Every(every, _), input) => match input {
                ScheduleInput::Every { anchor: Some(_), .. } => {
                    let anchor = self.anchor().map(|at| at.to_string()).unwrap_or_default();
                    format!("{}, counted from {anchor}", period(every.0))
                }
                _ => period(every.0),
            },
            (Source::Dates(dates), _) => match (dates.first(), dates.last()) {
                (Some(first), Some(last)) if dates.len() > 1 => {
                    let at = |ms: f64| Instant::clamped(ms as i64);
                    format!("On {} dates from {} to {}", dates.len(), at(*first), at(*last))
                }
                (Some(only), _) => format!("On one date, {}", Instant::clamped(*only as i64)),
                _ => "On no date".to_owned(),
            },
        };
        match &self.shared().options.exclude {
            Some(Exclude::Dates(dates)) if !dates.is_empty() => {
                text.push_str(&format!(
                    "; {} {} excluded",
                    dates.len(),
                    if dates.len() == 1 { "date" } else { "dates" }
                ));
            }
            Some(Exclude::Cron(cron)) => text.push_str(&format!("; the dates of {cron:?} excluded")),
            _ => {}
        }
        text
    }

    fn anchor(&self) -> Option<Instant> {
        match self.source() {
            Source::Every(_, anchor) | Source::Once(anchor) => *anchor,
            _ => None,
        }
    }
}

/// Warnings that the fields themselves give.
fn surprises(pattern: &Pattern, fires: bool, warnings: &mut Vec<Warning>) {
    let (fields, notes) = (&pattern.fields, &pattern.fields.notes);
    let mut warn = |code, message: String| warnings.push(Warning::new(code, message));
    if fields.rule == DayRule::Either {
        let text = describe::days(fields);
        warn(
            "dom_or_dow",
            format!("Day of month and day of week are both restricted: a date needs only one of them ({text})."),
        );
    }
    let low = (1 << 29) - 1;
    if fires && fields.rule == DayRule::Day && !fields.last_day && fields.days & low == 0 {
        let day = fields.days.trailing_zeros();
        let without = [(2, 29), (2, 30), (4, 31), (6, 31), (9, 31), (11, 31)]
            .iter()
            .filter(|(month, first)| fields.months >> month & 1 == 1 && day >= *first)
            .fold(0_u64, |set, (month, _)| set | 1 << month);
        if without != 0 {
            let names = list((1..=12).filter(|month| without >> month & 1 == 1).map(describe::month), "and");
            let message = if day == 29 {
                "February has a day 29 in leap years only.".to_owned()
            } else {
                format!("There is no day {day} in {names}: no run then. \"L\" is the last day of every month.")
            };
            warn("day_31_skips_months", message);
        }
    }
    if let Some((field, step, size)) = notes.uneven {
        let message = match field {
            _ if step > size => format!("Step {step} is longer than the {field} field: only its first value is left."),
            "day of week" => format!("Step {step} does not divide the week: it starts anew each {}.", weekday_name(0)),
            "day of month" => format!("Step {step} starts anew on the first day of each month."),
            _ => format!(
                "Step {step} does not divide {size}: the last step of the {field} field is shorter than the others."
            ),
        };
        warn("step_does_not_divide", message);
    }
    if notes.seconds_first {
        warn(
            "six_fields_seconds_first",
            "The first field is the second. Airflow reads seconds as the sixth field.".to_owned(),
        );
    }
    for departure in &notes.departures {
        warn("differs_from_airflow", format!("Airflow reads this otherwise: {departure}."));
    }
}

/// "Every 6 hours", "Every day".
fn period(period: Period) -> String {
    let (months, days, ms) = (i64::from(period.months), i64::from(period.days), period.ms);
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    // 90 minutes are said as 90 minutes, not as 1 hour and 30 minutes, where nothing else is said.
    let (hours, minutes) = if hours < 10 && minutes != 0 { (0, hours * 60 + minutes) } else { (hours, minutes) };
    let (weeks, days) = if days % 7 == 0 { (days / 7, 0) } else { (0, days) };
    let (years, months) = if months % 12 == 0 { (months / 12, 0) } else { (0, months) };
    let parts = [
        (years, "year"),
        (months, "month"),
        (weeks, "week"),
        (days, "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
        (ms % 1000, "millisecond"),
    ];
    let mut used: Vec<(i64, &str)> = parts.into_iter().filter(|(amount, _)| *amount != 0).collect();
    if let [(1, unit)] = used.as_slice() {
        return format!("Every {unit}");
    }
    let words = used.drain(..).map(|(amount, unit)| format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" }));
    format!("Every {}", list(words, "and"))
}
