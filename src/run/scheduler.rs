//! Starts the runs of schedules when they are due: one run a DAG and date ever, so many at a time, and what was missed as each
//! DAG's catchup policy says.
//!
//! # How a driver uses it
//!
//! Once an [`Event::Tick`], then [`Scheduler::poll`] until `None` after every event; [`Scheduler::wake`] says when to send an
//! [`Event::Woken`]. On [`Command::Load`] the driver reads, of the DAG's *scheduled* runs alone, the newest date and those
//! that a dead process left unfinished, and answers with any number of [`Event::Left`] and then one [`Event::Known`]: a backfill
//! never moves the schedule. On [`Command::Begin`] it creates the run's record as running and then runs it; when
//! the run has ended, or the store says that the date has its run already, it answers [`Event::Settled`]; when the store fails,
//! [`Event::NotStored`]. Between [`Command::Reserve`] and [`Command::Release`] no other scheduler begins runs of the DAG, so
//! that its limit holds for all of them. The store decides who creates a run: two schedulers over one store never run a date twice.
//!
//! Times are wall-clock times, and the clock may do what it likes: going back repeats nothing, because dates that were looked at
//! are never looked at again; going forward, or waking from sleep, makes dates missed, which is what the policy is for. A sleep
//! never lasts longer than a minute, because a timer of a machine that sleeps stands still, and one of JavaScript overflows at 24.8 days.
//!
//! ```
//! use dagfill::plan::CatchupPolicy;
//! use dagfill::run::scheduler::{Begin, Command, DagSchedule, Event, Scheduler};
//! use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
//! use dagfill::time::{DateInput::Text, Edge, Zone, read_date};
//!
//! let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
//! let timetable = Timetable::new(&daily, &TimetableOptions::default()).unwrap();
//! let at = |text| read_date(Text(text), &Zone::utc(), Edge::Point).unwrap();
//! let mut scheduler = Scheduler::new(vec![DagSchedule {
//!     start: Some(at("2021-01-01")), policy: CatchupPolicy::Latest, ..DagSchedule::new(timetable)
//! }]);
//! let now = at("2021-01-05T12:00Z");
//! scheduler.handle(Event::Tick, now);
//! assert_eq!(scheduler.poll(now), Some(Command::Load { dag: 0 }));
//! scheduler.handle(Event::Known { dag: 0, last_run: Some(at("2021-01-03")) }, now);
//! assert_eq!(scheduler.poll(now), Some(Command::Reserve { dag: 0 }));
//! scheduler.handle(Event::Reserved { dag: 0, others: 0 }, now);
//! assert_eq!(scheduler.poll(now), Some(Command::Begin { dag: 0, date: at("2021-01-04"), begin: Begin::Create }));
//! assert_eq!(scheduler.poll(now), Some(Command::Release { dag: 0 }));
//! assert_eq!(scheduler.poll(now), Some(Command::Ticked { due: 1, next_run_at: Some(at("2021-01-06")) }));
//! ```

use std::collections::VecDeque;

use crate::error::Error;
use crate::plan::CatchupPolicy;
use crate::run::machine::Machine;
use crate::schedule::Timetable;
use crate::time::Instant;

mod event;
mod look;

pub use event::{Begin, Command, Event};

/// A sleep never lasts longer.
pub const LONGEST_SLEEP_MS: i64 = 60_000;

/// How soon to look again when runs of other schedulers fill the DAG's limit.
const CROWDED_MS: i64 = 1_000;

/// One DAG as the scheduler sees it.
#[derive(Debug, Clone)]
pub struct DagSchedule {
    /// Its dates.
    pub timetable: Timetable,
    /// No date before this is one of the DAG's.
    pub start: Option<Instant>,
    /// No date after this is.
    pub end: Option<Instant>,
    /// The policy for missed dates.
    pub policy: CatchupPolicy,
    /// Scheduled runs in flight at once; at least 1.
    pub max_active_runs: u32,
    /// Each run after the success of the one before: one at a time, and [`Command::CheckPast`] before each.
    pub depends_on_past: bool,
}

