//! 10,000 random DAGs with random failures, retries, timeouts, pasts, crashes of the past and stops, held against a slow model
//! that knows nothing of counters, waves or queues: after every event it judges all tasks again from scratch, as one pass of
//! Airflow's scheduler after the other does.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use dagfill::dag::{Dag, TaskSpec, TriggerRule};
use dagfill::run::dag_run::{Command, DagRun, Event, Limits, Lost, Past, Prior, TaskOutcome, TaskState};
use dagfill::run::event::{AbortReason, CancelMode, End};
use dagfill::run::machine::Machine;

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What the model knows of a task. `None` = nothing recorded.
type States = Vec<Option<TaskState>>;

struct Model {
    dag: Rc<Dag>,
    states: States,
    /// Tasks whose pause between attempts is over.
    may_retry: BTreeSet<usize>,
    past: Vec<Past>,
    most: usize,
    stopped: bool,
}

fn is_end(state: Option<TaskState>) -> bool {
    use TaskState::{Canceled, Failed, Skipped, Success, UpstreamFailed};
    matches!(state, Some(Success | Failed | Skipped | UpstreamFailed | Canceled))
}

impl Model {
    /// What one pass says of a task that has no record: an early mark, or that it may run.
    fn judge(&self, task: usize, seen: &States) -> Option<Result<(), TaskState>> {
        let ups = self.dag.upstream(task as u32);
        let count = |wanted: &[TaskState]| {
            ups.iter().filter(|up| seen[**up as usize].is_some_and(|state| wanted.contains(&state))).count()
        };
        let success = count(&[TaskState::Success]);
        let skipped = count(&[TaskState::Skipped]);
        let failed = count(&[TaskState::Failed, TaskState::UpstreamFailed]);
        let done = success + skipped + failed == ups.len();
        let spec = &self.dag.tasks()[task];
        let (runs, mark) = match spec.trigger_rule {
            _ if ups.is_empty() => (true, None),
            TriggerRule::Always => (true, None),
            TriggerRule::AllSuccess if failed > 0 => (false, Some(TaskState::UpstreamFailed)),
            TriggerRule::AllSuccess => (success == ups.len(), (skipped > 0).then_some(TaskState::Skipped)),
            TriggerRule::AllFailed => (failed == ups.len(), (success + skipped > 0).then_some(TaskState::Skipped)),
            TriggerRule::AllDone => (done, None),
            TriggerRule::OneSuccess if done && skipped == ups.len() => (false, Some(TaskState::Skipped)),
            TriggerRule::OneSuccess => (success > 0, (done && success == 0).then_some(TaskState::UpstreamFailed)),
            TriggerRule::OneFailed => (failed > 0, (done && failed == 0).then_some(TaskState::Skipped)),
            TriggerRule::NoneFailed => {
                (success + skipped == ups.len(), (failed > 0).then_some(TaskState::UpstreamFailed))
            }
        };
        let past = if spec.depends_on_past { self.past[task] } else { Past::Met };
        match (mark, runs, past) {
            (Some(mark), ..) => Some(Err(mark)),
            (None, true, Past::Met) => Some(Ok(())),
            (None, true, Past::Unmet) => Some(Err(TaskState::UpstreamFailed)),
            _ => None,
        }
    }

    /// Passes until nothing changes, then starts into the free slots.
    fn settle_down(&mut self) {
        while !self.stopped {
            let seen = self.states.clone();
            for task in 0..seen.len() {
                if let (None, Some(Err(mark))) = (seen[task], self.judge(task, &seen)) {
                    self.states[task] = Some(mark);
                }
            }
            if seen == self.states {
                break;
            }
        }
        for task in 0..self.states.len() {
            let running = self.states.iter().filter(|state| **state == Some(TaskState::Running)).count();
            if !self.stopped && running < self.most && self.may_start(task) {
                self.states[task] = Some(TaskState::Running);
                self.may_retry.remove(&task);
            }
        }
    }

    fn may_start(&self, task: usize) -> bool {
        match self.states[task] {
            None => self.judge(task, &self.states) == Some(Ok(())),
            Some(TaskState::UpForRetry) => self.may_retry.contains(&task),
            _ => false,
        }
    }

