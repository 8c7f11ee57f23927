//! The driver: the only loop that turns a command into a call of the host's callback, and a settled promise into an event.
//!
//! The host hands in its async callback as the imported method `execute`; how many of its promises are pending at once is
//! decided here. While JavaScript runs, nothing is borrowed: a callback may pause, cancel or widen the backfill that runs it.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::run::backfill::{Backfill, Status};
use crate::run::event::{AbortReason, CancelMode, Change, Command, End, Event, Notice, Outcome, State};
use crate::wire::read_run_options;

#[wasm_bindgen]
extern "C" {
    /// What the face lends to one backfill.
    pub type DriverHost;
    /// Calls the imported async callback for a row. When its promise settles, the face says `settled`.
    #[wasm_bindgen(method, catch)]
    fn execute(this: &DriverHost, run: u32, attempt: u32) -> Result<(), JsValue>;
    /// Aborts the signal of a row. 0 = timeout, 1 = cancel.
    #[wasm_bindgen(method, catch)]
    fn abort(this: &DriverHost, run: u32, reason: u32) -> Result<(), JsValue>;
    /// Stores a batch: triples of kind, row or state, and attempt.
    #[wasm_bindgen(method, catch)]
    fn apply(this: &DriverHost, changes: &[u32]) -> Result<(), JsValue>;
    /// News, with the counts of this moment: total is known, `eta` is negative while unknown.
    #[wasm_bindgen(method, catch)]
    #[allow(clippy::too_many_arguments)]
    fn notify(
        this: &DriverHost,
        kind: u32,
        run: u32,
        completed: u32,
        failed: u32,
        skipped: u32,
        canceled: u32,
        running: u32,
        eta: f64,
    ) -> Result<(), JsValue>;
    /// All is over; `state` as in `apply`, or -1 when the store failed or the lease was lost.
    #[wasm_bindgen(method, catch)]
    fn finish(this: &DriverHost, state: i32) -> Result<(), JsValue>;
    /// When to pump again; `undefined` when only an event can change anything.
    #[wasm_bindgen(method, catch)]
    fn wake(this: &DriverHost, at: Option<f64>) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn now(this: &DriverHost) -> Result<f64, JsValue>;
}

/// A backfill that runs.
#[wasm_bindgen]
pub struct RawBackfill {
    core: RefCell<Backfill>,
    host: DriverHost,
    pumping: Cell<bool>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawBackfill {
    #[wasm_bindgen(constructor)]
    pub fn new(rows: u32, options: &JsValue, host: DriverHost) -> RawBackfill {
        let core = RefCell::new(Backfill::new(rows as usize, read_run_options(options)));
        RawBackfill { core, host, pumping: Cell::new(false) }
    }

    /// Where rows stand already: pairs of status and attempts for rows from `first` on.
    pub fn restore(&self, first: u32, status: &[u8], attempts: &[u32]) {
        let mut core = self.core.borrow_mut();
        for (run, (status, attempts)) in (first..).zip(status.iter().zip(attempts)) {
            core.restore(run, known(*status), *attempts);
        }
    }

    /// A row whose callback runs already.
    pub fn adopt(&self, run: u32, attempt: u32, started: f64) {
        self.core.borrow_mut().adopt(run, attempt, started as i64);
    }

    /// Earlier starts that the rate may still count, oldest first.
    pub fn recall(&self, started: &[f64]) {
        started.iter().for_each(|at| self.core.borrow_mut().recall(*at as i64));
    }

    pub fn begin(&self) {
        self.core.borrow_mut().begin();
    }

    pub fn settled(&self, run: u32, attempt: u32, success: bool) {
        let outcome = if success { Outcome::Success } else { Outcome::Failed };
        self.handle(Event::Settled { run, attempt, outcome });
    }

    pub fn applied(&self) {
        self.handle(Event::Applied);
    }

    pub fn refused(&self, index: u32) {
        self.handle(Event::Refused { index: index as usize });
    }

    #[wasm_bindgen(js_name = storeFailed)]
    pub fn store_failed(&self) {
        self.handle(Event::StoreFailed);
    }

    #[wasm_bindgen(js_name = leaseLost)]
    pub fn lease_lost(&self) {
        self.handle(Event::LeaseLost);
    }

    pub fn pause(&self) {
        self.handle(Event::Pause);
    }

    pub fn resume(&self) {
        self.handle(Event::Resume);
    }

    pub fn cancel(&self, abort: bool) {
        self.handle(Event::Cancel(if abort { CancelMode::Abort } else { CancelMode::Finish }));
    }

    #[wasm_bindgen(js_name = setMaxParallelRuns)]
    pub fn set_max_parallel_runs(&self, max: u32) {
        self.handle(Event::SetMaxParallelRuns(max));
    }

    /// Completed, failed, skipped and canceled rows, as far as the store has acknowledged them.
    pub fn counts(&self) -> Vec<u32> {
        let progress = self.core.borrow().progress();
        vec![progress.completed, progress.failed, progress.skipped, progress.canceled]
    }

    /// Where every row stands, as numbers of `Status`.
    pub fn status(&self) -> Vec<u8> {
        self.core.borrow().status().iter().map(|status| *status as u8).collect()
    }

    /// The last attempt of every row.
    pub fn attempts(&self) -> Vec<u32> {
        self.core.borrow().attempts().to_vec()
    }

    /// Does everything that can be done now. The face calls it once for all events of a turn.
    pub fn pump(&self) {
        // A callback that pauses its own backfill gets here again: the loop outside sees what it changed.
        if self.pumping.replace(true) {
            return;
        }
        loop {
            let now = self.now();
            let Some(command) = self.core.borrow_mut().poll(now) else { break };
            // The face throws nothing; should it, the command counts as given.
            let _ = self.carry_out(command, now);
        }
        self.pumping.set(false);
        let at = self.core.borrow().wake(self.now());
        let _ = self.host.wake(at.map(|at| at as f64));
    }
}

impl RawBackfill {
    fn now(&self) -> i64 {
        self.host.now().unwrap_or(0.0) as i64
    }

