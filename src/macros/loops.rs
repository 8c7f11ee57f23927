//! What `loop` shows inside a `{% for %}`.

use super::args::Args;
use super::error::EvalError;
use super::value::{Answer, Value};

pub(super) fn loop_part<'a>(value: &Value<'a>, which: &str) -> Answer<'a> {
    let Value::Loop(state) = value else { return Err(EvalError::Refused("this value has no such method")) };
    let (index, length) = (state.index.get(), state.items.len());
    Ok(match which {
        "index" => Value::Int(index as i64 + 1),
        "index0" => Value::Int(index as i64),
        "revindex" => Value::Int(length as i64 - index as i64),
        "revindex0" => Value::Int(length as i64 - index as i64 - 1),
        "first" => Value::Bool(index == 0),
        "last" => Value::Bool(index + 1 == length),
        "length" => Value::Int(length as i64),
        "depth" => Value::Int(state.depth as i64),
        "depth0" => Value::Int(state.depth as i64 - 1),
        "previtem" => index.checked_sub(1).and_then(|at| state.items.get(at).cloned()).unwrap_or(Value::Undefined),
        _ => state.items.get(index + 1).cloned().unwrap_or(Value::Undefined),
    })
}

pub(super) fn cycle<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let Value::Loop(state) = value else { return Err(EvalError::Refused("this value has no such method")) };
    let place = state.index.get().checked_rem(args.rest.len());
    place.and_then(|place| args.rest.get(place).cloned()).ok_or(EvalError::Refused("an argument is missing"))
}

pub(super) fn changed<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let Value::Loop(state) = value else { return Err(EvalError::Refused("this value has no such method")) };
    let now = Value::tuple(args.rest.clone())?;
    let before = state.seen.replace(Some(now.clone()));
    Ok(Value::Bool(before.is_none_or(|before| !super::compare::equal(&before, &now))))
}
