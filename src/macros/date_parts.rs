//! What a date shows: its numbers and its texts.

use super::args::Args;
use super::error::EvalError;
use super::moment::{Moment, Tz, midnight};
use super::print::{day_wall, write_clock, write_fixed};
use super::span::Span;
use super::strftime::strftime;
use super::tokens;
use super::value::{Answer, Value};
use super::wall::{Form, Wall, days_in, write_offset};
use crate::time::Zone;

const NO_DATE: EvalError = EvalError::Refused("this value has no such method");
const SECOND: i64 = 1_000_000;

/// A date, or the midnight of a day.
pub(super) fn moment_of(value: &Value<'_>) -> Result<Moment, EvalError> {
    match value {
        Value::Moment(moment) => Ok(moment.as_ref().clone()),
        Value::Day(day, _) => midnight(*day),
        Value::Clock(micros, _) => Moment::plain(*micros, None, false),
        _ => Err(NO_DATE),
    }
}

fn wall_of(value: &Value<'_>) -> Result<Wall, EvalError> {
    match value {
        Value::Moment(moment) => Ok(moment.to_wall()),
        Value::Day(day, _) => Ok(day_wall(*day)),
        Value::Clock(micros, _) => Ok(Wall { micros: *micros, offset: None }),
        _ => Err(NO_DATE),
    }
}

/// One number of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Micro,
    Weekday,
    IsoWeekday,
    DayOfYear,
    Week,
    Quarter,
    DaysInMonth,
    WeekOfMonth,
    Timestamp,
    Offset,
    Ordinal,
    Fold,
}

pub(super) fn number(value: &Value<'_>, part: Part) -> Result<i64, EvalError> {
    let wall = wall_of(value)?;
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    Ok(match part {
        Part::Year => i64::from(year),
        Part::Month => i64::from(month),
        Part::Day => i64::from(day),
        Part::Hour => i64::from(civil.hour()),
        Part::Minute => i64::from(civil.minute()),
        Part::Second => i64::from(civil.second()),
        Part::Micro => i64::from(wall.micros_of_second()),
        Part::Weekday => i64::from(wall.weekday()),
        Part::IsoWeekday => i64::from(wall.weekday()) + 1,
        Part::DayOfYear => i64::from(civil.day_of_year()),
        Part::Week => i64::from(civil.iso_week().1),
        Part::Quarter => i64::from(month.div_ceil(3)),
        Part::DaysInMonth => days_in(year, i64::from(month)),
        Part::WeekOfMonth => {
            let first = (i64::from(wall.weekday()) + 1 - i64::from(day)).rem_euclid(7);
            (i64::from(day) + first + 6) / 7
        }
        Part::Timestamp => moment_of(value)?.utc().div_euclid(SECOND),
        Part::Offset => i64::from(wall.offset.ok_or(EvalError::Refused("one of the two dates has no zone"))?),
        Part::Ordinal => civil.day_number() + 719_163,
        Part::Fold => i64::from(matches!(value, Value::Moment(moment) if moment.fold)),
    })
}

pub(super) fn part<'a>(value: &Value<'a>, part: Part) -> Answer<'a> {
    number(value, part).map(Value::Int)
}

/// Seconds since 1970 with a fraction; a date without a zone counts as UTC.
pub(super) fn timestamp<'a>(value: &Value<'a>) -> Answer<'a> {
    Ok(Value::Float(moment_of(value)?.utc() as f64 / SECOND as f64))
}

/// ISO 8601, with any separator between day and time.
pub(super) fn iso<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let mut out = String::new();
    match value {
        Value::Moment(moment) => {
            let wall = moment.to_wall();
            wall.write(Form::Ts, &mut out);
            write_to(wall, args.text_or_none(1)?.unwrap_or("auto"), &mut out)?;
            if let Some(separator) = args.text_or_none(0)? {
                out.replace_range(10..11, separator);
            }
        }
        Value::Day(day, _) => day_wall(*day).write(Form::Ds, &mut out),
        Value::Clock(micros, _) => write_clock(*micros, &mut out),
        _ => return Err(NO_DATE),
    }
    Ok(Value::text(out))
}

/// Cuts the time of an ISO text to a precision, or writes its zeroes.
fn write_to(wall: Wall, precision: &str, out: &mut String) -> Result<(), EvalError> {
    let micros = wall.micros_of_second();
    let end = match precision {
        "auto" => return Ok(()),
        "hours" => 13,
        "minutes" => 16,
        "seconds" => 19,
        "milliseconds" => 23,
        "microseconds" => 26,
        _ => return Err(EvalError::Refused("this is none of the words that it takes")),
    };
    out.truncate(19);
    if end > 19 {
        out.push('.');
        super::wall::write_fraction(micros, out);
    }
    out.truncate(end);
    write_offset(wall.offset, true, out);
    Ok(())
}

