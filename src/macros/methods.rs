//! Every attribute and method of dates, text and objects: name, meaning, example, function.

use super::Value;
use super::case::{Case, recased};
use super::catalog::{Entry, Kind};
use super::date::{Date, Form, NO_SUCH_DATE, Step, write_fraction, write_offset};
use super::strftime::strftime;
use super::val::{Answer, Given, LONGEST, Miss, TOO_LONG, Val};
use crate::time::{Civil, Zone};

/// A row of the table. An attribute stands without parentheses, a method with them.
pub(super) struct Method {
    pub entry: Entry,
    /// `None` for an attribute.
    pub params: Option<&'static [&'static str]>,
    pub run: Run,
}

type Run = for<'a> fn(&Val<'a>, &Given<'a>) -> Answer<'a>;

/// The attribute or method of that name.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|row| row.entry.name == name)
}

const fn field(
    name: &'static str,
    run: Run,
    meaning: &'static str,
    example: &'static str,
    result: &'static str,
) -> Method {
    Method { entry: Entry { name, kind: Kind::Method, meaning, example, result }, params: None, run }
}

const fn call(
    name: &'static str,
    params: &'static [&'static str],
    run: Run,
    meaning: &'static str,
    example: &'static str,
    result: &'static str,
) -> Method {
    Method { entry: Entry { name, kind: Kind::Method, meaning, example, result }, params: Some(params), run }
}

const UNITS: &[&str] = &["years", "months", "weeks", "days", "hours", "minutes", "seconds", "microseconds"];
const PARTS: &[&str] = &["year", "month", "day", "hour", "minute", "second", "microsecond"];

