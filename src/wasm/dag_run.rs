//! Runs by their tasks as the host drives them.

use wasm_bindgen::prelude::wasm_bindgen;

use super::codes::{AbortCode, RunStateCode, TaskCommand, TaskEventCode, TaskStateCode};
use super::dag::RawDag;
use super::driver::{LostRun, state_of};
use super::machine::{Driven, Encode, MachineHost, Numbers};
use crate::run::dag_run::{Command, DagRun, Event, Limits, Past, Prior, TaskOutcome, TaskState};
use crate::run::event::{AbortReason, CancelMode};

/// One run of one DAG.
#[wasm_bindgen]
pub struct RawDagRun(Driven<DagRun>);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawDagRun {
    #[wasm_bindgen(constructor)]
    pub fn new(dag: &RawDag, max_active_tasks: u32, abort_grace: f64, host: MachineHost) -> RawDagRun {
        let limits = Limits { max_active_tasks, abort_grace_ms: abort_grace as i64 };
        RawDagRun(Driven::new(DagRun::new(dag.dag.clone(), limits, &[], &[]), host))
    }

    /// The stored state of a task; `state` is a `TaskStateCode`, times are NaN where there are none.
    #[allow(clippy::too_many_arguments)]
    pub fn prior(
        &self,
        task: u32,
        state: u32,
        attempt: u32,
        failures: u32,
        started: f64,
        finished: f64,
        lost: LostRun,
    ) {
        let time = |ms: f64| (!ms.is_nan()).then_some(ms as i64);
        let state = TaskStateCode::read(state).unwrap_or(TaskState::Queued);
        let (started, finished) = (time(started), time(finished));
        let prior = Prior { task, state, attempt, failures, started, finished, lost: lost.into() };
        self.0.with(|run| run.remember(prior));
    }

    /// How the same task ended for the date before, as a `TaskStateCode`; nothing: it is still to end.
    pub fn past(&self, task: u32, state: Option<u32>) {
        let past = state.map_or(Past::Pending, |state| Past::of(TaskStateCode::read(state)));
        self.0.with(|run| run.set_past(task, past));
    }

    /// A task whose callback runs already.
    pub fn adopt(&self, task: u32, attempt: u32, started: f64) {
        self.0.with(|run| run.adopt(task, attempt, started as i64));
    }

    /// How a run ends that is not gone on with.
    pub fn outcome(&self) -> RunStateCode {
        self.0.with(|run| state_of(run.outcome()))
    }

    pub fn handle(&self, event: TaskEventCode, subject: u32, a: f64, _b: f64) {
        let number = a as u32;
        let settled = |outcome| Event::Settled { task: subject, attempt: number, outcome };
        let stop = |reason| Event::Stop { reason, mode: CancelMode::Abort };
        self.0.handle(match event {
            TaskEventCode::Stored => Event::Stored { records: subject },
            TaskEventCode::Succeeded => settled(TaskOutcome::Success),
            TaskEventCode::Failed => settled(TaskOutcome::Failed),
            TaskEventCode::GivenUp => settled(TaskOutcome::GivenUp),
            TaskEventCode::Skipped => settled(TaskOutcome::Skipped),
            TaskEventCode::PastEnded => Event::PastKnown { task: subject, past: Past::of(TaskStateCode::read(number)) },
            TaskEventCode::Cancel => stop(AbortReason::Cancel),
            TaskEventCode::Timeout => stop(AbortReason::Timeout),
            TaskEventCode::Abandon => Event::Abandon,
        });
    }

    pub fn pump(&self) {
        self.0.pump();
    }
}

impl Encode for DagRun {
    const SLEEP: u32 = TaskCommand::Sleep as u32;

    fn encode(&mut self, command: Command, send: &mut Vec<Numbers>) {
        use TaskCommand as To;
        let mut push = |code: To, subject: u32, a: u32, b: u32| send.push((code as u32, subject, a.into(), b.into()));
        match command {
            Command::Record { task, state, attempt, failures } => {
                // The host reads the failures before the record that they belong to.
                push(To::Failures, task, failures, 0);
                push(To::Record, task, attempt, TaskStateCode::from(state) as u32);
            }
            Command::Commit { records } => push(To::Commit, records, 0, 0),
            Command::Start { task, attempt } => push(To::Start, task, attempt, 0),
            Command::Abort { task, reason, .. } => push(To::Abort, task, AbortCode::from(reason) as u32, 0),
            Command::Abandon { task, attempt } => push(To::Abandon, task, attempt, 0),
            Command::Finished { end } => push(To::Finish, 0, state_of(end) as u32, 0),
        }
    }
}
