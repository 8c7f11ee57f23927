//! Functions of `macros.`: days, dates and durations.

use super::args::Args;
use super::arithmetic::to_micros;
use super::date_parts::{formatted, moment_of, read_zone};
use super::date_steps::{humans, wall};
use super::error::EvalError;
use super::moment::{Moment, Tz};
use super::print::to_text;
use super::relative::{Relative, weekday_of};
use super::span::Span;
use super::strftime::strftime;
use super::strptime::strptime;
use super::value::{Answer, Value};
use super::wall::{DAY_MICROS, Form, NO_SUCH_DATE, Wall};

const NO_DATE: EvalError = EvalError::Refused("the text does not fit its date format");
const NO_CLOCK: EvalError = EvalError::Refused("the time of now is not known here");

/// `ds_add(ds, days)`.
pub(super) fn ds_add<'a>(args: &Args<'a>) -> Answer<'a> {
    let ds = to_text(args.need(0)?)?;
    args.need(1)?;
    let day = strptime(&ds, "%Y-%m-%d").ok_or(NO_DATE)?.micros;
    let mut out = String::new();
    Wall::new(day.saturating_add(micros(args, 1, DAY_MICROS)?), None)?.write(Form::Ds, &mut out);
    Ok(Value::text(out))
}

/// `ds_format(ds, input_format, output_format)`.
pub(super) fn ds_format<'a>(args: &Args<'a>) -> Answer<'a> {
    let ds = to_text(args.need(0)?)?;
    let wall = strptime(&ds, args.text(1)?).ok_or(NO_DATE)?;
    strftime(wall, None, args.text(2)?).map(Value::text)
}

/// `datetime_diff_for_humans(dt, since_date)`.
pub(super) fn diff_for_humans<'a>(args: &Args<'a>) -> Answer<'a> {
    let since = Args { values: vec![args.get(1).cloned()], now: args.now, ..Args::default() };
    humans(args.need(0)?, &since)
}

/// `timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)`.
pub(super) fn timedelta<'a>(args: &Args<'a>) -> Answer<'a> {
    const UNITS: [i64; 7] = [DAY_MICROS, 1_000_000, 1, 1_000, 60_000_000, 3_600_000_000, 7 * DAY_MICROS];
    let mut sum: i64 = 0;
    for (place, unit) in UNITS.into_iter().enumerate() {
        // Units that are not given are skipped: a checked product of 64 bits is slow in wasm.
        if args.get(place).is_some() {
            sum = sum.checked_add(micros(args, place, unit)?).ok_or(NO_SUCH_DATE)?;
        }
    }
    Ok(Value::span(Span::Time(sum)))
}

/// So many units of so many microseconds.
fn micros(args: &Args<'_>, place: usize, unit: i64) -> Result<i64, EvalError> {
    match args.get(place).map_or(Some(0), Value::as_int) {
        Some(amount) => amount.checked_mul(unit).ok_or(NO_SUCH_DATE),
        None => to_micros(args.float_or(place, 0.0)? * unit as f64),
    }
}

/// `datetime(year, month, day, hour, minute, second, microsecond, tzinfo, fold)`.
pub(super) fn datetime<'a>(args: &Args<'a>) -> Answer<'a> {
    let field = |place: usize| u32::try_from(args.int_or(place, 0)?).map_err(|_| NO_SUCH_DATE);
    let wall = wall([field(0)?, field(1)?, field(2)?], [field(3)?, field(4)?, field(5)?, field(6)?])?;
    let tz = args.get(7).filter(|tz| !tz.is_none()).map(read_zone).transpose()?;
    Moment::plain(wall, tz, args.is_true(8, false)).map(Value::moment)
}

fn plain<'a>(wall: Wall) -> Answer<'a> {
    let tz = wall.offset.map(Tz::Fixed);
    Moment::plain(wall.micros, tz, false).map(Value::moment)
}

/// `datetime.strptime(date_string, format)`.
pub(super) fn read<'a>(args: &Args<'a>) -> Answer<'a> {
    plain(strptime(args.text(0)?, args.text(1)?).ok_or(NO_DATE)?)
}

/// ISO 8601: a day, or a day and a time with or without an offset.
pub(super) fn from_iso<'a>(args: &Args<'a>) -> Answer<'a> {
    plain(iso(args.text(0)?).ok_or(NO_DATE)?)
}

