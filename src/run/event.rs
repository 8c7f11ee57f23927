//! Events and commands of a backfill: two closed lists. Runs are row numbers of the plan.

use crate::plan::{Action, Existing, RunState};

/// How the host's callback settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its promise was fulfilled.
    Success,
    /// Its promise was rejected.
    Failed,
    /// Its promise was fulfilled, and so many of its dates have failed: it is not tried again. 0 is [`Outcome::LEFT`].
    Partly(u32),
}

impl Outcome {
    /// The store did not take the attempt's changes: the run stands as it is stored, no further run starts, and the backfill can be resumed.
    pub const LEFT: Outcome = Outcome::Partly(0);
}

/// How a cancel treats running runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelMode {
    /// They end by themselves.
    Finish,
    /// Their signals are aborted.
    Abort,
}

/// Something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The store acknowledged the last batch.
    Applied,
    /// The store refused the last batch because of one change: its run exists, or is not as planned. Nothing was stored.
    Refused {
        /// Position in the batch.
        index: usize,
    },
    /// The store failed. Nothing of the last batch was stored.
    StoreFailed,
    /// The lease went to somebody else: nothing may be stored or started any more.
    LeaseLost,
    /// A run's callback settled.
    Settled {
        /// Row.
        run: u32,
        /// The attempt that settled; an older one changes nothing.
        attempt: u32,
        /// How.
        outcome: Outcome,
    },
    /// An engine reports when a run really began: its timeout counts from then.
    Began {
        /// Row.
        run: u32,
        /// The attempt that began.
        attempt: u32,
        /// When, epoch milliseconds.
        at: i64,
    },
    /// Start nothing until `Resume`.
    Pause,
    /// Start again.
    Resume,
    /// Start nothing any more.
    Cancel(CancelMode),
    /// The canary is approved, or rejected, which cancels.
    Verdict(bool),
    /// Another number of slots.
    SetMaxParallelRuns(u32),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum End {
    Success,
    Failed,
    Canceled,
}

/// State of the whole backfill, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Running,
    Paused,
    /// It was canceled and has not ended: whoever resumes it starts nothing.
    Canceling,
    Success,
    Failed,
    Canceled,
    /// The canary has ended.
    AwaitingApproval,
    /// The canary is approved: it runs on.
    Approved,
}

/// The record that a run starts from, which decides how its own is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// There is no record yet.
    New,
    /// The record of the plan, whose task instances and XCom are kept.
    Rerun,
    /// The record of the plan, whose task instances and XCom are cleared.
    Reset,
    /// This backfill's own record, left by an attempt before.
    Own,
}

impl Origin {
    /// The record that the run of a date starts from, by what the plan does with the date.
    pub fn of(action: Option<Action>) -> Origin {
        match action {
            None | Some(Action::Create | Action::Skip) => Origin::New,
            Some(Action::Rerun) => Origin::Rerun,
            Some(Action::Reset) => Origin::Reset,
        }
    }

    /// Whether a stored record in this state may be written over; in any other state somebody else has taken the run. `planned` is
    /// the state that the plan has seen.
    pub fn may_replace(self, stored: RunState, planned: Option<RunState>) -> bool {
        match (self, planned) {
            (Origin::New, _) => false,
            (Origin::Rerun | Origin::Reset, Some(planned)) => stored == planned,
            (Origin::Own, _) | (_, None) => stored.standing() == Existing::InFlight,
        }
    }
}

/// One change for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Change {
    /// The run is about to start: its record says so before its callback is called.
    Begin { run: u32, attempt: u32, origin: Origin },
    /// It has failed so many times and will be tried again.
    Requeue { run: u32, attempt: u32, failures: u32 },
    /// It ended.
    End { run: u32, attempt: u32, end: End },
    /// The backfill itself changed state.
    Save(State),
}

/// Why a run's signal is aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum AbortReason {
    Timeout,
    Cancel,
    /// The lease has gone to another owner, who goes on with the run: it is let go, not canceled.
    LeaseLost,
}

/// News for listeners. They are told only what the store has acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Notice {
    Started,
    Paused,
    Resumed,
    Canceling,
    AwaitingApproval,
    /// The breaker has tripped; what it does follows.
    BreakerTripped,
    RunStarted(u32),
    /// The run that a dead process left in flight is called again as the same attempt.
    RunAttached(u32),
    RunSucceeded(u32),
    RunFailed(u32),
    RunRetrying(u32),
    RunCanceled(u32),
    /// The run was recorded as failed although its work may still go on.
    RunAbandoned(u32),
    /// Another owner has the run: the row is skipped as in flight.
    RunTaken(u32),
}

/// Commands for the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Store these in one transaction, then say `Applied`, `Refused`, `StoreFailed` or `LeaseLost`.
    Apply(Vec<Change>),
    /// Call the callback.
    Start {
        /// Row.
        run: u32,
        /// From 1, over all backfills of the run.
        attempt: u32,
    },
    /// Abort the run's signal.
    Abort {
        /// Row.
        run: u32,
        /// Why.
        reason: AbortReason,
    },
    /// Tell the listeners.
    Notify(Notice),
    /// All is over. `None`: the store failed or the lease was lost, and the backfill can be resumed.
    Finish(Option<State>),
}
