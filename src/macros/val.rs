//! What an expression gives while it is evaluated.

use std::borrow::Cow;

use super::Value;
use super::date::{Date, Form};

/// Text that grows beyond this is refused: a chain of `replace` grows without bounds.
pub(super) const LONGEST: usize = 1 << 24;

/// A value on its way through filters and methods. Borrowed where nothing had to be made.
#[derive(Debug, Clone)]
pub(super) enum Val<'a> {
    Text(Cow<'a, str>),
    Date(Date),
    /// Never a string: those are `Text`.
    Json(Cow<'a, Value>),
    /// The params of a run: conf lies over the defaults.
    Params {
        conf: &'a Value,
        defaults: &'a Value,
    },
    /// An argument that is absent: it may be handed on, and nothing else.
    Nothing,
}

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Miss {
    /// There is nothing of that name; `default` helps.
    Absent,
    /// It cannot be done, where Python would raise; says what was expected.
    Refused(&'static str),
}

pub(super) const TOO_LONG: Miss = Miss::Refused("the text would be longer than 16 MiB");

pub(super) const ABSENT: Miss = Miss::Refused("an argument is absent");

pub(super) type Answer<'a> = Result<Val<'a>, Miss>;

impl<'a> Val<'a> {
    pub(super) fn of(value: &'a Value) -> Val<'a> {
        match value {
            Value::Text(text) => Val::Text(Cow::Borrowed(text)),
            other => Val::Json(Cow::Borrowed(other)),
        }
    }

    pub(super) fn owned(value: Value) -> Val<'a> {
        match value {
            Value::Text(text) => Val::text(text),
            other => Val::Json(Cow::Owned(other)),
        }
    }

    pub(super) fn text(text: String) -> Val<'a> {
        Val::Text(Cow::Owned(text))
    }

    pub(super) fn int(number: i64) -> Val<'a> {
        Val::Json(Cow::Owned(Value::Int(number)))
    }

    /// What is under `key`.
    pub(super) fn get(&self, key: &str) -> Answer<'a> {
        match self {
            Val::Params { conf, defaults } => {
                conf.get(key).or_else(|| defaults.get(key)).map(Val::of).ok_or(Miss::Absent)
            }
            Val::Json(value) => part(value, &|value| value.get(key)),
            Val::Text(_) | Val::Date(_) => Err(Miss::Absent),
            Val::Nothing => Err(ABSENT),
        }
    }

    /// Element or character `index`; negative ones count from the end.
    pub(super) fn at(&self, index: i64) -> Answer<'a> {
        let place = |len: usize| usize::try_from(if index < 0 { index + len as i64 } else { index }).ok();
        match self {
            Val::Text(text) => {
                let place = place(text.chars().count()).ok_or(Miss::Absent)?;
                let letter = letters(text, place, place + 1);
                if letter.is_empty() { Err(Miss::Absent) } else { Ok(Val::text(letter.to_owned())) }
            }
            Val::Json(value) => part(value, &|value| match value {
                Value::List(items) => items.get(place(items.len())?),
                _ => None,
            }),
            _ => Err(Miss::Absent),
        }
    }

    /// From `start` to before `end`, by characters or elements, as Python cuts.
    pub(super) fn slice(&self, start: Option<i64>, end: Option<i64>) -> Answer<'a> {
        let range = |len: usize| {
            let len = len as i64;
            let clamp = |index: i64| (if index < 0 { index + len } else { index }).clamp(0, len) as usize;
            let (start, end) = (start.map_or(0, clamp), end.map_or(len as usize, clamp));
            (start, end.max(start))
        };
        if let Val::Text(text) = self {
            let (start, end) = range(text.chars().count());
            return Ok(Val::text(letters(text, start, end).to_owned()));
        }
        if let Val::Json(value) = self
            && let Value::List(items) = value.as_ref()
        {
            let (start, end) = range(items.len());
            return Ok(Val::owned(Value::List(items.get(start..end).unwrap_or_default().to_vec())));
        }
        Err(Miss::Refused("only text and lists can be sliced"))
    }

    /// Appends it as a template prints it.
    pub(super) fn print(&self, out: &mut String) {
        match self {
            Val::Text(text) => out.push_str(text),
            Val::Date(date) => date.wall().write(Form::Ts, out),
            Val::Json(value) => value.write_plain(out),
            Val::Params { .. } => self.to_value().write_plain(out),
            Val::Nothing => {}
        }
    }

    /// As text: what `print` would print.
    pub(super) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Val::Text(text) => Cow::Borrowed(text),
            other => {
                let mut out = String::new();
                other.print(&mut out);
                Cow::Owned(out)
            }
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Val::Json(value) => match value.as_ref() {
                Value::Int(number) => Some(*number),
                Value::Bool(flag) => Some(i64::from(*flag)),
                _ => None,
            },
            _ => None,
        }
    }

    /// As JSON; a date becomes its text.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Val::Json(value) => value.as_ref().clone(),
            Val::Params { conf, defaults } => {
                let entries = |value: &Value| match value {
                    Value::Object(entries) => entries.clone(),
                    _ => Vec::new(),
                };
                let mut merged = entries(defaults);
                for (key, value) in entries(conf) {
                    match merged.iter_mut().find(|(name, _)| *name == key) {
                        Some((_, slot)) => *slot = value,
                        None => merged.push((key, value)),
                    }
                }
                Value::Object(merged)
            }
            other => Value::Text(other.to_text().into_owned()),
        }
    }

    /// Python's `bool(...)`.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Val::Text(text) => !text.is_empty(),
            Val::Date(_) => true,
            Val::Nothing => false,
            Val::Json(value) => match value.as_ref() {
                Value::Null | Value::Bool(false) | Value::Int(0) => false,
                Value::Decimal(digits) => digits
                    .bytes()
                    .take_while(|byte| !matches!(byte, b'e' | b'E'))
                    .any(|byte| matches!(byte, b'1'..=b'9')),
                Value::List(items) => !items.is_empty(),
                Value::Object(entries) => !entries.is_empty(),
                _ => true,
            },
            Val::Params { conf, defaults } => {
                [conf, defaults].iter().any(|value| matches!(value, Value::Object(entries) if !entries.is_empty()))
            }
        }
    }
}

