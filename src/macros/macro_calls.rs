//! Calls the macros of a template.

use super::error::{ABSENT, EvalError, LONGEST, TOO_LONG};
use super::machine::{Defined, Machine};
use super::syntax::{Block, BlockKind, Definition};
use super::value::{Answer, Value};

impl<'a> Machine<'a> {
    /// A macro with its arguments: what it writes.
    pub(super) fn run_macro(
        &mut self,
        number: usize,
        positional: Vec<Value<'a>>,
        named: Vec<(&'a str, Value<'a>)>,
    ) -> Answer<'a> {
        let defined = self.defined.get(number).copied().flatten();
        let Some(Defined { block, scopes }) = defined else { return Err(ABSENT) };
        let Ok(BlockKind::Macro(_, definition) | BlockKind::Call(_, definition, _)) = &block.kind else {
            return Err(ABSENT);
        };
        let caller = self.caller.take();
        let (own_from, seen_to) = (self.own_from, self.seen_to);
        let visible = self.scopes.get(scopes).copied().unwrap_or(self.locals.len());
        let outer = std::mem::take(&mut self.output);
        let (kept, scope_count, local_count) = (self.kept, self.scopes.len(), self.locals.len());
        self.depth += 1;
        (self.seen_to, self.own_from) = (visible, self.locals.len());
        self.open_scope();
        let ran = self.parameters(block, definition, positional, named, caller).and_then(|()| {
            let body = block.bodies.first().map(Vec::as_slice).unwrap_or_default();
            self.body(block, 0, body).map_err(|_| ABSENT)
        });
        self.output.finish(&self.template.text);
        self.scopes.truncate(scope_count);
        self.locals.truncate(local_count);
        (self.own_from, self.seen_to) = (own_from, seen_to);
        self.depth -= 1;
        let text = std::mem::replace(&mut self.output, outer).text;
        ran?;
        if let Some(error) = self.kept.since(kept) {
            self.kept = kept;
            return Err(match error {
                EvalError::Xcom(_) => error,
                _ => EvalError::Refused("something inside it cannot be resolved"),
            });
        }
        self.charge(text.len() as u64 / 64)?;
        if text.len() > LONGEST { Err(TOO_LONG) } else { Ok(Value::text(text)) }
    }

    /// Gives the parameters their values. Arguments that are left over need a body that names them, as in Jinja.
    pub(super) fn parameters(
        &mut self,
        block: &Block,
        definition: &'a Definition,
        positional: Vec<Value<'a>>,
        named: Vec<(&'a str, Value<'a>)>,
        caller: Option<usize>,
    ) -> Result<(), EvalError> {
        let (count, made_of) = (definition.params.len(), self.made_of);
        let mut given = positional.into_iter();
        let mut named = named;
        for (place, param) in definition.params.iter().enumerate() {
            let by_name = named.iter().position(|(name, _)| name == param).map(|at| named.remove(at).1);
            let default = (place + definition.defaults.len()).checked_sub(count);
            let value = match (given.next(), by_name) {
                (Some(_), Some(_)) => return Err(EvalError::Refused("an argument is given twice")),
                (Some(value), None) | (None, Some(value)) => value,
                (None, None) => match default.and_then(|place| definition.defaults.get(place)) {
                    Some(expr) => self.eval(expr)?,
                    None => Value::Undefined,
                },
            };
            self.bind(param, value, made_of);
        }
        let (first, last) = (block.tags.first(), block.tags.last());
        let inside =
            first.zip(last).and_then(|(first, last)| self.template.text.get(first.place.end..last.place.start));
        let left_over = [("varargs", given.len() > 0), ("kwargs", !named.is_empty()), ("caller", caller.is_some())];
        if left_over.iter().any(|(name, is_given)| *is_given && !inside.is_some_and(|body| body.contains(name))) {
            return Err(EvalError::Refused("too many arguments"));
        }
        let pairs = named.into_iter().map(|(name, value)| (Value::borrowed(name), value)).collect();
        self.bind("varargs", Value::tuple(given.collect())?, made_of);
        self.bind("kwargs", Value::dict(pairs)?, made_of);
        if let Some(caller) = caller {
            self.bind("caller", Value::Macro(caller), 0);
        }
        Ok(())
    }
}
