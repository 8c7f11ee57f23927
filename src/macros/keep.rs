//! What becomes of a tag that cannot be resolved.

use super::context::OnUnknown;
use super::error::{ABSENT, EvalError, Fault, OPEN, Place};
use super::machine::{Machine, Stop, XCOM};
use super::report::{Cause, MOST, Reason, explain};
use super::run::{Ended, Mode, Ran};
use super::scan::touches;
use super::syntax::{Block, BlockKind, Expr, Tag, Target};
use super::value::Value;

/// A search for the nearest names takes as long as so many steps. A macro that calls itself may note the same tag many times.
const STEPS_A_NOTE: u64 = 200;

impl<'a> Machine<'a> {
    /// What becomes of a tag that has no value.
    pub(super) fn lost(&mut self, tag: Tag, cause: Cause<'_>) -> Ran {
        if self.leaves_out(cause) && !self.is_data(tag.place) {
            self.output.begin(&self.template.text, tag);
            return Ok(());
        }
        self.stay(tag.place, cause, Mode::Live)
    }

    /// Whether a tag is left out. In a preview one stays that lacks only what a run has.
    pub(super) fn leaves_out(&self, cause: Cause<'_>) -> bool {
        self.empties(matches!(cause, Cause::Error(_, EvalError::Xcom(_))))
    }

    /// Whether braces are a value's own, and no fault of the author: they stay, whatever the author says of unresolved text.
    fn is_data(&self, place: Place) -> bool {
        self.on_unknown != OnUnknown::Keep && touches(&self.template.foreign, place)
    }

    fn empties(&self, lacks_xcom: bool) -> bool {
        self.on_unknown == OnUnknown::Empty && !(lacks_xcom && self.previews)
    }

    /// A tag that stays as written.
    pub(super) fn stay(&mut self, place: Place, cause: Cause<'_>, mode: Mode) -> Ran {
        if mode == Mode::XcomOnly || self.is_data(place) {
            self.output.keep(&self.template.text, place);
            return Ok(());
        }
        if self.on_unknown == OnUnknown::Error {
            self.stop = Some(Stop::Error(self.explained(place, cause).error(&self.template.text)));
            return Err(Ended);
        }
        if self.leaves_out(cause) && !matches!(cause, Cause::Fault(Fault { why: OPEN, .. })) {
            return Ok(());
        }
        self.kept.all += 1;
        self.kept.for_xcom += usize::from(matches!(cause, Cause::Error(_, EvalError::Xcom(_))));
        self.note(place, cause);
        self.output.keep(&self.template.text, place);
        Ok(())
    }

    fn note(&mut self, place: Place, cause: Cause<'_>) {
        if self.reports && self.unresolved.len() < MOST {
            self.steps = self.steps.saturating_sub(STEPS_A_NOTE);
            let reason = self.explained(place, cause);
            self.unresolved.push(reason.note(&self.template.text, place, &mut self.units));
        }
    }

    /// Notes what an expression of a statement lacks that stays with the one around it, where that lacks nothing but XCom.
    pub(super) fn note_inside(&mut self, tag: Place, expr: &'a Expr) {
        if !self.reports || !self.lacks_xcom {
            return;
        }
        match self.value(expr) {
            Ok(_) | Err(EvalError::Xcom(_)) => {}
            Err(error) => self.note(tag, Cause::Error(&[expr], error)),
        }
    }

    /// Runs `step` for a statement that stays because of `error`.
    pub(super) fn lacking<T>(&mut self, error: EvalError, step: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.lacks_xcom, matches!(error, EvalError::Xcom(_)));
        let done = step(self);
        self.lacks_xcom = around;
        done
    }

    pub(super) fn explained(&self, place: Place, cause: Cause<'_>) -> Reason {
        explain(&self.template.text, place, cause, &|name| self.template.binds(name) || self.is_given(name))
    }

    pub(super) fn hide(&mut self, target: &'a Target) {
        let made_of = self.lacking_bits();
        let value = if self.empties(self.lacks_xcom) { Value::Undefined } else { Value::Hidden };
        target.names(&mut |name| self.bind(name, value.clone(), made_of));
    }

    fn lacking_bits(&self) -> u8 {
        if self.lacks_xcom { XCOM } else { 0 }
    }

    /// A block that stays: its tags as written, and inside them only expressions are resolved, without the names that it binds.
    pub(super) fn dead(&mut self, block: &'a Block, mode: Mode) -> Ran {
        let template: &'a str = &self.template.text;
        let mode = if mode == Mode::Live { Mode::Dead } else { mode };
        let made_of = self.lacking_bits();
        self.open_scope();
        match &block.kind {
            Ok(BlockKind::For(each)) => {
                self.hide(&each.target);
                self.bind("loop", Value::Hidden, made_of);
            }
            Ok(BlockKind::With(bound)) => bound.iter().for_each(|(target, _)| self.hide(target)),
            Ok(BlockKind::Macro(_, definition) | BlockKind::Call(_, definition, _)) => {
                for name in definition.params.iter().map(String::as_str).chain(["varargs", "kwargs", "caller"]) {
                    self.bind(name, Value::Hidden, made_of);
                }
            }
            _ => {}
        }
        let mut tags = block.tags.iter();
        for body in &block.bodies {
            if let Some(tag) = tags.next() {
                self.output.keep(template, tag.place);
            }
            self.run(body, mode)?;
        }
        if let Some(tag) = tags.next() {
            self.output.keep(template, tag.place);
        }
        // What is set inside an `if` is known behind it.
        let start = self.scopes.pop().unwrap_or(0);
        if !matches!(block.kind, Ok(BlockKind::If(_))) {
            self.locals.truncate(start);
        }
        match &block.kind {
            Ok(BlockKind::Set(target, _)) => self.hide(target),
            Ok(BlockKind::Macro(_, definition)) => self.bind(&definition.name, Value::Hidden, made_of),
            _ => {}
        }
        Ok(())
    }

    /// A block that cannot be resolved.
    pub(super) fn keep_block(&mut self, block: &'a Block, cause: Cause<'_>) -> Ran {
        let Some(first) = block.tags.first() else { return Ok(()) };
        match self.on_unknown {
            OnUnknown::Error => self.stay(first.place, cause, Mode::Live),
            OnUnknown::Empty if self.leaves_out(cause) => {
                for tag in [block.tags.first(), block.tags.last()].into_iter().flatten() {
                    self.output.begin(&self.template.text, *tag);
                }
                if let Ok(BlockKind::Set(target, _)) = &block.kind {
                    self.hide(target);
                }
                Ok(())
            }
            _ => {
                let mark = self.output.mark();
                let error = match cause {
                    Cause::Error(_, error) => error,
                    Cause::Fault(_) => ABSENT,
                };
                self.stay(first.place, cause, Mode::Live)?;
                self.output.back_to(mark);
                self.lacking(error, |machine| machine.dead(block, Mode::Dead))
            }
        }
    }
}