#[rustfmt::skip]
pub(super) static METHODS: &[Method] = &[
    field("year", |v, _| part(v, 0), "Year of a date.", "{{ logical_date.year }}", "2024"),
    field("month", |v, _| part(v, 1), "Month of a date, 1 to 12.", "{{ logical_date.month }}", "3"),
    field("day", |v, _| part(v, 2), "Day of the month.", "{{ logical_date.day }}", "1"),
    field("hour", |v, _| part(v, 3), "Hour of a date, 0 to 23.", "{{ logical_date.hour }}", "0"),
    field("minute", |v, _| part(v, 4), "Minute of a date.", "{{ logical_date.minute }}", "0"),
    field("second", |v, _| part(v, 5), "Second of a date.", "{{ logical_date.second }}", "0"),
    field("microsecond", |v, _| part(v, 6), "Microseconds of the second.", "{{ logical_date.microsecond }}", "0"),
    field("day_of_week", |v, _| part(v, 7), "Day of the week, Monday = 0.", "{{ logical_date.day_of_week }}", "4"),
    field("day_of_year", |v, _| part(v, 8), "Day of the year, from 1.", "{{ logical_date.day_of_year }}", "61"),
    field("week_of_year", |v, _| part(v, 9), "Week by ISO 8601.", "{{ logical_date.week_of_year }}", "9"),
    field("quarter", |v, _| part(v, 10), "Quarter of the year, 1 to 4.", "{{ logical_date.quarter }}", "1"),
    field("days_in_month", |v, _| part(v, 11), "How many days the month has.", "{{ logical_date.days_in_month }}", "31"),
    field("int_timestamp", |v, _| part(v, 12), "Seconds since 1970 in UTC.", "{{ logical_date.int_timestamp }}", "1709251200"),
    field("timezone_name", zone_name, "Name of the zone that a date is written in.", "{{ logical_date.timezone_name }}", "UTC"),
    call("timestamp", &[], timestamp, "Seconds since 1970 in UTC, with a fraction.", "{{ logical_date.timestamp() }}", "1709251200.0"),
    call("weekday", &[], |v, _| part(v, 7), "Day of the week, Monday = 0.", "{{ logical_date.weekday() }}", "4"),
    call("isoweekday", &[], |v, _| part(v, 13), "Day of the week, Monday = 1.", "{{ logical_date.isoweekday() }}", "5"),
    call("isoformat", &[], |v, _| written(v, Form::Ts), "A date as an ISO 8601 timestamp.", "{{ logical_date.isoformat() }}", "2024-03-01T00:00:00+00:00"),
    call("date", &[], |v, _| written(v, Form::Ds), "The day of a date as YYYY-MM-DD.", "{{ logical_date.date() }}", "2024-03-01"),
    call("to_date_string", &[], |v, _| written(v, Form::Ds), "The day of a date as YYYY-MM-DD.", "{{ logical_date.to_date_string() }}", "2024-03-01"),
    call("to_time_string", &[], |v, _| formatted(v, "%H:%M:%S"), "The time of a date as HH:MM:SS.", "{{ logical_date.to_time_string() }}", "00:00:00"),
    call("to_datetime_string", &[], |v, _| formatted(v, "%Y-%m-%d %H:%M:%S"), "A date as YYYY-MM-DD HH:MM:SS.", "{{ logical_date.to_datetime_string() }}", "2024-03-01 00:00:00"),
    call("to_iso8601_string", &[], iso8601, "A timestamp whose offset is Z in UTC.", "{{ logical_date.to_iso8601_string() }}", "2024-03-01T00:00:00Z"),
    call("strftime", &["format"], |v, given| formatted(v, given.text(0)?), "A date in a format of strftime codes.", "{{ logical_date.strftime('%Y/%m') }}", "2024/03"),
    call("add", UNITS, |v, given| added(v, given, 1), "A later date.", "{{ logical_date.add(days=1) | ds }}", "2024-03-02"),
    call("subtract", UNITS, |v, given| added(v, given, -1), "An earlier date.", "{{ logical_date.subtract(months=1) | ds }}", "2024-02-01"),
    call("set", PARTS, replace_parts, "A date with some of its fields replaced.", "{{ logical_date.set(hour=6) | ts }}", "2024-03-01T06:00:00+00:00"),
    call("in_timezone", &["tz"], in_zone, "The same moment in another zone.", "{{ logical_date.in_timezone('Asia/Tokyo') }}", "2024-03-01T09:00:00+09:00"),
    call("in_tz", &["tz"], in_zone, "Short for in_timezone.", "{{ logical_date.in_tz('Asia/Tokyo').hour }}", "9"),
    call("start_of", &["unit"], |v, given| edge(v, given, false), "The first moment of the second, minute, hour, day, week, month, year, decade or century.", "{{ logical_date.start_of('year') | ds }}", "2024-01-01"),
    call("end_of", &["unit"], |v, given| edge(v, given, true), "The last moment of such a unit.", "{{ logical_date.end_of('month') }}", "2024-03-31T23:59:59.999999+00:00"),
    call("replace", &["old", "new", "count", "year", "month", "day", "hour", "minute", "second", "microsecond"], replace, "Text with a part replaced; a date with some of its fields replaced.", "{{ ds.replace('-', '') }}", "20240301"),
    call("split", &["sep", "maxsplit"], split, "The parts of a text between separators.", "{{ ds.split('-')[1] }}", "03"),
    call("upper", &[], |v, _| Ok(Val::text(recased(of_text(v)?, Case::Upper))), "Text in capitals.", "{{ dag_run.conf.region.upper() }}", "EU"),
    call("lower", &[], |v, _| Ok(Val::text(recased(of_text(v)?, Case::Lower))), "Text in small letters.", "{{ 'EU'.lower() }}", "eu"),
    call("strip", &["chars"], |v, given| stripped(v, given, true, true), "Text without white space, or without certain characters, around it.", "{{ ' eu '.strip() }}", "eu"),
    call("lstrip", &["chars"], |v, given| stripped(v, given, true, false), "The same at the start only.", "{{ ds[5:7].lstrip('0') }}", "3"),
    call("rstrip", &["chars"], |v, given| stripped(v, given, false, true), "The same at the end only.", "{{ 'a/b/'.rstrip('/') }}", "a/b"),
    call("get", &["key", "default"], get, "The value of a key, or a default.", "{{ dag_run.conf.get('table', 'all') }}", "all"),
];

const NO_DATE: Miss = Miss::Refused("only dates have this method");
const NO_TEXT: Miss = Miss::Refused("only text has this method");

fn of_date<'v>(value: &'v Val<'_>) -> Result<&'v Date, Miss> {
    match value {
        Val::Date(date) => Ok(date),
        _ => Err(NO_DATE),
    }
}

