//! Filters over the elements of lists, texts and objects.

use super::args::Args;
use super::arithmetic::{Op, apply};
use super::checks;
use super::compare::{equal, order, sorted};
use super::containers::{at, item};
use super::error::{ABSENT, AT_LEAST_1, EvalError, LONGEST, TOO_LONG};
use super::host::{Case, recased};
use super::methods::subscript;
use super::print::write_text;
use super::value::{Answer, Value, gather};

/// A part of an element by a path such as `a.b.0`.
pub(super) fn path<'a>(value: &Value<'a>, path: &Value<'a>) -> Answer<'a> {
    if let Some(index) = path.as_int() {
        return Ok(at(value, index));
    }
    let path = path.as_text().ok_or(EvalError::Refused("an argument must be text"))?;
    let mut found = value.clone();
    for key in path.split('.') {
        if key.starts_with('_') {
            return Err(EvalError::Refused("names that begin with an underscore are out of reach"));
        }
        found = match key.parse::<i64>() {
            Ok(index) => item(&found, &Value::Int(index))?,
            Err(_) => subscript(&found, &Value::text(key))?,
        };
    }
    Ok(found)
}

/// What elements are compared by: an attribute where one is given, in small letters unless case counts.
fn key<'a>(value: &Value<'a>, attribute: Option<&Value<'a>>, case: bool) -> Answer<'a> {
    let found = match attribute.filter(|attribute| !attribute.is_none()) {
        Some(attribute) => path(value, attribute)?,
        None => value.clone(),
    };
    Ok(match &found {
        Value::Text(text) if !case => Value::text(recased(text, Case::Lower)),
        _ => found,
    })
}

fn keys<'a>(items: &[Value<'a>], attribute: Option<&Value<'a>>, case: bool) -> Result<Vec<Value<'a>>, EvalError> {
    gather(items.iter().map(|item| key(item, attribute, case)))
}

fn in_order<'a>(items: &[Value<'a>], keys: &[Value<'a>], reverse: bool) -> Result<Vec<Value<'a>>, EvalError> {
    Ok(sorted(keys, reverse)?.into_iter().filter_map(|place| items.get(place).cloned()).collect())
}

/// `sort(reverse, case_sensitive, attribute)`; several attributes stand with commas between them.
pub(super) fn sort<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let (items, case) = (value.items()?, args.is_true(1, false));
    let keys = match args.get(2).and_then(Value::as_text) {
        Some(names) if names.contains(',') => {
            let parts = |item: &Value<'a>| {
                let part = |name: &str| key(item, Some(&Value::text(name.trim())), case);
                Value::list(gather(names.split(',').map(part))?)
            };
            gather(items.iter().map(parts))?
        }
        _ => keys(&items, args.get(2), case)?,
    };
    Value::list(in_order(&items, &keys, args.is_true(0, false))?)
}

/// `dictsort(case_sensitive, by, reverse)`.
pub(super) fn dictsort<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let pairs = value.pairs().ok_or(EvalError::Refused("only objects have keys"))?;
    let by_value = match args.text_or_none(1)? {
        Some("value") => true,
        None | Some("key") => false,
        _ => return Err(EvalError::Refused("this is none of the words that it takes")),
    };
    let part =
        |(name, value): &(Value<'a>, Value<'a>)| key(if by_value { value } else { name }, None, args.is_true(0, false));
    let keys = gather(pairs.iter().map(part))?;
    let pair = |place: usize| pairs.get(place).map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()]));
    let order = sorted(&keys, args.is_true(2, false))?;
    Value::list(gather(order.into_iter().filter_map(pair))?)
}

/// `unique(case_sensitive, attribute)`.
pub(super) fn unique<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let items = value.items()?;
    let keys = keys(&items, args.get(1), args.is_true(0, false))?;
    if keys.len() > 5_000 {
        return Err(super::error::TOO_MANY);
    }
    let is_new = |place: usize| {
        let before = keys.get(..place).unwrap_or_default();
        keys.get(place).is_some_and(|key| !before.iter().any(|other| equal(other, key)))
    };
    Value::list(items.iter().enumerate().filter(|(place, _)| is_new(*place)).map(|(_, item)| item.clone()).collect())
}

/// `min(case_sensitive, attribute)` and `max`.
pub(super) fn extreme<'a>(value: &Value<'a>, args: &Args<'a>, largest: bool) -> Answer<'a> {
    let items = value.items()?;
    let keys = keys(&items, args.get(1), args.is_true(0, false))?;
    let mut best = 0;
    for (place, key) in keys.iter().enumerate().skip(1) {
        let Some(known) = keys.get(best) else { continue };
        let order = order(key, known)?;
        if if largest { order.is_gt() } else { order.is_lt() } {
            best = place;
        }
    }
    Ok(items.get(best).cloned().unwrap_or(Value::Undefined))
}

