//! The numbers of the protocol between the machines and their host. JavaScript reads them from the generated glue by name.

#![allow(missing_docs)]

use wasm_bindgen::prelude::wasm_bindgen;

use crate::macros::{Lookup, OnUnknown};
use crate::plan::{Action, RunState};
use crate::run::backfill::Status;
use crate::run::dag_run::TaskState;
use crate::run::event::{AbortReason, Origin, State};
use crate::time::Edge;

/// An exported enum with the variants of one of the core's.
macro_rules! codes {
    ($($(#[$meta:meta])* $code:ident = $of:ident { $($variant:ident),* $(,)? })*) => { $(
        $(#[$meta])*
        #[wasm_bindgen]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $code { $($variant),* }

        impl From<$of> for $code {
            fn from(of: $of) -> $code {
                match of { $($of::$variant => $code::$variant),* }
            }
        }

        impl $code {
            /// The core's own.
            #[allow(dead_code)]
            pub(super) fn core(self) -> $of {
                match self { $($code::$variant => $of::$variant),* }
            }

            /// The variant with this number; JavaScript sends only numbers that it was given.
            #[allow(dead_code)]
            pub(super) fn read(number: u32) -> Option<$of> {
                const ALL: &[$of] = &[$($of::$variant),*];
                ALL.get(number as usize).copied()
            }
        }
    )* };
}

codes! {
    /// Where a row of a backfill stands.
    RowStatus = Status {
        Waiting, Claimed, Running, Settled, Retrying, Success, Failed, Canceled, Skipped, InFlight, DependsOnPast, Stands,
    }
    /// State of a run's record.
    RunStateCode = RunState { Queued, Running, Success, Failed, Canceled }
    /// State of a whole backfill.
    BackfillState = State { Running, Paused, Canceling, Success, Failed, Canceled, AwaitingApproval, Approved }
    /// The action of a plan for a date.
    ActionCode = Action { Create, Rerun, Reset, Skip }
    /// The record that a run is written over.
    RunOrigin = Origin { New, Rerun, Reset, Own }
    /// Why a signal is aborted.
    AbortCode = AbortReason { Timeout, Cancel, LeaseLost }
    /// State of a task instance.
    TaskStateCode = TaskState { Queued, Running, UpForRetry, Success, Failed, Skipped, UpstreamFailed, Canceled }
    /// How a date without a time is read.
    EdgeCode = Edge { Start, End, Point }
    /// The treatment of template text that nothing resolves.
    OnUnknownCode = OnUnknown { Keep, Error, Empty }
    /// The kinds of values that a template asks its host for by name.
    LookupCode = Lookup { Variable, Connection, Macro }
}

/// Places in a backfill's counts.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountNumber {
    Completed,
    Failed,
    Skipped,
    Canceled,
}

/// The columns of `planRows`, one behind the other.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowColumn {
    IntervalStart,
    IntervalEnd,
    RunAfter,
    Previous,
    Next,
}

/// Places in the answer of `planCatchup`.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchupNumber {
    /// How many dates are left out.
    Skipped,
    SkippedFrom,
    SkippedTo,
    NextRunAt,
    /// Where periods count from.
    Origin,
    /// From here on the dates to run, and then as many offsets in seconds.
    Dates,
}

/// Places in what `planMissing` says of each gap.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapNumber {
    First,
    Last,
    Count,
    /// The number of a `Lack`.
    Lack,
    /// How many numbers there are of each gap.
    Numbers,
}

/// Places in what a timetable says of a run that is started by hand.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManualNumber {
    Date,
    Start,
    End,
    /// The schedule's date before, or NaN.
    Before,
    After,
    /// Seconds ahead of UTC.
    Offset,
}

/// Places in the answer of `planEstimate`.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateNumber {
    Makespan,
    FinishAt,
    Peak,
}

/// Commands of a backfill to its host: subject, a, b.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackfillCommand {
    /// Change of the batch: the run is about to start. Row, attempt, `RunOrigin`.
    Begin,
    /// Change: the run failed and is tried again. Row, attempt, failures so far.
    Requeue,
    /// Change: the run ended. Row, attempt, `RunStateCode`.
    End,
    /// Change: the backfill has another state. -, `BackfillState`.
    Save,
    /// Stores the changes since the last commit as one batch. `Applied`, `Refused`, `StoreFailed` or `LeaseLost` answers.
    Commit,
    /// Calls the run's callback; `Settled` answers. Row, attempt.
    Start,
    /// Aborts the run's signal. Row, `AbortCode`.
    Abort,
    /// Tells listeners. Row, `BackfillNotice`, the row's last attempt.
    Notify,
    /// All is over. -, `BackfillState`.
    Finish,
    /// All is over here, because the store failed or the lease is lost; it can be resumed.
    GiveUp,
    /// Pumps again at a time, or never (NaN). -, epoch milliseconds.
    Sleep,
}