fn iso(text: &str) -> Option<Wall> {
    let dashed = text.get(..10).filter(|day| day.contains('-'));
    let (day, format) = match dashed {
        Some(day) => (day, "%Y-%m-%d"),
        None => (text.get(..8)?, "%Y%m%d"),
    };
    let day_wall = strptime(day, format)?;
    let rest = text.get(day.len()..)?;
    if rest.is_empty() {
        return Some(day_wall);
    }
    let time = rest.get(rest.chars().next()?.len_utf8()..)?;
    let at = time.find(['+', '-', 'Z']).unwrap_or(time.len());
    let (clock, offset) = time.split_at_checked(at)?;
    // Digits beyond microseconds are cut.
    let clock = clock.replace(',', ".");
    let (clock, fraction) = clock.split_once('.').unwrap_or((&clock, ""));
    let fraction = fraction.get(..fraction.len().min(6))?;
    let mut format = String::from(match (clock.len(), clock.contains(':')) {
        (2, false) => "%H",
        (4, false) => "%H%M",
        (6, false) => "%H%M%S",
        (5, true) => "%H:%M",
        (8, true) => "%H:%M:%S",
        _ => return None,
    });
    let mut shown = clock.to_owned();
    if !fraction.is_empty() {
        format.push_str(".%f");
        shown.extend([".", fraction]);
    }
    if !offset.is_empty() {
        format.push_str("%z");
        shown.push_str(offset);
    }
    let clock = strptime(&shown, &format)?;
    let base = strptime("00", "%H")?.micros;
    Wall::new(day_wall.micros + clock.micros - base, clock.offset).ok()
}

/// A date that the host wrote: ISO 8601, or milliseconds since 1970.
pub(super) fn host_date<'a>(value: &Value<'a>, tz: &Tz) -> Answer<'a> {
    let moment = match value {
        Value::Text(text) => {
            let wall = iso(text).ok_or(NO_DATE)?;
            match wall.offset {
                Some(offset) => Moment::at(wall.micros - i64::from(offset) * 1_000_000, tz)?,
                None => Moment::create(wall.micros, Some(tz), true)?,
            }
        }
        value if value.is_none() => return Ok(Value::Absent),
        value => Moment::at(value.as_int().ok_or(NO_DATE)?.saturating_mul(1000), tz)?,
    };
    Ok(Value::moment(moment))
}

/// `datetime.combine(date, time, tzinfo)`.
pub(super) fn combine<'a>(args: &Args<'a>) -> Answer<'a> {
    let (Value::Day(..) | Value::Moment(_), Value::Clock(micros, _)) = (args.need(0)?, args.need(1)?) else {
        return Err(EvalError::Refused("an argument must be a date"));
    };
    let tz = args.get(2).filter(|tz| !tz.is_none()).map(read_zone).transpose()?;
    Moment::plain(moment_of(args.need(0)?)?.day() * DAY_MICROS + micros, tz, false).map(Value::moment)
}

/// `datetime.fromtimestamp(seconds, tz)`, in UTC where there is no zone.
pub(super) fn from_timestamp<'a>(args: &Args<'a>) -> Answer<'a> {
    args.need(0)?;
    at(micros(args, 0, 1_000_000)?, args.get(1))
}

fn at<'a>(micros: i64, tz: Option<&Value<'a>>) -> Answer<'a> {
    match tz.filter(|tz| !tz.is_none()) {
        Some(tz) => Ok(Value::moment(Moment { pendulum: false, ..Moment::at(micros, &read_zone(tz)?)? })),
        None => Moment::plain(micros, None, false).map(Value::moment),
    }
}

pub(super) fn from_ordinal<'a>(args: &Args<'a>) -> Answer<'a> {
    let day = args.need(0)?.as_int().and_then(|day| day.checked_sub(719_163)).ok_or(NO_SUCH_DATE)?;
    Moment::plain(day.saturating_mul(DAY_MICROS), None, false).map(Value::moment)
}

/// `datetime.now(tz)`, in UTC where there is no zone.
pub(super) fn now<'a>(args: &Args<'a>) -> Answer<'a> {
    at(args.now.ok_or(NO_CLOCK)?, args.get(0))
}

pub(super) fn seconds<'a>(args: &Args<'a>) -> Answer<'a> {
    Ok(Value::Float(args.now.ok_or(NO_CLOCK)? as f64 / 1e6))
}

