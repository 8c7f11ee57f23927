//! One run of one DAG: which task may start, what is recorded, and how the run ends. Trigger rules spread as in Airflow.
//!
//! # How a driver uses it
//!
//! It polls until there is nothing more. The [`Command::Record`]s up to a [`Command::Commit`] go into one batch for the store,
//! and [`Command::Finished`] may join it; when the batch is durable the driver says so by [`Event::Stored`] with the number
//! of records in it, and finds the [`Command::Start`]s: nothing is ever started that is not on record. Times are milliseconds
//! on one clock that should not jump.
//!
//! ```
//! use std::rc::Rc;
//! use dagfill::dag::{Dag, TaskSpec};
//! use dagfill::run::dag_run::{Command, DagRun, Event, Limits, TaskOutcome, TaskState};
//! use dagfill::run::event::End;
//! use dagfill::run::machine::Machine;
//!
//! let dag = Dag::new(vec![TaskSpec { id: "load".into(), ..TaskSpec::default() }]).unwrap();
//! let mut run = DagRun::new(Rc::new(dag), Limits::default(), &[], &[]);
//! let drain = |run: &mut DagRun| std::iter::from_fn(|| run.poll(0)).collect::<Vec<_>>();
//!
//! let record = |state| Command::Record { task: 0, state, attempt: 1, failures: 0 };
//! assert_eq!(drain(&mut run), [record(TaskState::Running), Command::Commit { records: 1 }]);
//! run.handle(Event::Stored { records: 1 }, 0);
//! assert_eq!(drain(&mut run), [Command::Start { task: 0, attempt: 1 }]);
//! run.handle(Event::Settled { task: 0, attempt: 1, outcome: TaskOutcome::Success }, 0);
//! let end = Command::Finished { end: End::Success };
//! assert_eq!(drain(&mut run), [record(TaskState::Success), Command::Commit { records: 1 }, end]);
//! ```

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

use crate::dag::{Dag, TriggerRule, Upstreams};
use crate::run::event::{AbortReason, CancelMode};
use crate::run::machine::Machine;
use crate::run::retry::Retry;

mod advance;
mod event;
mod restore;
mod settle;
mod timers;

pub use event::{Command, Event, Past, TaskOutcome, TaskState};
pub use restore::Prior;
use timers::{Due, Timer, Timers};

pub use crate::run::backfill::Lost;

/// How much a run may do at once, and how patient it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tasks that run at the same time; at least 1.
    pub max_active_tasks: u32,
    /// Milliseconds that an aborted task may take to settle.
    pub abort_grace_ms: i64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_active_tasks: 16, abort_grace_ms: 30_000 }
    }
}

/// The stages of a task's life inside the machine; finer than what the store sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Its trigger rule has no answer yet.
    Waiting,
    /// Recorded as running before this machine was made; it is to be called again as the same attempt.
    Attached,
    /// Its rule lets it run; the logical date before has not ended.
    AwaitsPast,
    /// It waits for a free slot.
    Ready,
    /// Recorded as running; the record is not durable yet.
    Announced,
    Running,
    Aborting(AbortReason),
    /// It waits for its next attempt: first for the time, then for a free slot.
    Retrying,
    Ended(TaskState),
}

#[derive(Debug, Clone)]
struct Slot {
    phase: Phase,
    attempt: u32,
    failures: u32,
    upstreams: Upstreams,
    past: Past,
    /// Already on the list of tasks to decide in this wave.
    touched: bool,
}

/// The machine. See the [module](self) for the way to drive it.
#[derive(Debug)]
pub struct DagRun {
    dag: Rc<Dag>,
    limits: Limits,
    slots: Vec<Slot>,
    /// Tasks that may run: the one that was declared first comes first.
    ready: BinaryHeap<Reverse<u32>>,
    /// Tasks that ended and whose downstreams have not been told.
    wave: Vec<u32>,
    /// Waiting tasks to decide: something they wait for has changed.
    touched: Vec<u32>,
    commands: VecDeque<Command>,
    /// Announced tasks with the number of their record.
    announced: VecDeque<(u64, u32)>,
    recorded: u64,
    committed: u64,
    stored: u64,
    /// To be called again, as soon as the machine begins.
    attached: VecDeque<(u32, Option<i64>)>,
    timers: Timers,
    active: u32,
    remaining: usize,
    stop: Option<(AbortReason, CancelMode)>,
    /// Set by a stop until the running tasks have been aborted.
    to_abort: Option<AbortReason>,
    /// A task that a cancel aborted did not settle in time.
    abandoned: bool,
    /// A task at the end of the DAG that is not in the part that runs stands without success.
    left_undone: bool,
    dirty: bool,
    finished: bool,
}

