//! What makes other dates of a date.

use super::args::Args;
use super::date_parts::{Part, moment_of, number, read_zone};
use super::error::EvalError;
use super::moment::{Moment, Step, around, midnight};
use super::span::{Interval, Span, write_humans};
use super::value::{Answer, Value};
use super::wall::{DAY_MICROS, NO_SUCH_DATE, Wall, days_in, first_of_month};
use crate::time::Civil;

const SECOND: i64 = 1_000_000;
pub(super) const NO_ZONE: EvalError = EvalError::Refused("one of the two dates has no zone");

/// A result in the kind of the date that it was made of.
fn same_kind<'a>(value: &Value<'a>, moment: Moment) -> Value<'a> {
    match value {
        Value::Day(_, is_pendulum) => Value::Day(moment.day(), *is_pendulum),
        Value::Clock(_, is_pendulum) => Value::Clock(moment.wall.rem_euclid(DAY_MICROS), *is_pendulum),
        _ => Value::moment(moment),
    }
}

/// Arguments: years, months, weeks, days, hours, minutes, seconds, microseconds.
pub(super) fn added<'a>(value: &Value<'a>, args: &Args<'a>, sign: i64) -> Answer<'a> {
    let mut step = Step::default();
    for index in 0..8 {
        if index == 6 {
            let micros = super::arithmetic::to_micros(args.float_or(index, 0.0)? * 1e6)?;
            step.micros = step.micros.checked_add(micros.saturating_mul(sign)).ok_or(NO_SUCH_DATE)?;
            continue;
        }
        let amount = args.int_or(index, 0)?.checked_mul(sign).ok_or(NO_SUCH_DATE)?;
        let (slot, size) = match index {
            0 => (&mut step.months, 12),
            1 => (&mut step.months, 1),
            2 => (&mut step.days, 7),
            3 => (&mut step.days, 1),
            4 => (&mut step.micros, 3_600_000_000),
            5 => (&mut step.micros, 60_000_000),
            _ => (&mut step.micros, 1),
        };
        *slot = amount.checked_mul(size).and_then(|more| slot.checked_add(more)).ok_or(NO_SUCH_DATE)?;
    }
    // Whether it is a step on the calendar is said by the arguments, not by their sum.
    let on_calendar = (0..4).any(|index| args.int_or(index, 0).is_ok_and(|amount| amount != 0));
    let moment = moment_of(value)?;
    if let Value::Clock(micros, is_pendulum) = value {
        return Ok(Value::Clock((micros + step.micros).rem_euclid(DAY_MICROS), *is_pendulum));
    }
    if on_calendar && step.months == 0 && step.days == 0 {
        let wall = super::moment::stepped(moment.wall, step)?;
        return Ok(same_kind(value, Moment::create(wall, moment.tz.as_ref(), true)?));
    }
    Ok(same_kind(value, moment.add(step)?))
}

/// A date with some of its fields replaced. Arguments, without the first ones: year, month, day, hour, minute, second, microsecond,
/// a zone, and fold.
pub(super) fn with_fields<'a>(value: &Value<'a>, args: &Args<'a>, without: usize) -> Answer<'a> {
    let at = |place: usize| place.checked_sub(without).unwrap_or(usize::MAX);
    let given = |place: usize, part: Part| match args.get(at(place)) {
        Some(value) if !value.is_none() => args.int_or(at(place), 0),
        _ => number(value, part),
    };
    let field = |place: usize, part: Part| u32::try_from(given(place, part)?).map_err(|_| NO_SUCH_DATE);
    let wall = wall(
        [field(0, Part::Year)?, field(1, Part::Month)?, field(2, Part::Day)?],
        [field(3, Part::Hour)?, field(4, Part::Minute)?, field(5, Part::Second)?, field(6, Part::Micro)?],
    )?;
    let mut moment = moment_of(value)?;
    if let Some(tz) = args.get(at(7)) {
        moment.tz = if tz.is_none() { None } else { Some(read_zone(tz)?) };
    }
    if args.get(at(8)).is_some() {
        moment.fold = match args.int_or(at(8), 0)? {
            0 => false,
            1 => true,
            _ => return Err(NO_SUCH_DATE),
        };
    }
    moment.with_wall(wall).map(|moment| same_kind(value, moment))
}

