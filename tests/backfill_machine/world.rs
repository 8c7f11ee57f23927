//! A store, callbacks and a clock that are simulated, with what must hold asserted at every command.

use std::collections::{BTreeMap, BTreeSet};

use dagfill::run::backfill::{Backfill, Options, Status};
use dagfill::run::event::{CancelMode, Change, Command, End, Event, Notice, Outcome, State};
use dagfill::run::machine::Machine;

/// Seeded chance.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// Where the rows stand before the backfill begins, with the attempts they have had.
#[derive(Debug, Clone)]
pub(crate) struct Plan(pub(crate) Vec<(Status, u32)>);

impl Plan {
    pub(crate) fn all_waiting(rows: usize) -> Plan {
        Plan(vec![(Status::Waiting, 0); rows])
    }
}

/// What the store holds of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stored {
    Nothing,
    Running(u32),
    Queued,
    Ended(End),
}

#[derive(Debug)]
struct Callback {
    attempt: u32,
    /// `None`: it never settles by itself.
    settles: Option<i64>,
    outcome: Outcome,
    aborted: bool,
}

pub(crate) struct World {
    pub(crate) backfill: Backfill,
    pub(crate) now: i64,
    pub(crate) starts: Vec<(i64, u32, u32)>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) finished: Option<Option<State>>,
    /// Everything that may go wrong does, now and then.
    pub(crate) troubled: bool,
    pub(crate) store_delay: i64,
    pub(crate) takes: Option<i64>,
    pub(crate) hangs: fn(u32) -> bool,
    pub(crate) fails: fn(u32, u32) -> bool,
    options: Options,
    plan: Plan,
    chance: Chance,
    max: u32,
    stored: Vec<Stored>,
    /// Rows that were taken by somebody else, so far as the machine was told.
    taken: BTreeSet<u32>,
    offered: BTreeSet<(u32, u32)>,
    slots: BTreeSet<u32>,
    batch: Option<(Vec<Change>, i64)>,
    callbacks: BTreeMap<u32, Callback>,
    old: Vec<(u32, u32)>,
    failures: u32,
    paused: bool,
    canceled: bool,
    store_failed: bool,
    lost: bool,
    states: Vec<State>,
}

impl World {
    pub(crate) fn new(plan: Plan, options: Options, chance: Chance) -> World {
        let mut backfill = Backfill::new(plan.0.len(), options);
        for (run, (status, attempts)) in (0..).zip(&plan.0) {
            backfill.restore(run, *status, *attempts);
        }
        backfill.begin();
        let stored = plan.0.iter().map(|(status, _)| match status {
            Status::Success => Stored::Ended(End::Success),
            Status::Failed => Stored::Ended(End::Failed),
            _ => Stored::Nothing,
        });
        World {
            backfill,
            now: 0,
            starts: Vec::new(),
            notices: Vec::new(),
            finished: None,
            troubled: false,
            store_delay: 3,
            takes: None,
            hangs: |_| false,
            fails: |_, _| false,
            max: options.max_parallel_runs,
            failures: plan.0.iter().filter(|row| row.0 == Status::Failed).count() as u32,
            stored: stored.collect(),
            options,
            plan,
            chance,
            taken: BTreeSet::new(),
            offered: BTreeSet::new(),
            slots: BTreeSet::new(),
            batch: None,
            callbacks: BTreeMap::new(),
            old: Vec::new(),
            paused: false,
            canceled: false,
            store_failed: false,
            lost: false,
            states: Vec::new(),
        }
    }

    /// Until the end. Panics where a promise is broken, or where nothing can come any more.
    pub(crate) fn run(&mut self) {
        for _ in 0..20_000 {
            while let Some(command) = self.backfill.poll(self.now) {
                self.obey(command);
                self.check();
                // A callback or a listener may do anything, also between two commands.
                if self.troubled && self.chance.percent(3) {
                    self.interfere();
                }
            }
            if self.finished.is_some() {
                return self.close();
            }
            self.advance();
        }
        panic!("it does not come to an end: {:?}", self.backfill);
    }

    fn handle(&mut self, event: Event) {
        self.backfill.handle(event, self.now);
        self.check();
    }

