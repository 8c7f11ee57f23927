//! Equality and order, as Python has them.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::error::{ABSENT, EvalError, TOO_MANY};
use super::span::Span;
use super::value::{Dict, Value};
use crate::sort::sort_by;

const NO_ORDER: EvalError = EvalError::Refused("these two have no order");

/// Python's `==`, which every two values have.
pub(super) fn equal<'a>(a: &Value<'a>, b: &Value<'a>) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => **a == **b,
        (Value::Undefined, Value::Undefined) => true,
        (Value::Moment(a), Value::Moment(b)) => {
            a.offset.is_some() == b.offset.is_some()
                && match a.tz == b.tz {
                    true => a.wall == b.wall,
                    // Python: what may be two moments equals none in another zone.
                    false => a.utc() == b.utc() && !a.is_changing() && !b.is_changing(),
                }
        }
        (Value::Tz(a), Value::Tz(b)) => a == b,
        (Value::Span(a), Value::Span(b)) => match (a.as_ref(), b.as_ref()) {
            (Span::Relative(a), Span::Relative(b)) => a == b,
            (a, b) => a.micros().is_some() && a.micros() == b.micros(),
        },
        (Value::Namespace(a), Value::Namespace(b)) => Rc::ptr_eq(a, b),
        _ if a.is_none() && b.is_none() => true,
        _ if a.is_list() && b.is_list() => {
            let is_tuple = |value: &Value<'_>| matches!(value, Value::Tuple(_));
            let (Ok(first), Ok(second)) = (a.items(), b.items()) else { return false };
            is_tuple(a) == is_tuple(b)
                && first.len() == second.len()
                && first.iter().zip(&second).all(|(a, b)| equal(a, b))
        }
        _ if a.is_object() && b.is_object() => {
            let (first, second) = (a.pairs().unwrap_or_default(), b.pairs().unwrap_or_default());
            let has = |(key, value): &(Value<'a>, Value<'a>)| {
                second.iter().find(|(other, _)| equal(other, key)).is_some_and(|(_, other)| equal(value, other))
            };
            first.len() == second.len() && first.iter().all(has)
        }
        _ => matches!(order(a, b), Ok(Ordering::Equal)),
    }
}

/// Python's `<` and its kin; an error where Python raises.
pub(super) fn order<'a>(a: &Value<'a>, b: &Value<'a>) -> Result<Ordering, EvalError> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Ok(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) if a.offset.is_some() == b.offset.is_some() => {
            Ok(if a.tz == b.tz { a.wall.cmp(&b.wall) } else { a.utc().cmp(&b.utc()) })
        }
        (Value::Day(a, _), Value::Day(b, _)) | (Value::Clock(a, _), Value::Clock(b, _)) => Ok(a.cmp(b)),
        // Python compares days only, where the day is pendulum's and the other date is not.
        (Value::Day(a, true), Value::Moment(b)) if !b.pendulum => Ok(a.cmp(&b.day())),
        (Value::Span(a), Value::Span(b)) => match (a.micros(), b.micros()) {
            (Some(a), Some(b)) => Ok(a.cmp(&b)),
            _ => Err(NO_ORDER),
        },
        (Value::Undefined, _) | (_, Value::Undefined) => Err(ABSENT),
        _ if a.is_list() && b.is_list() => {
            let (first, second) = (a.items()?, b.items()?);
            for (a, b) in first.iter().zip(&second) {
                if !equal(a, b) {
                    return order(a, b);
                }
            }
            Ok(first.len().cmp(&second.len()))
        }
        _ => match (a.as_int(), b.as_int()) {
            (Some(a), Some(b)) => Ok(a.cmp(&b)),
            _ => a.as_float().zip(b.as_float()).and_then(|(a, b)| a.partial_cmp(&b)).ok_or(NO_ORDER),
        },
    }
}

/// Python's `in`.
pub(super) fn contains<'a>(whole: &Value<'a>, part: &Value<'a>) -> Result<bool, EvalError> {
    match whole {
        Value::Text(whole) => match part {
            Value::Text(part) => Ok(whole.contains(&**part)),
            Value::Undefined => Err(ABSENT),
            _ => Err(EvalError::Refused("an argument must be text")),
        },
        Value::Undefined => Ok(false),
        Value::Json(_) | Value::Params(..) if whole.is_object() => {
            Ok(part.as_text().is_some_and(|key| whole.key(key).is_some()))
        }
        _ => Ok(whole.items()?.iter().any(|item| equal(item, part))),
    }
}

/// Keys of an object that a template makes, each of which is held against all before it.
const MOST_KEYS: usize = 5_000;

/// Puts a value under a key: over the one that is there, or behind the others.
pub(super) fn put<'a>(dict: &Dict<'a>, key: Value<'a>, value: &Value<'a>) -> Result<(), EvalError> {
    let value = value.snapshot()?;
    dict.depth.set(dict.depth.get().max(value.depth() + 1));
    let mut pairs = dict.pairs.borrow_mut();
    let is_full = pairs.len() >= MOST_KEYS;
    match pairs.iter_mut().find(|(name, _)| equal(name, &key)) {
        Some(pair) => pair.1 = value,
        None if is_full => return Err(TOO_MANY),
        None => pairs.push((key, value)),
    }
    Ok(())
}

/// The order of many values, as places among them: stable, and an error where two have no order.
pub(super) fn sorted(keys: &[Value<'_>], reverse: bool) -> Result<Vec<usize>, EvalError> {
    let fault = RefCell::new(None);
    let mut places: Vec<usize> = (0..keys.len()).collect();
    sort_by(&mut places, |a, b| {
        let (Some(first), Some(second)) = (keys.get(*a), keys.get(*b)) else { return a < b };
        match order(first, second) {
            Ok(Ordering::Equal) => a < b,
            Ok(found) => (found == Ordering::Less) != reverse,
            Err(error) => {
                *fault.borrow_mut() = Some(error);
                a < b
            }
        }
    });
    fault.into_inner().map_or(Ok(places), Err)
}