/// `sum(attribute, start)`.
pub(super) fn sum<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let start = args.get(1).cloned().unwrap_or(Value::Int(0));
    let keys = keys(&value.items()?, args.get(0), true)?;
    keys.iter().try_fold(start, |sum, item| apply(Op::Add, &sum, item))
}

/// `groupby(attribute, default, case_sensitive)`: pairs of a value and the elements that have it.
pub(super) fn groupby<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let (items, attribute, case) = (value.items()?, args.need(0)?, args.is_true(2, false));
    let part = |item: &Value<'a>| match path(item, attribute)? {
        Value::Undefined => Ok(args.get(1).cloned().unwrap_or(Value::Undefined)),
        found => Ok(found),
    };
    let values = gather(items.iter().map(part))?;
    let keys = keys(&values, None, case)?;
    let mut groups: Vec<(usize, Vec<Value<'a>>)> = Vec::new();
    for place in sorted(&keys, false)? {
        let Some(item) = items.get(place) else { continue };
        match groups.last_mut() {
            Some((first, group)) if keys.get(*first).zip(keys.get(place)).is_some_and(|(a, b)| equal(a, b)) => {
                group.push(item.clone());
            }
            _ => groups.push((place, vec![item.clone()])),
        }
    }
    let pair = |(first, group): (usize, Vec<Value<'a>>)| {
        Value::tuple(vec![values.get(first).cloned().unwrap_or(Value::Undefined), Value::list(group)?])
    };
    Value::list(gather(groups.into_iter().map(pair))?)
}

/// `join(d, attribute)`.
pub(super) fn join<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let between = args.printed(0)?;
    let mut out = String::new();
    for (i, item) in value.items()?.iter().enumerate() {
        if i > 0 {
            out.push_str(between.as_deref().unwrap_or_default());
        }
        write_text(&key(item, args.get(1), true)?, &mut out)?;
        if out.len() > LONGEST {
            return Err(TOO_LONG);
        }
    }
    Ok(Value::text(out))
}

/// More columns, or places of a row that is filled up, are refused.
const MOST_COLUMNS: usize = 100_000;

/// `batch(linecount, fill_with)`: rows of so many elements.
pub(super) fn batch<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let size = args.size(0, 1)?;
    if size == 0 {
        return Err(AT_LEAST_1);
    }
    let mut rows: Vec<Vec<Value<'a>>> = value.items()?.chunks(size).map(<[Value<'a>]>::to_vec).collect();
    if let (Some(fill), Some(last)) = (args.get(1).filter(|fill| !fill.is_none()), rows.last_mut()) {
        if size > MOST_COLUMNS {
            return Err(TOO_LONG);
        }
        last.resize(size, fill.clone());
    }
    Value::list(gather(rows.into_iter().map(Value::list))?)
}

/// `slice(slices, fill_with)`: so many columns.
pub(super) fn slice<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let count = args.size(0, 1)?;
    if count == 0 || count > MOST_COLUMNS {
        return Err(if count == 0 { AT_LEAST_1 } else { TOO_LONG });
    }
    let items = value.items()?;
    let (each, extra) = (items.len() / count, items.len() % count);
    let (mut columns, mut from) = (Vec::new(), 0);
    for column in 0..count {
        let to = from + each + usize::from(column < extra);
        let mut part = items.get(from..to).unwrap_or_default().to_vec();
        if let Some(fill) = args.get(1).filter(|fill| !fill.is_none() && column >= extra) {
            part.push(fill.clone());
        }
        columns.push(Value::list(part)?);
        from = to;
    }
    Value::list(columns)
}

/// `select`, `reject` and their kin by an attribute: what a test keeps.
pub(super) fn select<'a>(value: &Value<'a>, args: &Args<'a>, keep: bool, by_attribute: bool) -> Answer<'a> {
    if value.is_none() {
        return Value::list(Vec::new());
    }
    let mut rest = args.rest.iter();
    let attribute = if by_attribute { Some(rest.next().ok_or(ABSENT)?) } else { None };
    let check = match rest.next() {
        Some(name) => {
            let name = name.as_text().and_then(checks::find);
            Some(name.ok_or(EvalError::Refused("no test has this name"))?)
        }
        None => None,
    };
    let more = match check {
        Some(check) => Args::bind(check.params, rest.cloned().collect(), Vec::new(), args.now)?,
        None => Args::default(),
    };
    let mut kept = Vec::new();
    for item in value.items()? {
        let part = match attribute {
            Some(attribute) => path(&item, attribute)?,
            None => item.clone(),
        };
        let holds = check.map_or_else(|| Ok(part.is_truthy()), |check| check.holds(&part, &more))?;
        if holds == keep {
            kept.push(item);
        }
    }
    Value::list(kept)
}
