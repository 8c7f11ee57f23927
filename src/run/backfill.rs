//! The backfill as a state machine. It claims a slot, has the store mark the run as running, and only then asks for the
//! callback; a slot is given on in the same batch that records the end of the run that held it.

mod advance;
mod counts;
mod ending;
mod faults;
mod flights;
mod restore;
mod valve;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use flights::{Flight, Flights};
pub use restore::{Lost, Stored};
use valve::Valve;
pub use valve::{Breaker, Trip};

use super::event::{CancelMode, Change, Command, Event, Notice, State};
use super::machine::Machine;
use super::retry::Retry;
use super::summary::{Durations, Progress};
use super::throttle::{Rate, Throttle, Verdict};
use crate::plan::Action;
use crate::sort::sort_by;

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
    /// Retries after a failure.
    pub retry: Retry,
    /// A run that takes longer is aborted.
    pub run_timeout: Option<i64>,
    /// The timeout counts from [`Event::Began`], not from the start: an engine may queue what it is given.
    pub reports_start: bool,
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
/// use dagfill::run::machine::Machine;
/// use dagfill::run::retry::Retry;
/// let options = Options { max_parallel_runs: 2, rate: None, retry: Retry::NEVER, run_timeout: None, reports_start: false,
///     abort_grace: 30_000, max_failures: None, depends_on_past: false };
/// let mut backfill = Backfill::new(3, options);
/// backfill.begin();
/// let Some(Command::Apply(batch)) = backfill.poll(0) else { panic!() };
/// assert_eq!(batch.iter().filter(|change| matches!(change, Change::Begin { .. })).count(), 2);
/// ```
#[derive(Debug)]
pub struct Backfill {
    options: Options,
    throttle: Throttle,
    valve: Valve,
    status: Vec<Status>,
    /// The last attempt of each row, counted over all backfills of its run.
    attempts: Vec<u32>,
    /// The plan's action for each row; empty where all are created.
    actions: Vec<Action>,
    /// Rows whose record was written by this backfill.
    own: Vec<bool>,
    /// Attempts of each row that failed; empty before the first. An attempt that was lost with its process is none.
    failures: Vec<u32>,
    /// No row before this one is waiting.
    next: usize,
    flights: Flights,
    /// Marked as running by the store, and not started yet. One is started a poll: a callback, or a listener, that pauses or
    /// cancels holds back all behind it.
    ready: VecDeque<(u32, u32)>,
    /// In flight since before this machine was made, and to be called again as the same attempt.
    attaching: VecDeque<(u32, u32, Notice)>,
    /// Earlier starts that the rate may still count.
    recalled: Vec<i64>,
    /// A run is being started, and its start not counted yet.
    uncounted: bool,
    retries: BinaryHeap<Reverse<(i64, u32)>>,
    /// Changes for the next batch, and the batch that the store has now.
    pending: Vec<Change>,
    batch: Option<Vec<Change>>,
    claimed: usize,
    out: VecDeque<Command>,
    /// Dates of each row; empty where each has one.
    weights: Vec<u32>,
    /// Dates that failed, of rows of which others did not; empty before the first such row.
    partly: Vec<Option<u32>>,
    /// By rows, and by dates.
    progress: Progress,
    dates: Progress,
    durations: Durations,
    failed_runs: u32,
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
            valve: Valve::default(),
            status: vec![Status::Waiting; rows],
            attempts: vec![0; rows],
            actions: Vec::new(),
            own: vec![false; rows],
            failures: Vec::new(),
            next: 0,
            flights: Flights::default(),
            ready: VecDeque::new(),
            attaching: VecDeque::new(),
            recalled: Vec::new(),
            uncounted: false,
            retries: BinaryHeap::new(),
            pending: Vec::new(),
            batch: None,
            claimed: 0,
            out: VecDeque::new(),
            weights: Vec::new(),
            partly: Vec::new(),
            dates: Progress { total: rows as u32, ..Progress::default() },
            progress: Progress { total: rows as u32, ..Progress::default() },
            durations: Durations::default(),
            failed_runs: 0,
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