impl DagSchedule {
    /// No bounds, the newest missed date, 16 runs at once.
    pub fn new(timetable: Timetable) -> DagSchedule {
        let policy = CatchupPolicy::default();
        DagSchedule { timetable, start: None, end: None, policy, max_active_runs: 16, depends_on_past: false }
    }
}

/// How much the scheduler knows of a DAG's runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knowledge {
    Nothing,
    /// The driver was asked to load them.
    Asked,
    All,
}

/// Whether others are kept from beginning runs of a DAG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reservation {
    Open,
    /// The driver was asked for it.
    Asked,
    Held,
}

/// A run that is to begin.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    date: Instant,
    begin: Begin,
    /// The run before it is known to have succeeded.
    past_met: bool,
}

#[derive(Debug)]
struct ScheduledDag {
    schedule: DagSchedule,
    knowledge: Knowledge,
    origin: Option<Instant>,
    /// Up to here every date is settled: it has its run, or was left out.
    settled: Option<Instant>,
    /// When it was looked at last.
    watched: Option<Instant>,
    /// Runs to begin before anything new: left by a dead process, or not taken by the store.
    first: VecDeque<Waiting>,
    active: u32,
    reservation: Reservation,
    /// Runs that other schedulers had in flight when it was last reserved.
    others: u32,
    error: Option<Error>,
    /// They leave no slot for what is due here.
    crowded: bool,
    /// Dates may be due that have not been looked at.
    to_plan: bool,
    /// The driver was asked about the run before this one.
    asked_past: Option<Waiting>,
    /// The store failed, or the run before has not succeeded: nothing begins until the next look.
    blocked: bool,
    next_run_at: Option<Instant>,
}

/// The machine. See the [module](self) for the way to drive it.
#[derive(Debug)]
pub struct Scheduler {
    dags: Vec<ScheduledDag>,
    commands: VecDeque<Command>,
    /// How many runs this look has begun; None between looks.
    look: Option<u32>,
    is_open: bool,
    dirty: bool,
}

impl Scheduler {
    /// A scheduler that has not looked yet.
    pub fn new(schedules: Vec<DagSchedule>) -> Scheduler {
        let mut dags = Vec::with_capacity(schedules.len());
        for schedule in schedules {
            dags.push(ScheduledDag::new(schedule));
        }
        Scheduler { dags, commands: VecDeque::new(), look: None, is_open: false, dirty: false }
    }

    /// Takes in what happened; what follows comes by [`Scheduler::poll`].
    pub fn handle(&mut self, event: Event, now: Instant) {
        self.dirty = true;
        match event {
            Event::Tick => {
                self.is_open = true;
                self.look = Some(self.look.unwrap_or(0));
                self.dags.iter_mut().for_each(ScheduledDag::reopen);
            }
            Event::Woken => {
                let is_due = |scheduled: &&mut ScheduledDag| {
                    scheduled.blocked || scheduled.crowded || scheduled.next_run_at.is_some_and(|next| next <= now)
                };
                for scheduled in self.dags.iter_mut().filter(is_due) {
                    scheduled.reopen();
                    self.look = Some(self.look.unwrap_or(0));
                }
            }
            Event::Left { dag, date } => self.with(dag, |scheduled| {
                scheduled.settled = scheduled.settled.max(Some(date));
                scheduled.first.push_back(Waiting { date, begin: Begin::Restart, past_met: false });
            }),
            Event::Known { dag, last_run } => self.with(dag, |scheduled| {
                scheduled.knowledge = Knowledge::All;
                scheduled.settled = scheduled.settled.max(last_run);
            }),
            Event::Reserved { dag, others } => self.with(dag, |scheduled| {
                (scheduled.reservation, scheduled.others) = (Reservation::Held, others);
            }),
            Event::NotReserved { dag } => self.with(dag, |scheduled| {
                (scheduled.reservation, scheduled.blocked) = (Reservation::Open, true);
            }),
            Event::Past { dag, met } => self.with(dag, |scheduled| scheduled.hear_past(met)),
            Event::Settled { dag } => self.with(dag, |scheduled| {
                // A slot of this scheduler is free: it asks again how many the others have.
                (scheduled.active, scheduled.crowded) = (scheduled.active.saturating_sub(1), false);
            }),
            Event::NotStored { dag, date, begin } => self.with(dag, |scheduled| {
                scheduled.active = scheduled.active.saturating_sub(1);
                scheduled.blocked = true;
                // Several may come back from one batch, in any order.
                let at = scheduled.first.partition_point(|other| other.date < date);
                scheduled.first.insert(at, Waiting { date, begin, past_met: false });
            }),
            Event::Stop => {
                self.is_open = false;
                self.look = None;
            }
        }
    }