/// A wall-clock time by its fields, in microseconds.
pub(super) fn wall(day: [u32; 3], time: [u32; 4]) -> Result<i64, EvalError> {
    let ([year, month, day], [hour, minute, second, micros]) = (day, time);
    let year = i32::try_from(year).map_err(|_| NO_SUCH_DATE)?;
    let civil = Civil::new(year, month, day, hour, minute, second).ok_or(NO_SUCH_DATE)?;
    if micros > 999_999 || year == 0 { Err(NO_SUCH_DATE) } else { Ok(civil.ms() * 1000 + i64::from(micros)) }
}

/// `at(hour, minute, second, microsecond)`.
pub(super) fn at<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let field = |place: usize| u32::try_from(args.int_or(place, 0)?).map_err(|_| NO_SUCH_DATE);
    let time = (u64::from(field(0)?) * 60 + u64::from(field(1)?)) * 60 + u64::from(field(2)?);
    if field(0)? > 23 || field(1)? > 59 || field(2)? > 59 || field(3)? > 999_999 {
        return Err(NO_SUCH_DATE);
    }
    let moment = moment_of(value)?;
    let wall = moment.day() * DAY_MICROS + time as i64 * SECOND + i64::from(field(3)?);
    moment.with_wall(wall).map(Value::moment)
}

/// The first moment of a unit, or the last one.
pub(super) fn edge<'a>(value: &Value<'a>, unit: &str, end: bool) -> Answer<'a> {
    let moment = moment_of(value)?;
    let is_day = matches!(value, Value::Day(..));
    if unit == "quarter" || is_day && matches!(unit, "second" | "minute" | "hour") {
        return Err(EvalError::Refused("expected a unit such as 'month'"));
    }
    if unit == "week" && !is_day {
        let target = if end { 6 } else { 0 };
        let day = if number(value, Part::Weekday)? == target {
            moment
        } else {
            to_weekday(&moment, target, if end { 1 } else { -1 })?
        };
        return day.edge_of("day", end).map(Value::moment);
    }
    moment.edge_of(unit, end).map(|moment| same_kind(value, moment))
}

fn plus_days(moment: &Moment, days: i64) -> Result<Moment, EvalError> {
    moment.add(Step { days, ..Step::default() })
}

/// The next day with this weekday at its start, or the one before: day by day, as pendulum walks.
fn to_weekday(moment: &Moment, weekday: i64, direction: i64) -> Result<Moment, EvalError> {
    walk(moment.edge_of("day", false)?, weekday, direction)
}

fn walk(moment: Moment, weekday: i64, direction: i64) -> Result<Moment, EvalError> {
    let mut moment = plus_days(&moment, direction)?;
    while i64::from(moment.to_wall().weekday()) != weekday {
        moment = plus_days(&moment, direction)?;
    }
    Ok(moment)
}

fn weekday(args: &Args<'_>, place: usize, default: i64) -> Result<i64, EvalError> {
    let day = args.get(place).filter(|day| !day.is_none()).map_or(Ok(default), |_| args.int_or(place, default))?;
    if (0..7).contains(&day) {
        Ok(day)
    } else {
        Err(EvalError::Refused("a weekday is MO to SU, or a number from 0 to 6"))
    }
}

/// `next(day_of_week, keep_time)` and `previous`.
pub(super) fn neighbour<'a>(value: &Value<'a>, args: &Args<'a>, direction: i64) -> Answer<'a> {
    let moment = moment_of(value)?;
    let weekday = weekday(args, 0, number(value, Part::Weekday)?)?;
    let moment =
        if args.is_true(1, false) { walk(moment, weekday, direction) } else { to_weekday(&moment, weekday, direction) };
    moment.map(|moment| same_kind(value, moment))
}

