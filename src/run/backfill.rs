//! The backfill as a state machine. It claims a slot, has the store mark the run as running, and only then asks for the
//! callback; a slot is given on in the same batch that records the end of the run that held it.

mod advance;
mod ending;
mod faults;
mod flights;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use flights::{Flight, Flights};

use super::event::{CancelMode, Change, Command, Event, Notice, State};
use super::retry::Retry;
use super::summary::{Durations, Progress};
use super::throttle::{Rate, Throttle, Verdict};

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Status {
    Waiting,
    /// It has a slot, and the store is asked to mark it.
    Claimed,
    Running,
    /// It settled, and the store is asked to record that.
    Settled,
    /// It failed and waits for its next attempt.
    Retrying,
    Success,
    Failed,
    Canceled,
    /// Skipped by the plan.
    Skipped,
    /// Skipped because somebody else runs the date.
    InFlight,
    /// Skipped because the date before it did not succeed.
    DependsOnPast,
    /// Skipped by the plan, and the run that stands there has succeeded: what depends on it may start.
    Stands,
}

/// How to run. Times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Runs in flight at once.
    pub max_parallel_runs: u32,
    /// At most so many starts in a window.
    pub rate: Option<Rate>,
    /// What follows a failure.
    pub retry: Retry,
    /// A run that takes longer is aborted.
    pub run_timeout: Option<i64>,
    /// How long an aborted run may take to settle.
    pub abort_grace: i64,
    /// Starts stop after so many failures.
    pub max_failures: Option<u32>,
    /// One after the other, each after the success of the one before.
    pub depends_on_past: bool,
}

/// One backfill. `handle` what happened, then `poll` until there is no further command, then wait until `wake`.
///
/// ```
/// use dagfill::run::backfill::{Backfill, Options};
/// use dagfill::run::event::{Change, Command, Event};
/// use dagfill::run::retry::Retry;
/// let options = Options { max_parallel_runs: 2, rate: None, retry: Retry::NEVER, run_timeout: None, abort_grace: 30_000,
///     max_failures: None, depends_on_past: false };
/// let mut backfill = Backfill::new(3, options);
/// backfill.begin();
/// let Some(Command::Apply(batch)) = backfill.poll(0) else { panic!() };
/// assert_eq!(batch.iter().filter(|change| matches!(change, Change::Begin { .. })).count(), 2);
/// ```
#[derive(Debug)]
pub struct Backfill {
    options: Options,
    throttle: Throttle,
    status: Vec<Status>,
    attempts: Vec<u32>,
    /// No row before this one is waiting.
    next: usize,
    flights: Flights,
    /// Marked as running by the store, and not started yet. One is started a poll: a callback, or a listener, that pauses or
    /// cancels holds back all behind it.
    ready: VecDeque<(u32, u32)>,
    retries: BinaryHeap<Reverse<(i64, u32)>>,
    /// Changes for the next batch, and the batch that the store has now.
    pending: Vec<Change>,
    batch: Option<Vec<Change>>,
    claimed: usize,
    out: VecDeque<Command>,
    progress: Progress,
    durations: Durations,
    failures: u32,
    begun: bool,
    early: Vec<Notice>,
    paused: bool,
    canceled: Option<CancelMode>,
    /// The store failed; ends may still be tried, starts not.
    broken: bool,
    try_again: bool,
    ending: Option<State>,
    finished: bool,
}

impl Backfill {
    /// A backfill of `rows` rows, all of them waiting.
    pub fn new(rows: usize, options: Options) -> Backfill {
        Backfill {
            options,
            throttle: Throttle::new(options.max_parallel_runs, options.rate),
            status: vec![Status::Waiting; rows],
            attempts: vec![0; rows],
            next: 0,
            flights: Flights::default(),
            ready: VecDeque::new(),
            retries: BinaryHeap::new(),
            pending: Vec::new(),
            batch: None,
            claimed: 0,
            out: VecDeque::new(),
            progress: Progress { total: rows as u32, ..Progress::default() },
            durations: Durations::default(),
            failures: 0,
            begun: false,
            early: Vec::new(),
            paused: false,
            canceled: None,
            broken: false,
            try_again: false,
            ending: None,
            finished: false,
        }
    }

    /// Before `begin`: says where a row stands already, because the plan skips it or because the backfill is resumed.
    /// A row that was in flight is given as `Waiting` with the attempts it has had.
    pub fn restore(&mut self, run: u32, status: Status, attempts: u32) {
        let Some(slot) = self.status.get_mut(run as usize) else { return };
        *slot = status;
        if let Some(slot) = self.attempts.get_mut(run as usize) {
            *slot = attempts;
        }
        match status {
            Status::Success => self.progress.completed += 1,
            Status::Failed => {
                self.progress.failed += 1;
                self.failures += 1;
            }
            Status::Canceled => self.progress.canceled += 1,
            Status::Skipped | Status::InFlight | Status::DependsOnPast | Status::Stands => self.progress.skipped += 1,
            _ => {}
        }
    }