    /// The next thing to do, None when there is nothing until the next event or until [`Scheduler::wake`].
    pub fn poll(&mut self, now: Instant) -> Option<Command> {
        if self.commands.is_empty() && std::mem::take(&mut self.dirty) && self.is_open {
            self.go_round(now);
        }
        self.commands.pop_front()
    }

    /// When to send [`Event::Woken`]: when the next date is due, but at most a minute from now; None when nothing will come
    /// without another event.
    pub fn wake(&self, now: Instant) -> Option<Instant> {
        let longest = Instant::clamped(now.ms().saturating_add(LONGEST_SLEEP_MS));
        let wish = |scheduled: &ScheduledDag| match scheduled.blocked {
            true => Some(longest),
            false if scheduled.crowded => Some(Instant::clamped(now.ms().saturating_add(CROWDED_MS))),
            false => scheduled.next_run_at.filter(|_| !scheduled.to_plan),
        };
        self.dags.iter().filter(|_| self.is_open).filter_map(wish).min().map(|at| at.clamp(now, longest))
    }

    /// Where a period without an anchor counts from, once the DAG's runs are known: what a run covers depends on it.
    pub fn origin(&self, dag: u32) -> Option<Instant> {
        self.dags.get(dag as usize).and_then(|scheduled| scheduled.origin)
    }

    /// Why the dates of a DAG could not be planned, told once.
    pub fn take_error(&mut self, dag: u32) -> Option<Error> {
        self.dags.get_mut(dag as usize).and_then(|scheduled| scheduled.error.take())
    }

    /// Runs that were begun and have not settled.
    pub fn active(&self) -> u32 {
        self.dags.iter().map(|scheduled| scheduled.active).sum()
    }

    /// Whether nothing runs and nothing is about to begin: a tick is over.
    pub fn is_idle(&self) -> bool {
        self.active() == 0
            && self.commands.is_empty()
            && !(self.dirty && self.is_open)
            && self.look.is_none()
            && self
                .dags
                .iter()
                .all(|scheduled| scheduled.asked_past.is_none() && scheduled.reservation == Reservation::Open)
    }

    fn with(&mut self, dag: u32, change: impl FnOnce(&mut ScheduledDag)) {
        if let Some(scheduled) = self.dags.get_mut(dag as usize) {
            change(scheduled);
        }
    }
}

impl Machine for Scheduler {
    type Event = Event;
    type Command = Command;

    fn handle(&mut self, event: Event, now: i64) {
        Scheduler::handle(self, event, Instant::clamped(now));
    }

    fn poll(&mut self, now: i64) -> Option<Command> {
        Scheduler::poll(self, Instant::clamped(now))
    }

    fn wake(&mut self, now: i64) -> Option<i64> {
        Scheduler::wake(self, Instant::clamped(now)).map(Instant::ms)
    }
}

impl ScheduledDag {
    fn new(schedule: DagSchedule) -> ScheduledDag {
        ScheduledDag {
            schedule,
            knowledge: Knowledge::Nothing,
            origin: None,
            settled: None,
            watched: None,
            first: VecDeque::new(),
            active: 0,
            reservation: Reservation::Open,
            others: 0,
            crowded: false,
            error: None,
            to_plan: false,
            asked_past: None,
            blocked: false,
            next_run_at: None,
        }
    }

    fn reopen(&mut self) {
        self.to_plan = true;
        self.blocked = false;
        self.crowded = false;
        self.others = 0;
    }

    fn hear_past(&mut self, met: bool) {
        if let Some(waiting) = self.asked_past.take() {
            self.first.push_front(Waiting { past_met: met, ..waiting });
            self.blocked = !met;
        }
    }
}
