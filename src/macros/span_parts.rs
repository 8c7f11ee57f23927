//! What a duration shows.

use super::args::Args;
use super::error::EvalError;
use super::span::{Span, split, told, write_words};
use super::value::{Answer, Value};

pub(super) fn span_of<'v>(value: &'v Value<'_>) -> Result<&'v Span, EvalError> {
    match value {
        Value::Span(span) => Ok(span),
        _ => Err(EvalError::Refused("this value has no such method")),
    }
}

/// Days, seconds and microseconds: of a timedelta only the days may be negative, of a Duration all are.
pub(super) fn span_part<'a>(value: &Value<'a>, which: usize) -> Answer<'a> {
    const DAY: i64 = super::wall::DAY_MICROS;
    let span = span_of(value)?;
    if let Span::Relative(relative) = span {
        if relative.fraction {
            return Err(EvalError::Refused("this operator does not take values of these types"));
        }
        let [years, months, days, _, hours, minutes, seconds, micros] = relative.add;
        let parts = [years, months, days / 7, days, hours, minutes, seconds, micros];
        return Ok(Value::Int(parts.get(which).copied().unwrap_or(0)));
    }
    let micros = span.micros().unwrap_or(0);
    let (days, seconds, rest) = match span {
        Span::Time(_) => (micros.div_euclid(DAY), micros.rem_euclid(DAY) / 1_000_000, micros.rem_euclid(1_000_000)),
        _ => split(micros),
    };
    Ok(Value::Int(match which {
        3 => days,
        6 => seconds,
        7 => rest,
        which => told(span).get(which).copied().unwrap_or(0),
    }))
}

const DAY: f64 = 86_400.0;

/// Its length in a unit of so many seconds.
pub(super) fn total<'a>(value: &Value<'a>, unit: f64) -> Answer<'a> {
    let seconds = span_of(value)?.micros().unwrap_or(0) as f64 / 1e6;
    // Pendulum's weeks are sevenths of its days.
    Ok(Value::Float(if unit > DAY { seconds / DAY / (unit / DAY) } else { seconds / unit }))
}

pub(super) fn whole<'a>(value: &Value<'a>, unit: i64) -> Answer<'a> {
    let span = span_of(value)?;
    if let (Span::Interval(interval), 86_400 | 604_800) = (span, unit) {
        let [.., days] = interval.parts();
        return Ok(Value::Int(days / (unit / 86_400)));
    }
    Ok(Value::Int(span.micros().unwrap_or(0) / 1_000_000 / unit))
}

pub(super) fn words<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let mut out = String::new();
    write_words(span_of(value)?, args.text_or_none(1)?.unwrap_or(" "), &mut out);
    Ok(Value::text(out))
}

pub(super) fn bounds<'a>(value: &Value<'a>, end: bool) -> Answer<'a> {
    let Span::Interval(interval) = span_of(value)? else {
        return Err(EvalError::Refused("this value has no such method"));
    };
    let edge = if end { &interval.end } else { &interval.start };
    Ok(if interval.days { Value::Day(edge.day(), true) } else { Value::moment(edge.clone()) })
}