    /// Stores that it runs; what may start then starts.
    pub fn begin(&mut self) {
        self.pending.push(Change::Save(State::Running));
        sort_by(&mut self.recalled, |a, b| a < b);
        for started in std::mem::take(&mut self.recalled) {
            self.throttle.started(started);
        }
        if self.options.depends_on_past {
            let closes = |status: Status| matches!(status, Status::Failed | Status::Canceled | Status::InFlight);
            for run in 0..self.status.len() {
                if self.status.get(run).is_some_and(|at| closes(*at)) {
                    self.block_behind(run);
                }
            }
        }
        self.recall_ends();
        self.stop_after_failures();
    }

    /// Where each row stands.
    pub fn status(&self) -> &[Status] {
        &self.status
    }

    /// The last attempt of each row; 0 for one that never started.
    pub fn attempts(&self) -> &[u32] {
        &self.attempts
    }

    /// A notice that may come before the backfill is stored: then it follows `Started`.
    fn tell(&mut self, notice: Notice) {
        match self.begun {
            true => self.out.push_back(Command::Notify(notice)),
            false => self.early.push(notice),
        }
    }

    /// Nothing starts any more: it was canceled, or too much has failed.
    fn stopped(&self) -> bool {
        self.canceled.is_some()
            || self.valve.stopped
            || self.options.max_failures.is_some_and(|most| self.failed_runs >= most)
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

impl Machine for Backfill {
    type Event = Event;
    type Command = Command;

    fn handle(&mut self, event: Event, now: i64) {
        if self.finished {
            return;
        }
        match event {
            Event::Applied => self.applied(),
            Event::Refused { index } => self.refused(index),
            Event::StoreFailed => self.store_failed(),
            Event::LeaseLost => self.lease_lost(),
            Event::Settled { run, attempt, outcome } => self.settled(run, attempt, outcome, now),
            Event::Began { run, attempt, at } => self.began(run, attempt, at),
            Event::Pause => self.pause(),
            Event::Resume if self.paused => {
                self.paused = false;
                self.pending.push(Change::Save(State::Running));
            }
            Event::Resume => {}
            Event::Cancel(mode) => self.cancel(mode, now),
            Event::Verdict(approved) => self.verdict(approved, now),
            Event::SetMaxParallelRuns(max) => self.throttle.set_max(max),
        }
    }

    fn poll(&mut self, now: i64) -> Option<Command> {
        // Counted when the callback was called, not before: a host that is held up in between starts no window too early.
        if self.out.is_empty() && std::mem::take(&mut self.uncounted) {
            self.throttle.started(now);
        }
        // One step at a time: whoever hears of one may change what follows.
        if self.out.is_empty() && !self.finished {
            self.expire(now);
            self.trip(now);
        }
        if self.out.is_empty() && !self.finished && !self.attach_next() {
            match self.next_ready() {
                Some((run, attempt)) => self.start(run, attempt, now),
                None if self.batch.is_none() => self.assemble(now),
                None => {}
            }
        }
        self.out.pop_front()
    }

    fn decided(&mut self) -> Option<Command> {
        self.out.pop_front()
    }

    fn wake(&mut self, now: i64) -> Option<i64> {
        if self.finished {
            return None;
        }
        let deadline = self.flights.values().fold(None, |first, flight| earlier(first, flight.deadline));
        let startable = self.may_start() && self.batch.is_none();
        let retry = self.retries.peek().map(|Reverse((due, _))| *due).filter(|_| startable);
        let rate = match self.throttle.verdict(self.in_flight(), self.claimed, now) {
            Verdict::Wait(at)
                if startable && (self.next < self.status.len().min(self.valve.gate()) || retry.is_some()) =>
            {
                Some(at)
            }
            _ => None,
        };
        // A retry that is due waits for the rate or for a slot, not for its own time.
        let retry = retry.filter(|due| *due > now).map(|due| rate.map_or(due, |at| due.max(at)));
        earlier(deadline, earlier(retry, rate))
    }
}

/// The earlier of two times, as far as there are any.
fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