    fn end(&self) -> End {
        let is_leaf = |task: &usize| self.dag.downstream(*task as u32).is_empty();
        let failed = |task: usize| matches!(self.states[task], Some(TaskState::Failed | TaskState::UpstreamFailed));
        if (0..self.states.len()).filter(is_leaf).any(failed) { End::Failed } else { End::Success }
    }
}

fn random_dag(random: &mut Random) -> Dag {
    let count = 1 + random.below(10);
    // Declaration says nothing about the order of work.
    let mut rank: Vec<usize> = (0..count).collect();
    (1..count).for_each(|at| rank.swap(at, random.below(at + 1)));
    let density = random.pick(&[15, 35, 70]);
    let tasks = (0..count).map(|at| TaskSpec {
        id: at.to_string(),
        depends_on: (0..count)
            .filter(|to| rank[*to] < rank[at] && random.percent(density))
            .map(|to| to.to_string())
            .collect(),
        trigger_rule: if random.percent(40) { TriggerRule::AllSuccess } else { random.pick(&TriggerRule::ALL).1 },
        retries: random.pick(&[0, 0, 1, 2]),
        retry_delay: random.pick(&[0, 1_000, 7_000]),
        retry_backoff: 1.0,
        timeout: random.pick(&[None, None, Some(3_000)]),
        depends_on_past: random.percent(10),
    });
    Dag::new(tasks.collect()).unwrap()
}

/// An attempt whose callback has not ended.
#[derive(Clone, Copy)]
struct Live {
    since: i64,
    aborted: Option<(AbortReason, i64)>,
}

const GRACE: i64 = 2_000;

struct World {
    random: Random,
    run: DagRun,
    model: Model,
    now: i64,
    /// Records that were yielded; the first ones are acknowledged.
    records: Vec<(u32, TaskState, u32)>,
    acknowledged: usize,
    attempts: Vec<u32>,
    failures: Vec<u32>,
    failed_at: Vec<i64>,
    started: BTreeSet<(u32, u32)>,
    live: BTreeMap<(u32, u32), Live>,
    over: Vec<(u32, u32)>,
    stop: Option<(AbortReason, CancelMode)>,
    given_up_by_cancel: bool,
    finished: Option<End>,
}

impl World {
    fn new(seed: u64) -> World {
        let mut random = Random(seed);
        let dag = Rc::new(random_dag(&mut random));
        let count = dag.len();
        let mut states: States = vec![None; count];
        let (mut attempts, mut failures) = (vec![0; count], vec![0; count]);
        let mut prior = Vec::new();
        if random.percent(25) {
            for task in (0..count).filter(|_| random.percent(50)).collect::<Vec<_>>() {
                let (_, state) = random.pick(&TaskState::ALL);
                let attempt = random.below(4) as u32;
                let failed_before = match state {
                    TaskState::Running | TaskState::Queued => attempt.max(1) - 1,
                    TaskState::UpForRetry => attempt,
                    _ => 0,
                };
                prior.push(Prior {
                    task: task as u32,
                    state,
                    attempt,
                    failures: failed_before.min(dag.tasks()[task].retries),
                    started: None,
                    finished: None,
                    lost: Lost::Restart,
                });
                attempts[task] = attempt;
                failures[task] = failed_before.min(dag.tasks()[task].retries);
                states[task] = Some(state).filter(|state| matches!(state, TaskState::Success | TaskState::Skipped));
            }
        }
        let past = (0..count).map(|_| random.pick(&[Past::Met, Past::Unmet, Past::Pending])).collect::<Vec<_>>();
        let most = 1 + random.below(4);
        let limits = Limits { max_active_tasks: most as u32, abort_grace_ms: GRACE };
        World {
            run: DagRun::new(Rc::clone(&dag), limits, &prior, &past),
            model: Model { dag, states, may_retry: BTreeSet::new(), past, most, stopped: false },
            random,
            now: 0,
            records: Vec::new(),
            acknowledged: 0,
            attempts,
            failures,
            failed_at: vec![0; count],
            started: BTreeSet::new(),
            live: BTreeMap::new(),
            over: Vec::new(),
            stop: None,
            given_up_by_cancel: false,
            finished: None,
        }
    }

