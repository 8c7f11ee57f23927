//! The safety valve: a canary, whose first runs must be approved before the others start, and a breaker that trips when too many of
//! the latest runs have failed.

use std::collections::VecDeque;

use super::Backfill;
use crate::plan::Action;
use crate::run::event::{AbortReason, CancelMode, Change, Command, End, Notice, State};
use crate::schedule::StartWindows;
use crate::sort::sort_by;

/// The action of a breaker that trips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// Starts nothing more until it is resumed.
    Pause,
    /// Starts nothing more; what runs may end.
    Stop,
    /// Starts nothing more, and aborts what runs.
    Abort,
}

/// When to trip, over the latest runs that ended as success or failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breaker {
    /// At so many failures among them.
    pub failures: Option<u32>,
    /// At this share of failures, once there are `window` of them.
    pub ratio: Option<f64>,
    /// How many of the latest runs count.
    pub window: usize,
    /// The action when it trips.
    pub action: Trip,
}

#[derive(Debug, Default)]
pub(super) struct Valve {
    /// Rows from here on wait for the approval.
    canary: Option<usize>,
    /// The rows of the canary have ended.
    awaiting: bool,
    breaker: Option<Breaker>,
    /// The latest ends, whether they were failures.
    ends: VecDeque<bool>,
    /// Ends before this machine was made: when, and whether they were failures.
    past: Vec<(i64, bool)>,
    /// Those up to then do not count.
    since: i64,
    trips: Option<Trip>,
    /// It has tripped for good.
    pub(super) stopped: bool,
}

impl Valve {
    /// Rows from here on must not start.
    pub(super) fn gate(&self) -> usize {
        self.canary.unwrap_or(usize::MAX)
    }

    pub(super) fn saw(&mut self, end: End) {
        let Some(breaker) = self.breaker.filter(|_| end != End::Canceled) else { return };
        self.ends.push_back(end == End::Failed);
        if self.ends.len() > breaker.window {
            self.ends.pop_front();
        }
        let failed = self.ends.iter().filter(|failed| **failed).count();
        let by_count = breaker.failures.is_some_and(|most| failed >= most as usize);
        let is_full = self.ends.len() == breaker.window;
        let by_ratio = breaker.ratio.is_some_and(|ratio| is_full && failed as f64 >= ratio * breaker.window as f64);
        if by_count || by_ratio {
            self.trips = Some(breaker.action);
            self.stopped |= breaker.action != Trip::Pause;
        }
    }

    /// After a pause the breaker counts afresh.
    pub(super) fn forget(&mut self) {
        self.ends.clear();
    }

    pub(super) fn recall(&mut self, finished: i64, end: End) {
        if self.breaker.is_some() {
            self.past.push((finished, end == End::Failed));
        }
    }
}

impl Backfill {
    /// Before rows are restored, behind `plan_row`: the first `dates` rows that start are a canary, which has not been approved.
    pub fn set_canary(&mut self, dates: usize) {
        let starts = |row: &usize| self.actions.get(*row).is_none_or(|action| *action != Action::Skip);
        let last = (0..self.status.len()).filter(starts).nth(dates.saturating_sub(1));
        self.valve.canary = last.map(|last| last + 1);
    }

    /// Before rows are restored: ends up to `since` (epoch milliseconds) do not count, because of a pause behind them.
    pub fn set_breaker(&mut self, breaker: Breaker, since: i64) {
        self.valve.breaker = Some(breaker);
        self.valve.since = since;
    }

    /// Runs start only inside of these.
    pub fn set_start_windows(&mut self, windows: StartWindows) {
        self.throttle.set_windows(windows);
    }

    /// Ends of before count in their order, as they did then.
    pub(super) fn recall_ends(&mut self) {
        let since = self.valve.since;
        let mut past = std::mem::take(&mut self.valve.past);
        past.retain(|(finished, _)| *finished > since);
        sort_by(&mut past, |a, b| a.0 < b.0);
        for (_, failed) in past {
            self.valve.saw(if failed { End::Failed } else { End::Success });
        }
        if self.valve.stopped {
            self.valve.trips = None;
        }
    }

    /// Carries out the action of a breaker that has tripped.
    pub(super) fn trip(&mut self, now: i64) {
        let Some(action) = self.valve.trips.take() else { return };
        if self.canceled.is_some() || self.paused && action == Trip::Pause {
            return;
        }
        self.tell(Notice::BreakerTripped);
        match action {
            Trip::Pause => self.pause(),
            Trip::Stop => self.give_up_waiting(),
            Trip::Abort => {
                self.give_up_waiting();
                self.abort_flights(now);
            }
        }
    }

    pub(super) fn pause(&mut self) {
        if !self.paused && self.canceled.is_none() {
            self.paused = true;
            self.valve.forget();
            self.pending.push(Change::Save(State::Paused));
        }
    }

    /// When all rows of the canary have ended, and others wait, it waits for approval.
    pub(super) fn await_approval(&mut self) {
        let is_done = !self.valve.awaiting && self.in_flight() == 0 && self.retries.is_empty();
        if is_done && self.has_waiting() && self.next >= self.valve.gate() && !self.stopped() && !self.broken {
            self.valve.awaiting = true;
            self.pending.push(Change::Save(State::AwaitingApproval));
        }
    }

    /// The answer to a canary.
    pub(super) fn verdict(&mut self, approved: bool, now: i64) {
        if !approved {
            self.cancel(CancelMode::Finish, now);
        } else if self.valve.canary.take().is_some() && self.canceled.is_none() {
            self.valve.awaiting = false;
            self.pending.push(Change::Save(State::Approved));
        }
    }

    /// Aborts the signals of what runs.
    pub(super) fn abort_flights(&mut self, now: i64) {
        let grace = now.saturating_add(self.options.abort_grace);
        for (run, flight) in self.flights.iter_mut() {
            if flight.aborted.is_none() {
                flight.deadline = Some(grace);
                self.out.push_back(Command::Abort { run: *run, reason: AbortReason::Cancel });
            }
            flight.aborted = Some(AbortReason::Cancel);
        }
    }
}
