//! Durations: Python's timedelta, pendulum's Duration and Interval, dateutil's relativedelta.

use super::json::write_int;
use super::moment::{Moment, Step};
use super::relative::Relative;
use super::wall::{DAY_MICROS, Wall, days_in, write_fraction};

const SECOND: i64 = 1_000_000;

/// A length of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Span {
    /// Python's timedelta, in microseconds.
    Time(i64),
    /// Pendulum's Duration.
    Duration(i64),
    /// The time between two dates, which pendulum also counts in years and months.
    Interval(Interval),
    Relative(Relative),
}

/// From one date to another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interval {
    pub start: Moment,
    pub end: Moment,
    /// Whether these are days without a time.
    pub days: bool,
    pub invert: bool,
}

/// Years, months, days, hours, minutes, seconds, microseconds and whole days between two dates, all of one sign.
pub(super) type Parts = [i64; 8];

impl Span {
    /// Its length in microseconds, where it has one.
    pub(super) fn micros(&self) -> Option<i64> {
        match self {
            Span::Time(micros) | Span::Duration(micros) => Some(*micros),
            Span::Interval(interval) => Some(interval.end.utc() - interval.start.utc()),
            Span::Relative(_) => None,
        }
    }

    /// What it adds to a date of pendulum's.
    pub(super) fn step(&self, negate: bool) -> Step {
        let sign = if negate { -1 } else { 1 };
        match self {
            Span::Interval(interval) if !negate => {
                let [years, months, days, hours, minutes, ..] = interval.parts();
                let (_, seconds, micros) = split(self.micros().unwrap_or(0));
                let micros = ((hours * 60 + minutes) * 60 + seconds % 60) * SECOND + micros;
                Step { months: years * 12 + months, days, micros }
            }
            other => Step { micros: other.micros().unwrap_or(0) * sign, ..Step::default() },
        }
    }
}

/// Days, seconds and microseconds of a Duration, all of one sign.
pub(super) fn split(micros: i64) -> (i64, i64, i64) {
    (micros / DAY_MICROS, micros / SECOND % 86_400, micros % SECOND)
}

impl Interval {
    pub(super) fn new(start: Moment, end: Moment, days: bool, absolute: bool) -> Interval {
        let invert = start.utc() > end.utc();
        if invert && absolute {
            return Interval { start: end, end: start, days, invert };
        }
        Interval { start, end, days, invert }
    }

    /// Counted on the calendar, as people do.
    pub(super) fn parts(&self) -> Parts {
        let (mut first, mut last, mut sign) = (&self.start, &self.end, 1);
        let same_zone = first.tz == last.tz;
        // Pendulum forgets here which of two readings a repeated hour is.
        let utc = |moment: &Moment| moment.wall - i64::from(moment.first_offset()) * SECOND;
        let key = |moment: &Moment| if same_zone { moment.wall } else { utc(moment) };
        if key(first) > key(last) {
            (first, last, sign) = (last, first, -1);
        }
        let total_days = last.day() - first.day();
        let (mut from, mut to) = (first.wall, last.wall);
        if !same_zone || total_days == 0 {
            (from, to) = (utc(first), utc(last));
        }
        // In UTC pendulum changes the day alone: one before the first of a month is its day 0.
        let civil = |wall: i64, micros: i64| {
            let (year, month, day) = Wall { micros: wall, offset: None }.civil().ymd();
            (year, month, i64::from(day) + micros.div_euclid(DAY_MICROS) - wall.div_euclid(DAY_MICROS))
        };
        let ((from_year, from_month, from_day), (to_year, to_month, to_day)) =
            (civil(first.wall, from), civil(last.wall, to));
        let mut time = to.rem_euclid(DAY_MICROS) - from.rem_euclid(DAY_MICROS);
        let mut days = to_day - from_day;
        if time < 0 {
            time += DAY_MICROS;
            days -= 1;
        }
        let mut months = (i64::from(to_year) - i64::from(from_year)) * 12 + i64::from(to_month) - i64::from(from_month);
        if days < 0 {
            let (before, this) = (days_in(to_year, i64::from(to_month) - 1), days_in(to_year, i64::from(to_month)));
            if days < this - before {
                days += before.max(from_day);
            } else if days == this - before {
                days = 0;
                months += 1;
            } else {
                days += before;
            }
            months -= 1;
        }
        let seconds = time / SECOND;
        [months / 12, months % 12, days, seconds / 3600, seconds / 60 % 60, seconds % 60, time % SECOND, total_days]
            .map(|part| part * sign)
    }
}

