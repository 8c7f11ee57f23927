//! Forward: rows take slots, the store marks them, they start, and what it acknowledged is counted and told.

use std::cmp::Reverse;

use super::{Backfill, Flight, Status};
use crate::run::event::{Change, Command, End, Notice, Origin, State};
use crate::run::throttle::Verdict;

impl Backfill {
    /// One batch: everything that ended, then whatever may take the slots that became free.
    pub(super) fn assemble(&mut self, now: i64) {
        if self.broken && (!std::mem::take(&mut self.try_again) || self.pending.is_empty()) {
            if self.flights.is_empty() {
                self.finish(None);
            }
            return;
        }
        while let Some(run) = self.claim(now) {
            let attempt = self.attempt(run) + 1;
            if let Some(slot) = self.attempts.get_mut(run as usize) {
                *slot = attempt;
            }
            self.set(run, Status::Claimed);
            self.claimed += 1;
            let origin = self.origin(run);
            self.pending.push(Change::Begin { run, attempt, origin });
        }
        self.await_approval();
        let idle = self.in_flight() == 0 && self.retries.is_empty() && !self.has_waiting();
        if idle && self.ending.is_none() && !self.broken {
            // A date that waited for a past that did not succeed was asked for and is not done; nor are the others of a chunk of
            // which somebody else has taken a date.
            let blocked = self.status.contains(&Status::DependsOnPast) || self.has_split_chunk();
            let state = match (self.canceled, self.failed_runs) {
                (Some(_), _) => State::Canceled,
                (None, 0) if !blocked => State::Success,
                (None, _) => State::Failed,
            };
            self.ending = Some(state);
            self.pending.push(Change::Save(state));
        }
        if !self.pending.is_empty() {
            let batch = std::mem::take(&mut self.pending);
            self.out.push_back(Command::Apply(batch.clone()));
            self.batch = Some(batch);
        }
    }

    /// The next row that may take a slot now.
    pub(super) fn claim(&mut self, now: i64) -> Option<u32> {
        if !self.may_start() {
            return None;
        }
        let in_order = self.options.depends_on_past;
        let retry = self.retries.peek().map(|Reverse((due, run))| (*due, *run));
        if in_order && (self.in_flight() > 0 || retry.is_some_and(|(due, _)| due > now)) {
            return None;
        }
        if self.throttle.verdict(self.in_flight(), self.claimed, now) != Verdict::Go {
            return None;
        }
        if let Some((_, run)) = retry.filter(|(due, _)| *due <= now) {
            self.next_retry();
            return Some(run);
        }
        (self.has_waiting() && self.next < self.valve.gate()).then(|| {
            self.next += 1;
            (self.next - 1) as u32
        })
    }

    /// Whether a row has never started. Moves over those that need not.
    pub(super) fn has_waiting(&mut self) -> bool {
        while self.status.get(self.next).is_some_and(|status| *status != Status::Waiting) {
            self.next += 1;
        }
        self.next < self.status.len()
    }

    /// The next run that the store has marked and that may start now.
    pub(super) fn next_ready(&mut self) -> Option<(u32, u32)> {
        if self.may_start() { self.ready.pop_front() } else { None }
    }

    pub(super) fn applied(&mut self) {
        for change in self.batch.take().unwrap_or_default() {
            match change {
                Change::Begin { run, attempt, .. } => {
                    if let Some(own) = self.own.get_mut(run as usize) {
                        *own = true;
                    }
                    self.claimed = self.claimed.saturating_sub(1);
                    match self.stopped() {
                        true => self.record(run, attempt, End::Canceled),
                        false => self.ready.push_back((run, attempt)),
                    }
                }
                Change::Requeue { run, .. } => self.out.push_back(Command::Notify(Notice::RunRetrying(run))),
                Change::End { run, end, .. } => {
                    let (status, notice) = match end {
                        End::Success => (Status::Success, Notice::RunSucceeded(run)),
                        End::Failed => (Status::Failed, Notice::RunFailed(run)),
                        End::Canceled => (Status::Canceled, Notice::RunCanceled(run)),
                    };
                    match end {
                        End::Success => self.count(run, |progress| &mut progress.completed),
                        End::Failed => self.count_failed(run),
                        End::Canceled => self.count(run, |progress| &mut progress.canceled),
                    }
                    if let Some(failures) = self.failures.get_mut(run as usize) {
                        *failures = 0;
                    }
                    self.set(run, status);
                    self.out.push_back(Command::Notify(notice));
                }
                Change::Save(state) if self.ending == Some(state) => self.finish(Some(state)),
                Change::Save(_) if !self.begun => {
                    self.begun = true;
                    self.tell(Notice::Started);
                    for notice in std::mem::take(&mut self.early) {
                        self.tell(notice);
                    }
                }
                Change::Save(State::Running) => self.tell(Notice::Resumed),
                Change::Save(State::Paused) => self.tell(Notice::Paused),
                Change::Save(State::Canceling) => self.tell(Notice::Canceling),
                Change::Save(State::AwaitingApproval) => self.tell(Notice::AwaitingApproval),
                Change::Save(State::Approved) if !self.paused => self.tell(Notice::Resumed),
                Change::Save(_) => {}
            }
        }
    }

    /// The record that a row starts from.
    fn origin(&self, run: u32) -> Origin {
        if self.own.get(run as usize).copied().unwrap_or(false) {
            return Origin::Own;
        }
        Origin::of(self.actions.get(run as usize).copied())
    }

    pub(super) fn start(&mut self, run: u32, attempt: u32, now: i64) {
        let deadline = self.deadline(now);
        self.flights.insert(run, Flight { attempt, started: now, deadline, aborted: None });
        self.set(run, Status::Running);
        self.uncounted = true;
        self.out.push_back(Command::Notify(Notice::RunStarted(run)));
        self.out.push_back(Command::Start { run, attempt });
    }

    /// When a run that starts now has taken too long, as far as that is known yet.
    fn deadline(&self, now: i64) -> Option<i64> {
        self.options.run_timeout.filter(|_| !self.options.reports_start).map(|timeout| now.saturating_add(timeout))
    }

    /// An engine has begun with a run: its timeout counts from then.
    pub(super) fn began(&mut self, run: u32, attempt: u32, at: i64) {
        let deadline = self.options.run_timeout.map(|timeout| at.saturating_add(timeout));
        if let Some(flight) = self.flights.get_mut(run).filter(|flight| flight.attempt == attempt)
            && flight.aborted.is_none()
        {
            flight.deadline = deadline;
        }
    }
}