/// `first_of(unit, day_of_week)`, `last_of`.
pub(super) fn first_or_last<'a>(value: &Value<'a>, args: &Args<'a>, last: bool) -> Answer<'a> {
    let unit = args.text(0)?;
    if !matches!(unit, "month" | "quarter" | "year") {
        return Err(EvalError::Refused("expected a unit such as 'month'"));
    }
    let moment = moment_of(value)?;
    let wanted = args.get(1).filter(|day| !day.is_none()).map(|_| weekday(args, 1, 0)).transpose()?;
    first_in(&moment, unit, wanted, last).map(|moment| same_kind(value, moment))
}

fn first_in(moment: &Moment, unit: &str, weekday: Option<i64>, last: bool) -> Result<Moment, EvalError> {
    let (start, after) = around(moment.wall, unit)?;
    let edge = if last { after.div_euclid(DAY_MICROS) - 1 } else { start.div_euclid(DAY_MICROS) };
    let now = (edge + 3).rem_euclid(7);
    let day = match weekday {
        Some(weekday) if last => edge - (now - weekday).rem_euclid(7),
        Some(weekday) => edge + (weekday - now).rem_euclid(7),
        None => edge,
    };
    // Pendulum goes to the month first, then to the start of the day there, which may have none at midnight, and then to the day.
    let (year, month, _) = Wall { micros: edge * DAY_MICROS, offset: None }.civil().ymd();
    let day_of_month = match unit {
        "month" => moment.day(),
        "quarter" => first_of_month(i64::from(year) * 12 + i64::from(month) - 1).div_euclid(DAY_MICROS),
        _ => {
            let (_, _, now) = moment.to_wall().civil().ymd();
            first_of_month(i64::from(year) * 12 + i64::from(month) - 1).div_euclid(DAY_MICROS) + i64::from(now) - 1
        }
    };
    let base = on_day(moment, day_of_month)?.edge_of("day", false)?;
    on_day(&base, day)
}

/// The same time of another day.
fn on_day(moment: &Moment, day: i64) -> Result<Moment, EvalError> {
    moment.with_wall(day * DAY_MICROS + moment.wall.rem_euclid(DAY_MICROS))
}

/// `nth_of(unit, nth, day_of_week)`.
pub(super) fn nth<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    const NONE: EvalError = EvalError::Refused("there is no such element");
    let (unit, nth, moment) = (args.text(0)?, args.int_or(1, 1)?, moment_of(value)?);
    if !matches!(unit, "month" | "quarter" | "year") {
        return Err(EvalError::Refused("expected a unit such as 'month'"));
    }
    let weekday = weekday(args, 2, 0)?;
    if !(1..60).contains(&nth) {
        return Err(NONE);
    }
    if nth == 1 {
        return first_in(&moment, unit, Some(weekday), false).map(|moment| same_kind(value, moment));
    }
    let mut found = first_in(&moment, unit, None, false)?;
    for _ in i64::from(i64::from(found.to_wall().weekday()) == weekday)..nth {
        found = to_weekday(&found, weekday, 1)?;
    }
    if found.wall >= around(moment.wall, unit)?.1 {
        return Err(NONE);
    }
    on_day(&moment, found.day())?.edge_of("day", false).map(|moment| same_kind(value, moment))
}

/// The other date of a comparison: an argument, or now.
fn other(value: &Value<'_>, args: &Args<'_>) -> Result<Moment, EvalError> {
    if let Some(other) = args.get(0).filter(|other| !other.is_none()) {
        return moment_of(other);
    }
    let now = args.now.ok_or(EvalError::Refused("the time of now is not known here"))?;
    let tz = moment_of(value)?.tz.unwrap_or(super::moment::Tz::Fixed(0));
    let now = Moment::at(now, &tz)?;
    if matches!(value, Value::Day(..)) { midnight(now.day()) } else { Ok(now) }
}