    fn handle(&self, event: Event) {
        let now = self.now();
        self.core.borrow_mut().handle(event, now);
    }

    fn carry_out(&self, command: Command, now: i64) -> Result<(), JsValue> {
        match command {
            Command::Start { run, attempt } => self.host.execute(run, attempt),
            Command::Abort { run, reason } => self.host.abort(run, u32::from(reason == AbortReason::Cancel)),
            Command::Apply(changes) => {
                let numbers: Vec<u32> = changes.into_iter().flat_map(numbers).collect();
                self.host.apply(&numbers)
            }
            Command::Notify(notice) => self.notify(notice, now),
            Command::Finish(state) => self.host.finish(state.map_or(-1, |state| state as i32)),
        }
    }

    fn notify(&self, notice: Notice, now: i64) -> Result<(), JsValue> {
        let (progress, eta) = {
            let core = self.core.borrow();
            (core.progress(), core.eta(now))
        };
        let (kind, run) = match notice {
            Notice::Started => (0, 0),
            Notice::Paused => (1, 0),
            Notice::Resumed => (2, 0),
            Notice::Canceling => (3, 0),
            Notice::RunStarted(run) => (4, run),
            Notice::RunSucceeded(run) => (5, run),
            Notice::RunFailed(run) => (6, run),
            Notice::RunRetrying(run) => (7, run),
            Notice::RunCanceled(run) => (8, run),
            Notice::RunAbandoned(run) => (9, run),
            Notice::RunTaken(run) => (10, run),
        };
        let eta = eta.map_or(-1.0, |eta| eta as f64);
        let p = progress;
        self.host.notify(kind, run, p.completed, p.failed, p.skipped, p.canceled, p.running, eta)
    }
}

/// A change as three numbers: kind, row or state, attempt.
fn numbers(change: Change) -> [u32; 3] {
    match change {
        Change::Begin { run, attempt } => [0, run, attempt],
        Change::Requeue { run, attempt } => [1, run, attempt],
        Change::End { run, attempt, end: End::Success } => [2, run, attempt],
        Change::End { run, attempt, end: End::Failed } => [3, run, attempt],
        Change::End { run, attempt, end: End::Canceled } => [4, run, attempt],
        Change::Save(state) => [5, state as u32, 0],
    }
}

/// The status that has this number. The face sends only those it was told.
fn known(number: u8) -> Status {
    const ALL: [Status; 12] = [
        Status::Waiting,
        Status::Claimed,
        Status::Running,
        Status::Settled,
        Status::Retrying,
        Status::Success,
        Status::Failed,
        Status::Canceled,
        Status::Skipped,
        Status::InFlight,
        Status::DependsOnPast,
        Status::Stands,
    ];
    ALL.get(usize::from(number)).copied().unwrap_or(Status::Waiting)
}

/// Keeps the order of `State` and the numbers that the face reads in one place.
const _: () = assert!(State::Running as u32 == 0 && State::Canceled as u32 == 4);