/// A timestamp whose offset is Z in UTC.
pub(super) fn iso8601<'a>(value: &Value<'a>) -> Answer<'a> {
    let text = iso(value, &Args::default())?;
    let is_utc = moment_of(value)?.tz.is_some_and(|tz| tz.is_utc());
    let bare = text.as_text().and_then(|text| text.strip_suffix("+00:00"));
    Ok(match bare.filter(|_| is_utc) {
        Some(bare) => Value::text([bare, "Z"].concat()),
        None => text,
    })
}

/// The names of offsets ("CET") are no part of a zone table: the offset itself stands for them.
fn abbreviation(moment: &Moment) -> String {
    let mut name = String::new();
    match &moment.tz {
        Some(tz) if tz.is_utc() => name.push_str("UTC"),
        Some(Tz::Fixed(offset)) if !moment.pendulum => write_fixed(*offset, &mut name),
        _ => write_offset(moment.offset, false, &mut name),
    }
    name
}

pub(super) fn zone_short<'a>(value: &Value<'a>) -> Answer<'a> {
    Ok(Value::text(abbreviation(&moment_of(value)?)))
}

pub(super) fn formatted<'a>(value: &Value<'a>, format: &str) -> Answer<'a> {
    let name = match value {
        Value::Moment(moment) if format.contains('Z') => Some(abbreviation(moment)),
        _ => None,
    };
    let mut wall = wall_of(value)?;
    if let Value::Clock(..) = value {
        // A time without a day is one of 1900-01-01.
        wall.micros -= 25_567 * super::wall::DAY_MICROS;
    }
    strftime(wall, name.as_deref(), format).map(Value::text)
}

/// A date in pendulum's tokens.
pub(super) fn in_tokens<'a>(value: &Value<'a>, format: &str) -> Answer<'a> {
    let zone = match value {
        Value::Moment(moment) => Some(abbreviation(moment)),
        Value::Day(..) => None,
        _ => return Err(NO_DATE),
    };
    let mut out = String::new();
    tokens::write(&moment_of(value)?, format, zone.as_deref(), &mut out)?;
    super::number::bounded(out).map(Value::text)
}

pub(super) fn zone_name<'a>(value: &Value<'a>) -> Answer<'a> {
    match zone(value)? {
        Value::Tz(tz) => Ok(Value::text(super::print::to_text(&Value::Tz(tz))?.to_string())),
        other => Ok(other),
    }
}

/// The zone of a date.
pub(super) fn zone<'a>(value: &Value<'a>) -> Answer<'a> {
    Ok(moment_of(value)?.tz.map_or(Value::None, |tz| Value::Tz(tz.into())))
}

/// A zone, by its name or as one.
pub(super) fn read_zone(value: &Value<'_>) -> Result<Tz, EvalError> {
    match value {
        Value::Tz(tz) => Ok(tz.as_ref().clone()),
        Value::Text(name) => Zone::find(name).map(Tz::Zone).ok_or(EvalError::Refused("no time zone has this name")),
        _ => Err(EvalError::Refused("no time zone has this name")),
    }
}

/// What the zone adds to UTC, or what summer time adds to the zone, as a duration.
pub(super) fn offset<'a>(value: &Value<'a>, daylight: bool) -> Answer<'a> {
    let moment = moment_of(value)?;
    let Some(tz) = &moment.tz else { return Ok(Value::None) };
    let seconds = if daylight { tz.daylight(moment.utc()) } else { moment.offset.unwrap_or(0) };
    Ok(Value::span(Span::Time(i64::from(seconds) * SECOND)))
}

/// Python's time tuple: year, month, day, hour, minute, second, weekday, day of the year, and whether it is summer time, -1 where
/// nobody knows.
pub(super) fn time_tuple<'a>(value: &Value<'a>) -> Answer<'a> {
    const PARTS: [Part; 8] =
        [Part::Year, Part::Month, Part::Day, Part::Hour, Part::Minute, Part::Second, Part::Weekday, Part::DayOfYear];
    let moment = moment_of(value)?;
    let daylight = match &moment.tz {
        Some(Tz::Fixed(_)) if !moment.pendulum => -1,
        Some(tz) => i64::from(tz.daylight(moment.utc()) != 0),
        None => -1,
    };
    let shown = Value::moment(moment);
    let parts = PARTS.into_iter().map(|place| part(&shown, place)).chain([Ok(Value::Int(daylight))]);
    Value::tuple(super::value::gather(parts)?)
}

pub(super) fn iso_calendar<'a>(value: &Value<'a>) -> Answer<'a> {
    let wall = wall_of(value)?;
    let (year, week) = wall.civil().iso_week();
    let parts = [i64::from(year), i64::from(week), i64::from(wall.weekday()) + 1];
    Value::tuple(parts.into_iter().map(Value::Int).collect())
}
