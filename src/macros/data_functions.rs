//! Functions that make data: `range`, `dict`, `namespace`, and JSON text.

use std::cell::RefCell;
use std::rc::Rc;

use super::args::Args;
use super::compare::put;
use super::error::{EvalError, TOO_DEEP, TOO_LONG};
use super::json::Json;
use super::print::{Style, write_json};
use super::value::{Answer, DEEPEST, Value};

/// Jinja's sandbox has the same bound.
const LONGEST_RANGE: i64 = 100_000;

/// `range(stop)`, `range(start, stop, step)`.
pub(super) fn range<'a>(args: &Args<'a>) -> Answer<'a> {
    const WHAT: EvalError = EvalError::Refused("an argument must be a whole number");
    let numbers = args.rest.iter().map(|value| value.as_int().ok_or(WHAT)).collect::<Result<Vec<_>, _>>()?;
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (0, *stop, 1),
        [start, stop] => (*start, *stop, 1),
        [start, stop, step] if *step != 0 => (*start, *stop, *step),
        _ => return Err(WHAT),
    };
    let distance = if step > 0 { stop.saturating_sub(start) } else { start.saturating_sub(stop) };
    let count = (distance.max(0) as u64).div_ceil(step.unsigned_abs());
    if count > LONGEST_RANGE as u64 {
        return Err(EvalError::Refused("a range has at most 100000 numbers"));
    }
    Value::list((0..count as i64).map(|index| Value::Int(start + index * step)).collect())
}

/// `dict(a=1)`, `dict(other, a=1)`, `dict(pairs)`.
pub(super) fn dict<'a>(args: &Args<'a>) -> Answer<'a> {
    let made = Value::dict(fields(args)?)?;
    Ok(made)
}

fn fields<'a>(args: &Args<'a>) -> Result<Vec<(Value<'a>, Value<'a>)>, EvalError> {
    let Value::Dict(dict) = Value::dict(Vec::new())? else { return Ok(Vec::new()) };
    match args.rest.as_slice() {
        [] => {}
        [given] => match given.pairs() {
            Some(pairs) => {
                for (key, value) in pairs {
                    put(&dict, key, &value)?;
                }
            }
            None => {
                for pair in given.items()? {
                    match pair.items()?.as_slice() {
                        [key, value] => put(&dict, key.clone(), value)?,
                        _ => return Err(EvalError::Refused("expected pairs of a key and a value")),
                    }
                }
            }
        },
        _ => return Err(EvalError::Refused("too many arguments")),
    }
    for (key, value) in &args.named {
        put(&dict, Value::borrowed(key), value)?;
    }
    Ok(dict.pairs.borrow().clone())
}

/// `namespace(a=1)`: an object whose fields `{% set ns.a = 2 %}` changes.
pub(super) fn namespace<'a>(args: &Args<'a>) -> Answer<'a> {
    let mut named = Vec::new();
    for (key, value) in fields(args)? {
        if value.depth() >= DEEPEST {
            return Err(TOO_DEEP);
        }
        named.push((key.as_text().unwrap_or_default().to_owned(), value));
    }
    Ok(Value::Namespace(Rc::new(RefCell::new(named))))
}

/// `json.loads(text)`.
pub(super) fn loads<'a>(args: &Args<'a>) -> Answer<'a> {
    let json = Json::parse(args.text(0)?).map_err(|_| EvalError::Refused("the text is no JSON"))?;
    Value::owned(&json)
}

/// `json.dumps(value, indent)`.
pub(super) fn dumps<'a>(args: &Args<'a>) -> Answer<'a> {
    as_json(args.need(0)?, args, 1)
}

/// A value as JSON, by the indent that an argument says.
pub(super) fn as_json<'a>(value: &Value<'a>, args: &Args<'a>, place: usize) -> Answer<'a> {
    let style = match args.get(place).filter(|indent| !indent.is_none()) {
        Some(_) => Style::Indented(args.size(place, 0)?),
        None => Style::Compact,
    };
    if matches!(style, Style::Indented(51..)) {
        return Err(TOO_LONG);
    }
    let mut out = String::new();
    write_json(value, style, 0, &mut out)?;
    Ok(Value::text(out))
}
