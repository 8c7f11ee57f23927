//! The arguments of a call, in the order of the parameters.

use super::error::{ABSENT, EvalError, LONGEST};
use super::print::to_text;
use super::value::{Text, Value};

/// What a function was called with.
#[derive(Debug, Default)]
pub(super) struct Args<'a> {
    /// By the place of the parameter.
    pub values: Vec<Option<Value<'a>>>,
    /// Those beyond the parameters, of functions that take any.
    pub rest: Vec<Value<'a>>,
    /// Those with other names, of functions that take any.
    pub named: Vec<(&'a str, Value<'a>)>,
    /// The host's clock, in microseconds of UTC.
    pub now: Option<i64>,
}

impl<'a> Args<'a> {
    pub(super) fn get(&self, index: usize) -> Option<&Value<'a>> {
        self.values.get(index).and_then(Option::as_ref)
    }

    /// An argument that must be there, and not absent.
    pub(super) fn need(&self, index: usize) -> Result<&Value<'a>, EvalError> {
        match self.get(index) {
            Some(Value::Undefined) => Err(ABSENT),
            Some(value) => Ok(value),
            None => Err(EvalError::Refused("an argument is missing")),
        }
    }

    pub(super) fn text(&self, index: usize) -> Result<&str, EvalError> {
        self.need(index)?.as_text().ok_or(EvalError::Refused("an argument must be text"))
    }

    /// What an argument prints, where one was given.
    pub(super) fn printed(&self, index: usize) -> Result<Option<Text<'a>>, EvalError> {
        self.get(index).map(to_text).transpose()
    }

    /// A text, where one was given; Python's None is nothing.
    pub(super) fn text_or_none(&self, index: usize) -> Result<Option<&str>, EvalError> {
        match self.get(index) {
            None => Ok(None),
            Some(value) if value.is_none() => Ok(None),
            Some(_) => self.text(index).map(Some),
        }
    }

    /// A whole number, or the default where nothing was given.
    pub(super) fn int_or(&self, index: usize, default: i64) -> Result<i64, EvalError> {
        match self.get(index) {
            None => Ok(default),
            Some(Value::Undefined) => Err(ABSENT),
            Some(value) => value.as_int().ok_or(EvalError::Refused("an argument must be a whole number")),
        }
    }

    /// A count, where negative ones are none. One beyond the longest text grows no more: that is refused, never cut.
    pub(super) fn size(&self, index: usize, default: i64) -> Result<usize, EvalError> {
        Ok(self.int_or(index, default)?.clamp(0, LONGEST as i64 + 1) as usize)
    }

    /// A number with a fraction, or the default where nothing was given.
    pub(super) fn float_or(&self, index: usize, default: f64) -> Result<f64, EvalError> {
        match self.get(index) {
            None => Ok(default),
            Some(Value::Undefined) => Err(ABSENT),
            Some(value) => value.as_float().ok_or(EvalError::Refused("an argument must be a number")),
        }
    }

    pub(super) fn is_true(&self, index: usize, default: bool) -> bool {
        self.get(index).map_or(default, Value::is_truthy)
    }
}

impl<'a> Args<'a> {
    /// Puts arguments into the places of the parameters, which are names with spaces between them; `*` takes any.
    pub(super) fn bind(
        params: &str,
        positional: Vec<Value<'a>>,
        named: Vec<(&'a str, Value<'a>)>,
        now: Option<i64>,
    ) -> Result<Args<'a>, EvalError> {
        let (params, any) = match params.strip_suffix('*') {
            Some(params) => (params.trim_end(), true),
            None => (params, false),
        };
        // The number of parameters matters only to arguments without a name.
        let count = if positional.is_empty() || params.is_empty() {
            0
        } else {
            params.bytes().filter(|byte| *byte == b' ').count() + 1
        };
        // Most calls: nothing has a name, and nothing is left over.
        if named.is_empty() && (positional.is_empty() || !any) {
            if positional.len() > count {
                return Err(EvalError::Refused("too many arguments"));
            }
            let values = positional.into_iter().map(Some).collect();
            return Ok(Args { values, now, ..Args::default() });
        }
        let mut args = Args { now, ..Args::default() };
        let mut positional = positional.into_iter();
        args.values.extend(positional.by_ref().take(count).map(Some));
        args.rest.extend(positional);
        if !any && !args.rest.is_empty() {
            return Err(EvalError::Refused("too many arguments"));
        }
        for (name, value) in named {
            match params.as_bytes().split(|byte| *byte == b' ').position(|param| param == name.as_bytes()) {
                Some(place) => {
                    if args.values.len() <= place {
                        args.values.resize(place + 1, None);
                    }
                    match args.values.get_mut(place) {
                        Some(slot @ None) => *slot = Some(value),
                        _ => return Err(EvalError::Refused("an argument is given twice")),
                    }
                }
                None if any => args.named.push((name, value)),
                None => return Err(EvalError::Refused("there is no argument of this name")),
            }
        }
        Ok(args)
    }
}
