//! Consequences of events: ends spread along the graph, free slots are filled, the run ends.

use std::cmp::Reverse;
use std::rc::Rc;

use super::{AbortReason, Command, DagRun, Due, Past, Phase, Slot, TaskState, Timer};
use crate::dag::{Decision, TriggerRule};
use crate::run::event::End;

impl DagRun {
    /// Works off acknowledgements, deadlines and ends until nothing more follows at `now`.
    pub(super) fn advance(&mut self, now: i64) {
        self.start_attached(now);
        self.start_stored(now);
        if let Some(reason) = self.to_abort.take() {
            for task in 0..self.slots.len() as u32 {
                if self.slots.get(task as usize).is_some_and(|slot| slot.phase == Phase::Running) {
                    self.abort(task, reason, now);
                }
            }
        }
        while let Some(timer) = self.timers.take_due(now) {
            if self.slots.get(timer.task as usize).is_some_and(|slot| slot.awaits(&timer)) {
                self.expire(timer, now);
            }
        }
        if self.stop.is_none() {
            self.spread();
            self.fill_slots();
        }
    }

    /// Starts the tasks whose record is durable.
    fn start_stored(&mut self, now: i64) {
        while let Some(&(record, task)) = self.announced.front()
            && record <= self.stored
        {
            self.announced.pop_front();
            let Some(slot) = self.slots.get_mut(task as usize) else { continue };
            // A stop may have come in between.
            if slot.phase != Phase::Announced {
                continue;
            }
            slot.phase = Phase::Running;
            let attempt = slot.attempt;
            self.start(task, attempt, now);
        }
    }

    /// Calls again what is recorded as running already.
    fn start_attached(&mut self, now: i64) {
        while let Some((task, started)) = self.attached.pop_front() {
            let Some(slot) = self.slots.get_mut(task as usize).filter(|slot| slot.phase == Phase::Attached) else {
                continue;
            };
            slot.phase = Phase::Running;
            let attempt = slot.attempt;
            self.start(task, attempt, started.unwrap_or(now));
        }
    }

    fn start(&mut self, task: u32, attempt: u32, now: i64) {
        self.commands.push_back(Command::Start { task, attempt });
        if let Some(timeout) = self.dag.task(task).and_then(|task| task.timeout) {
            self.timers.set(Timer { at: now.saturating_add(timeout), task, attempt, due: Due::Timeout });
        }
    }

    fn expire(&mut self, timer: Timer, now: i64) {
        let Timer { task, attempt, .. } = timer;
        match timer.due {
            Due::Timeout => self.abort(task, AbortReason::Timeout, now),
            Due::Retry => self.ready.push(Reverse(task)),
            Due::Grace => {
                let phase = self.slots.get(task as usize).map(|slot| slot.phase);
                self.abandoned |= phase == Some(Phase::Aborting(AbortReason::Cancel));
                self.active -= 1;
                self.end(task, TaskState::Failed);
                self.commands.push_back(Command::Abandon { task, attempt });
            }
        }
    }

    /// Tells downstream tasks about ends, wave by wave: all that ended in one wave is counted before anything is decided, so
    /// that a failure outweighs a skip of the same moment, as one pass of Airflow's scheduler sees both.
    fn spread(&mut self) {
        let dag = Rc::clone(&self.dag);
        while !self.wave.is_empty() || !self.touched.is_empty() {
            let mut wave = std::mem::take(&mut self.wave);
            for ended in wave.drain(..) {
                let Some(Phase::Ended(state)) = self.slots.get(ended as usize).map(|slot| slot.phase) else { continue };
                for next in dag.downstream(ended) {
                    let Some(slot) = self.slots.get_mut(*next as usize) else { continue };
                    match state {
                        TaskState::Success => slot.upstreams.succeeded += 1,
                        TaskState::Skipped => slot.upstreams.skipped += 1,
                        _ => slot.upstreams.failed += 1,
                    }
                    self.touch(*next);
                }
            }
            // The emptied lists go back for their memory; what is decided now ends in the next wave.
            self.wave = wave;
            let mut touched = std::mem::take(&mut self.touched);
            for task in touched.drain(..) {
                if let Some(slot) = self.slots.get_mut(task as usize) {
                    slot.touched = false;
                }
                self.decide(task);
            }
            self.touched = touched;
        }
    }

    /// Puts a waiting task on the list of those to decide.
    pub(super) fn touch(&mut self, task: u32) {
        if let Some(slot) = self.slots.get_mut(task as usize)
            && slot.phase == Phase::Waiting
            && !std::mem::replace(&mut slot.touched, true)
        {
            self.touched.push(task);
        }
    }

    /// Asks a waiting task's trigger rule.
    fn decide(&mut self, task: u32) {
        let rule = self.rule(task);
        let Some(slot) = self.slots.get_mut(task as usize) else { return };
        if slot.phase != Phase::Waiting {
            return;
        }
        match (rule.decide(slot.upstreams), slot.past) {
            (Decision::Wait, _) => {}
            (Decision::Skip, _) => self.end(task, TaskState::Skipped),
            (Decision::UpstreamFailed, _) | (Decision::Run, Past::Unmet) => self.end(task, TaskState::UpstreamFailed),
            (Decision::Run, Past::Pending) => slot.phase = Phase::AwaitsPast,
            (Decision::Run, Past::Met) => {
                slot.phase = Phase::Ready;
                self.ready.push(Reverse(task));
            }
        }
    }

    fn fill_slots(&mut self) {
        while self.active < self.limits.max_active_tasks
            && let Some(Reverse(task)) = self.ready.pop()
        {
            let Some(slot) = self.slots.get_mut(task as usize) else { continue };
            slot.attempt += 1;
            slot.phase = Phase::Announced;
            self.active += 1;
            self.record(task, TaskState::Running);
            self.announced.push_back((self.recorded, task));
        }
    }

    pub(super) fn rule(&self, task: u32) -> TriggerRule {
        self.dag.task(task).map_or(TriggerRule::AllSuccess, |task| task.trigger_rule)
    }

    /// Airflow's: the tasks at the end of the graph decide, those of them that do not run this time, too. A stop decides where it kept a task from ending.
    pub(super) fn verdict(&self) -> End {
        let ended_as = |task: usize, states: &[TaskState]| matches!(self.slots.get(task), Some(Slot { phase: Phase::Ended(state), .. }) if states.contains(state));
        if let Some((reason, _)) = self.stop
            && (0..self.slots.len()).any(|task| ended_as(task, &[TaskState::Canceled]))
        {
            return match reason {
                AbortReason::Cancel if !self.abandoned => End::Canceled,
                _ => End::Failed,
            };
        }
        let is_leaf = |task: &usize| self.dag.downstream(*task as u32).is_empty();
        let failed = [TaskState::Failed, TaskState::UpstreamFailed];
        match self.left_undone || (0..self.slots.len()).filter(is_leaf).any(|task| ended_as(task, &failed)) {
            true => End::Failed,
            false => End::Success,
        }
    }
}
