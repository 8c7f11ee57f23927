//! Everything that can happen to a DAG run, and everything it can ask for.

use crate::run::event::{AbortReason, CancelMode, End};

/// Where a task instance stands: the words of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// It may run and waits for a free slot. Not recorded by dagfill itself, but read.
    Queued,
    /// An attempt has been started, or will be as soon as this is stored.
    Running,
    /// An attempt failed; another one follows.
    UpForRetry,
    /// It ended well.
    Success,
    /// Its last attempt failed.
    Failed,
    /// It had nothing to do, by its own word or by its trigger rule.
    Skipped,
    /// It never ran because of a failure before it.
    UpstreamFailed,
    /// The run was stopped before it could run, or while it ran.
    Canceled,
}

impl TaskState {
    /// Every state with its stored name.
    pub const ALL: [(&'static str, TaskState); 8] = [
        ("queued", TaskState::Queued),
        ("running", TaskState::Running),
        ("up_for_retry", TaskState::UpForRetry),
        ("success", TaskState::Success),
        ("failed", TaskState::Failed),
        ("skipped", TaskState::Skipped),
        ("upstream_failed", TaskState::UpstreamFailed),
        ("canceled", TaskState::Canceled),
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<TaskState> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }
}

/// How an attempt ended, in the host's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskOutcome {
    /// Its promise was fulfilled.
    Success,
    /// Its promise was rejected.
    Failed,
    /// It is waited for no longer, and its work may still run: it has failed, and is not tried again.
    GivenUp,
    /// It said that there is nothing to do.
    Skipped,
}

/// Whether the same task was done for the logical date before. Only asked for tasks that depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Past {
    /// It succeeded or was skipped, or there is no run before this one.
    #[default]
    Met,
    /// It ended otherwise, or never ran: this task does not run either.
    Unmet,
    /// The run before this one has not ended; an [`Event::PastKnown`] will follow.
    Pending,
}

impl Past {
    /// The past that follows from the end of the same task for the date before; `None` when it never ran.
    pub fn of(state: Option<TaskState>) -> Past {
        match state {
            Some(TaskState::Success | TaskState::Skipped) => Past::Met,
            _ => Past::Unmet,
        }
    }
}

/// Events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// So many further records, in the order in which they were yielded, are durable.
    Stored {
        /// How many.
        records: u32,
    },
    /// An attempt that was started has ended.
    Settled {
        /// Which task.
        task: u32,
        /// Which attempt.
        attempt: u32,
        /// How.
        outcome: TaskOutcome,
    },
    /// A pending [`Past`] is known now.
    PastKnown {
        /// Which task.
        task: u32,
        /// Met or unmet.
        past: Past,
    },
    /// The whole run is to end early: nothing new starts.
    Stop {
        /// Why: on a cancel, what did not end counts as canceled, and so does the run; on a timeout the run failed.
        reason: AbortReason,
        /// How to treat the tasks that run.
        mode: CancelMode,
    },
    /// The run itself is given up, because it did not end in time after an abort: whatever is open ends now.
    Abandon,
}

/// Commands for the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Put a task's new state into the next batch for the store.
    Record {
        /// Which task.
        task: u32,
        /// Its state from now on.
        state: TaskState,
        /// Its latest attempt; 0 for a task that never ran.
        attempt: u32,
        /// How many of its attempts have failed.
        failures: u32,
    },
    /// Store the records since the last commit as one batch; [`Event::Stored`] answers.
    Commit {
        /// How many.
        records: u32,
    },
    /// Call the host's callback. Comes only after the task's record as running is durable.
    Start {
        /// Which task.
        task: u32,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// Abort a running attempt by its signal, and go on waiting for it.
    Abort {
        /// Which task.
        task: u32,
        /// Which attempt.
        attempt: u32,
        /// The signal's reason.
        reason: AbortReason,
    },
    /// An aborted attempt has not ended in time: warn that its work may still go on. Whatever it says later is ignored.
    Abandon {
        /// Which task.
        task: u32,
        /// Which attempt.
        attempt: u32,
    },
    /// The run has ended. Follows the commit of its last records at once, so that one batch can hold all of it.
    Finished {
        /// Failed when a task at the end of the graph failed or could not run, or the run took too long; canceled when a
        /// cancel kept a task from ending; else success, whatever happened on the way.
        end: End,
    },
}
