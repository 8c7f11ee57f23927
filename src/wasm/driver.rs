//! Backfills as the host drives them. The host hands in its async callback as the command `Start` of the imported door; how
//! many of its promises are pending at once is decided here.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::codes::{
    AbortCode, ActionCode, BackfillCommand, BackfillEventCode, BackfillNotice, BackfillState, RowStatus, RunOrigin,
    RunStateCode,
};
use super::machine::{Driven, Encode, MachineHost, Numbers};
use crate::plan::{Action, RunState, SkipReason};
use crate::run::backfill::{Backfill, Lost, Stored};
use crate::run::event::{CancelMode, Change, Command, End, Event, Notice, Origin, Outcome};
use crate::run::summary::Progress;
use crate::wire::{read_run_options, read_valve};

/// A backfill that runs.
#[wasm_bindgen]
pub struct RawBackfill(Driven<Backfill>);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawBackfill {
    /// `actions` and `reasons` are those of the plan. `states` (`RunStateCode`, 255 for none) and `attempts` are of the runs that
    /// it found on its dates; both may be shorter. `weights`: how many dates each row has, empty for one each.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &JsValue,
        actions: &[u8],
        reasons: &[u8],
        states: &[u8],
        attempts: &[u32],
        weights: &[u32],
        host: MachineHost,
    ) -> RawBackfill {
        let mut backfill = Backfill::new(actions.len(), read_run_options(options));
        backfill.set_weights(weights);
        for (run, (action, reason)) in actions.iter().zip(reasons).enumerate() {
            let state = states.get(run).and_then(|state| RunStateCode::read(u32::from(*state)));
            let existing = state.zip(attempts.get(run).copied());
            backfill.plan_row(run as u32, known_action(*action), known_reason(*reason), existing);
        }
        read_valve(options, &mut backfill);
        RawBackfill(Driven::new(backfill, host))
    }

    /// The stored run of a row; `state` is a `RunStateCode`, times are NaN where there are none. A run in flight that does
    /// not run in this process starts again (0), is called again as the same attempt (1), or was never called (2).
    /// `failures` is absent where the record does not tell them.
    #[allow(clippy::too_many_arguments)]
    pub fn stored(
        &self,
        run: u32,
        state: u32,
        attempt: u32,
        failures: Option<u32>,
        own: bool,
        started: f64,
        finished: f64,
        lost: LostRun,
    ) {
        let state = RunStateCode::read(state).unwrap_or(RunState::Queued);
        let time = |ms: f64| (!ms.is_nan()).then_some(ms as i64);
        let stored = Stored { state, attempt, failures, own, started: time(started), finished: time(finished) };
        self.0.with(|backfill| backfill.restore_stored(run, stored, lost.into()));
    }

    /// So many dates of a row have failed, and the others have not.
    pub fn partly(&self, run: u32, failed: u32) {
        self.0.with(|backfill| backfill.restore_partly(run, failed));
    }

    /// A row whose callback runs already.
    pub fn adopt(&self, run: u32, attempt: u32, started: f64) {
        self.0.with(|backfill| backfill.adopt(run, attempt, started as i64));
    }

    /// Earlier starts that the rate may still count.
    pub fn recall(&self, started: &[f64]) {
        let now = self.0.now();
        self.0.with(|backfill| started.iter().for_each(|at| backfill.recall(*at as i64, now)));
    }

    pub fn begin(&self) {
        self.0.with(Backfill::begin);
    }

    pub fn handle(&self, event: BackfillEventCode, subject: u32, a: f64, b: f64) {
        let attempt = a as u32;
        let settled = |outcome| Event::Settled { run: subject, attempt, outcome };
        self.0.handle(match event {
            BackfillEventCode::Applied => Event::Applied,
            BackfillEventCode::Refused => Event::Refused { index: subject as usize },
            BackfillEventCode::StoreFailed => Event::StoreFailed,
            BackfillEventCode::LeaseLost => Event::LeaseLost,
            BackfillEventCode::Succeeded => settled(Outcome::Success),
            BackfillEventCode::Failed => settled(Outcome::Failed),
            BackfillEventCode::Partly => settled(Outcome::Partly(b as u32)),
            BackfillEventCode::Began => Event::Began { run: subject, attempt, at: b as i64 },
            BackfillEventCode::Pause => Event::Pause,
            BackfillEventCode::Resume => Event::Resume,
            BackfillEventCode::Cancel => Event::Cancel(CancelMode::Finish),
            BackfillEventCode::CancelAbort => Event::Cancel(CancelMode::Abort),
            BackfillEventCode::Approve => Event::Verdict(true),
            BackfillEventCode::Reject => Event::Verdict(false),
            BackfillEventCode::SetMaxParallelRuns => Event::SetMaxParallelRuns(subject),
        });
    }

    pub fn pump(&self) {
        self.0.pump();
    }

    /// Hands the progress to the host, as far as the store has acknowledged it: a list would be copied twice a run, and a call for each
    /// number costs more than all else of a run in the core.
    pub fn progress(&self) {
        let now = self.0.recent();
        let (progress, eta) = self.0.with(|backfill| (backfill.progress(), backfill.eta(now)));
        let Progress { completed, failed, skipped, canceled, running, .. } = progress;
        let eta = eta.map_or(-1.0, |eta| eta as f64);
        let _ = self.0.host.progress(completed, failed, skipped, canceled, running, eta);
    }

    /// The counts when the batch of this moment is stored, by `CountNumber`.
    #[wasm_bindgen(js_name = countsAfterBatch)]
    pub fn counts_after_batch(&self) -> Vec<u32> {
        self.0.with(|backfill| backfill.counts_after_batch().to_vec())
    }

    /// Where every row stands, as numbers of `RowStatus`.
    pub fn status(&self) -> Vec<u8> {
        self.0.with(|backfill| backfill.status().iter().map(|status| RowStatus::from(*status) as u8).collect())
    }
}