fn of_text<'v>(value: &'v Val<'_>) -> Result<&'v str, Miss> {
    match value {
        Val::Text(text) => Ok(text),
        _ => Err(NO_TEXT),
    }
}

/// One number of a date, by its place in the table above.
fn part<'a>(value: &Val<'a>, which: u32) -> Answer<'a> {
    let date = of_date(value)?;
    let wall = date.wall();
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let number = match which {
        0 => i64::from(year),
        1 => i64::from(month),
        2 => i64::from(day),
        3 => i64::from(civil.hour()),
        4 => i64::from(civil.minute()),
        5 => i64::from(civil.second()),
        6 => i64::from(wall.micros_of_second()),
        7 => i64::from(wall.weekday()),
        8 => i64::from(civil.day_of_year()),
        9 => i64::from(civil.iso_week().1),
        10 => i64::from(month.div_ceil(3)),
        11 => {
            let first = civil.add_days(1 - i64::from(day));
            first.add_months(1).ok_or(NO_SUCH_DATE)?.day_number() - first.day_number()
        }
        12 => date.micros().div_euclid(1_000_000),
        _ => i64::from(wall.weekday()) + 1,
    };
    Ok(Val::int(number))
}

fn written<'a>(value: &Val<'a>, form: Form) -> Answer<'a> {
    let mut out = String::new();
    of_date(value)?.wall().write(form, &mut out);
    Ok(Val::text(out))
}

fn formatted<'a>(value: &Val<'a>, format: &str) -> Answer<'a> {
    let date = of_date(value)?;
    let wall = date.wall();
    let mut abbreviation = String::from("UTC");
    if !date.zone().is_utc() {
        // The names of offsets ("CET") are no part of a zone table: the offset itself stands for them.
        abbreviation.clear();
        write_offset(wall.offset, false, &mut abbreviation);
    }
    strftime(wall, Some(&abbreviation), format).map(Val::text)
}

fn iso8601<'a>(value: &Val<'a>, _: &Given<'a>) -> Answer<'a> {
    let mut out = written(value, Form::Ts)?.to_text().into_owned();
    if of_date(value)?.zone().is_utc() && out.ends_with("+00:00") {
        out.truncate(out.len() - "+00:00".len());
        out.push('Z');
    }
    Ok(Val::text(out))
}

fn zone_name<'a>(value: &Val<'a>, _: &Given<'a>) -> Answer<'a> {
    Ok(Val::text(of_date(value)?.zone().name().to_owned()))
}

/// Python prints a float in the fewest digits that are exact; a microsecond is one of them.
fn timestamp<'a>(value: &Val<'a>, _: &Given<'a>) -> Answer<'a> {
    let micros = of_date(value)?.micros();
    let mut out = String::new();
    if micros < 0 {
        out.push('-');
    }
    super::value::write_int((micros.unsigned_abs() / 1_000_000) as i64, &mut out);
    out.push('.');
    write_fraction((micros.unsigned_abs() % 1_000_000) as u32, &mut out);
    while out.ends_with('0') && !out.ends_with(".0") {
        out.pop();
    }
    Ok(Val::owned(Value::Decimal(out)))
}

fn added<'a>(value: &Val<'a>, given: &Given<'a>, sign: i64) -> Answer<'a> {
    let date = of_date(value)?;
    let mut step = Step::default();
    for index in 0..UNITS.len() {
        let amount = given.int_or(index, 0)?.checked_mul(sign).ok_or(NO_SUCH_DATE)?;
        let (slot, size) = match index {
            0 => (&mut step.months, 12),
            1 => (&mut step.months, 1),
            2 => (&mut step.days, 7),
            3 => (&mut step.days, 1),
            4 => (&mut step.micros, 3_600_000_000),
            5 => (&mut step.micros, 60_000_000),
            6 => (&mut step.micros, 1_000_000),
            _ => (&mut step.micros, 1),
        };
        *slot = amount.checked_mul(size).and_then(|more| slot.checked_add(more)).ok_or(NO_SUCH_DATE)?;
    }
    date.add(step).map(Val::Date)
}

fn replace_parts<'a>(value: &Val<'a>, given: &Given<'a>) -> Answer<'a> {
    replace_from(of_date(value)?, given, 0)
}

