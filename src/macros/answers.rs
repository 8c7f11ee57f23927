//! What the host answered in one render.

use super::context::Lookup;
use super::value::Value;

struct Answer<'a> {
    lookup: Lookup,
    name: String,
    value: Value<'a>,
    /// One more than the place of the next one with the same mark.
    next: usize,
}

/// Answers by kind and name, found by a mark of the name, so that ten thousands of names cost no more each than one.
#[derive(Default)]
pub(super) struct Answers<'a> {
    all: Vec<Answer<'a>>,
    /// By the mark: one more than the place of the first answer.
    first: Vec<usize>,
}

impl<'a> Answers<'a> {
    fn mark(&self, name: &str) -> usize {
        let hash = name.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        hash as usize & self.first.len().wrapping_sub(1)
    }

    pub(super) fn find(&self, lookup: Lookup, name: &str) -> Option<&Value<'a>> {
        let mut next = *self.first.get(self.mark(name))?;
        loop {
            let answer = self.all.get(next.checked_sub(1)?)?;
            if answer.lookup == lookup && answer.name == name {
                return Some(&answer.value);
            }
            next = answer.next;
        }
    }

    pub(super) fn add(&mut self, lookup: Lookup, name: &str, value: Value<'a>) {
        self.all.push(Answer { lookup, name: name.to_owned(), value, next: 0 });
        let from = if self.all.len() > self.first.len() {
            self.first = vec![0; (2 * self.all.len()).next_power_of_two()];
            0
        } else {
            self.all.len() - 1
        };
        for place in from..self.all.len() {
            let mark = self.all.get(place).map_or(0, |answer| self.mark(&answer.name));
            if let (Some(answer), Some(first)) = (self.all.get_mut(place), self.first.get_mut(mark)) {
                answer.next = std::mem::replace(first, place + 1);
            }
        }
    }
}
