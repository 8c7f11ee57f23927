//! Everything that can happen to a scheduler, and everything it can ask for. DAGs are numbered in the order they were given.

use crate::plan::Skipped;
use crate::time::Instant;

/// How a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Its record is created.
    Create,
    /// Its record is there, left by a process that died: it starts again with the next attempt, keeping what its tasks did.
    Restart,
}

/// Events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Answers [`Command::Reserve`].
    Reserved {
        /// Which DAG.
        dag: u32,
        /// Its scheduled runs that other schedulers have in flight.
        others: u32,
    },
    /// Answers [`Command::Reserve`], too: nothing is reserved, because the store failed.
    NotReserved {
        /// Which DAG.
        dag: u32,
    },
    /// All DAGs are to be looked at: at the start, and whenever the user asks for it.
    Tick,
    /// The time of [`super::Scheduler::wake`] has come, or another one.
    Woken,
    /// A dead process left a scheduled run unfinished. Oldest first, before [`Event::Known`].
    Left {
        /// Which DAG.
        dag: u32,
        /// Which date.
        date: Instant,
    },
    /// Answers [`Command::Load`].
    Known {
        /// Which DAG.
        dag: u32,
        /// The newest date that has a scheduled run.
        last_run: Option<Instant>,
    },
    /// Answers [`Command::CheckPast`].
    Past {
        /// Which DAG.
        dag: u32,
        /// The run before succeeded, or there is none.
        met: bool,
    },
    /// A run that was begun has ended, however; or it was not begun, because its date has one already.
    Settled {
        /// Which DAG.
        dag: u32,
    },
    /// A run was not begun: the store failed. It is tried again at the next look.
    NotStored {
        /// Which DAG.
        dag: u32,
        /// Which date.
        date: Instant,
        /// How it was to begin.
        begin: Begin,
    },
    /// Nothing begins until the next tick; what runs goes on.
    Stop,
}

/// Commands for the host.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Read what the store has of the DAG's scheduled runs.
    Load {
        /// Which DAG.
        dag: u32,
    },
    /// Read whether the newest run before `date`, of whatever type, succeeded.
    CheckPast {
        /// Which DAG.
        dag: u32,
        /// The date that wants to run.
        date: Instant,
    },
    /// Keep other schedulers from beginning runs of the DAG, and count those that they have in flight: its limit holds for all
    /// of them together.
    Reserve {
        /// Which DAG.
        dag: u32,
    },
    /// Let others begin runs again, once those that were begun since are on record.
    Release {
        /// Which DAG.
        dag: u32,
    },
    /// Begin the run of a date.
    Begin {
        /// Which DAG.
        dag: u32,
        /// Which date.
        date: Instant,
        /// How.
        begin: Begin,
    },
    /// Say that dates were missed and are left out.
    Missed {
        /// Which DAG.
        dag: u32,
        /// Which dates.
        skipped: Skipped,
    },
    /// Say that a look is over: how many runs it began, and when the next one is due.
    Ticked {
        /// How many runs.
        due: u32,
        /// When the first run after now is due.
        next_run_at: Option<Instant>,
    },
    /// Say that the dates of a DAG cannot be planned; [`super::Scheduler::take_error`] has the reason.
    Failed {
        /// Which DAG.
        dag: u32,
    },
}
