//! Counts of a backfill, and when it will have ended.

/// total = completed + failed + skipped + canceled + remaining; remaining includes the running ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Progress {
    pub total: u32,
    pub completed: u32,
    pub failed: u32,
    pub skipped: u32,
    pub canceled: u32,
    pub running: u32,
}

impl Progress {
    /// Rows that have not ended.
    pub fn remaining(&self) -> u32 {
        self.total - self.completed - self.failed - self.skipped - self.canceled
    }
}

/// The durations that count.
const MOST: usize = 20;

/// Foretells from the durations seen. The median of the last ones: one slow run must not move it.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    /// The last `MOST`, each in the place of the one that it has replaced.
    last: Vec<i64>,
    /// The same, shortest first: progress is asked for twice a run.
    sorted: Vec<i64>,
    /// The place of the oldest.
    oldest: usize,
}

impl Durations {
    /// A run took `ms`.
    pub fn saw(&mut self, ms: i64) {
        let ms = ms.max(0);
        let mut at = self.sorted.len();
        if let (MOST, Some(slot)) = (at, self.last.get_mut(self.oldest)) {
            let oldest = std::mem::replace(slot, ms);
            self.oldest = (self.oldest + 1) % MOST;
            at = self.sorted.partition_point(|other| *other < oldest);
            if let Some(slot) = self.sorted.get_mut(at) {
                *slot = ms;
            }
        } else {
            self.last.push(ms);
            self.sorted.push(ms);
        }
        // Runs of one DAG take about the same time: the new duration is near its place, and moving the list in memory costs more.
        while at > 0 && self.sorted.get(at - 1) > Some(&ms) {
            self.sorted.swap(at - 1, at);
            at -= 1;
        }
        while self.sorted.get(at + 1).is_some_and(|next| *next < ms) {
            self.sorted.swap(at, at + 1);
            at += 1;
        }
    }

    /// The median, once a run has ended.
    pub fn median(&self) -> Option<i64> {
        self.sorted.get(self.sorted.len() / 2).copied()
    }

    /// Milliseconds until all is done: the runs in flight finish their median (`elapsed` says how long each has run), the
    /// `waiting` ones fill the `lanes` behind them.
    pub fn eta(&self, elapsed: impl Iterator<Item = i64>, waiting: u32, lanes: usize) -> Option<i64> {
        let median = self.median()?;
        let (mut left, mut longest) = (i64::from(waiting) * median, 0);
        for elapsed in elapsed {
            let rest = (median - elapsed).max(0);
            left += rest;
            longest = longest.max(rest);
        }
        let lanes = (lanes.max(1) as i64).min(i64::from(waiting).max(1));
        Some(if waiting == 0 { longest } else { (left / lanes).max(median).max(longest) })
    }
}
