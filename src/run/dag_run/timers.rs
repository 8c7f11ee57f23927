//! Deadlines of one run.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Kinds of deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// An attempt has taken too long.
    Timeout,
    /// An aborted attempt has had its time to settle.
    Grace,
    /// The pause before another attempt is over.
    Retry,
}

/// One deadline of one attempt. It lapses when the attempt is no longer in the phase it was set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timer {
    pub(super) at: i64,
    pub(super) task: u32,
    pub(super) attempt: u32,
    pub(super) due: Due,
}

/// Earliest first. Lapsed deadlines stay inside until they come up: dropping them then is cheaper than finding them before.
#[derive(Debug, Default)]
pub(super) struct Timers(BinaryHeap<Reverse<Timer>>);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer) {
        self.0.push(Reverse(timer));
    }

    /// The earliest deadline that has not lapsed.
    pub(super) fn next(&mut self, is_live: impl Fn(&Timer) -> bool) -> Option<Timer> {
        while let Some(Reverse(timer)) = self.0.peek() {
            if is_live(timer) {
                return Some(*timer);
            }
            self.0.pop();
        }
        None
    }

    /// Whether a deadline, lapsed or not, has come.
    pub(super) fn is_due(&self, now: i64) -> bool {
        self.0.peek().is_some_and(|Reverse(timer)| timer.at <= now)
    }

    /// Takes the earliest deadline when it is due.
    pub(super) fn take_due(&mut self, now: i64) -> Option<Timer> {
        if self.is_due(now) { self.0.pop().map(|Reverse(timer)| timer) } else { None }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
