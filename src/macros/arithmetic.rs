//! `+ - * / // % ** ~` and the signs, over numbers, text, lists, dates and durations.

use super::error::{ABSENT, EvalError, LONGEST, MARKUP, TOO_LARGE, TOO_LONG};
use super::format::percent;
use super::host::floats;
use super::moment::{Moment, Step, midnight};
use super::number::bounded;
use super::print::write_text;
use super::span::{Interval, Span};
use super::value::{Answer, Value};
use super::wall::{DAY_MICROS, NO_SUCH_DATE};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Floor,
    Rem,
    Pow,
    Join,
}

const NO_TYPES: EvalError = EvalError::Refused("this operator does not take values of these types");
const BY_ZERO: EvalError = EvalError::Refused("a division by zero");

/// What an operator gives.
pub(super) fn apply<'a>(op: Op, a: &Value<'a>, b: &Value<'a>) -> Answer<'a> {
    if matches!(a, Value::Undefined) || matches!(b, Value::Undefined) {
        return Err(ABSENT);
    }
    if op == Op::Join {
        let mut out = String::new();
        write_text(a, &mut out)?;
        write_text(b, &mut out)?;
        return bounded(out).map(Value::text);
    }
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return ints(op, a, b);
    }
    if let (Some(a), Some(b)) = (a.as_float(), b.as_float()) {
        return fractions(op, a, b);
    }
    if a.is_markup() || b.is_markup() && op != Op::Rem {
        return Err(MARKUP);
    }
    match (op, a, b) {
        (Op::Rem, Value::Text(format), args) => percent(format, args).map(Value::text),
        (Op::Add, Value::Text(a), Value::Text(b)) => bounded([&**a, &**b].concat()).map(Value::text),
        (Op::Mul, Value::Text(text), count) | (Op::Mul, count, Value::Text(text)) => {
            let count = usize::try_from(count.as_int().ok_or(NO_TYPES)?.max(0)).unwrap_or(usize::MAX);
            if text.len().checked_mul(count).is_none_or(|length| length > LONGEST) {
                return Err(TOO_LONG);
            }
            Ok(Value::text(text.repeat(count)))
        }
        (Op::Add, a, b) if a.is_list() && b.is_list() => {
            let is_tuple = matches!(a, Value::Tuple(_));
            if is_tuple != matches!(b, Value::Tuple(_)) {
                return Err(NO_TYPES);
            }
            let mut items = a.items()?;
            items.extend(b.items()?);
            if items.len() > LONGEST >> 6 {
                return Err(TOO_LONG);
            }
            if is_tuple { Value::tuple(items) } else { Value::list(items) }
        }
        (Op::Mul, list, count) | (Op::Mul, count, list) if list.is_list() => {
            let count = usize::try_from(count.as_int().ok_or(NO_TYPES)?.max(0)).unwrap_or(usize::MAX);
            let items = list.items()?;
            if items.len().checked_mul(count).is_none_or(|length| length > LONGEST >> 6) {
                return Err(TOO_LONG);
            }
            Value::list(items.iter().cycle().take(items.len() * count).cloned().collect())
        }
        (op, Value::Span(a), Value::Span(b)) => spans(op, a, b),
        (op, Value::Span(span), number) | (op @ Op::Mul, number, Value::Span(span)) if number.as_float().is_some() => {
            scaled(op, span, number.as_float().ok_or(NO_TYPES)?, number.as_int())
        }
        (Op::Add, date, Value::Span(span)) | (Op::Add, Value::Span(span), date) => shifted(date, span, false),
        (Op::Sub, date, Value::Span(span)) => shifted(date, span, true),
        (Op::Sub, Value::Moment(a), Value::Moment(b)) => {
            if a.offset.is_some() != b.offset.is_some() {
                return Err(NO_TYPES);
            }
            if a.pendulum || b.pendulum {
                let lift = |moment: &Moment| Moment { pendulum: true, ..moment.clone() };
                return Ok(Value::span(Span::Interval(Interval::new(lift(b), lift(a), false, false))));
            }
            let micros = if a.tz == b.tz { a.wall - b.wall } else { a.utc() - b.utc() };
            Ok(Value::span(Span::Time(micros)))
        }
        // Of a date with a time pendulum takes the day.
        (Op::Sub, a @ Value::Day(_, true), Value::Moment(b)) => apply(op, a, &Value::Day(b.day(), true)),
        (Op::Sub, Value::Day(a, is_pendulum), Value::Day(b, _)) => Ok(Value::span(if *is_pendulum {
            Span::Interval(Interval::new(midnight(*b)?, midnight(*a)?, true, false))
        } else {
            Span::Time((a - b) * DAY_MICROS)
        })),
        _ => Err(NO_TYPES),
    }
}

