//! Ends of runs: settled, failed, too late, canceled, given up.

use std::cmp::Reverse;

use super::{Backfill, Flight, Status};
use crate::run::event::{AbortReason, CancelMode, Change, Command, End, Notice, Outcome, State};

impl Backfill {
    pub(super) fn settled(&mut self, run: u32, attempt: u32, outcome: Outcome, now: i64) {
        let Some(flight) = self.flights.get_mut(run).map(|flight| *flight).filter(|flight| flight.attempt == attempt)
        else {
            return;
        };
        self.flights.remove(run);
        self.try_again = true;
        match (outcome, flight.aborted) {
            (Outcome::Success, _) => {
                self.durations.saw(now - flight.started);
                self.record(run, attempt, End::Success);
            }
            (Outcome::Failed, Some(AbortReason::Cancel)) => self.record(run, attempt, End::Canceled),
            (Outcome::LEFT, _) => self.broken = true,
            // Failed dates make a failed attempt: the chunk is tried again as a whole.
            (Outcome::Failed | Outcome::Partly(_), _) => {
                self.durations.saw(now - flight.started);
                let failures = self.failures.get(run as usize).map_or(1, |failed| failed + 1);
                match self.options.retry.delay(failures) {
                    // Also when the store has failed: a resume finds it queued, and tries it again.
                    Some(delay) if !self.stopped() => {
                        self.count_failures(run, failures);
                        self.set(run, Status::Retrying);
                        self.retries.push(Reverse((now + delay, run)));
                        self.pending.push(Change::Requeue { run, attempt, failures });
                    }
                    _ => {
                        if let Outcome::Partly(dates) = outcome {
                            self.part(run, dates);
                        }
                        self.fail(run, attempt);
                    }
                }
            }
        }
    }

    pub(super) fn count_failures(&mut self, run: u32, failures: u32) {
        if self.failures.is_empty() {
            self.failures.resize(self.status.len(), 0);
        }
        if let Some(slot) = self.failures.get_mut(run as usize) {
            *slot = failures;
        }
    }

    pub(super) fn fail(&mut self, run: u32, attempt: u32) {
        self.failed_runs += 1;
        self.record(run, attempt, End::Failed);
        self.stop_after_failures();
    }

    pub(super) fn record(&mut self, run: u32, attempt: u32, end: End) {
        self.set(run, Status::Settled);
        self.valve.saw(end);
        self.pending.push(Change::End { run, attempt, end });
        // At once, not when it is stored: the slot is free already, and the next row must not take it.
        if end != End::Success && self.options.depends_on_past {
            self.block_behind(run as usize);
        }
    }

    pub(super) fn stop_after_failures(&mut self) {
        if self.stopped() {
            self.give_up_waiting();
        }
    }

    /// Rows that never started end as canceled; those that the store has marked, or that wait for a retry, are recorded so. A row
    /// that a dead process left running waits, too, and has a record.
    pub(super) fn give_up_waiting(&mut self) {
        let mut left = Vec::new();
        while self.has_waiting() {
            let run = self.next as u32;
            if self.own.get(self.next).copied().unwrap_or(false) {
                self.set(run, Status::Settled);
                left.push(run);
            } else {
                self.set(run, Status::Canceled);
                self.count(run, |progress| &mut progress.canceled);
            }
        }
        for run in left {
            let attempt = self.attempt(run);
            self.record(run, attempt, End::Canceled);
        }
        while let Some(run) = self.next_retry() {
            let attempt = self.attempt(run);
            self.record(run, attempt, End::Canceled);
        }
        while let Some((run, attempt)) = self.ready.pop_front() {
            self.record(run, attempt, End::Canceled);
        }
    }

    /// Takes out the row whose next attempt is due first.
    pub(super) fn next_retry(&mut self) -> Option<u32> {
        self.retries.pop().map(|Reverse((_, run))| run)
    }

    pub(super) fn cancel(&mut self, mode: CancelMode, now: i64) {
        if self.canceled.is_none() {
            // Told when it is stored: a cancel that somebody was told of outlives this process.
            self.pending.push(Change::Save(State::Canceling));
            self.give_up_waiting();
            self.give_up_attaching();
        }
        if self.canceled != Some(CancelMode::Abort) {
            self.canceled = Some(mode);
        }
        if mode == CancelMode::Abort {
            self.abort_flights(now);
        }
    }

    /// Aborts what has run too long, and gives up what was aborted and does not settle.
    pub(super) fn expire(&mut self, now: i64) {
        let due = |flight: &Flight| flight.deadline.is_some_and(|deadline| deadline <= now);
        let mut late = Vec::new();
        for (run, _) in self.flights.iter().filter(|(_, flight)| due(flight)) {
            late.push(*run);
        }
        for run in late {
            let Some(flight) = self.flights.get_mut(run) else { continue };
            if flight.aborted.is_none() {
                flight.aborted = Some(AbortReason::Timeout);
                flight.deadline = Some(now.saturating_add(self.options.abort_grace));
                self.out.push_back(Command::Abort { run, reason: AbortReason::Timeout });
            } else {
                let attempt = flight.attempt;
                self.flights.remove(run);
                self.try_again = true;
                self.out.push_back(Command::Notify(Notice::RunAbandoned(run)));
                self.fail(run, attempt);
            }
        }
    }

    /// Rows behind one that did not succeed are skipped, where runs depend on the past: up to a date whose run has succeeded
    /// and is left alone, because what comes behind that one depends on it.
    pub(super) fn block_behind(&mut self, run: usize) {
        for behind in run + 1..self.status.len() {
            match self.status.get(behind) {
                Some(Status::Stands) | None => break,
                Some(Status::Waiting) => {
                    self.set(behind as u32, Status::DependsOnPast);
                    self.count(behind as u32, |progress| &mut progress.skipped);
                }
                _ => {}
            }
        }
    }
}