    fn drain(&mut self) {
        for task in 0..self.model.states.len() {
            let over = self.failed_at[task] + self.model.dag.tasks()[task].retry_delay <= self.now;
            if self.model.states[task] == Some(TaskState::UpForRetry) && over {
                self.model.may_retry.insert(task);
            }
        }
        while let Some(command) = self.run.poll(self.now) {
            assert_eq!(self.finished, None, "{command:?} after the end");
            self.check(command);
        }
        self.model.settle_down();
        for task in 0..self.model.states.len() {
            assert_eq!(self.run.state(task as u32), self.model.states[task], "task {task}");
            if let Some((_, recorded, _)) = self.records.iter().rev().find(|(of, ..)| *of as usize == task) {
                assert_eq!(Some(*recorded), self.model.states[task], "record of task {task}");
            }
        }
        for ((task, _), live) in &self.live {
            let timeout = self.model.dag.tasks()[*task as usize].timeout;
            match live.aborted {
                None => {
                    assert!(timeout.is_none_or(|timeout| live.since + timeout > self.now), "task {task} is overdue")
                }
                Some((_, at)) => assert!(at + GRACE > self.now, "task {task} has had its grace"),
            }
        }
        assert_eq!(self.finished, self.model.states.iter().all(|state| is_end(*state)).then(|| self.end()));
    }

    fn end(&self) -> End {
        let any_canceled = self.model.states.contains(&Some(TaskState::Canceled));
        match self.stop {
            Some((AbortReason::Timeout, _)) if any_canceled => End::Failed,
            Some((AbortReason::Cancel, _)) if any_canceled && self.given_up_by_cancel => End::Failed,
            Some((AbortReason::Cancel, _)) if any_canceled => End::Canceled,
            _ => self.model.end(),
        }
    }

    fn check(&mut self, command: Command) {
        match command {
            Command::Record { task, state, attempt, .. } => {
                self.attempts[task as usize] += u32::from(state == TaskState::Running);
                assert_eq!(attempt, self.attempts[task as usize], "{command:?}");
                self.records.push((task, state, attempt));
            }
            Command::Start { task, attempt } => {
                let mine = (task, TaskState::Running, attempt);
                assert!(self.records[..self.acknowledged].contains(&mine), "{command:?} is not on record");
                assert!(self.started.insert((task, attempt)), "{command:?} twice");
                assert_eq!(self.stop, None, "{command:?} after a stop");
                self.live.insert((task, attempt), Live { since: self.now, aborted: None });
                assert!(self.live.len() <= self.model.most, "too many at once");
                let judged = self.model.judge(task as usize, &self.model.states);
                assert_eq!(judged, Some(Ok(())), "{command:?} breaks a dependency");
            }
            Command::Abort { task, attempt, reason } => {
                let timeout = self.model.dag.tasks()[task as usize].timeout;
                let live = self.live.get_mut(&(task, attempt)).expect("a live attempt");
                assert!(live.aborted.is_none(), "{command:?} twice");
                let overdue = timeout.is_some_and(|timeout| live.since + timeout <= self.now);
                let stopped = self.stop == Some((reason, CancelMode::Abort));
                assert!(stopped || (overdue && reason == AbortReason::Timeout), "{command:?} for no reason");
                live.aborted = Some((reason, self.now));
            }
            Command::Abandon { task, attempt } => {
                let live = self.live.remove(&(task, attempt)).expect("a live attempt");
                let (reason, at) = live.aborted.expect("an aborted attempt");
                assert!(at + GRACE <= self.now, "{command:?} too early");
                self.given_up_by_cancel |= reason == AbortReason::Cancel;
                self.over.push((task, attempt));
                self.model.states[task as usize] = Some(TaskState::Failed);
            }
            Command::Commit { .. } => {}
            Command::Finished { end } => self.finished = Some(end),
        }
    }