    /// The user, the signal, an old callback.
    fn interfere(&mut self) {
        match self.chance.below(10) {
            0 | 1 => {
                self.paused = !self.canceled;
                self.handle(Event::Pause);
            }
            2 | 3 => self.resume(),
            4 => self.cancel(CancelMode::Finish),
            5 => self.cancel(CancelMode::Abort),
            6 | 7 => {
                self.max = 1 + self.chance.below(8) as u32;
                self.handle(Event::SetMaxParallelRuns(self.max));
            }
            8 => {
                // A second settling, and one of an attempt that is no more, change nothing.
                if let Some((run, attempt)) = self.old.last().copied() {
                    let before = (self.backfill.progress(), self.backfill.status().to_vec());
                    self.handle(Event::Settled { run, attempt, outcome: Outcome::Success });
                    assert_eq!(before, (self.backfill.progress(), self.backfill.status().to_vec()));
                }
            }
            _ if self.chance.percent(10) => self.lose(),
            _ => {}
        }
    }

    fn resume(&mut self) {
        self.paused = false;
        self.handle(Event::Resume);
    }

    fn cancel(&mut self, mode: CancelMode) {
        self.canceled = true;
        self.handle(Event::Cancel(mode));
    }

    fn lose(&mut self) {
        self.lost = true;
        self.batch = None;
        self.handle(Event::LeaseLost);
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Apply(batch) => self.apply(batch),
            Command::Start { run, attempt } => self.start(run, attempt),
            Command::Abort { run, .. } => {
                let ignores = (self.hangs)(run) || self.troubled && self.chance.percent(40);
                let soon = self.now + self.chance.below(100) as i64;
                let Some(callback) = self.callbacks.get_mut(&run) else {
                    // Its start was taken back.
                    assert!(self.lost, "an abort of run {run}, which is not in flight");
                    return;
                };
                assert!(!std::mem::replace(&mut callback.aborted, true), "run {run} is aborted twice");
                if !ignores {
                    (callback.settles, callback.outcome) = (Some(soon), Outcome::Failed);
                }
            }
            Command::Notify(notice) => self.hear(notice),
            Command::Finish(state) => {
                assert!(self.finished.replace(state).is_none(), "it finished twice");
                // A lease that is lost when the end is stored already takes nothing back.
                match state {
                    Some(_) => assert!(!self.store_failed),
                    None => assert!(self.store_failed || self.lost, "it ends for no reason"),
                }
            }
        }
    }

    fn apply(&mut self, batch: Vec<Change>) {
        assert!(self.batch.is_none(), "two batches are with the store");
        assert!(!self.lost, "something is written after the lease was lost");
        let mut fresh = false;
        for change in &batch {
            match *change {
                Change::Begin { run, attempt, .. } => {
                    let new = self.offered.insert((run, attempt));
                    fresh |= new;
                    if new {
                        self.may_begin(run);
                    }
                    assert!(self.slots.insert(run) || !new, "run {run} takes two slots");
                }
                Change::Requeue { run, .. } => {
                    assert!(self.slots.remove(&run), "run {run} gives back a slot it has not")
                }
                Change::End { run, end, .. } => {
                    self.slots.remove(&run);
                    self.failures += u32::from(end == End::Failed);
                }
                Change::Save(_) => {}
            }
        }
        if fresh {
            assert!(self.slots.len() <= self.max as usize, "{} in flight, at most {}", self.slots.len(), self.max);
        }
        let delay = if self.troubled { self.chance.below(60) as i64 } else { self.store_delay };
        self.batch = Some((batch, self.now + delay));
    }

    /// A row that was never offered to the store is to begin.
    fn may_begin(&self, run: u32) {
        let stopped = (self.paused, self.canceled, self.store_failed);
        assert_eq!(
            stopped,
            (false, false, false),
            "run {run} begins although it is paused, canceled, or its store failed"
        );
        assert!(
            self.options.max_failures.is_none_or(|most| self.failures < most),
            "run {run} begins after too many failures"
        );
        assert_eq!(self.plan.0[run as usize].0, Status::Waiting);
    }

    fn start(&mut self, run: u32, attempt: u32) {
        assert_eq!(self.stored[run as usize], Stored::Running(attempt), "run {run} starts before the store has it");
        assert!(!self.lost && !self.store_failed, "run {run} starts although all is over");
        assert!(!self.starts.iter().any(|start| (start.1, start.2) == (run, attempt)), "run {run} starts twice");
        self.starts.push((self.now, run, attempt));
        if let Some(rate) = self.options.rate {
            let window = self.starts.iter().filter(|start| start.0 > self.now - rate.per_ms).count();
            assert!(window <= rate.count as usize, "{window} starts in a window of {}", rate.per_ms);
        }
        if self.options.depends_on_past {
            assert!(self.callbacks.is_empty(), "run {run} starts beside another");
            self.follows_a_success(run);
        }
        let takes = self.takes.unwrap_or_else(|| 1 + self.chance.below(1_000) as i64);
        let hangs = (self.hangs)(run) || self.troubled && self.chance.percent(5);
        let fails = (self.fails)(run, attempt) || self.troubled && self.chance.percent(30);
        let outcome = if fails { Outcome::Failed } else { Outcome::Success };
        let settles = (!hangs).then_some(self.now + takes);
        assert!(self.callbacks.insert(run, Callback { attempt, settles, outcome, aborted: false }).is_none());
    }

    /// The row before that is a run at all has succeeded. A skipped row where nothing stands is none.
    fn follows_a_success(&self, run: u32) {
        let before = (0..run as usize).rev().find(|row| self.plan.0[*row].0 != Status::Skipped);
        let Some(row) = before else { return };
        let good = self.plan.0[row].0 == Status::Stands || self.stored[row] == Stored::Ended(End::Success);
        assert!(
            good,
            "run {run} starts behind row {row}, which is {:?} and stored as {:?}",
            self.plan.0[row], self.stored[row]
        );
    }

    fn hear(&mut self, notice: Notice) {
        if self.notices.is_empty() {
            assert_eq!(notice, Notice::Started, "the first news");
        }
        let stored = |run: u32| self.stored[run as usize];
        match notice {
            Notice::RunStarted(run) => assert!(matches!(stored(run), Stored::Running(_))),
            Notice::RunSucceeded(run) => assert_eq!(stored(run), Stored::Ended(End::Success)),
            Notice::RunFailed(run) => assert_eq!(stored(run), Stored::Ended(End::Failed)),
            Notice::RunCanceled(run) => assert_eq!(stored(run), Stored::Ended(End::Canceled)),
            Notice::RunAbandoned(run) => {
                let callback = self.callbacks.remove(&run).expect("a run that is given up was in flight");
                assert!(callback.aborted, "run {run} is given up without a warning");
                self.old.push((run, callback.attempt));
            }
            _ => {}
        }
        self.notices.push(notice);
    }

    /// Holds at every moment.
    fn check(&self) {
        let progress = self.backfill.progress();
        let ended = progress.completed + progress.failed + progress.skipped + progress.canceled;
        assert_eq!(progress.total as usize, self.plan.0.len());
        assert!(ended + progress.running <= progress.total, "{progress:?}");
        assert_eq!(progress.remaining(), progress.total - ended);
        let of = |end| self.stored.iter().filter(|stored| **stored == Stored::Ended(end)).count() as u32;
        assert_eq!(
            (progress.completed, progress.failed),
            (of(End::Success), of(End::Failed)),
            "only what is stored counts"
        );
    }

    /// The store answers, a callback settles, or time passes.
    fn advance(&mut self) {
        if self.troubled && self.chance.percent(5) {
            self.interfere();
            return;
        }
        let answer = self.batch.as_ref().map(|batch| batch.1);
        let settles = self.callbacks.values().filter_map(|callback| callback.settles).min();
        let wake = self.backfill.wake(self.now);
        if let Some(wake) = wake {
            assert!(wake >= self.now || answer.is_some(), "it wakes in the past");
        }
        let Some(next) = [answer, settles, wake].into_iter().flatten().min() else {
            // Only the user can help now: of a pause, or of a callback that hangs without a timeout.
            assert!(self.paused || !self.callbacks.is_empty(), "it hangs: {:?}", self.backfill);
            if self.paused && !self.canceled {
                self.resume()
            } else {
                self.cancel(CancelMode::Abort)
            }
            return;
        };
        self.now = self.now.max(next);
        if answer.is_some_and(|at| at <= self.now) {
            return self.answer();
        }
        let due = self.callbacks.iter().find(|(_, callback)| callback.settles.is_some_and(|at| at <= self.now));
        if let Some(run) = due.map(|(run, _)| *run) {
            let Callback { attempt, outcome, .. } = self.callbacks.remove(&run).unwrap();
            self.old.push((run, attempt));
            self.handle(Event::Settled { run, attempt, outcome });
        }
    }

    fn answer(&mut self) {
        let (batch, _) = self.batch.take().unwrap();
        let begins: Vec<usize> = (0..)
            .zip(&batch)
            .filter(|(_, change)| matches!(change, Change::Begin { attempt: 1, .. }))
            .map(|(at, _)| at)
            .collect();
        if self.troubled && self.chance.percent(3) {
            self.store_failed = true;
            return self.fail(batch);
        }
        if self.troubled && !begins.is_empty() && self.chance.percent(8) {
            let index = begins[self.chance.below(begins.len() as u64) as usize];
            let Change::Begin { run, .. } = batch[index] else { return };
            self.taken.insert(run);
            // The rest is offered again: its ends were counted already.
            for change in batch.iter().rev() {
                self.failures -= u32::from(matches!(change, Change::End { end: End::Failed, .. }));
                match change {
                    Change::Requeue { run, .. } => drop(self.slots.insert(*run)),
                    Change::Begin { run, .. } => drop(self.slots.remove(run)),
                    _ => {}
                }
            }
            return self.handle(Event::Refused { index });
        }
        for change in &batch {
            self.store(*change);
        }
        self.handle_applied();
    }

    /// What is counted is what is stored, from the moment the machine hears of it.
    fn handle_applied(&mut self) {
        self.backfill.handle(Event::Applied, self.now);
        self.check();
    }

    fn fail(&mut self, batch: Vec<Change>) {
        for change in batch.into_iter().rev() {
            match change {
                Change::Begin { run, .. } => drop(self.slots.remove(&run)),
                Change::Requeue { run, .. } => drop(self.slots.insert(run)),
                Change::End { end, .. } => self.failures -= u32::from(end == End::Failed),
                Change::Save(_) => {}
            }
        }
        self.handle(Event::StoreFailed);
    }

    fn store(&mut self, change: Change) {
        match change {
            Change::Begin { run, attempt, .. } => {
                let slot = &mut self.stored[run as usize];
                assert!(matches!(slot, Stored::Nothing | Stored::Queued), "run {run} begins where {slot:?} stands");
                *slot = Stored::Running(attempt);
            }
            Change::Requeue { run, attempt, .. } => {
                assert_eq!(self.stored[run as usize], Stored::Running(attempt));
                self.stored[run as usize] = Stored::Queued;
            }
            Change::End { run, end, .. } => {
                let slot = &mut self.stored[run as usize];
                assert!(matches!(slot, Stored::Running(_) | Stored::Queued), "run {run} ends where {slot:?} stands");
                *slot = Stored::Ended(end);
            }
            Change::Save(state) => self.states.push(state),
        }
    }

    /// At the end.
    fn close(&self) {
        let Some(Some(state)) = self.finished else { return };
        assert_eq!(self.states.last(), Some(&state), "what is stored last is how it ended");
        assert!(self.callbacks.is_empty(), "{:?} are still in flight", self.callbacks);
        for (row, (status, stored)) in self.backfill.status().iter().zip(&self.stored).enumerate() {
            let fits = match stored {
                Stored::Ended(End::Success) => *status == Status::Success,
                Stored::Ended(End::Failed) => *status == Status::Failed,
                Stored::Ended(End::Canceled) => *status == Status::Canceled,
                Stored::Nothing => matches!(
                    status,
                    Status::Canceled | Status::Skipped | Status::Stands | Status::InFlight | Status::DependsOnPast
                ),
                Stored::Running(_) | Stored::Queued => false,
            };
            assert!(fits, "row {row} ended as {status:?} and is stored as {stored:?}");
        }
        let progress = self.backfill.progress();
        assert_eq!((progress.remaining(), progress.running), (0, 0));
        // A row that a past blocked was asked for, and is not done.
        let failed = progress.failed > 0 || self.backfill.status().contains(&Status::DependsOnPast);
        match state {
            State::Success => assert!(!failed),
            State::Failed => assert!(failed),
            State::Canceled => assert!(self.canceled),
            State::Running | State::Paused | State::Canceling | State::AwaitingApproval | State::Approved => {
                panic!("{state:?} is no end")
            }
        }
    }
}
