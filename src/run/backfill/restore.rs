//! Where rows stand before the machine begins: by the plan, by the store, and by what runs in this process.

use std::cmp::Reverse;

use super::{Backfill, Flight, Status};
use crate::plan::{Action, RunState, SkipReason};
use crate::run::event::{Change, Command, End, Notice};

/// A commit may have taken this long after the time in the record: the run started up to so much later.
const COMMIT_MS: i64 = 1_000;

/// How to treat a run that is stored as running and does not run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Its process died: it starts again as the next attempt.
    Restart,
    /// Its process died: it is called again as the same attempt, and keeps its slot.
    Attach,
    /// It is recorded by this process and was never called: the attempt is still to start.
    Start,
}

/// The stored run on a row's date. Times are epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Where the run stands.
    pub state: RunState,
    /// Its last attempt.
    pub attempt: u32,
    /// Attempts that failed, for one that is to be tried again; `None` in records of version 0.1.
    pub failures: Option<u32>,
    /// Whether this backfill wrote the record.
    pub own: bool,
    /// Start of the last attempt.
    pub started: Option<i64>,
    /// End of the last attempt.
    pub finished: Option<i64>,
}

impl Backfill {
    /// Before `begin`: what the plan does with a row, and the state and attempt of the run that it found on the date.
    pub fn plan_row(
        &mut self,
        run: u32,
        action: Action,
        reason: Option<SkipReason>,
        existing: Option<(RunState, u32)>,
    ) {
        if self.actions.is_empty() {
            self.actions = vec![Action::Create; self.status.len()];
        }
        if let Some(slot) = self.actions.get_mut(run as usize) {
            *slot = action;
        }
        let attempts = existing.map_or(0, |(_, attempt)| attempt);
        // A success that is left alone is what depends on the past may follow; one that was to run again and may not is none.
        let follows = existing.is_some_and(|(state, _)| state == RunState::Success);
        let status = match action {
            Action::Skip if reason == Some(SkipReason::DependsOnPast) => Status::DependsOnPast,
            Action::Skip if follows => Status::Stands,
            Action::Skip => Status::Skipped,
            _ => Status::Waiting,
        };
        self.restore(run, status, attempts);
    }

    /// Before `begin`: says where a row stands already, and the attempts that it has had.
    pub fn restore(&mut self, run: u32, status: Status, attempts: u32) {
        let Some(slot) = self.status.get_mut(run as usize) else { return };
        *slot = status;
        if let Some(slot) = self.attempts.get_mut(run as usize) {
            *slot = attempts;
        }
        match status {
            Status::Success => self.count(run, |progress| &mut progress.completed),
            Status::Failed => {
                self.count_failed(run);
                self.failed_runs += 1;
            }
            Status::Canceled => self.count(run, |progress| &mut progress.canceled),
            Status::Skipped | Status::InFlight | Status::DependsOnPast | Status::Stands => {
                self.count(run, |progress| &mut progress.skipped);
            }
            _ => {}
        }
    }

    /// Before `restore_stored`: so many dates of the row have failed, and the others have not.
    pub fn restore_partly(&mut self, run: u32, failed: u32) {
        self.part(run, failed);
    }

    /// Before `begin`: what the store has of a row that the plan starts.
    pub fn restore_stored(&mut self, run: u32, stored: Stored, lost: Lost) {
        let Stored { state, attempt, failures, own, started, finished } = stored;
        if !own {
            // Where the plan found nothing, somebody else has taken the date since.
            if self.actions.get(run as usize).is_none_or(|action| *action == Action::Create) {
                self.restore(run, Status::InFlight, 0);
            }
            return;
        }
        if let Some(own) = self.own.get_mut(run as usize) {
            *own = true;
        }
        // Version 0.1 did not count failures: all attempts of one that waits had failed.
        let failures = failures.unwrap_or(match state {
            RunState::Queued => attempt.saturating_sub(self.attempt(run)),
            _ => 0,
        });
        if failures > 0 && matches!(state, RunState::Queued | RunState::Running) {
            self.count_failures(run, failures);
        }
        let end = match state {
            RunState::Success => Some(End::Success),
            RunState::Failed => Some(End::Failed),
            _ => None,
        };
        if let Some((finished, end)) = finished.zip(end) {
            self.valve.recall(finished, end);
        }
        match state {
            RunState::Success => self.restore(run, Status::Success, attempt),
            RunState::Failed => self.restore(run, Status::Failed, attempt),
            RunState::Canceled => self.restore(run, Status::Canceled, attempt),
            RunState::Queued => self.restore_retry(run, attempt, failures, finished),
            RunState::Running => match lost {
                Lost::Restart => self.restore(run, Status::Waiting, attempt),
                Lost::Attach => self.attach(run, attempt, started.unwrap_or(0), Notice::RunAttached(run)),
                Lost::Start => self.attach(run, attempt, started.unwrap_or(0), Notice::RunStarted(run)),
            },
        }
    }

    /// It waits for its next attempt, from when the last one failed.
    fn restore_retry(&mut self, run: u32, attempt: u32, failures: u32, failed: Option<i64>) {
        match (failed, self.options.retry.delay(failures)) {
            (Some(failed), Some(delay)) if failures > 0 => {
                self.restore(run, Status::Retrying, attempt);
                self.retries.push(Reverse((failed.saturating_add(delay), run)));
            }
            _ => self.restore(run, Status::Waiting, attempt),
        }
    }

    fn attach(&mut self, run: u32, attempt: u32, started: i64, notice: Notice) {
        self.adopt(run, attempt, started);
        self.attaching.push_back((run, attempt, notice));
    }

    /// Before `begin`: a row whose callback runs already, because this machine takes the place of another.
    pub fn adopt(&mut self, run: u32, attempt: u32, started: i64) {
        self.restore(run, Status::Running, attempt);
        if let Some(own) = self.own.get_mut(run as usize) {
            *own = true;
        }
        self.attaching.retain(|(attaching, ..)| *attaching != run);
        let timeout = self.options.run_timeout.filter(|_| !self.options.reports_start);
        let deadline = timeout.map(|timeout| started.saturating_add(timeout));
        self.flights.insert(run, Flight { attempt, started, deadline, aborted: None });
    }

    /// Before `begin`: a start that the rate may still count. A record has the time before its commit, so that the run
    /// itself started a little later.
    pub fn recall(&mut self, started: i64, now: i64) {
        self.recalled.push(started.saturating_add(COMMIT_MS).min(now).max(started));
    }

    /// The next run to be called again, once this machine's lease is known to be good. A pause holds back none of them:
    /// they run already.
    pub(super) fn attach_next(&mut self) -> bool {
        if !self.begun {
            return false;
        }
        let Some((run, attempt, notice)) = self.attaching.pop_front() else { return false };
        self.out.push_back(Command::Notify(notice));
        self.out.push_back(Command::Start { run, attempt });
        true
    }

    /// Runs that were to be called again, and are not any more, end as canceled.
    pub(super) fn give_up_attaching(&mut self) {
        while let Some((run, attempt, _)) = self.attaching.pop_front() {
            self.flights.remove(run);
            self.pending.push(Change::End { run, attempt, end: End::Canceled });
            self.set(run, Status::Settled);
        }
    }
}