    /// Something happens. `false`: nothing can.
    fn step(&mut self) -> bool {
        let open = self.records.len() - self.acknowledged;
        let pending = |task: &usize| self.model.past[*task] == Past::Pending;
        let pending: Vec<usize> = (0..self.model.past.len()).filter(pending).collect();
        let wake = self.run.wake(self.now);
        if open == 0 && self.live.is_empty() && wake.is_none() && pending.is_empty() {
            return false;
        }
        match self.random.below(100) {
            0..35 if open > 0 => {
                let records = 1 + self.random.below(open);
                self.acknowledged += records;
                assert!(self.run.take(Event::Stored { records: records as u32 }, self.now));
            }
            35..75 if !self.live.is_empty() => self.settle(),
            75..85 => {
                let wake = wake.filter(|_| self.random.percent(70));
                self.now = wake.unwrap_or(self.now + 1 + self.random.below(2_000) as i64).max(self.now);
            }
            85..92 if !pending.is_empty() => {
                let task = self.random.pick(&pending);
                let past = self.random.pick(&[Past::Met, Past::Met, Past::Unmet]);
                let matters = self.model.dag.tasks()[task].depends_on_past;
                assert_eq!(self.run.take(Event::PastKnown { task: task as u32, past }, self.now), matters);
                self.model.past[task] = past;
            }
            92..96 if !self.over.is_empty() => {
                let (task, attempt) = self.random.pick(&self.over);
                let outcome = self.random.pick(&[TaskOutcome::Success, TaskOutcome::Failed, TaskOutcome::GivenUp]);
                assert!(!self.run.take(Event::Settled { task, attempt, outcome }, self.now), "it is over");
            }
            96 if self.random.percent(40) => self.halt(),
            _ => {}
        }
        true
    }

    fn settle(&mut self) {
        let all: Vec<(u32, u32)> = self.live.keys().copied().collect();
        let (task, attempt) = self.random.pick(&all);
        let at = task as usize;
        let hangs = self.model.dag.tasks()[at].timeout.is_some() && self.random.percent(60);
        if hangs || self.random.percent(10) {
            return;
        }
        let live = self.live.remove(&(task, attempt)).unwrap();
        self.over.push((task, attempt));
        let outcome = match self.random.below(10) {
            0 => TaskOutcome::Skipped,
            1 if self.random.percent(30) => TaskOutcome::GivenUp,
            1..4 => TaskOutcome::Failed,
            _ => TaskOutcome::Success,
        };
        assert!(self.run.take(Event::Settled { task, attempt, outcome }, self.now));
        let canceled = matches!(live.aborted, Some((AbortReason::Cancel, _)));
        self.failures[at] += u32::from(outcome == TaskOutcome::Failed);
        self.failed_at[at] = self.now;
        self.model.states[at] = Some(match outcome {
            TaskOutcome::Success => TaskState::Success,
            TaskOutcome::Skipped => TaskState::Skipped,
            TaskOutcome::Failed | TaskOutcome::GivenUp if canceled => TaskState::Canceled,
            TaskOutcome::GivenUp => TaskState::Failed,
            TaskOutcome::Failed if self.stop.is_some() => TaskState::Failed,
            TaskOutcome::Failed if self.failures[at] > self.model.dag.tasks()[at].retries => TaskState::Failed,
            TaskOutcome::Failed => TaskState::UpForRetry,
        });
    }

    fn halt(&mut self) {
        let reason = self.random.pick(&[AbortReason::Cancel, AbortReason::Cancel, AbortReason::Timeout]);
        let mode = self.random.pick(&[CancelMode::Finish, CancelMode::Abort]);
        let counts = match self.stop {
            None => true,
            Some((_, before)) => before == CancelMode::Finish && mode == CancelMode::Abort,
        };
        let counts = counts && self.finished.is_none();
        assert_eq!(self.run.take(Event::Stop { reason, mode }, self.now), counts);
        if counts {
            self.stop = Some((reason, mode));
            self.model.stopped = true;
            for (task, state) in self.model.states.iter_mut().enumerate() {
                let lives = self.live.keys().any(|(of, _)| *of as usize == task);
                if !is_end(*state) && !lives {
                    *state = Some(TaskState::Canceled);
                }
            }
        }
    }
}

#[test]
fn random_dags_obey_the_model() {
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..10_000 {
        let outcome = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            world.drain();
            let mut steps = 0;
            while world.finished.is_none() {
                steps += 1;
                assert!(steps < 20_000, "no end");
                let happened = world.step();
                // Sometimes several things happen before anybody looks.
                if !happened || world.random.percent(70) {
                    world.drain();
                }
                let stuck = !happened && world.finished.is_none() && !world.step();
                assert!(!stuck, "nothing can happen any more, and the run has not ended");
            }
            assert!(world.run.is_finished() && world.run.wake(0).is_none() && world.run.active() == 0);
            format!("{:?}", world.finished.unwrap())
        });
        *ends.entry(outcome.unwrap_or_else(|_| panic!("seed {seed}"))).or_default() += 1;
    }
    // The test would prove little if one kind of end were rare.
    assert!(ends.len() == 3 && ends.values().all(|count| *count > 300), "{ends:?}");
}
