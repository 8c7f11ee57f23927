//! Runs loops.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::error::{ABSENT, EvalError, HIDDEN, LONGEST, TOO_LONG};
use super::machine::Machine;
use super::run::Mode;
use super::syntax::{Block, BlockKind, For, Tag};
use super::value::{Answer, Loop, Value};

impl<'a> Machine<'a> {
    pub(super) fn each(
        &mut self,
        block: &'a Block,
        each: &'a For,
        items: &Value<'a>,
        depth: usize,
    ) -> Result<(), EvalError> {
        if self.hides() {
            return Err(HIDDEN);
        }
        let made_of = self.made_of;
        let mut chosen = items.items()?;
        self.charge(chosen.len() as u64)?;
        if let Some(filter) = &each.filter {
            let mut kept = Vec::new();
            for item in chosen {
                self.open_scope();
                self.assign(&each.target, item.clone(), made_of)?;
                let holds = self.eval(filter)?.is_truthy();
                if self.hides() {
                    return Err(HIDDEN);
                }
                self.close_scope();
                if holds {
                    kept.push(item);
                }
            }
            chosen = kept;
        }
        let template: &'a str = &self.template.text;
        let (Some(first), Some(last)) = (block.tags.first(), block.tags.last()) else { return Ok(()) };
        let body = block.bodies.first().map(Vec::as_slice).unwrap_or_default();
        if chosen.is_empty() {
            if let Some(otherwise) = block.bodies.get(1) {
                return self.body(block, 1, otherwise).map_err(|_| ABSENT);
            }
            self.skip(block);
            return Ok(());
        }
        self.output.begin(template, *first);
        let number = self.loops.len();
        if each.recursive {
            self.loops.push(block);
        }
        let state = Rc::new(Loop { items: chosen, index: Cell::new(0), depth, number, seen: RefCell::new(None) });
        let start = self.output.text.len();
        let trim_left = block.tags.get(1).is_some_and(|tag| tag.trim_left);
        let kept = self.kept;
        for (index, item) in state.items.iter().enumerate() {
            state.index.set(index);
            self.open_scope();
            self.bind("loop", Value::Loop(state.clone()), 0);
            self.assign(&each.target, item.clone(), made_of)?;
            self.run(body, Mode::Live).map_err(|_| ABSENT)?;
            self.close_scope();
            self.output.begin(template, Tag { trim_left, trim_right: first.trim_right, ..*first });
            self.charge(1)?;
            if self.kept != kept {
                return Ok(());
            }
            if self.output.text.len() - start > LONGEST {
                return Err(TOO_LONG);
            }
        }
        self.output.begin(template, Tag { trim_left: false, ..*last });
        Ok(())
    }

    /// `loop(items)` of a recursive loop.
    pub(super) fn run_again(&mut self, state: &Rc<Loop<'a>>, items: &Value<'a>) -> Answer<'a> {
        let block = self.loops.get(state.number).copied();
        let Some(Ok(BlockKind::For(each))) = block.map(|block| &block.kind) else {
            return Err(EvalError::Refused("only functions and methods take parentheses"));
        };
        let Some(block) = block.filter(|_| each.recursive) else { return Err(ABSENT) };
        self.depth += 1;
        let outer = std::mem::take(&mut self.output);
        let kept = self.kept;
        let ran = self.each(block, each, items, state.depth + 1);
        self.output.finish(&self.template.text);
        let text = std::mem::replace(&mut self.output, outer).text;
        self.depth -= 1;
        ran?;
        self.kept.since(kept).map_or(Ok(Value::text(text)), Err)
    }
}