/// A part of a value: borrowed from what is borrowed, copied from what was made on the way.
fn part<'a>(whole: &Cow<'a, Value>, find: &dyn Fn(&Value) -> Option<&Value>) -> Answer<'a> {
    let part = match whole {
        Cow::Borrowed(value) => find(value).map(Val::of),
        Cow::Owned(value) => find(value).cloned().map(Val::owned),
    };
    part.ok_or(Miss::Absent)
}

/// The characters from `start` to before `end`.
fn letters(text: &str, start: usize, end: usize) -> &str {
    let place = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(place, _)| place);
    text.get(place(start)..place(end)).unwrap_or_default()
}

/// Arguments in the order of the parameters' names.
pub(super) struct Given<'a>(pub Vec<Option<Val<'a>>>);

impl<'a> Given<'a> {
    pub(super) fn get(&self, index: usize) -> Option<&Val<'a>> {
        self.0.get(index).and_then(Option::as_ref)
    }

    pub(super) fn text(&self, index: usize) -> Result<&str, Miss> {
        match self.get(index) {
            Some(Val::Text(text)) => Ok(text),
            _ => Err(Miss::Refused("a text argument is missing")),
        }
    }

    /// What an argument prints, where one was given.
    pub(super) fn printed(&self, index: usize) -> Result<Option<Cow<'_, str>>, Miss> {
        match self.get(index) {
            Some(Val::Nothing) => Err(ABSENT),
            value => Ok(value.map(Val::to_text)),
        }
    }

    /// A value to hand on.
    pub(super) fn value(&self, index: usize) -> Option<Answer<'a>> {
        self.get(index).map(|value| match value {
            Val::Nothing => Err(Miss::Absent),
            value => Ok(value.clone()),
        })
    }

    /// A text, where one was given; Python's None is nothing.
    pub(super) fn text_or_none(&self, index: usize) -> Result<Option<&str>, Miss> {
        match self.get(index) {
            None => Ok(None),
            Some(Val::Json(value)) if **value == Value::Null => Ok(None),
            Some(_) => self.text(index).map(Some),
        }
    }

    /// A whole number, or the default where nothing was given.
    pub(super) fn int_or(&self, index: usize, default: i64) -> Result<i64, Miss> {
        match self.get(index) {
            None => Ok(default),
            Some(value) => value.as_int().ok_or(Miss::Refused("an argument must be a whole number")),
        }
    }
}
