//! When the store says no: a date that is somebody else's, a store that fails, a lease that is lost.

use super::{Backfill, Status};
use crate::run::event::{AbortReason, Change, Command, Notice, State};

impl Backfill {
    /// One date of the batch is somebody else's: its row is skipped, the rest is tried again.
    pub(super) fn refused(&mut self, index: usize) {
        let Some(mut batch) = self.batch.take() else { return };
        match batch.get(index).copied() {
            Some(Change::Begin { run, .. }) => {
                batch.remove(index);
                self.claimed = self.claimed.saturating_sub(1);
                self.set(run, Status::InFlight);
                self.count(run, |progress| &mut progress.skipped);
                self.tell(Notice::RunTaken(run));
                if self.options.depends_on_past {
                    self.block_behind(run as usize);
                }
                self.put_back(batch);
            }
            _ => {
                self.batch = Some(batch);
                self.store_failed();
            }
        }
    }

    /// Changes that were not stored go first in the next batch.
    pub(super) fn put_back(&mut self, mut batch: Vec<Change>) {
        batch.append(&mut self.pending);
        self.pending = batch;
    }

    pub(super) fn store_failed(&mut self) {
        let batch = self.batch.take().unwrap_or_default();
        self.ending = None;
        // Ends of runs are offered again, at once and whenever another run ends. Starts are not.
        self.try_again |= !self.broken;
        self.broken = true;
        let mut kept = Vec::new();
        for change in batch {
            match change {
                // Never marked, never started: a resume finds it as it was.
                Change::Begin { run, attempt, .. } => {
                    self.claimed = self.claimed.saturating_sub(1);
                    self.set(run, Status::Waiting);
                    if let Some(slot) = self.attempts.get_mut(run as usize) {
                        *slot = attempt - 1;
                    }
                }
                Change::Save(State::Canceling) => kept.push(change),
                Change::Save(_) => {}
                ended => kept.push(ended),
            }
        }
        self.put_back(kept);
        self.ready.clear();
    }

    pub(super) fn lease_lost(&mut self) {
        // Also what was decided already and not done yet.
        self.out.clear();
        for (run, flight) in self.flights.take() {
            if flight.aborted.is_none() {
                self.out.push_back(Command::Abort { run, reason: AbortReason::LeaseLost });
            }
        }
        self.finish(None);
    }
}
