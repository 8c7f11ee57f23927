//! Effects of each event on its tasks.

use super::{AbortReason, CancelMode, Command, DagRun, Due, Past, Phase, TaskOutcome, TaskState, Timer};
use crate::run::event::End;

impl DagRun {
    /// How a run ends that is not gone on with: as its tasks say, where all of them have ended, else as canceled.
    pub fn outcome(&mut self) -> End {
        self.stop(AbortReason::Cancel, CancelMode::Finish);
        self.verdict()
    }

    pub(super) fn acknowledge(&mut self, records: u32) -> bool {
        self.stored = (self.stored + u64::from(records)).min(self.recorded);
        records > 0
    }

    /// An attempt has ended. What was fulfilled in time is a success, even after an abort: its work is done.
    pub(super) fn settle(&mut self, task: u32, attempt: u32, outcome: TaskOutcome, now: i64) -> bool {
        let Some(slot) = self.slots.get(task as usize) else { return false };
        let phase = slot.phase;
        if slot.attempt != attempt || !matches!(phase, Phase::Running | Phase::Aborting(_)) {
            return false;
        }
        self.active -= 1;
        match outcome {
            TaskOutcome::Success => self.end(task, TaskState::Success),
            TaskOutcome::Skipped => self.end(task, TaskState::Skipped),
            _ if phase == Phase::Aborting(AbortReason::Cancel) => self.end(task, TaskState::Canceled),
            TaskOutcome::Failed => self.fail(task, now),
            TaskOutcome::GivenUp => self.end(task, TaskState::Failed),
        }
        true
    }

    fn fail(&mut self, task: u32, now: i64) {
        let retry = self.retry(task);
        let Some(slot) = self.slots.get_mut(task as usize) else { return };
        slot.failures += 1;
        let Some(pause) = retry.delay(slot.failures).filter(|_| self.stop.is_none()) else {
            return self.end(task, TaskState::Failed);
        };
        slot.phase = Phase::Retrying;
        let attempt = slot.attempt;
        self.record(task, TaskState::UpForRetry);
        self.timers.set(Timer { at: now.saturating_add(pause), task, attempt, due: Due::Retry });
    }

    pub(super) fn learn_past(&mut self, task: u32, past: Past) -> bool {
        let Some(slot) = self.slots.get_mut(task as usize) else { return false };
        if slot.past != Past::Pending || past == Past::Pending {
            return false;
        }
        slot.past = past;
        if slot.phase == Phase::AwaitsPast {
            slot.phase = Phase::Waiting;
            self.touch(task);
        }
        true
    }

    /// Nothing new starts. A second stop may only be harder than the first.
    pub(super) fn stop(&mut self, reason: AbortReason, mode: CancelMode) -> bool {
        let is_harder = |before| before == CancelMode::Finish && mode == CancelMode::Abort;
        if self.finished || self.stop.is_some_and(|(_, before)| !is_harder(before)) {
            return false;
        }
        self.stop = Some((reason, mode));
        self.to_abort = (mode == CancelMode::Abort).then_some(reason);
        for task in 0..self.slots.len() as u32 {
            match self.slots.get(task as usize).map(|slot| slot.phase) {
                Some(Phase::Waiting | Phase::AwaitsPast | Phase::Ready | Phase::Retrying) => {
                    self.end(task, TaskState::Canceled);
                }
                Some(Phase::Announced | Phase::Attached) => {
                    self.active -= 1;
                    self.end(task, TaskState::Canceled);
                }
                _ => {}
            }
        }
        true
    }

    /// Ends whatever is open: what runs as failed, the rest as canceled.
    pub(super) fn abandon(&mut self) -> bool {
        self.stop = self.stop.or(Some((AbortReason::Timeout, CancelMode::Abort)));
        self.to_abort = None;
        self.attached.clear();
        for task in 0..self.slots.len() as u32 {
            match self.slots.get(task as usize).map(|slot| slot.phase) {
                None | Some(Phase::Ended(_)) => {}
                Some(Phase::Running | Phase::Aborting(_)) => {
                    self.active -= 1;
                    self.end(task, TaskState::Failed);
                }
                Some(_) => self.end(task, TaskState::Canceled),
            }
        }
        true
    }

    /// Aborts an attempt and gives it its time to settle.
    pub(super) fn abort(&mut self, task: u32, reason: AbortReason, now: i64) {
        let at = now.saturating_add(self.limits.abort_grace_ms.max(0));
        let Some(slot) = self.slots.get_mut(task as usize) else { return };
        slot.phase = Phase::Aborting(reason);
        let attempt = slot.attempt;
        self.commands.push_back(Command::Abort { task, attempt, reason });
        self.timers.set(Timer { at, task, attempt, due: Due::Grace });
    }

    /// The last change of a task.
    pub(super) fn end(&mut self, task: u32, state: TaskState) {
        let Some(slot) = self.slots.get_mut(task as usize) else { return };
        slot.phase = Phase::Ended(state);
        self.remaining -= 1;
        self.wave.push(task);
        self.record(task, state);
    }

    pub(super) fn record(&mut self, task: u32, state: TaskState) {
        let (attempt, failures) = self.slots.get(task as usize).map_or((0, 0), |slot| (slot.attempt, slot.failures));
        self.recorded += 1;
        self.commands.push_back(Command::Record { task, state, attempt, failures });
    }
}