impl DagRun {
    /// A run that begins, begins again after a crash, or runs again what had failed: `prior` holds what the store has of it
    /// (for a new or reset run nothing). `past` answers for each task that depends on its past, and may be shorter than the
    /// list of tasks: what is not in it is met. Costs one pass over the tasks.
    pub fn new(dag: Rc<Dag>, limits: Limits, prior: &[Prior], past: &[Past]) -> DagRun {
        let slots = dag.tasks().iter().enumerate().map(|(at, task)| Slot {
            phase: Phase::Waiting,
            attempt: 0,
            failures: 0,
            upstreams: Upstreams { total: dag.upstream(at as u32).len() as u32, ..Upstreams::default() },
            past: if task.depends_on_past { past.get(at).copied().unwrap_or_default() } else { Past::Met },
            touched: false,
        });
        let mut run = DagRun {
            slots: slots.collect(),
            remaining: dag.len(),
            limits: Limits { max_active_tasks: limits.max_active_tasks.max(1), ..limits },
            dag,
            ready: BinaryHeap::new(),
            wave: Vec::new(),
            touched: Vec::new(),
            commands: VecDeque::new(),
            announced: VecDeque::new(),
            recorded: 0,
            committed: 0,
            stored: 0,
            attached: VecDeque::new(),
            timers: Timers::default(),
            active: 0,
            stop: None,
            to_abort: None,
            abandoned: false,
            left_undone: false,
            dirty: true,
            finished: false,
        };
        prior.iter().for_each(|prior| run.remember(*prior));
        for task in 0..run.slots.len() as u32 {
            // The others are decided when the first task before them ends.
            if run.dag.upstream(task).is_empty() || run.rule(task) == TriggerRule::Always {
                run.touch(task);
            }
        }
        run
    }

    /// Takes in what happened. `false`: it came too late, or twice, and changes nothing; what came with it is to be dropped.
    pub fn take(&mut self, event: Event, now: i64) -> bool {
        let changed = match event {
            Event::Stored { records } => self.acknowledge(records),
            Event::Settled { task, attempt, outcome } => self.settle(task, attempt, outcome, now),
            Event::PastKnown { task, past } => self.learn_past(task, past),
            Event::Stop { reason, mode } => self.stop(reason, mode),
            Event::Abandon => self.abandon(),
        };
        self.dirty |= changed;
        changed
    }

    /// The state of a task as it is recorded or about to be; `None` for one that has no record in this run.
    pub fn state(&self, task: u32) -> Option<TaskState> {
        let slot = self.slots.get(task as usize)?;
        match slot.phase {
            Phase::Waiting | Phase::AwaitsPast | Phase::Ready => None,
            Phase::Attached | Phase::Announced | Phase::Running | Phase::Aborting(_) => Some(TaskState::Running),
            Phase::Retrying => Some(TaskState::UpForRetry),
            Phase::Ended(state) => Some(state),
        }
    }

    /// The latest attempt of a task; 0 for one that never ran.
    pub fn attempt(&self, task: u32) -> u32 {
        self.slots.get(task as usize).map_or(0, |slot| slot.attempt)
    }

    /// How many attempts hold a slot: announced, running, or aborted and not settled.
    pub fn active(&self) -> u32 {
        self.active
    }

    /// Whether [`Command::Finished`] has been yielded or is about to be.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    fn retry(&self, task: u32) -> Retry {
        self.dag.task(task).map_or(Retry::NEVER, |task| Retry {
            retries: task.retries,
            delay_ms: task.retry_delay,
            backoff: task.retry_backoff,
        })
    }
}

impl Machine for DagRun {
    type Event = Event;
    type Command = Command;

    fn handle(&mut self, event: Event, now: i64) {
        self.take(event, now);
    }

    fn poll(&mut self, now: i64) -> Option<Command> {
        loop {
            if let Some(command) = self.commands.pop_front() {
                return Some(command);
            }
            if !self.dirty && !self.timers.is_due(now) {
                break;
            }
            self.dirty = false;
            self.advance(now);
        }
        if self.committed < self.recorded {
            let records = (self.recorded - self.committed) as u32;
            self.committed = self.recorded;
            return Some(Command::Commit { records });
        }
        (self.remaining == 0 && !std::mem::replace(&mut self.finished, true)).then(|| {
            self.timers.clear();
            Command::Finished { end: self.verdict() }
        })
    }

    fn wake(&mut self, _: i64) -> Option<i64> {
        let DagRun { timers, slots, .. } = self;
        timers.next(|timer| slots.get(timer.task as usize).is_some_and(|slot| slot.awaits(timer))).map(|timer| timer.at)
    }
}

impl Slot {
    /// Whether a deadline is still about what this task is doing.
    fn awaits(&self, timer: &Timer) -> bool {
        self.attempt == timer.attempt
            && match timer.due {
                Due::Timeout => self.phase == Phase::Running,
                Due::Grace => matches!(self.phase, Phase::Aborting(_)),
                Due::Retry => self.phase == Phase::Retrying,
            }
    }
}
