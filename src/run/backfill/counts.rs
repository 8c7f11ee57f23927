//! Counts: of rows, for limits, and of the dates of each row, for progress.

use super::{Backfill, Status};
use crate::run::event::{Change, End};
use crate::run::summary::Progress;

impl Backfill {
    /// Counts, as far as the store has acknowledged them.
    pub fn progress(&self) -> Progress {
        let running = match self.weights.is_empty() {
            true => self.flights.len() as u32,
            false => self.flights.iter().map(|(run, _)| self.weight(*run)).sum(),
        };
        Progress { running, ..self.dates }
    }

    /// Before rows are planned: how many dates each has. Limits count rows, and progress counts dates.
    pub fn set_weights(&mut self, weights: &[u32]) {
        if !weights.is_empty() {
            self.weights = weights.to_vec();
            self.dates.total = weights.iter().sum();
        }
    }

    /// Whether somebody else has taken a date of a chunk, the others of which were not run then.
    pub(super) fn has_split_chunk(&self) -> bool {
        let taken = |(status, weight): (&Status, &u32)| *status == Status::InFlight && *weight > 1;
        self.status.iter().zip(&self.weights).any(taken)
    }

    fn weight(&self, run: u32) -> u32 {
        if self.weights.is_empty() { 1 } else { self.weights.get(run as usize).copied().unwrap_or(1) }
    }

    /// Counts a row, and its dates.
    pub(super) fn count(&mut self, run: u32, counter: fn(&mut Progress) -> &mut u32) {
        *counter(&mut self.progress) += 1;
        *counter(&mut self.dates) += self.weight(run);
    }

    /// So many dates of the row have failed, and the others have not.
    pub(super) fn part(&mut self, run: u32, failed: u32) {
        if self.partly.is_empty() {
            self.partly.resize(self.status.len(), None);
        }
        if let Some(slot) = self.partly.get_mut(run as usize) {
            *slot = Some(failed);
        }
    }

    /// Dates that failed of a row that did.
    fn failed_dates(&self, run: u32) -> u32 {
        let weight = self.weight(run);
        self.partly.get(run as usize).copied().flatten().map_or(weight, |failed| failed.min(weight))
    }

    /// Counts a row that failed, of whose dates some may not have.
    pub(super) fn count_failed(&mut self, run: u32) {
        let weight = self.weight(run);
        let failed = self.failed_dates(run);
        self.progress.failed += 1;
        self.dates.failed += failed;
        self.dates.completed += weight - failed;
    }

    /// Milliseconds until the end, once a run has ended.
    pub fn eta(&self, now: i64) -> Option<i64> {
        let progress = Progress { running: self.flights.len() as u32, ..self.progress };
        let waiting = progress.remaining().saturating_sub(progress.running);
        let elapsed = self.flights.values().map(|flight| now - flight.started);
        let lanes = if self.options.depends_on_past { 1 } else { self.throttle.max() };
        let by_lanes = self.durations.eta(elapsed, waiting, lanes)?;
        let by_rate = self
            .throttle
            .rate()
            .map_or(0, |rate| i64::from(waiting.saturating_sub(1)) / i64::from(rate.count.max(1)) * rate.per_ms);
        Some(by_lanes.max(by_rate))
    }

    /// Completed, failed, skipped and canceled rows once the batch that the store has now is acknowledged.
    pub fn counts_after_batch(&self) -> [u32; 4] {
        let Progress { mut completed, mut failed, skipped, mut canceled, .. } = self.dates;
        for change in self.batch.iter().flatten() {
            match change {
                Change::End { run, end: End::Success, .. } => completed += self.weight(*run),
                Change::End { run, end: End::Failed, .. } => {
                    let weight = self.weight(*run);
                    let part = self.failed_dates(*run);
                    failed += part;
                    completed += weight - part;
                }
                Change::End { run, end: End::Canceled, .. } => canceled += self.weight(*run),
                _ => {}
            }
        }
        [completed, failed, skipped, canceled]
    }
}