/// The key of an attempt of a run, or of a task where `task` is not empty.
#[wasm_bindgen(js_name = attemptKey)]
pub fn attempt_key(scope: &str, dag: &str, run: &str, task: &str, attempt: u32) -> String {
    crate::run::key::attempt_key(scope, dag, run, task, attempt)
}

/// The record that another date of a chunk starts from: `first` is where the chunk's first date does, `action` what the plan does
/// with the other.
#[wasm_bindgen(js_name = memberOrigin)]
pub fn member_origin(first: RunOrigin, action: u32) -> RunOrigin {
    match first {
        RunOrigin::Own => RunOrigin::Own,
        _ => Origin::of(ActionCode::read(action)).into(),
    }
}

/// The states of a record that may be written over, a bit for each number of `RunStateCode`; `planned` is the one that the plan has
/// seen, another number for none.
#[wasm_bindgen(js_name = replaceableStates)]
pub fn replaceable_states(origin: RunOrigin, planned: u32) -> u32 {
    let planned = RunStateCode::read(planned);
    let states = RunState::ALL.into_iter().filter(|state| origin.core().may_replace(*state, planned));
    states.fold(0, |bits, state| bits | 1 << RunStateCode::from(state) as u32)
}

/// How to treat a run that is stored as running and does not run in this process.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostRun {
    /// Starts again as the next attempt.
    Restart,
    /// Is called again as the same attempt.
    Attach,
    /// Was never called: the attempt is still to start.
    Start,
}

impl From<LostRun> for Lost {
    fn from(lost: LostRun) -> Lost {
        match lost {
            LostRun::Restart => Lost::Restart,
            LostRun::Attach => Lost::Attach,
            LostRun::Start => Lost::Start,
        }
    }
}

fn known_action(number: u8) -> Action {
    ActionCode::read(number.into()).unwrap_or(Action::Skip)
}

/// 0 is no reason.
fn known_reason(number: u8) -> Option<SkipReason> {
    SkipReason::ALL.get(usize::from(number).checked_sub(1)?).copied()
}

impl Encode for Backfill {
    const SLEEP: u32 = BackfillCommand::Sleep as u32;

    fn encode(&mut self, command: Command, send: &mut Vec<Numbers>) {
        use BackfillCommand as To;
        let attempts = self.attempts();
        let mut push = |code: To, subject: u32, a: u32, b: u32| send.push((code as u32, subject, a.into(), b.into()));
        match command {
            Command::Start { run, attempt } => push(To::Start, run, attempt, 0),
            Command::Abort { run, reason } => push(To::Abort, run, AbortCode::from(reason) as u32, 0),
            Command::Apply(changes) => {
                for change in changes {
                    match change {
                        Change::Begin { run, attempt, origin } => {
                            push(To::Begin, run, attempt, RunOrigin::from(origin) as u32);
                        }
                        Change::Requeue { run, attempt, failures } => push(To::Requeue, run, attempt, failures),
                        Change::End { run, attempt, end } => push(To::End, run, attempt, state_of(end) as u32),
                        Change::Save(state) => push(To::Save, 0, BackfillState::from(state) as u32, 0),
                    }
                }
                push(To::Commit, 0, 0, 0);
            }
            Command::Notify(notice) => {
                let (notice, run) = notice_of(notice);
                push(To::Notify, run, notice as u32, attempts.get(run as usize).copied().unwrap_or(0));
            }
            Command::Finish(Some(state)) => push(To::Finish, 0, BackfillState::from(state) as u32, 0),
            Command::Finish(None) => push(To::GiveUp, 0, 0, 0),
        }
    }
}

/// The state in which a run's record ends.
pub(super) fn state_of(end: End) -> RunStateCode {
    match end {
        End::Success => RunStateCode::Success,
        End::Failed => RunStateCode::Failed,
        End::Canceled => RunStateCode::Canceled,
    }
}

fn notice_of(notice: Notice) -> (BackfillNotice, u32) {
    match notice {
        Notice::Started => (BackfillNotice::Started, 0),
        Notice::Paused => (BackfillNotice::Paused, 0),
        Notice::Resumed => (BackfillNotice::Resumed, 0),
        Notice::Canceling => (BackfillNotice::Canceling, 0),
        Notice::AwaitingApproval => (BackfillNotice::AwaitingApproval, 0),
        Notice::BreakerTripped => (BackfillNotice::BreakerTripped, 0),
        Notice::RunStarted(run) => (BackfillNotice::RunStarted, run),
        Notice::RunAttached(run) => (BackfillNotice::RunAttached, run),
        Notice::RunSucceeded(run) => (BackfillNotice::RunSucceeded, run),
        Notice::RunFailed(run) => (BackfillNotice::RunFailed, run),
        Notice::RunRetrying(run) => (BackfillNotice::RunRetrying, run),
        Notice::RunCanceled(run) => (BackfillNotice::RunCanceled, run),
        Notice::RunAbandoned(run) => (BackfillNotice::RunAbandoned, run),
        Notice::RunTaken(run) => (BackfillNotice::RunTaken, run),
    }
}
