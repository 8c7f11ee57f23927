//! What stands behind a value: attributes, indices, calls, filters and tests.

use super::error::Place;
use super::filters;
use super::methods::rows;
use super::parser::Parser;
use super::syntax::{Call, Expr, Literal, Parsed, Step, StepKind};

impl Parser<'_> {
    /// Attributes, indices, slices and calls.
    pub(super) fn postfix(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        loop {
            let start = self.start();
            let kind = match self.byte() {
                Some(b'.') => {
                    self.at += 1;
                    self.peek();
                    if let Some(b'0'..=b'9') = self.byte() {
                        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                        let index = self.rest().get(..digits).and_then(|digits| digits.parse().ok());
                        self.at += digits;
                        match index {
                            Some(index) => StepKind::Item(Expr::Literal(Literal::Int(index))),
                            None => return self.fail("expected an index"),
                        }
                    } else {
                        let start = self.at;
                        let Some(name) = self.word() else { return self.fail("expected a name after the dot") };
                        let (name, rows) = (name.to_owned(), rows(name));
                        steps
                            .push(Step { kind: StepKind::Attribute(name, rows), place: Place { start, end: self.at } });
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.subscript()?
                }
                Some(b'(') => {
                    self.at += 1;
                    StepKind::Call(self.arguments()?)
                }
                _ => return Ok(()),
            };
            steps.push(Step { kind, place: Place { start, end: self.at } });
        }
    }

    /// Filters, tests, and calls of what they give.
    pub(super) fn filters(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        loop {
            if self.take(b'|') {
                self.filter(steps)?;
            } else if self.take_word("is") {
                let negated = self.take_word("not");
                let (check, place) = self.check()?;
                let mut call = Call::default();
                if self.take(b'(') {
                    call = self.arguments()?;
                } else {
                    if check.is_none_or(|check| !check.params.is_empty()) {
                        call.positional.extend(self.bare_argument()?);
                    }
                    // Jinja takes what follows a test for its argument.
                    let before = self.at;
                    let is_bare = call.positional.is_empty();
                    if is_bare && ["if", "in", "is", "not"].into_iter().any(|word| self.take_word(word)) {
                        self.at = before;
                        return self.fail("expected \"and\", \"or\" or \"else\" behind a test");
                    }
                }
                steps.push(Step { kind: StepKind::Check(check, negated, call), place });
            } else if self.peek() == Some(b'(') && !steps.is_empty() {
                self.postfix(steps)?;
            } else {
                return Ok(());
            }
        }
    }

    /// One filter, behind its bar.
    pub(super) fn filter(&mut self, steps: &mut Vec<Step>) -> Parsed<()> {
        let start = self.start();
        let Some(name) = self.word() else { return self.fail("expected the name of a filter") };
        let place = Place { start, end: self.at };
        let call = if self.take(b'(') { self.arguments()? } else { Call::default() };
        steps.push(Step { kind: StepKind::Filter(filters::find(name), call), place });
        Ok(())
    }

    fn subscript(&mut self) -> Parsed<StepKind> {
        const CLOSE: &str = "expected \"]\"";
        let mut bounds = [None, None, None];
        let mut colons = 0;
        for bound in &mut bounds {
            if !matches!(self.peek(), Some(b':' | b']')) {
                *bound = Some(self.tuple(true)?);
            }
            if !self.take(b':') {
                break;
            }
            colons += 1;
        }
        self.expect(b']', CLOSE)?;
        if colons > 2 {
            return self.fail(CLOSE);
        }
        if colons > 0 {
            return Ok(StepKind::Slice(bounds));
        }
        match bounds {
            [Some(index), ..] => Ok(StepKind::Item(index)),
            _ => self.fail("expected an index"),
        }
    }

    /// Arguments up to `)`: first those without a name, then those with one.
    pub(super) fn arguments(&mut self) -> Parsed<Call> {
        let mut call = Call::default();
        while !self.take(b')') {
            self.peek();
            if self.rest().starts_with("**") {
                self.at += 2;
                call.pairs = Some(Box::new(self.expression()?));
            } else if self.take(b'*') {
                if call.pairs.is_some() {
                    return self.fail("\"*\" stands before \"**\"");
                }
                call.star = Some(Box::new(self.expression()?));
            } else {
                let start = self.at;
                let name = self.word().filter(|_| self.peek() == Some(b'=') && !self.rest().starts_with("=="));
                match name {
                    Some(name) => {
                        self.at += 1;
                        if call.named.iter().any(|(known, _)| known == name) {
                            return self.fail("an argument is given twice");
                        }
                        call.named.push((name.to_owned(), self.expression()?));
                    }
                    None => {
                        self.at = start;
                        if !call.named.is_empty() || call.pairs.is_some() {
                            return self.fail("an argument without a name follows one with a name");
                        }
                        call.positional.push(self.expression()?);
                    }
                }
            }
            if !self.take(b',') && self.peek() != Some(b')') {
                return self.fail("expected \",\" or \")\"");
            }
        }
        Ok(call)
    }
}
