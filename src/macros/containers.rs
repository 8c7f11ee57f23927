//! What lists, tuples and objects can do.

use super::args::Args;
use super::compare::{equal, put};
use super::error::{ABSENT, EvalError, LONGEST, TOO_LONG};
use super::value::{Answer, Value, gather};

const NO_LIST: EvalError = EvalError::Refused("only what was made in the template can be changed");
const NO_OBJECT: EvalError = EvalError::Refused("this value has no such method");

/// Element or character `index`; negative ones count from the end.
pub(super) fn at<'a>(value: &Value<'a>, index: i64) -> Value<'a> {
    let place = |len: usize| usize::try_from(if index < 0 { index + len as i64 } else { index }).ok();
    let found = match value {
        Value::Text(text) => {
            let letters = if text.is_ascii() { text.len() } else { text.chars().count() };
            place(letters)
                .filter(|place| *place < letters)
                .map(|place| Value::text(super::text_methods::letters(text, place, place + 1)))
        }
        Value::List(list) | Value::Tuple(list) => {
            let items = list.items.borrow();
            place(items.len()).and_then(|place| items.get(place).cloned())
        }
        Value::Json(super::json::Json::List(items)) => {
            place(items.len()).and_then(|place| items.get(place)).map(Value::of)
        }
        _ => None,
    };
    found.unwrap_or(Value::Undefined)
}

/// From `start` to before `end` by steps, by characters or elements, as Python cuts.
pub(super) fn slice<'a>(value: &Value<'a>, bounds: [Option<i64>; 3]) -> Answer<'a> {
    let [start, end, step] = bounds;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(EvalError::Refused("the step of a slice is not 0"));
    }
    let range = |len: usize| {
        let len = len as i64;
        let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamp = |index: i64| (if index < 0 { index + len } else { index }).clamp(low, high);
        let (first, last) = if step > 0 { (0, len) } else { (len - 1, -1) };
        (start.map_or(first, clamp), end.map_or(last, clamp))
    };
    let places = |len: usize| {
        let (start, end) = range(len);
        let inside = move |at: &i64| if step > 0 { *at < end } else { *at > end };
        let next = move |at: &i64| at.checked_add(step).filter(inside);
        std::iter::successors(Some(start).filter(inside), next).filter_map(|at| usize::try_from(at).ok())
    };
    if let Value::Text(text) = value {
        if step == 1 && text.is_ascii() {
            let (start, end) = range(text.len());
            return Ok(Value::text(text.get(start as usize..end.max(start) as usize).unwrap_or_default()));
        }
        let letters: Vec<char> = text.chars().collect();
        let cut: String = places(letters.len()).filter_map(|place| letters.get(place)).collect();
        return Ok(Value::text(cut));
    }
    if !value.is_list() {
        return Err(EvalError::Refused("only text, lists and objects have elements"));
    }
    let items = value.items()?;
    let cut = places(items.len()).filter_map(|place| items.get(place).cloned()).collect();
    if matches!(value, Value::Tuple(_)) { Value::tuple(cut) } else { Value::list(cut) }
}

/// The value of a key, or a default.
pub(super) fn get<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    if !value.is_object() && !value.is_none() {
        return Err(NO_OBJECT);
    }
    let key = args.need(0)?;
    let found = match key.as_text() {
        Some(key) => value.key(key),
        None => find(value, key),
    };
    Ok(found.unwrap_or_else(|| args.get(1).cloned().unwrap_or(Value::Absent)))
}

fn find<'a>(value: &Value<'a>, key: &Value<'a>) -> Option<Value<'a>> {
    value.pairs()?.into_iter().find(|(name, _)| equal(name, key)).map(|(_, value)| value)
}

/// What an index in brackets gives.
pub(super) fn item<'a>(value: &Value<'a>, index: &Value<'a>) -> Answer<'a> {
    Ok(match (value, index) {
        (Value::Undefined, _) | (_, Value::Undefined) => return Err(ABSENT),
        (Value::Absent, _) => return Err(ABSENT),
        (value, Value::Text(key)) if value.is_object() => value.key(key).unwrap_or(Value::Undefined),
        (Value::Dict(_), key) => find(value, key).unwrap_or(Value::Undefined),
        (value, index) => match index.as_int() {
            Some(index) => at(value, index),
            None => Value::Undefined,
        },
    })
}

