//! dateutil's relativedelta.

use super::error::EvalError;
use super::json::write_int;
use super::moment::{Moment, Step};
use super::wall::{DAY_MICROS, NO_SUCH_DATE, Wall, days_in, first_of_month};

const SECOND: i64 = 1_000_000;

/// What is added, and what is set.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Relative {
    /// Years, months, days, leap days, hours, minutes, seconds, microseconds.
    pub add: [i64; 8],
    /// Year, month, day, hour, minute, second, microsecond.
    pub set: [Option<i64>; 7],
    /// Monday = 0, and which one; 0 is the first one, too, where nobody said which.
    pub weekday: Option<(i64, i64)>,
    /// Whether there were fractions: `add` has them in smaller units.
    pub fraction: bool,
}

/// Its place in what is added.
const LEAP_DAYS: usize = 3;

const ADDED: [&str; 8] = ["years", "months", "days", "leapdays", "hours", "minutes", "seconds", "microseconds"];
const SET: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The weekday of a name such as `MO`, Monday = 0.
pub(super) fn weekday_of(name: &str) -> Option<i64> {
    WEEKDAYS.iter().position(|day| name.ends_with(day)).map(|day| day as i64)
}

impl Relative {
    /// What fills a larger unit is counted there, but days are no months.
    pub(super) fn settled(mut self) -> Relative {
        for (unit, larger, size) in [(7, 6, SECOND), (6, 5, 60), (5, 4, 60), (4, 2, 24), (1, 0, 12)] {
            let amount = self.add.get(unit).copied().unwrap_or(0);
            if let Some(slot) = self.add.get_mut(unit) {
                *slot = amount % size;
            }
            if let Some(slot) = self.add.get_mut(larger) {
                *slot = slot.saturating_add(amount / size);
            }
        }
        self
    }

    pub(super) fn negated(&self) -> Relative {
        self.times(-1)
    }

    /// Leap days stay.
    pub(super) fn times(&self, times: i64) -> Relative {
        let mut product = self.clone();
        for (_, amount) in product.add.iter_mut().enumerate().filter(|(unit, _)| *unit != LEAP_DAYS) {
            *amount = amount.saturating_mul(times);
        }
        product.settled()
    }

    /// The sum of both; what both set is as `winner` says.
    pub(super) fn plus(&self, other: &Relative, winner: &Relative) -> Relative {
        let loser = if std::ptr::eq(winner, self) { other } else { self };
        let mut sum = winner.clone();
        for (slot, (first, second)) in sum.add.iter_mut().zip(self.add.iter().zip(other.add)) {
            *slot = first.saturating_add(second);
        }
        if let (Some(slot), Some(given)) = (sum.add.get_mut(LEAP_DAYS), winner.add.get(LEAP_DAYS)) {
            *slot = if *given == 0 { loser.add.get(LEAP_DAYS).copied().unwrap_or(0) } else { *given };
        }
        sum.fraction |= loser.fraction;
        for (slot, other) in sum.set.iter_mut().zip(loser.set) {
            *slot = slot.or(other);
        }
        sum.weekday = sum.weekday.or(loser.weekday);
        sum.settled()
    }

    /// From `start` to `end`, counted in whole months first.
    pub(super) fn between(start: &Moment, end: &Moment) -> Result<Relative, EvalError> {
        let number = |moment: &Moment| {
            let (year, month, _) = moment.to_wall().civil().ymd();
            i64::from(year) * 12 + i64::from(month)
        };
        let mut found = Relative::default();
        let mut months = number(end) - number(start);
        let back = end.utc() < start.utc();
        loop {
            found.add = [0, months, 0, 0, 0, 0, 0, 0];
            let reached = found.apply(start)?;
            let rest = end.utc() - reached.utc();
            if if back { rest <= 0 } else { rest >= 0 } {
                // Of Python's own dates, only the seconds are negative.
                let (seconds, micros) = match start.pendulum || end.pendulum {
                    true => (rest / SECOND, rest % SECOND),
                    false => (rest.div_euclid(SECOND), rest.rem_euclid(SECOND)),
                };
                found.add = [0, months, 0, 0, 0, 0, seconds, micros];
                return Ok(found.settled());
            }
            months += if back { 1 } else { -1 };
        }
    }

