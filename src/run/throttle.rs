//! Whether another run may start now: never more in flight, never more starts in a window, than was said.

use std::collections::VecDeque;

use crate::schedule::StartWindows;

/// At most `count` starts in any window of `per_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Starts in a window.
    pub count: u32,
    /// Length of the window in milliseconds.
    pub per_ms: i64,
}

/// The throttle's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Start it.
    Go,
    /// Every slot is taken: ask again when a run has ended.
    Full,
    /// The window is full: ask again at this time.
    Wait(i64),
}

/// Counts what is in flight and when the last starts were.
///
/// A run takes its slot when it is *claimed*; it *starts* later, when the store has it. Starts are what a rate bounds, so a
/// claim that has not started yet counts as one that may start any moment.
#[derive(Debug, Clone)]
pub struct Throttle {
    max: usize,
    rate: Option<Rate>,
    starts: VecDeque<i64>,
    windows: StartWindows,
}

impl Throttle {
    /// `max` runs in flight, at least one.
    pub fn new(max: u32, rate: Option<Rate>) -> Throttle {
        Throttle { max: max.max(1) as usize, rate, starts: VecDeque::new(), windows: StartWindows::default() }
    }

    /// Runs start only inside of these.
    pub fn set_windows(&mut self, windows: StartWindows) {
        self.windows = windows;
    }

    /// Changes the number of slots. Runs beyond it end by themselves.
    pub fn set_max(&mut self, max: u32) {
        self.max = max.max(1) as usize;
    }

    /// The number of slots.
    pub fn max(&self) -> usize {
        self.max
    }

    /// The rate, where there is one.
    pub fn rate(&self) -> Option<Rate> {
        self.rate
    }

    /// May another run be claimed, with `in_flight` slots taken, of which `claimed` have not started?
    pub fn verdict(&self, in_flight: usize, claimed: usize, now: i64) -> Verdict {
        if in_flight >= self.max {
            return Verdict::Full;
        }
        match self.windows.opens(now) {
            Some(at) if at > now => return Verdict::Wait(at),
            None => return Verdict::Full,
            Some(_) => {}
        }
        let Some(rate) = self.rate else { return Verdict::Go };
        let gone = self.starts.partition_point(|start| *start <= now - rate.per_ms);
        let room = (rate.count as usize).saturating_sub(self.starts.len() - gone);
        match self.starts.get(gone) {
            _ if claimed < room => Verdict::Go,
            Some(oldest) => Verdict::Wait(oldest + rate.per_ms),
            None => Verdict::Full,
        }
    }

    /// A run started.
    pub fn started(&mut self, now: i64) {
        if let Some(rate) = self.rate {
            self.starts.push_back(now);
            if self.starts.len() > rate.count as usize {
                self.starts.pop_front();
            }
        }
    }
}