/// The fields of a date stand at `first` and behind among the arguments.
fn replace_from<'a>(date: &Date, given: &Given<'a>, first: usize) -> Answer<'a> {
    let wall = date.wall();
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let field =
        |index: usize, now: u32| u32::try_from(given.int_or(first + index, i64::from(now))?).map_err(|_| NO_SUCH_DATE);
    let year = i32::try_from(field(0, year as u32)?).map_err(|_| NO_SUCH_DATE)?;
    let time = (field(3, civil.hour())?, field(4, civil.minute())?, field(5, civil.second())?);
    let micros = field(6, wall.micros_of_second())?;
    let civil = Civil::new(year, field(1, month)?, field(2, day)?, time.0, time.1, time.2).ok_or(NO_SUCH_DATE)?;
    if micros > 999_999 {
        return Err(NO_SUCH_DATE);
    }
    date.at_wall(civil.ms() * 1000 + i64::from(micros)).map(Val::Date)
}

fn in_zone<'a>(value: &Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let zone = Zone::load(given.text(0)?).map_err(|_| Miss::Refused("no time zone has this name"))?;
    of_date(value)?.in_zone(&zone).map(Val::Date)
}

fn edge<'a>(value: &Val<'a>, given: &Given<'a>, end: bool) -> Answer<'a> {
    of_date(value)?.edge_of(given.text(0)?, end).map(Val::Date)
}

fn replace<'a>(value: &Val<'a>, given: &Given<'a>) -> Answer<'a> {
    match value {
        Val::Date(date) if given.get(0).is_none() => replace_from(date, given, 3),
        other => replace_text(of_text(other)?, given),
    }
}

/// The arguments are the old part, the new one, and how often.
pub(super) fn replace_text<'a>(text: &str, given: &Given<'a>) -> Answer<'a> {
    let (old, new) = (given.text(0)?, given.text(1)?);
    let most = usize::try_from(given.int_or(2, -1)?).unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut from = 0;
    for (at, old) in text.match_indices(old).take(most) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(new);
        from = at + old.len();
        if out.len() > LONGEST {
            break;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    if out.len() > LONGEST { Err(TOO_LONG) } else { Ok(Val::text(out)) }
}

fn split<'a>(value: &Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let text = of_text(value)?;
    let most = usize::try_from(given.int_or(1, -1)?).unwrap_or(usize::MAX);
    let separator = given.text_or_none(0)?;
    let mut rest = match separator {
        Some("") => return Err(Miss::Refused("the separator must not be empty")),
        Some(_) => text,
        None => text.trim_start(),
    };
    let mut parts = Vec::new();
    // Between white space there are no empty parts.
    while separator.is_some() || !rest.is_empty() {
        let cut = match separator {
            _ if parts.len() >= most => None,
            Some(separator) => rest.split_once(separator),
            None => rest.split_once(char::is_whitespace).map(|(part, after)| (part, after.trim_start())),
        };
        let (part, after) = cut.unwrap_or((rest, ""));
        parts.push(Value::Text(part.to_owned()));
        if cut.is_none() {
            break;
        }
        rest = after;
    }
    Ok(Val::owned(Value::List(parts)))
}

fn stripped<'a>(value: &Val<'a>, given: &Given<'a>, start: bool, end: bool) -> Answer<'a> {
    Ok(Val::text(trimmed(of_text(value)?, given.text_or_none(0)?, start, end)))
}

/// Without certain characters, or white space, at its start, its end or both.
pub(super) fn trimmed(text: &str, chars: Option<&str>, start: bool, end: bool) -> String {
    let drop = |c: char| chars.map_or(c.is_whitespace(), |chars| chars.contains(c));
    let text = if start { text.trim_start_matches(drop) } else { text };
    let text = if end { text.trim_end_matches(drop) } else { text };
    text.to_owned()
}

fn get<'a>(value: &Val<'a>, given: &Given<'a>) -> Answer<'a> {
    let is_object = match value {
        Val::Params { .. } => true,
        Val::Json(value) => matches!(value.as_ref(), Value::Object(_) | Value::Null),
        _ => false,
    };
    if !is_object {
        return Err(Miss::Refused("only objects have get"));
    }
    value.get(given.text(0)?).or_else(|miss| given.value(1).unwrap_or(Err(miss)))
}
