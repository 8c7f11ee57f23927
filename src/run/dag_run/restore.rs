//! Where tasks stand before the first poll: by the store, and by what runs in this process.

use super::{DagRun, Due, Lost, Past, Phase, TaskState, Timer};

/// The stored state of a task from before.
///
/// Success and skipped are kept and not run again, as when Airflow clears the failed tasks of a run. Everything else runs, with
/// the next attempt. A task that was running, or up for retry, was left by a process that died: its failures count against
/// its retries, and a pause between attempts goes on. One that failed or was canceled has all its retries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prior {
    /// Which task. A number behind the last: one at the end of the whole DAG that is not in the part of it that runs.
    pub task: u32,
    /// The recorded state.
    pub state: TaskState,
    /// The recorded attempt.
    pub attempt: u32,
    /// Attempts that failed; one that was lost with its process is none.
    pub failures: u32,
    /// When the last attempt began, epoch milliseconds.
    pub started: Option<i64>,
    /// When it ended.
    pub finished: Option<i64>,
    /// How to treat an attempt that is recorded as running.
    pub lost: Lost,
}

impl Prior {
    /// Ended in this very attempt of the run, by a machine whose place this one takes.
    fn has_ended(self) -> bool {
        self.lost == Lost::Start
            && matches!(self.state, TaskState::Failed | TaskState::UpstreamFailed | TaskState::Canceled)
    }
}

impl DagRun {
    /// Before the first poll: the past of a task that depends on it.
    pub fn set_past(&mut self, task: u32, past: Past) {
        let depends = self.dag.task(task).is_some_and(|task| task.depends_on_past);
        if let Some(slot) = self.slots.get_mut(task as usize).filter(|_| depends) {
            slot.past = past;
        }
    }

    /// A task that runs in this process already, because this machine replaces another.
    pub fn adopt(&mut self, task: u32, attempt: u32, started: i64) {
        let timeout = self.dag.task(task).and_then(|task| task.timeout);
        let Some(slot) = self.slots.get_mut(task as usize) else { return };
        if slot.phase == Phase::Attached {
            self.attached.retain(|(attached, _)| *attached != task);
        } else if slot.phase == Phase::Waiting {
            self.active += 1;
        } else {
            return;
        }
        (slot.phase, slot.attempt) = (Phase::Running, attempt);
        if let Some(timeout) = timeout {
            self.timers.set(Timer { at: started.saturating_add(timeout), task, attempt, due: Due::Timeout });
        }
    }

    /// Before the first poll: what the store has of a task.
    pub fn remember(&mut self, prior: Prior) {
        let retry = self.retry(prior.task);
        let is_done = matches!(prior.state, TaskState::Success | TaskState::Skipped);
        let Some(slot) = self.slots.get_mut(prior.task as usize) else {
            self.left_undone |= !is_done;
            return;
        };
        slot.attempt = prior.attempt;
        if is_done || prior.has_ended() {
            if slot.phase == Phase::Waiting {
                slot.phase = Phase::Ended(prior.state);
                self.remaining -= 1;
                self.wave.push(prior.task);
            }
            return;
        }
        match prior.state {
            TaskState::Running if prior.lost != Lost::Restart => {
                slot.failures = prior.failures;
                slot.phase = Phase::Attached;
                self.active += 1;
                self.attached.push_back((prior.task, prior.started));
            }
            TaskState::Running | TaskState::Queued => slot.failures = prior.failures,
            TaskState::UpForRetry => {
                slot.failures = prior.failures;
                if let Some((finished, pause)) = prior.finished.zip(retry.delay(prior.failures)) {
                    slot.phase = Phase::Retrying;
                    let (task, attempt) = (prior.task, prior.attempt);
                    let at = finished.saturating_add(pause);
                    self.timers.set(Timer { at, task, attempt, due: Due::Retry });
                }
            }
            _ => {}
        }
    }
}