fn ints<'a>(op: Op, a: i64, b: i64) -> Answer<'a> {
    let result = match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        // Beyond this two roundings could differ from Python's one.
        Op::Div if a.unsigned_abs().max(b.unsigned_abs()) > 1 << 53 => None,
        Op::Div => return fractions(op, a as f64, b as f64),
        Op::Pow if b < 0 => return fractions(op, a as f64, b as f64),
        Op::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        _ if b == 0 => return Err(BY_ZERO),
        Op::Floor => a.checked_div_euclid(b).map(|quotient| quotient - i64::from(b < 0 && a.rem_euclid(b) != 0)),
        _ => a.checked_rem_euclid(b).map(|rest| if b < 0 && rest != 0 { rest + b } else { rest }),
    };
    result.map(Value::Int).ok_or(TOO_LARGE)
}

fn fractions<'a>(op: Op, a: f64, b: f64) -> Answer<'a> {
    if b == 0.0 && (matches!(op, Op::Div | Op::Floor | Op::Rem)) || op == Op::Pow && a == 0.0 && b < 0.0 {
        return Err(BY_ZERO);
    }
    Ok(Value::Float(match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Pow if a < 0.0 && b.fract() != 0.0 => return Err(NO_TYPES),
        Op::Pow => match (floats().power)(a, b) {
            power if power.is_infinite() && a.is_finite() && b.is_finite() => return Err(TOO_LARGE),
            power => power,
        },
        _ => {
            let rest = match rest_of(a, b) {
                0.0 => 0.0f64.copysign(b),
                rest if (rest < 0.0) != (b < 0.0) => rest + b,
                rest => rest,
            };
            match ((a - rest) / b).round() {
                _ if op == Op::Rem => rest,
                0.0 => 0.0f64.copysign(a / b),
                quotient => quotient,
            }
        }
    }))
}

/// `a % b`, exactly: core's own divides 128 bits by 64 for speed, which are 2 kB of wasm.
fn rest_of(a: f64, b: f64) -> f64 {
    if !a.is_finite() || b.is_nan() {
        return f64::NAN;
    }
    let (mut rest, least) = (a.abs(), b.abs());
    let mut step = least;
    while step.is_finite() && step <= rest / 2.0 {
        step *= 2.0;
    }
    while step.is_finite() && step >= least {
        // At most twice the step, so the difference is exact.
        if rest >= step {
            rest -= step;
        }
        step /= 2.0;
    }
    rest.copysign(a)
}

/// The sign of a number or a duration, or Python's `abs`.
pub(super) fn negated<'a>(value: &Value<'a>) -> Answer<'a> {
    match value {
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Digits(digits) => match digits.strip_prefix('-') {
            Some(digits) => Ok(Value::Digits(super::value::Text::Shared(digits.into()))),
            None => Ok(Value::Digits(super::value::Text::Shared(["-", digits].concat().into()))),
        },
        Value::Span(span) => Ok(Value::span(match span.as_ref() {
            Span::Relative(relative) => Span::Relative(relative.negated()),
            Span::Interval(Interval { start, end, days, .. }) => {
                Span::Interval(Interval::new(end.clone(), start.clone(), *days, false))
            }
            Span::Time(micros) => Span::Time(-micros),
            Span::Duration(micros) => Span::Duration(-micros),
        })),
        other => other.as_int().and_then(i64::checked_neg).map(Value::Int).ok_or(NO_TYPES),
    }
}

fn same_kind(span: &Span, micros: i64) -> Span {
    if matches!(span, Span::Time(_)) { Span::Time(micros) } else { Span::Duration(micros) }
}