fn interval(value: &Value<'_>, args: &Args<'_>, absolute: bool) -> Result<Interval, EvalError> {
    let (from, mut to) = (moment_of(value)?, other(value, args)?);
    if matches!(value, Value::Day(..)) {
        to = midnight(to.day())?;
    }
    if from.offset.is_some() != to.offset.is_some() {
        return Err(NO_ZONE);
    }
    Ok(Interval::new(from, to, matches!(value, Value::Day(..)), absolute))
}

pub(super) fn diff<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    interval(value, args, args.is_true(1, true)).map(|interval| Value::span(Span::Interval(interval)))
}

pub(super) fn humans<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let is_now = args.get(0).is_none_or(Value::is_none);
    let interval = interval(value, args, true)?;
    let invert = interval.invert;
    let mut out = String::new();
    write_humans(&Span::Interval(interval), invert, is_now, args.is_true(1, false), &mut out);
    Ok(Value::text(out))
}

/// The date among the arguments that is nearest, or furthest.
pub(super) fn nearest<'a>(value: &Value<'a>, args: &Args<'a>, furthest: bool) -> Answer<'a> {
    let moment = moment_of(value)?;
    let mut best: Option<(i64, Moment)> = None;
    for other in &args.rest {
        let mut other = moment_of(other)?;
        if !matches!(value, Value::Day(..)) {
            // Pendulum reads a date without a zone as UTC, and gives one of its own.
            let tz = other.tz.take().unwrap_or(super::moment::Tz::Zone(crate::time::Zone::utc()));
            other = Moment::create(other.wall, Some(&tz), other.fold)?;
            if moment.offset.is_none() {
                return Err(NO_ZONE);
            }
        }
        let distance = (other.utc() - moment.utc()).abs();
        let wins = best.as_ref().is_none_or(|(known, _)| if furthest { distance > *known } else { distance < *known });
        if wins {
            best = Some((distance, other));
        }
    }
    best.map(|(_, moment)| same_kind(value, moment)).ok_or(EvalError::Refused("an argument is missing"))
}

/// Halfway to another date.
pub(super) fn average<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let interval = interval(value, args, false)?;
    if interval.days {
        let days = (interval.end.day() - interval.start.day()) / 2;
        return plus_days(&interval.start, days).map(|moment| same_kind(value, moment));
    }
    let micros = (interval.end.utc() - interval.start.utc()).div_euclid(2);
    interval.start.add(Step { micros, ..Step::default() }).map(Value::moment)
}

/// Whether it is later than now.
pub(super) fn is_future(value: &Value<'_>, args: &Args<'_>) -> Result<bool, EvalError> {
    Ok(moment_of(value)?.utc() > other(value, args)?.utc())
}

pub(super) fn is_past(value: &Value<'_>, args: &Args<'_>) -> Result<bool, EvalError> {
    Ok(moment_of(value)?.utc() < other(value, args)?.utc())
}

/// Whether month and day are the same, or the whole day is.
pub(super) fn same_day<'a>(value: &Value<'a>, args: &Args<'a>, any_year: bool) -> Answer<'a> {
    let (first, second) = (moment_of(value)?, other(value, args)?);
    // A day of pendulum equals no date with a time of pendulum's.
    if !any_year && matches!((value, args.get(0)), (Value::Day(..), Some(Value::Moment(there))) if there.pendulum) {
        return Ok(Value::Bool(false));
    }
    let ((year, month, day), there) = (first.to_wall().civil().ymd(), second.to_wall().civil().ymd());
    Ok(Value::Bool((month, day) == (there.1, there.2) && (any_year || year == there.0)))
}

pub(super) fn is_leap(value: &Value<'_>) -> Result<bool, EvalError> {
    Ok(days_in(number(value, Part::Year)? as i32, 2) == 29)
}

/// Whether the year has 53 weeks.
pub(super) fn is_long(value: &Value<'_>) -> Result<bool, EvalError> {
    let year = i32::try_from(number(value, Part::Year)?).map_err(|_| NO_SUCH_DATE)?;
    Ok(Civil::new(year, 12, 28, 0, 0, 0).ok_or(NO_SUCH_DATE)?.iso_week().1 == 53)
}
