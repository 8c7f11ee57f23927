//! A sentence in the making: every part is written behind the one before, and none is a string of its own.

use std::fmt::{Display, Write};

use super::fields::values;
use crate::error::quoted;
use crate::time::Civil;

/// So many characters of a text that somebody wrote are shown at most.
const SHOWN: usize = 40;

#[derive(Default)]
pub(super) struct Words(String);

impl Words {
    /// Adds a text as it is.
    #[inline(never)]
    pub(super) fn add(&mut self, text: &str) -> &mut Words {
        self.0.push_str(text);
        self
    }

    /// Adds something as it shows itself.
    pub(super) fn show(&mut self, it: &dyn Display) -> &mut Words {
        // Only a part that fails to show itself could fail, and then nothing of it is left out but its end.
        let _ = write!(self.0, "{it}");
        self
    }

    /// Adds the start of a text that somebody wrote.
    #[inline(never)]
    pub(super) fn short(&mut self, text: &str) -> &mut Words {
        self.0.extend(text.chars().take(SHOWN));
        self
    }

    /// The same in quotation marks.
    #[inline(never)]
    pub(super) fn quote(&mut self, text: &str) -> &mut Words {
        let mut start = Words::default();
        self.add(&quoted(start.short(text).text()))
    }

    pub(super) fn number(&mut self, number: impl Into<i64>) -> &mut Words {
        self.padded(number.into(), 1)
    }

    /// Adds a number with two digits at least.
    pub(super) fn two(&mut self, number: u32) -> &mut Words {
        self.padded(number.into(), 2)
    }

    #[inline(never)]
    fn padded(&mut self, number: i64, width: usize) -> &mut Words {
        let digits = number.to_string();
        (digits.len()..width).for_each(|_| self.0.push('0'));
        self.add(&digits)
    }

    /// Adds the day of a wall clock, such as "2024-03-10".
    pub(super) fn day(&mut self, wall: Civil) -> &mut Words {
        let (year, month, day) = wall.ymd();
        self.padded(year.into(), 4).add("-").two(month).add("-").two(day)
    }

    /// Adds the time of a wall clock without zero seconds, such as "02:30".
    pub(super) fn time(&mut self, wall: Civil) -> &mut Words {
        self.two(wall.hour()).add(":").two(wall.minute());
        if wall.ms() % 60_000 != 0 {
            self.add(":").two(wall.second());
        }
        match wall.millis() {
            0 => self,
            ms => self.add(".").padded(ms.into(), 3),
        }
    }

    /// Adds what stands before item `index` of `count` in "a, b and c".
    pub(super) fn between(&mut self, index: u32, count: u32, and: &str) {
        if index + 1 < count {
            self.add(if index == 0 { "" } else { ", " });
        } else if index > 0 {
            self.add(" ").add(and).add(" ");
        }
    }

    /// Adds the values of a bit set as "a, b and c"; `item` writes one.
    #[inline(never)]
    pub(super) fn each(&mut self, set: u64, and: &str, item: &dyn Fn(&mut Words, u32)) {
        for (index, value) in (0..).zip(values(set)) {
            self.between(index, set.count_ones(), and);
            item(self, value);
        }
    }

    /// Where the next part will start.
    pub(super) fn end(&self) -> usize {
        self.0.len()
    }

    /// Gives what was written from `start` on a small first letter, to stand inside a sentence.
    pub(super) fn lower(&mut self, start: usize) {
        if let Some(first) = self.0.get_mut(start..start + 1) {
            first.make_ascii_lowercase();
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// What was written; nothing is left.
    #[inline(never)]
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}