fn spans<'a>(op: Op, a: &Span, b: &Span) -> Answer<'a> {
    if let (Span::Relative(first), Span::Relative(second), Op::Add | Op::Sub) = (a, b, op) {
        let sum = if op == Op::Sub { first.plus(&second.negated(), first) } else { first.plus(second, second) };
        return Ok(Value::span(Span::Relative(sum)));
    }
    let (Some(first), Some(second)) = (a.micros(), b.micros()) else { return Err(NO_TYPES) };
    // Pendulum's duration wins, from either side.
    let kind = if matches!(a, Span::Time(_)) { b } else { a };
    match op {
        Op::Add => Ok(Value::span(same_kind(kind, first.checked_add(second).ok_or(NO_SUCH_DATE)?))),
        Op::Sub => Ok(Value::span(same_kind(kind, first.checked_sub(second).ok_or(NO_SUCH_DATE)?))),
        Op::Div | Op::Floor | Op::Rem if second == 0 => Err(BY_ZERO),
        Op::Div => Ok(Value::Float(first as f64 / second as f64)),
        Op::Floor => ints(op, first, second),
        Op::Rem => Ok(Value::span(same_kind(a, ints(op, first, second)?.as_int().unwrap_or(0)))),
        _ => Err(NO_TYPES),
    }
}

fn scaled<'a>(op: Op, span: &Span, number: f64, whole: Option<i64>) -> Answer<'a> {
    if let (Span::Relative(relative), Op::Mul, Some(times)) = (span, op, whole) {
        if relative.fraction {
            return Err(NO_TYPES);
        }
        let scaled = relative.times(times);
        return Ok(Value::span(Span::Relative(scaled)));
    }
    let micros = span.micros().ok_or(NO_TYPES)?;
    if number == 0.0 && op != Op::Mul {
        return Err(BY_ZERO);
    }
    let result = match (op, whole) {
        (Op::Mul, Some(times)) => micros.checked_mul(times).ok_or(NO_SUCH_DATE)?,
        (Op::Mul, None) => to_micros(micros as f64 * number)?,
        (Op::Div, _) => to_micros(micros as f64 / number)?,
        (Op::Floor, Some(times)) => ints(op, micros, times)?.as_int().unwrap_or(0),
        _ => return Err(NO_TYPES),
    };
    Ok(Value::span(same_kind(span, result)))
}

/// Rounded to a whole number, halves to the even one, as Python does with parts of microseconds.
pub(super) fn to_micros(micros: f64) -> Result<i64, EvalError> {
    let rounded = micros.round_ties_even();
    if rounded.abs() < 9e18 { Ok(rounded as i64) } else { Err(NO_SUCH_DATE) }
}

fn shifted<'a>(date: &Value<'a>, span: &Span, negate: bool) -> Answer<'a> {
    match (date, span) {
        (Value::Moment(moment), Span::Relative(relative)) => {
            let relative = if negate { relative.negated() } else { relative.clone() };
            relative.apply(moment).map(Value::moment)
        }
        (Value::Day(..), Span::Relative(relative)) if relative.fraction => Err(NO_TYPES),
        (Value::Day(day, _), Span::Relative(relative)) => {
            let relative = if negate { relative.negated() } else { relative.clone() };
            let moment = relative.apply(&midnight(*day)?)?;
            Ok(if relative.has_time() {
                Value::moment(Moment { pendulum: false, ..moment })
            } else {
                Value::Day(moment.day(), matches!(date, Value::Day(_, true)))
            })
        }
        (Value::Moment(moment), span) => {
            let step = if moment.pendulum {
                span.step(negate)
            } else {
                let micros = span.micros().unwrap_or(0);
                Step { micros: if negate { -micros } else { micros }, ..Step::default() }
            };
            moment.add(step).map(Value::moment)
        }
        (Value::Day(day, is_pendulum), span) => {
            let micros = span.micros().unwrap_or(0);
            let days = if matches!(span, Span::Time(_)) { micros.div_euclid(DAY_MICROS) } else { micros / DAY_MICROS };
            let moment = midnight(day + if negate { -days } else { days })?;
            Ok(Value::Day(moment.day(), *is_pendulum))
        }
        _ => Err(NO_TYPES),
    }
}

#[cfg(test)]
mod tests {
    use super::rest_of;

    #[test]
    fn rests_are_exact() {
        let numbers =
            [0.0, 5e-324, 1e-310, 0.1, 0.3, 1.0, 2.5, 3.0, 1e15 + 0.5, 7e22, 1.7e308, f64::MAX, f64::INFINITY];
        for a in numbers.into_iter().flat_map(|number| [number, -number]) {
            for b in numbers.into_iter().filter(|number| *number != 0.0).flat_map(|number| [number, -number]) {
                let (found, expected) = (rest_of(a, b), a % b);
                assert!(found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(), "{a} % {b}");
            }
        }
    }
}
