//! DAG runs: the host drains commands, four numbers each, and says what became of them.

use wasm_bindgen::prelude::wasm_bindgen;

use super::dag::RawDag;
use crate::run::dag_run::{Command, DagRun, Event, Limits, Past, Prior, TaskOutcome, TaskState};
use crate::run::event::{AbortReason, CancelMode, End};

/// One run of one DAG.
#[wasm_bindgen]
pub struct RawDagRun(DagRun);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawDagRun {
    /// `prior`: triples of task, state and attempt. `past`: for each task 0 = met, 1 = unmet, 2 = pending; may be shorter.
    #[wasm_bindgen(constructor)]
    pub fn new(dag: &RawDag, max_active_tasks: u32, abort_grace: f64, prior: &[u32], past: &[u8]) -> RawDagRun {
        let limits = Limits { max_active_tasks, abort_grace_ms: abort_grace as i64 };
        let prior: Vec<Prior> = prior
            .chunks_exact(3)
            .filter_map(|triple| {
                let [task, state, attempt] = <[u32; 3]>::try_from(triple).ok()?;
                let (_, state) = *TaskState::ALL.get(state as usize)?;
                Some(Prior { task, state, attempt })
            })
            .collect();
        let past: Vec<Past> = past.iter().map(|number| known_past(*number)).collect();
        RawDagRun(DagRun::new(dag.dag.clone(), limits, &prior, &past))
    }

    /// Everything to do now: kind (0 record, 1 start, 2 abort, 3 abandon, 4 finished), task, attempt, and the state, the reason
    /// or the end.
    pub fn drain(&mut self, now: f64) -> Vec<u32> {
        let mut numbers = Vec::new();
        while let Some(command) = self.0.poll(now as i64) {
            numbers.extend(match command {
                Command::Record { task, state, attempt } => [0, task, attempt, state_number(state)],
                Command::Start { task, attempt } => [1, task, attempt, 0],
                Command::Abort { task, attempt, reason } => {
                    [2, task, attempt, u32::from(reason == AbortReason::Cancel)]
                }
                Command::Abandon { task, attempt } => [3, task, attempt, 0],
                Command::Finished { end: End::Success } => [4, 0, 0, 0],
                Command::Finished { end: End::Failed } => [4, 0, 0, 1],
                Command::Finished { end: End::Canceled } => [4, 0, 0, 2],
            });
        }
        numbers
    }

    pub fn stored(&mut self, records: u32, now: f64) {
        self.0.handle(Event::Stored { records }, now as i64);
    }

    /// 0 = success, 1 = failed, 2 = skipped. `false`: it came too late and changes nothing.
    pub fn settled(&mut self, task: u32, attempt: u32, outcome: u8, now: f64) -> bool {
        let outcome = match outcome {
            0 => TaskOutcome::Success,
            2 => TaskOutcome::Skipped,
            _ => TaskOutcome::Failed,
        };
        self.0.handle(Event::Settled { task, attempt, outcome }, now as i64)
    }

    #[wasm_bindgen(js_name = pastKnown)]
    pub fn past_known(&mut self, task: u32, past: u8, now: f64) {
        self.0.handle(Event::PastKnown { task, past: known_past(past) }, now as i64);
    }

    pub fn stop(&mut self, cancel: bool, now: f64) {
        let reason = if cancel { AbortReason::Cancel } else { AbortReason::Timeout };
        self.0.handle(Event::Stop { reason, mode: CancelMode::Abort }, now as i64);
    }

    pub fn wake(&mut self) -> Option<f64> {
        self.0.wake().map(|at| at as f64)
    }
}

fn known_past(number: u8) -> Past {
    match number {
        0 => Past::Met,
        1 => Past::Unmet,
        _ => Past::Pending,
    }
}

/// The position of a state in `TaskState::ALL`, which the face repeats.
fn state_number(state: TaskState) -> u32 {
    TaskState::ALL.iter().position(|(_, known)| *known == state).unwrap_or(0) as u32
}