/// `time.mktime(time tuple)`, whose zone is UTC.
pub(super) fn from_time_tuple<'a>(args: &Args<'a>) -> Answer<'a> {
    let parts = args.need(0)?.items()?;
    let field = |place: usize| {
        let part = parts.get(place).filter(|_| parts.len() == 9).and_then(Value::as_int);
        part.and_then(|part| u32::try_from(part).ok()).ok_or(EvalError::Refused("an argument must be a date"))
    };
    let wall = wall([field(0)?, field(1)?, field(2)?], [field(3)?, field(4)?, field(5)?, 0])?;
    Ok(Value::Float(wall as f64 / 1e6))
}

pub(super) fn now_formatted<'a>(args: &Args<'a>) -> Answer<'a> {
    formatted(&at(args.now.ok_or(NO_CLOCK)?, None)?, args.text(0)?)
}

/// The parameters of relativedelta: what is added, and what is set.
pub(super) const RELATIVE: &str = "dt1 dt2 years months days leapdays weeks hours minutes seconds microseconds year month day \
    weekday yearday nlyearday hour minute second microsecond";

/// A weekday, and which one: `MO(-1)`.
pub(super) fn weekday<'a>(args: &Args<'a>, day: i64) -> Answer<'a> {
    let nth = args.int_or(0, 0)?;
    if nth == 0 && args.get(0).is_some() {
        return Err(EvalError::Refused("a weekday is MO to SU, or a number from 0 to 6"));
    }
    Value::tuple(vec![Value::Int(day), Value::Int(nth)])
}

/// `relativedelta(...)`.
pub(super) fn relativedelta<'a>(args: &Args<'a>) -> Answer<'a> {
    let given = |place: usize| args.get(place).filter(|value| !value.is_none());
    if let (Some(end), Some(start)) = (given(0), given(1)) {
        let (end, start) = (moment_of(end)?, moment_of(start)?);
        if end.offset.is_some() != start.offset.is_some() {
            return Err(super::date_steps::NO_ZONE);
        }
        return Ok(Value::span(Span::Relative(Relative::between(&start, &end)?)));
    }
    if [0, 1, 15, 16].into_iter().any(|place| given(place).is_some()) {
        return Err(EvalError::Refused("there is no argument of this name"));
    }
    let add = |place: usize| args.int_or(place, 0);
    // Of fractions only whole microseconds are left.
    let [mut days, mut hours, mut minutes, mut seconds, mut micros] = [0_i64; 5];
    let mut fraction = false;
    for (place, unit, slot) in
        [(4, 8.64e10, &mut days), (7, 3.6e9, &mut hours), (8, 6e7, &mut minutes), (9, 1e6, &mut seconds)]
    {
        match given(place).map(|value| (value.as_int(), value)) {
            Some((Some(whole), _)) => *slot = whole,
            Some(_) => {
                micros = micros.saturating_add(to_micros(args.float_or(place, 0.0)? * unit)?);
                fraction = true;
            }
            None => {}
        }
    }
    micros = micros.saturating_add(to_micros(args.float_or(10, 0.0)?)?);
    days = days.saturating_add(add(6)?.saturating_mul(7));
    let mut set = [None; 7];
    for (slot, place) in set.iter_mut().zip([11, 12, 13, 17, 18, 19, 20]) {
        if given(place).is_some() {
            *slot = Some(args.int_or(place, 0)?);
        }
    }
    let weekday = match args.get(14) {
        Some(Value::Tuple(pair)) => {
            let pair = pair.items.borrow();
            let part = |place: usize| pair.get(place).and_then(Value::as_int);
            part(0).zip(part(1))
        }
        Some(Value::Function(name)) => weekday_of(name).map(|day| (day, 0)),
        other => other.and_then(Value::as_int).map(|day| (day, 0)),
    };
    if weekday.is_some_and(|(day, _)| !(0..7).contains(&day)) || given(14).is_some() && weekday.is_none() {
        return Err(EvalError::Refused("a weekday is MO to SU, or a number from 0 to 6"));
    }
    let add = [add(2)?, add(3)?, days, add(5)?, hours, minutes, seconds, micros];
    Ok(Value::span(Span::Relative(Relative { add, set, weekday, fraction }.settled())))
}
