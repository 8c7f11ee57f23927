//! What an expression gives while it is evaluated.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::error::{ABSENT, EvalError, TOO_DEEP};
use super::json::Json;
use super::moment::{Moment, Tz};
use super::span::Span;
pub(super) use super::text::Text;

/// Containers nested deeper than this are refused: they are walked recursively.
pub(super) const DEEPEST: u32 = 200;

pub(super) type Pair<'a> = (Value<'a>, Value<'a>);

/// A value on its way through an expression.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    /// There is nothing of that name: Jinja's undefined.
    Undefined,
    /// Python's None where it says that something is absent: it never prints.
    Absent,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A number that keeps the digits it was written with.
    Digits(Text<'a>),
    Text(Text<'a>),
    List(Rc<List<'a>>),
    Tuple(Rc<List<'a>>),
    Dict(Rc<Dict<'a>>),
    /// An array or object of the host.
    Json(&'a Json),
    /// The params of a run: conf lies over the defaults.
    Params(&'a Json, &'a Json),
    Moment(Rc<Moment>),
    /// A day since 1970; whether it is pendulum's.
    Day(i64, bool),
    /// Microseconds since midnight; whether it is pendulum's.
    Clock(i64, bool),
    Span(Rc<Span>),
    Tz(Rc<Tz>),
    /// A name with names behind it, such as `macros`: its place in the table.
    Space(&'static str),
    /// A function of the table.
    Function(&'static str),
    /// A `{% macro %}`, by its number.
    Macro(usize),
    Namespace(Rc<RefCell<Vec<(String, Value<'a>)>>>),
    Loop(Rc<Loop<'a>>),
    /// A name whose value another engine knows.
    Hidden,
}

/// Elements, and how deep they nest.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub items: RefCell<Vec<Value<'a>>>,
    depth: u32,
}

/// Pairs in their order, and how deep they nest.
#[derive(Debug)]
pub(super) struct Dict<'a> {
    pub pairs: RefCell<Vec<Pair<'a>>>,
    pub depth: Cell<u32>,
}

/// Where a `{% for %}` is.
#[derive(Debug)]
pub(super) struct Loop<'a> {
    pub items: Vec<Value<'a>>,
    pub index: Cell<usize>,
    /// From 1.
    pub depth: usize,
    /// Its place among the loops of the render.
    pub number: usize,
    /// What `loop.changed` saw last.
    pub seen: RefCell<Option<Value<'a>>>,
}

pub(super) type Answer<'a> = Result<Value<'a>, EvalError>;

/// All answers, or the first error. One loop for every list that is made of answers: `collect` makes one for each place.
pub(super) fn gather<'a>(mut answers: impl Iterator<Item = Answer<'a>>) -> Result<Vec<Value<'a>>, EvalError> {
    gathered(&mut || answers.next())
}

fn gathered<'a>(next: &mut dyn FnMut() -> Option<Answer<'a>>) -> Result<Vec<Value<'a>>, EvalError> {
    let mut values = Vec::new();
    while let Some(answer) = next() {
        values.push(answer?);
    }
    Ok(values)
}

impl<'a> Value<'a> {
    pub(super) fn of(json: &'a Json) -> Value<'a> {
        match json {
            Json::Null => Value::None,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Int(number) => Value::Int(*number),
            Json::Decimal(digits) => Value::Digits(Text::Borrowed(digits)),
            Json::Text(text) => Value::Text(Text::Borrowed(text)),
            Json::List(_) | Json::Object(_) => Value::Json(json),
        }
    }

    /// A copy that needs nobody to live.
    pub(super) fn owned(json: &Json) -> Answer<'a> {
        Ok(match json {
            // Python reads a fraction as a number, and writes it anew.
            Json::Decimal(digits) => {
                match super::number::parse_float(digits).filter(|_| digits.contains(['.', 'e', 'E'])) {
                    Some(number) => Value::Float(number),
                    None => Value::Digits(Text::Shared(digits.as_str().into())),
                }
            }
            Json::Text(text) => Value::text(text),
            Json::List(items) => Value::list(gather(items.iter().map(Value::owned))?)?,
            Json::Object(entries) => {
                let pair = |(key, value): &(String, Json)| Ok((Value::text(key), Value::owned(value)?));
                Value::dict(entries.iter().map(pair).collect::<Result<_, _>>()?)?
            }
            Json::Null => Value::None,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Int(number) => Value::Int(*number),
        })
    }

    pub(super) fn text(text: impl AsRef<str>) -> Value<'a> {
        Value::Text(Text::Shared(text.as_ref().into()))
    }

    pub(super) fn markup(text: impl AsRef<str>) -> Value<'a> {
        Value::Text(Text::Markup(text.as_ref().into()))
    }

    pub(super) fn is_markup(&self) -> bool {
        matches!(self, Value::Text(Text::Markup(_)))
    }

    pub(super) fn borrowed(text: &'a str) -> Value<'a> {
        Value::Text(Text::Borrowed(text))
    }

    pub(super) fn moment(moment: Moment) -> Value<'a> {
        Value::Moment(Rc::new(moment))
    }

    pub(super) fn span(span: Span) -> Value<'a> {
        Value::Span(Rc::new(span))
    }

    pub(super) fn list(items: Vec<Value<'a>>) -> Answer<'a> {
        let depth = deeper(items.iter())?;
        Ok(Value::List(Rc::new(List { items: RefCell::new(items), depth })))
    }

    pub(super) fn tuple(items: Vec<Value<'a>>) -> Answer<'a> {
        let depth = deeper(items.iter())?;
        Ok(Value::Tuple(Rc::new(List { items: RefCell::new(items), depth })))
    }

    pub(super) fn dict(pairs: Vec<Pair<'a>>) -> Answer<'a> {
        let depth = Cell::new(deeper(pairs.iter().map(|(_, value)| value))?);
        Ok(Value::Dict(Rc::new(Dict { pairs: RefCell::new(pairs), depth })))
    }

    pub(super) fn depth(&self) -> u32 {
        match self {
            Value::List(list) | Value::Tuple(list) => list.depth,
            Value::Dict(dict) => dict.depth.get(),
            // What refers to a place that can change must stay out of containers: it could come to hold itself.
            Value::Namespace(_) | Value::Loop(_) => DEEPEST,
            _ => 0,
        }
    }

    /// As it may be put into a container that is there already: a container is copied, so that none ever holds itself.
    pub(super) fn snapshot(&self) -> Answer<'a> {
        if self.depth() >= DEEPEST / 2 {
            return Err(TOO_DEEP);
        }
        let copy = |items: &RefCell<Vec<Value<'a>>>| gather(items.borrow().iter().map(Value::snapshot));
        match self {
            Value::List(list) => Value::list(copy(&list.items)?),
            Value::Tuple(list) => Value::tuple(copy(&list.items)?),
            Value::Dict(dict) => {
                let pair = |(key, value): &Pair<'a>| Ok((key.clone(), value.snapshot()?));
                Value::dict(dict.pairs.borrow().iter().map(pair).collect::<Result<_, _>>()?)
            }
            other => Ok(other.clone()),
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Value::Undefined | Value::Absent)
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Value::None | Value::Absent)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(number) => Some(*number),
            Value::Digits(digits) => super::number::parse_float(digits),
            other => other.as_int().map(|number| number as f64),
        }
    }

    /// Python's `bool(...)`.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Value::Undefined | Value::Absent | Value::None | Value::Hidden => false,
            Value::Bool(flag) => *flag,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Digits(digits) => {
                let mantissa = digits.bytes().take_while(|byte| !matches!(byte, b'e' | b'E'));
                mantissa.into_iter().any(|byte| matches!(byte, b'1'..=b'9'))
            }
            Value::Text(text) => !text.is_empty(),
            Value::List(list) | Value::Tuple(list) => !list.items.borrow().is_empty(),
            Value::Dict(dict) => !dict.pairs.borrow().is_empty(),
            Value::Json(Json::List(items)) => !items.is_empty(),
            Value::Json(Json::Object(entries)) => !entries.is_empty(),
            Value::Params(conf, defaults) => {
                [conf, defaults].iter().any(|part| matches!(part, Json::Object(entries) if !entries.is_empty()))
            }
            Value::Span(span) => span.micros() != Some(0),
            _ => true,
        }
    }

    /// How many characters, elements or keys.
    pub(super) fn len(&self) -> Option<usize> {
        Some(match self {
            Value::Text(text) => text.chars().count(),
            Value::List(list) | Value::Tuple(list) => list.items.borrow().len(),
            Value::Dict(dict) => dict.pairs.borrow().len(),
            Value::Json(Json::List(items)) => items.len(),
            Value::Json(_) | Value::Params(..) => self.pairs()?.len(),
            _ => return None,
        })
    }

    /// Elements, characters or keys, as Python iterates.
    pub(super) fn items(&self) -> Result<Vec<Value<'a>>, EvalError> {
        Ok(match self {
            Value::Text(text) => text.chars().map(|c| Value::text(c.encode_utf8(&mut [0; 4]))).collect(),
            Value::List(list) | Value::Tuple(list) => list.items.borrow().clone(),
            Value::Json(Json::List(items)) => items.iter().map(Value::of).collect(),
            Value::Undefined => return Err(ABSENT),
            other => match other.pairs() {
                Some(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
                None => return Err(EvalError::Refused("only text, lists and objects have elements")),
            },
        })
    }

    /// Keys and values of an object.
    pub(super) fn pairs(&self) -> Option<Vec<Pair<'a>>> {
        match self {
            Value::Dict(dict) => Some(dict.pairs.borrow().clone()),
            Value::Json(Json::Object(entries)) => {
                let mut pairs: Vec<Pair<'a>> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    // A key that stands twice counts once: the last one.
                    if entries.len() < 64
                        && let Some(pair) = pairs.iter_mut().find(|(name, _)| name.as_text() == Some(key))
                    {
                        pair.1 = Value::of(value);
                    } else {
                        pairs.push((Value::borrowed(key), Value::of(value)));
                    }
                }
                Some(pairs)
            }
            Value::Params(conf, defaults) => {
                let mut pairs = Value::Json(defaults).pairs().unwrap_or_default();
                for (key, value) in Value::Json(conf).pairs().unwrap_or_default() {
                    match pairs.iter_mut().find(|(name, _)| name.as_text() == key.as_text()) {
                        Some(pair) => pair.1 = value,
                        None => pairs.push((key, value)),
                    }
                }
                Some(pairs)
            }
            _ => None,
        }
    }

    /// What is under a key of an object.
    pub(super) fn key(&self, key: &str) -> Option<Value<'a>> {
        match self {
            Value::Json(json) => json.get(key).map(Value::of),
            Value::Params(conf, defaults) => conf.get(key).or_else(|| defaults.get(key)).map(Value::of),
            Value::Dict(dict) => {
                let pairs = dict.pairs.borrow();
                pairs.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value.clone())
            }
            _ => None,
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Value::Dict(_) | Value::Json(Json::Object(_)) | Value::Params(..))
    }

    /// A list or tuple.
    pub(super) fn is_list(&self) -> bool {
        matches!(self, Value::List(_) | Value::Tuple(_) | Value::Json(Json::List(_)))
    }
}

fn deeper<'v, 'a: 'v>(items: impl Iterator<Item = &'v Value<'a>>) -> Result<u32, EvalError> {
    let depth = 1 + items.map(Value::depth).max().unwrap_or(0);
    if depth >= DEEPEST { Err(TOO_DEEP) } else { Ok(depth) }
}
