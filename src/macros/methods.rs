//! Attributes and methods of values, found by name.

use super::args::Args;
use super::containers::item;
use super::error::EvalError;
use super::format::{braces, field_path};
use super::method_kinds::{Method, kind};
use super::method_table::METHODS;
use super::text_methods::of;
use super::value::{Answer, Value};

/// Whether some value has an attribute or method of this name.
pub(super) fn is_known(name: &str) -> bool {
    !rows(name).is_empty()
}

/// All attributes and methods with a name.
pub(super) fn rows(name: &str) -> &'static [Method] {
    let rows = METHODS.get(METHODS.partition_point(|row| row.name < name)..).unwrap_or_default();
    rows.get(..rows.iter().take_while(|row| row.name == name).count()).unwrap_or_default()
}

/// The attribute or method among those of one name that a value has.
pub(super) fn find(value: &Value<'_>, rows: &'static [Method]) -> Option<&'static Method> {
    let kind = kind(value);
    rows.iter().find(|row| row.on & kind != 0)
}

/// `value.name` without parentheses.
pub(super) fn attribute<'a>(value: &Value<'a>, name: &str) -> Answer<'a> {
    attribute_of(value, name, rows(name))
}

/// `value.name` with the attributes and methods of the name, which the parser has looked up.
pub(super) fn attribute_of<'a>(value: &Value<'a>, name: &str, rows: &'static [Method]) -> Answer<'a> {
    if value.is_absent() {
        return Err(super::error::ABSENT);
    }
    if let Value::Namespace(fields) = value {
        let fields = fields.borrow();
        return Ok(fields.iter().find(|(key, _)| key == name).map_or(Value::Undefined, |(_, value)| value.clone()));
    }
    match find(value, rows) {
        Some(row) if row.params.is_none() => (row.run)(value, &Args::default()),
        // A key of an object may have the name of a method.
        Some(_) => match value.key(name) {
            Some(found) => Ok(found),
            None => Err(EvalError::Refused("parentheses are missing here, or too many")),
        },
        None => match (name.strip_prefix("tm_"), value) {
            (Some(part), Value::Tuple(_)) if value.len() == Some(9) => {
                let parts = ["year", "mon", "mday", "hour", "min", "sec", "wday", "yday", "isdst"];
                let place = parts.iter().position(|known| *known == part);
                Ok(place.map_or(Value::Undefined, |place| super::containers::at(value, place as i64)))
            }
            _ => Ok(value.key(name).unwrap_or(Value::Undefined)),
        },
    }
}

/// `value[index]`, or `value.name` where there is no such element.
pub(super) fn subscript<'a>(value: &Value<'a>, index: &Value<'a>) -> Answer<'a> {
    match (item(value, index)?, index.as_text()) {
        (Value::Undefined, Some(name)) if !value.is_object() && !value.is_list() => attribute(value, name),
        (found, _) => Ok(found),
    }
}

fn format<'a>(value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
    let mut next = 0;
    let mut resolve = |name: &str| {
        let (first, keys) = field_path(name).ok_or(EvalError::Refused("this is no name"))?;
        let mut found = if first.is_empty() {
            next += 1;
            args.rest.get(next - 1).cloned()
        } else if let Ok(place) = first.parse::<usize>() {
            args.rest.get(place).cloned()
        } else {
            args.named.iter().find(|(key, _)| *key == first).map(|(_, value)| value.clone())
        }
        .ok_or(EvalError::Refused("an argument is missing"))?;
        for key in keys {
            if key.starts_with('_') {
                return Err(EvalError::Refused("names that begin with an underscore are out of reach"));
            }
            found = match key.parse::<i64>() {
                Ok(place) => item(&found, &Value::Int(place))?,
                Err(_) => subscript(&found, &Value::text(key))?,
            };
        }
        Ok(found)
    };
    braces(of(value)?, &mut resolve, 0).map(Value::text)
}

impl Method {
    /// What it gives. `format` looks up attributes itself, so it is no part of the table.
    pub(super) fn call<'a>(&self, value: &Value<'a>, args: &Args<'a>) -> Answer<'a> {
        if self.name == "format" && value.as_text().is_some() { format(value, args) } else { (self.run)(value, args) }
    }
}