    /// Before `begin`: a row whose callback runs already, because this machine takes the place of another.
    pub fn adopt(&mut self, run: u32, attempt: u32, started: i64) {
        self.restore(run, Status::Running, attempt);
        let deadline = self.options.run_timeout.map(|timeout| started.saturating_add(timeout));
        self.flights.insert(run, Flight { attempt, started, deadline, aborted: None });
    }

    /// Before `begin`: a start of this backfill that its rate still counts, because another machine made it. Oldest first.
    pub fn recall(&mut self, started: i64) {
        self.throttle.started(started);
    }

    /// Stores that it runs; what may start then starts.
    pub fn begin(&mut self) {
        self.pending.push(Change::Save(State::Running));
        if self.options.depends_on_past {
            let closes = |status: Status| matches!(status, Status::Failed | Status::Canceled | Status::InFlight);
            for run in 0..self.status.len() {
                if self.status.get(run).is_some_and(|at| closes(*at)) {
                    self.block_behind(run);
                }
            }
        }
        self.stop_after_failures();
    }

    /// Takes note of what happened. It never does anything by itself: `poll` says what follows.
    pub fn handle(&mut self, event: Event, now: i64) {
        if self.finished {
            return;
        }
        match event {
            Event::Applied => self.applied(),
            Event::Refused { index } => self.refused(index),
            Event::StoreFailed => self.store_failed(),
            Event::LeaseLost => self.lease_lost(),
            Event::Settled { run, attempt, outcome } => self.settled(run, attempt, outcome, now),
            Event::Pause if !self.paused && self.canceled.is_none() => {
                self.paused = true;
                self.pending.push(Change::Save(State::Paused));
                self.tell(Notice::Paused);
            }
            Event::Resume if self.paused => {
                self.paused = false;
                self.pending.push(Change::Save(State::Running));
                self.tell(Notice::Resumed);
            }
            Event::Pause | Event::Resume => {}
            Event::Cancel(mode) => self.cancel(mode, now),
            Event::SetMaxParallelRuns(max) => self.throttle.set_max(max),
        }
    }

    /// The next thing to do now; `None` when there is nothing until something happens or `wake` comes.
    pub fn poll(&mut self, now: i64) -> Option<Command> {
        // One step at a time: whoever hears of one may change what follows.
        if self.out.is_empty() && !self.finished {
            self.expire(now);
        }
        if self.out.is_empty() && !self.finished {
            match self.next_ready() {
                Some((run, attempt)) => self.start(run, attempt, now),
                None if self.batch.is_none() => self.assemble(now),
                None => {}
            }
        }
        self.out.pop_front()
    }

    /// When to poll again although nothing happened: a timeout, a retry or the rate.
    pub fn wake(&self, now: i64) -> Option<i64> {
        if self.finished {
            return None;
        }
        let deadline = self.flights.values().fold(None, |first, flight| earlier(first, flight.deadline));
        let startable = self.may_start() && self.batch.is_none();
        let retry = self.retries.peek().map(|Reverse((due, _))| *due).filter(|_| startable);
        let rate = match self.throttle.verdict(self.in_flight(), self.claimed, now) {
            Verdict::Wait(at) if startable && (self.next < self.status.len() || retry.is_some()) => Some(at),
            _ => None,
        };
        // A retry that is due waits for the rate or for a slot, not for its own time.
        let retry = retry.filter(|due| *due > now).map(|due| rate.map_or(due, |at| due.max(at)));
        earlier(deadline, earlier(retry, rate))
    }

    /// Counts, as far as the store has acknowledged them.
    pub fn progress(&self) -> Progress {
        Progress { running: self.flights.len() as u32, ..self.progress }
    }

    /// Milliseconds until the end, once a run has ended.
    pub fn eta(&self, now: i64) -> Option<i64> {
        let progress = self.progress();
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

    /// Where each row stands.
    pub fn status(&self) -> &[Status] {
        &self.status
    }

    /// The last attempt of each row; 0 for one that never started.
    pub fn attempts(&self) -> &[u32] {
        &self.attempts
    }

    /// News that may come before the backfill is stored: then they are told behind `Started`.
    fn tell(&mut self, notice: Notice) {
        match self.begun {
            true => self.out.push_back(Command::Notify(notice)),
            false => self.early.push(notice),
        }
    }

    /// Nothing starts any more: it was canceled, or too much has failed.
    fn stopped(&self) -> bool {
        self.canceled.is_some() || self.options.max_failures.is_some_and(|most| self.failures >= most)
    }

    fn may_start(&self) -> bool {
        !self.paused && !self.broken && !self.stopped()
    }

    fn in_flight(&self) -> usize {
        self.flights.len() + self.claimed + self.ready.len()
    }

    fn set(&mut self, run: u32, status: Status) {
        if let Some(slot) = self.status.get_mut(run as usize) {
            *slot = status;
        }
    }

    fn attempt(&self, run: u32) -> u32 {
        self.attempts.get(run as usize).copied().unwrap_or(0)
    }

    fn finish(&mut self, state: Option<State>) {
        self.finished = true;
        self.out.push_back(Command::Finish(state));
    }
}

/// The earlier of two times, as far as there are any.
fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