    /// dateutil's way: first what is set, with the day of the month giving way, then what is added, then the weekday.
    pub(super) fn apply(&self, moment: &Moment) -> Result<Moment, EvalError> {
        let [years, months, days, leap_days, hours, minutes, seconds, micros] = self.add;
        let [year, month, day, hour, minute, second, micro] = self.set;
        let civil = moment.to_wall().civil();
        let (now_year, now_month, now_day) = civil.ymd();
        let number = year.unwrap_or(i64::from(now_year)).saturating_mul(12) + month.unwrap_or(i64::from(now_month)) - 1;
        let number = number.saturating_add(years.saturating_mul(12)).saturating_add(months);
        let first = first_of_month(number);
        Wall::new(first, None)?;
        let year = i32::try_from(number.div_euclid(12)).unwrap_or(0);
        let last = days_in(year, number.rem_euclid(12) + 1);
        let day = day.unwrap_or(i64::from(now_day)).min(last);
        let time = (hour.unwrap_or(i64::from(civil.hour())) * 60 + minute.unwrap_or(i64::from(civil.minute()))) * 60
            + second.unwrap_or(i64::from(civil.second()));
        let micro = micro.unwrap_or(moment.wall.rem_euclid(SECOND));
        let is_time = (0..86_400).contains(&time) && hour.is_none_or(|hour| (0..24).contains(&hour));
        if day < 1 || !is_time || !(0..SECOND).contains(&micro) {
            return Err(NO_SUCH_DATE);
        }
        let leaps = days_in(year, 2) == 29 && number.rem_euclid(12) > 1;
        let days = days.saturating_add(if leaps { leap_days } else { 0 });
        let set = moment.with_wall(first + (day - 1) * DAY_MICROS + time * SECOND + micro)?;
        // Settled, so that hours and less are far below what overflows.
        let span = days.checked_mul(DAY_MICROS);
        let time = ((hours * 60 + minutes) * 60 + seconds) * SECOND + micros;
        let micros = span.and_then(|days| days.checked_add(time)).ok_or(NO_SUCH_DATE)?;
        let moved = set.add(Step { micros, ..Step::default() })?;
        let Some((weekday, nth)) = self.weekday else { return Ok(moved) };
        let now = i64::from(moved.to_wall().weekday());
        let jump = (nth.abs().max(1) - 1).saturating_mul(7);
        let jump =
            if nth >= 0 { jump + (7 - now + weekday).rem_euclid(7) } else { -(jump + (now - weekday).rem_euclid(7)) };
        moved.add(Step { micros: jump.saturating_mul(DAY_MICROS), ..Step::default() })
    }

    /// Whether a day moves to another time of the day.
    pub(super) fn has_time(&self) -> bool {
        self.add.iter().skip(4).any(|amount| *amount != 0) || self.set.iter().skip(3).any(Option::is_some)
    }

    /// As Python shows it: `relativedelta(months=+1, day=3, weekday=MO(-1))`.
    pub(super) fn write(&self, out: &mut String) {
        let part = |name: &str, sign: &str, value: i64| {
            let mut text = [name, "=", sign].concat();
            write_int(value, &mut text);
            text
        };
        let added = ADDED.into_iter().zip(self.add).filter(|(_, amount)| *amount != 0);
        let mut parts: Vec<String> =
            added.map(|(name, amount)| part(name, if amount > 0 { "+" } else { "" }, amount)).collect();
        for (name, value) in SET.into_iter().zip(self.set) {
            if let (Some((day, nth)), "hour") = (self.weekday, name) {
                let day = usize::try_from(day).ok().and_then(|day| WEEKDAYS.get(day)).copied().unwrap_or_default();
                let mut text = ["weekday=", day].concat();
                if nth != 0 {
                    text.push_str(if nth > 0 { "(+" } else { "(" });
                    write_int(nth, &mut text);
                    text.push(')');
                }
                parts.push(text);
            }
            parts.extend(value.map(|value| part(name, "", value)));
        }
        out.extend(["relativedelta(", &parts.join(", "), ")"]);
    }
}