/// Events of a backfill: subject, a, b.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackfillEventCode {
    /// The batch is stored.
    Applied,
    /// The change at this index was refused, and with it the batch.
    Refused,
    /// Nothing of the batch is stored.
    StoreFailed,
    /// The lease has gone to another owner.
    LeaseLost,
    /// The callback was fulfilled. Row, attempt.
    Succeeded,
    /// The callback was rejected. Row, attempt.
    Failed,
    /// The callback was fulfilled, and some of the row's dates have failed. Row, attempt, how many: 0 says that the attempt is left, since
    /// the store did not take its changes.
    Partly,
    /// An engine has begun with the run. Row, attempt, epoch milliseconds.
    Began,
    Pause,
    Resume,
    /// Running runs may end.
    Cancel,
    /// Running runs are aborted.
    CancelAbort,
    /// Subject: the number of slots.
    SetMaxParallelRuns,
    /// The answer to a canary.
    Approve,
    Reject,
}

/// Notices of a backfill to its listeners.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackfillNotice {
    Started,
    Paused,
    Resumed,
    Canceling,
    RunStarted,
    RunAttached,
    RunSucceeded,
    RunFailed,
    RunRetrying,
    RunCanceled,
    RunAbandoned,
    RunTaken,
    AwaitingApproval,
    BreakerTripped,
}

/// Commands of a run by its tasks to its host: subject, a, b.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskCommand {
    /// Of the record that follows. Task, how many of its attempts have failed.
    Failures,
    /// Change: a task's new state. Task, attempt, `TaskStateCode`.
    Record,
    /// Stores the records since the last commit as one batch; `Stored` answers. How many.
    Commit,
    /// Calls the task's callback. Task, attempt.
    Start,
    /// Aborts its signal. Task, `AbortCode`.
    Abort,
    /// It did not settle after an abort; what it does later is ignored. Task, attempt.
    Abandon,
    /// The run has ended. -, `RunStateCode`.
    Finish,
    /// Pumps again at a time, or never (NaN). -, epoch milliseconds.
    Sleep,
}

/// Events of a run by its tasks: subject, a.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEventCode {
    /// So many further records are stored.
    Stored,
    /// Task, attempt.
    Succeeded,
    /// Task, attempt.
    Failed,
    /// It has failed, and is not tried again. Task, attempt.
    GivenUp,
    /// Task, attempt.
    Skipped,
    /// The same task for the date before has ended. Task, `TaskStateCode`, or another number when it never ran.
    PastEnded,
    Cancel,
    Timeout,
    /// The run is given up: whatever is open ends now.
    Abandon,
}

/// Commands of the scheduler to its host: subject (the DAG's number), a, b.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchedulerCommand {
    /// Read what the store has of the DAG's scheduled runs: any number of `Left`, then `Known` answers.
    Load,
    /// Read whether the run before a date has succeeded: `PastMet` or `PastUnmet`. Date.
    CheckPast,
    /// Keep other schedulers from beginning runs of the DAG: `Reserved` or `NotReserved`.
    Reserve,
    /// Let them, once what was begun is on record.
    Release,
    /// Begin the run of a date: `Settled` or `NotStored`. Date, `BeginCode`.
    Begin,
    /// Tell that dates were missed. How many.
    Missed,
    /// Tell that a look is over. Runs begun, the next date or NaN.
    Ticked,
    /// The dates of the DAG cannot be planned: `takeError` says why.
    Failed,
    /// Send `Woken` at a time, or never (NaN). -, epoch milliseconds.
    Sleep,
}

/// How a scheduled run begins.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginCode {
    Create,
    Restart,
}

/// Events of the scheduler: subject (the DAG's number), a, b.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchedulerEventCode {
    Tick,
    Woken,
    /// A dead process left a run. Date.
    Left,
    /// The newest date that has a scheduled run, or NaN.
    Known,
    PastMet,
    PastUnmet,
    /// How many runs of the DAG others have in flight.
    Reserved,
    NotReserved,
    Settled,
    /// Date, `BeginCode`.
    NotStored,
    Stop,
}
