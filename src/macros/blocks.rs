//! Runs statements.

use super::error::{ABSENT, EvalError, HIDDEN, LONGEST, TOO_DEEP, TOO_LONG};
use super::machine::{DEEPEST_CALLS, Defined, Machine};
use super::print::write_text;
use super::report::Cause;
use super::run::{Ended, Mode, Ran};
use super::syntax::{Block, BlockKind, Expr, Node, Parsed, Tag, Target};
use super::value::Value;

impl<'a> Machine<'a> {
    pub(super) fn set(&mut self, tag: Tag, set: &'a Parsed<(Target, Expr)>) -> Ran {
        let (target, expr) = match set {
            Ok((target, expr)) => (target, expr),
            Err(fault) => return self.lost(tag, Cause::Fault(*fault)),
        };
        let done = self.value(expr).and_then(|value| {
            let made_of = self.made_of;
            self.assign(target, value, made_of)
        });
        if self.stop.is_some() {
            return Err(Ended);
        }
        match done {
            Ok(()) => self.output.begin(&self.template.text, tag),
            Err(error) => {
                self.lacking(error, |machine| machine.hide(target));
                self.lost(tag, Cause::Error(&[expr], error))?;
            }
        }
        Ok(())
    }

    pub(super) fn assign(&mut self, target: &'a Target, value: Value<'a>, made_of: u8) -> Result<(), EvalError> {
        match target {
            Target::Name(name) => self.bind(name, value, made_of),
            Target::Field(name, field) => {
                let Some(Value::Namespace(fields)) = self.local(name) else {
                    return Err(EvalError::Refused("only what was made in the template can be changed"));
                };
                let value = match value {
                    Value::Namespace(_) | Value::Loop(_) => return Err(TOO_DEEP),
                    value => value,
                };
                let mut fields = fields.borrow_mut();
                match fields.iter_mut().find(|(key, _)| key == field) {
                    Some(known) => known.1 = value,
                    None => fields.push((field.clone(), value)),
                }
            }
            Target::Tuple(parts) => {
                let items = value.items()?;
                if items.len() != parts.len() {
                    return Err(EvalError::Refused("there are more names than values, or fewer"));
                }
                for (part, item) in parts.iter().zip(items) {
                    self.assign(part, item, made_of)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn block(&mut self, block: &'a Block) -> Ran {
        if self.depth >= DEEPEST_CALLS {
            return self.keep_block(block, Cause::Error(&[], TOO_DEEP));
        }
        self.depth += 1;
        let ran = match &block.kind {
            Err(fault) => self.keep_block(block, Cause::Fault(*fault)),
            Ok(BlockKind::If(conditions)) => self.choose(block, conditions),
            Ok(kind) => {
                let (mark, kept, noted) = (self.output.mark(), self.kept, self.unresolved.len());
                let scopes = (self.scopes.len(), self.locals.len());
                let done = self.statement(block, kind);
                if self.stop.is_some() {
                    return Err(Ended);
                }
                let cause = match done {
                    Ok(()) => self.kept.since(kept),
                    Err(error) => Some(error),
                };
                match cause {
                    Some(error) => {
                        self.output.back_to(mark);
                        self.kept = kept;
                        self.scopes.truncate(scopes.0);
                        self.locals.truncate(scopes.1);
                        if self.unresolved.len() > noted {
                            self.unresolved.truncate(noted);
                        }
                        let exprs = block.exprs();
                        self.keep_block(block, Cause::Error(&exprs, error))
                    }
                    None => Ok(()),
                }
            }
        };
        self.depth -= 1;
        ran
    }

    pub(super) fn choose(&mut self, block: &'a Block, conditions: &'a [Parsed<Expr>]) -> Ran {
        for (place, body) in block.bodies.iter().enumerate() {
            let holds = match conditions.get(place) {
                None => true,
                Some(Err(fault)) => return self.keep_block(block, Cause::Fault(*fault)),
                Some(Ok(expr)) => {
                    self.made_of = 0;
                    let value = match self.eval(expr) {
                        _ if self.hides() => Err(HIDDEN),
                        Ok(Value::Undefined | Value::Hidden) => Err(EvalError::Absent),
                        answer => answer.map(|value| value.is_truthy()),
                    };
                    if self.stop.is_some() {
                        return Err(Ended);
                    }
                    match value {
                        Ok(holds) => holds,
                        Err(error) if self.leaves_out(Cause::Error(&[], error)) => false,
                        Err(error) => return self.keep_block(block, Cause::Error(&[expr], error)),
                    }
                }
            };
            if holds {
                return self.body(block, place, body);
            }
        }
        self.skip(block);
        Ok(())
    }

    /// A body between its tags.
    pub(super) fn body(&mut self, block: &'a Block, place: usize, body: &'a [Node]) -> Ran {
        let template: &'a str = &self.template.text;
        if let Some(first) = block.tags.first() {
            let trim_right = block.tags.get(place).is_some_and(|tag| tag.trim_right);
            self.output.begin(template, Tag { trim_right, ..*first });
        }
        self.run(body, Mode::Live)?;
        if let (Some(next), Some(last)) = (block.tags.get(place + 1), block.tags.last()) {
            self.output.begin(template, Tag { trim_left: next.trim_left, ..*last });
        }
        Ok(())
    }

    /// A block that writes nothing.
    pub(super) fn skip(&mut self, block: &'a Block) {
        if let (Some(first), Some(last)) = (block.tags.first(), block.tags.last()) {
            self.output.begin(&self.template.text, Tag { trim_right: last.trim_right, ..*first });
        }
    }

    pub(super) fn statement(&mut self, block: &'a Block, kind: &'a BlockKind) -> Result<(), EvalError> {
        let ended = |_: Ended| ABSENT;
        match kind {
            BlockKind::If(_) => {}
            BlockKind::For(each) => {
                let items = self.value(&each.items)?;
                self.each(block, each, &items, 1)?;
            }
            BlockKind::With(bound) => {
                let mut values = Vec::new();
                for (target, expr) in bound {
                    values.push((target, self.value(expr)?, self.made_of));
                }
                self.open_scope();
                for (target, value, made_of) in values {
                    self.assign(target, value, made_of)?;
                }
                let body = block.bodies.first().map(Vec::as_slice).unwrap_or_default();
                self.body(block, 0, body).map_err(ended)?;
                self.close_scope();
            }
            BlockKind::Set(target, steps) => {
                let (text, made_of) = self.captured(block)?;
                let value = self.steps_of(Value::text(text), steps)?;
                self.assign(target, value, made_of)?;
                self.skip(block);
            }
            BlockKind::Filter(steps) => {
                let (text, _) = self.captured(block)?;
                let value = self.steps_of(Value::text(text), steps)?;
                // Jinja joins what filters give without making text of it.
                value.as_text().ok_or(EvalError::Refused("an argument must be text"))?;
                self.skip(block);
                write_text(&value, &mut self.output.text)?;
            }
            BlockKind::Macro(number, definition) => {
                self.define(*number, block);
                self.bind(&definition.name, Value::Macro(*number), 0);
                self.skip(block);
            }
            BlockKind::Call(number, _, call) => {
                self.define(*number, block);
                self.open_scope();
                self.caller = Some(*number);
                let value = self.value(call);
                self.caller = None;
                let value = value?;
                self.close_scope();
                self.skip(block);
                write_text(&value, &mut self.output.text)?;
            }
        }
        Ok(())
    }

    pub(super) fn define(&mut self, number: usize, block: &'a Block) {
        if self.defined.len() <= number {
            self.defined.resize(number + 1, None);
        }
        let scopes = self.scopes.len();
        if let Some(slot) = self.defined.get_mut(number) {
            *slot = Some(Defined { block, scopes });
        }
    }

    /// The text that the body of a block writes, and the sources of its values.
    pub(super) fn captured(&mut self, block: &'a Block) -> Result<(String, u8), EvalError> {
        let outer = std::mem::take(&mut self.output);
        let kept = self.kept;
        self.open_scope();
        let body = block.bodies.first().map(Vec::as_slice).unwrap_or_default();
        let ran = self.body(block, 0, body);
        self.output.finish(&self.template.text);
        self.close_scope();
        let text = std::mem::replace(&mut self.output, outer).text;
        match (ran, self.kept.since(kept)) {
            (Err(Ended), _) => Err(ABSENT),
            (Ok(()), Some(error)) => Err(error),
            (Ok(()), None) if text.len() > LONGEST => Err(TOO_LONG),
            (Ok(()), None) => Ok((text, self.made_of)),
        }
    }
}

impl Block {
    /// The expressions in its first tag, and the conditions behind it.
    pub(super) fn exprs(&self) -> Vec<&Expr> {
        match &self.kind {
            Ok(BlockKind::If(conditions)) => conditions.iter().flatten().collect(),
            Ok(BlockKind::For(each)) => vec![&each.items],
            Ok(BlockKind::With(bound)) => bound.iter().map(|(_, expr)| expr).collect(),
            Ok(BlockKind::Call(_, _, call)) => vec![call],
            _ => Vec::new(),
        }
    }
}