/// Python's `str` of a timedelta.
pub(super) fn write_time(micros: i64, out: &mut String) {
    let days = micros.div_euclid(DAY_MICROS);
    if days != 0 {
        write_int(days, out);
        out.push_str(if days.abs() == 1 { " day, " } else { " days, " });
    }
    let seconds = micros.rem_euclid(DAY_MICROS) / SECOND;
    write_int(seconds / 3600, out);
    for part in [seconds / 60 % 60, seconds % 60] {
        out.push_str(if part < 10 { ":0" } else { ":" });
        write_int(part, out);
    }
    if micros.rem_euclid(SECOND) > 0 {
        out.push('.');
        write_fraction(micros.rem_euclid(SECOND) as u32, out);
    }
}

const UNITS: [&str; 7] = ["year", "month", "week", "day", "hour", "minute", "second"];

/// Years, months, weeks, days, hours, minutes and seconds, as pendulum tells them.
pub(super) fn told(span: &Span) -> [i64; 7] {
    let micros = span.micros().unwrap_or(0);
    let (total_days, seconds, _) = split(micros);
    match span {
        Span::Interval(interval) => {
            let [years, months, days, hours, minutes, ..] = interval.parts();
            [years, months, days / 7, days % 7, hours, minutes, seconds % 60]
        }
        _ => [0, 0, total_days / 7, total_days % 7, seconds / 3600, seconds / 60 % 60, seconds % 60],
    }
}

/// Pendulum's `in_words`.
pub(super) fn write_words(span: &Span, separator: &str, out: &mut String) {
    let start = out.len();
    for (count, unit) in told(span).into_iter().zip(UNITS) {
        if count != 0 {
            if out.len() > start {
                out.push_str(separator);
            }
            write_count(count, unit, out);
        }
    }
    if out.len() == start {
        let micros = span.micros().unwrap_or(0).abs() % SECOND;
        if micros == 0 {
            out.push_str("0 microseconds");
        } else {
            // So few digits are always told.
            _ = super::number::write_styled(micros as f64 / 1e6, 'f', 2, out);
            out.push_str(if matches!(span, Span::Interval(_)) { " second" } else { " seconds" });
        }
    }
}

fn write_count(count: i64, unit: &str, out: &mut String) {
    write_int(count, out);
    out.push(' ');
    out.push_str(unit);
    if count.abs() != 1 {
        out.push('s');
    }
}

/// Pendulum's `diff_for_humans`, whose interval counts upwards.
pub(super) fn write_humans(span: &Span, invert: bool, is_now: bool, absolute: bool, out: &mut String) {
    let [years, months, weeks, days, hours, minutes, seconds] = told(span);
    let all_days = weeks * 7 + days;
    let found = if years > 0 {
        Some((years + i64::from(months > 6), 0))
    } else if months == 11 && all_days > 15 {
        Some((1, 0))
    } else if months > 0 {
        Some((months + i64::from(all_days >= 27), 1))
    } else if weeks > 0 {
        Some((weeks + i64::from(days > 3), 2))
    } else if days > 0 {
        Some((days + i64::from(hours >= 22), 3))
    } else if hours > 0 {
        Some((hours, 4))
    } else if minutes > 0 {
        Some((minutes, 5))
    } else if (11..60).contains(&seconds) {
        Some((seconds, 6))
    } else {
        None
    };
    if !absolute && is_now && invert {
        out.push_str("in ");
    }
    match found {
        Some((count, unit)) => write_count(count, UNITS.get(unit).copied().unwrap_or_default(), out),
        None => out.push_str("a few seconds"),
    }
    if !absolute {
        out.push_str(match (is_now, invert) {
            (true, true) => "",
            (true, false) => " ago",
            (false, true) => " after",
            (false, false) => " before",
        });
    }
}