/// Keys, values, or both in pairs.
pub(super) fn entries<'a>(value: &Value<'a>, keys: bool, values: bool) -> Answer<'a> {
    let mut entries = Vec::new();
    for (key, value) in value.pairs().ok_or(NO_OBJECT)? {
        entries.push(match (keys, values) {
            (true, true) => Value::tuple(vec![key, value])?,
            (true, false) => key,
            _ => value,
        });
    }
    Value::list(entries)
}

/// Changes a list in place.
pub(super) fn change<'a>(value: &Value<'a>, args: &Args<'a>, how: &str) -> Answer<'a> {
    let Value::List(list) = value else { return Err(NO_LIST) };
    let added = match how {
        "append" => vec![args.need(0)?.snapshot()?],
        "insert" => vec![args.need(1)?.snapshot()?],
        "extend" => gather(args.need(0)?.items()?.iter().map(Value::snapshot))?,
        _ => Vec::new(),
    };
    let mut items = list.items.borrow_mut();
    if items.len() + added.len() > LONGEST >> 4 {
        return Err(TOO_LONG);
    }
    match how {
        "insert" => {
            let at = args.int_or(0, 0)?;
            let len = items.len() as i64;
            let at = (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
            items.splice(at..at, added);
        }
        "pop" => {
            let at = args.int_or(0, -1)?;
            let at = usize::try_from(if at < 0 { at + items.len() as i64 } else { at }).unwrap_or(usize::MAX);
            if at >= items.len() {
                return Err(EvalError::Refused("there is no such element"));
            }
            return Ok(items.remove(at));
        }
        "remove" => {
            let part = args.need(0)?;
            let at = items.iter().position(|item| equal(item, part));
            items.remove(at.ok_or(EvalError::Refused("there is no such element"))?);
        }
        "reverse" => items.reverse(),
        "clear" => items.clear(),
        "sort" => {
            let order = super::compare::sorted(&items, args.is_true(0, false))?;
            *items = order.into_iter().filter_map(|place| items.get(place).cloned()).collect();
        }
        _ => items.extend(added),
    }
    Ok(Value::None)
}

/// `update`, `setdefault`, `pop` and `clear` of an object.
pub(super) fn change_object<'a>(value: &Value<'a>, args: &Args<'a>, how: &str) -> Answer<'a> {
    let Value::Dict(dict) = value else {
        return Err(EvalError::Refused("only what was made in the template can be changed"));
    };
    match how {
        "update" => {
            if let Some(other) = args.rest.first() {
                for (key, value) in other.pairs().ok_or(EvalError::Refused("only objects have keys"))? {
                    put(dict, key, &value)?;
                }
            }
            for (key, value) in &args.named {
                put(dict, Value::borrowed(key), value)?;
            }
            Ok(Value::None)
        }
        "setdefault" => {
            let key = args.need(0)?;
            if let Some(known) = find(value, key) {
                return Ok(known);
            }
            let default = args.get(1).cloned().unwrap_or(Value::None);
            put(dict, key.clone(), &default)?;
            Ok(default)
        }
        "clear" => {
            dict.pairs.borrow_mut().clear();
            Ok(Value::None)
        }
        _ => {
            let key = args.need(0)?;
            let mut pairs = dict.pairs.borrow_mut();
            match pairs.iter().position(|(name, _)| equal(name, key)) {
                Some(place) => Ok(pairs.remove(place).1),
                None => args.get(1).cloned().ok_or(EvalError::Refused("there is no such element")),
            }
        }
    }
}

/// Where an element stands in a list, or how often.
pub(super) fn index<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let part = args.need(0)?;
    let at = value.items()?.iter().position(|item| equal(item, part));
    at.map(|at| Value::Int(at as i64)).ok_or(EvalError::Refused("there is no such element"))
}

pub(super) fn count<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let part = args.need(0)?;
    Ok(Value::Int(value.items()?.iter().filter(|item| equal(item, part)).count() as i64))
}
