//! The one table that says what happens to a date, given the run that stands on it already.

use crate::error::{Code, Error, Result, quoted};

/// State of a run. The numbers are the order of [`RunState::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum RunState {
    Queued,
    Running,
    Success,
    Failed,
    Canceled,
}

impl RunState {
    /// Every state, in the order of its number.
    pub const ALL: [RunState; 5] =
        [RunState::Queued, RunState::Running, RunState::Success, RunState::Failed, RunState::Canceled];

    /// The name in records, such as `success`.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Queued => "queued",
            RunState::Running => "running",
            RunState::Success => "success",
            RunState::Failed => "failed",
            RunState::Canceled => "canceled",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<RunState> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// What the table below reads of it.
    pub fn standing(self) -> Existing {
        match self {
            RunState::Queued | RunState::Running => Existing::InFlight,
            RunState::Success => Existing::Success,
            RunState::Failed => Existing::Failed,
            RunState::Canceled => Existing::Canceled,
        }
    }
}

/// What stands on a date before the backfill begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// No run.
    None,
    /// A run that succeeded.
    Success,
    /// A run that failed, or was left by a dead process.
    Failed,
    /// A run that was canceled: it never finished, so it is run again as if it were missing.
    Canceled,
    /// A queued or running run that somebody is working on.
    InFlight,
}

/// What is done with a date. The numbers are the order of [`Action::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Starts a new run.
    Create,
    /// Keeps what the run's succeeded tasks left and runs the rest.
    Rerun,
    /// Clears the run's task instances and XCom first.
    Reset,
    /// Starts nothing.
    Skip,
}

impl Action {
    /// Every action, in the order of its number.
    pub const ALL: [Action; 4] = [Action::Create, Action::Rerun, Action::Reset, Action::Skip];

    /// The name in plans, such as `create`.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Rerun => "rerun",
            Action::Reset => "reset",
            Action::Skip => "skip",
        }
    }

    /// The action of this number; `Skip` for a number that none has.
    pub fn from_number(number: u8) -> Action {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Action::Skip)
    }
}

/// Why a date is skipped. The numbers begin at 1: in a column of reasons 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SkipReason {
    /// A run succeeded there, and that is good enough.
    ExistsSuccess = 1,
    /// A run failed there, and nobody asked for it again.
    ExistsFailed,
    /// A run is queued or running there.
    InFlight,
    /// Only failed runs were asked for.
    NotFailed,
    /// The caller named the date in `excludeDates`.
    Excluded,
    /// The run before it has not succeeded.
    DependsOnPast,
    /// Its data interval has not ended yet.
    NotDue,
}

impl SkipReason {
    /// Every reason, in the order of its number, from 1.
    pub const ALL: [SkipReason; 7] = [
        SkipReason::ExistsSuccess,
        SkipReason::ExistsFailed,
        SkipReason::InFlight,
        SkipReason::NotFailed,
        SkipReason::Excluded,
        SkipReason::DependsOnPast,
        SkipReason::NotDue,
    ];

    /// The name in plans, such as `exists_success`.
    pub fn as_str(self) -> &'static str {
        match self {
            SkipReason::ExistsSuccess => "exists_success",
            SkipReason::ExistsFailed => "exists_failed",
            SkipReason::InFlight => "in_flight",
            SkipReason::NotFailed => "not_failed",
            SkipReason::Excluded => "excluded",
            SkipReason::DependsOnPast => "depends_on_past",
            SkipReason::NotDue => "not_due",
        }
    }

    /// The reason of this number; `None` for 0.
    pub fn from_number(number: u8) -> Option<SkipReason> {
        usize::from(number).checked_sub(1).and_then(|index| Self::ALL.get(index)).copied()
    }
}

/// Which existing runs are run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reprocess {
    /// Dates without a run, and the canceled ones. The default, and Airflow's `none`.
    #[default]
    Missing,
    /// `rerunFailed`: the failed and canceled ones, and nothing else.
    RerunFailed,
    /// `resetDagRun`: all that ended, cleared first.
    ResetAll,
    /// Both flags: the failed and canceled ones, cleared first, and nothing else.
    ResetFailed,
    /// `reprocess: "failed"`: dates without a run, the canceled and the failed ones.
    Failed,
    /// `reprocess: "completed"`: dates without a run, and all that ended, cleared first.
    Completed,
}

impl Reprocess {
    /// Reads the three options. INVALID_OPTION when `reprocess` stands beside a flag, or is no word of it.
    ///
    /// ```
    /// use dagfill::plan::Reprocess;
    /// assert_eq!(Reprocess::read(true, true, None).unwrap(), Reprocess::ResetFailed);
    /// assert_eq!(Reprocess::read(true, false, Some("failed")).unwrap_err().code.as_str(), "INVALID_OPTION");
    /// ```
    pub fn read(rerun_failed: bool, reset_dag_run: bool, reprocess: Option<&str>) -> Result<Reprocess> {
        const WORDS: [&str; 3] = ["none", "failed", "completed"];
        let flags = match (rerun_failed, reset_dag_run) {
            (false, false) => Reprocess::Missing,
            (true, false) => Reprocess::RerunFailed,
            (false, true) => Reprocess::ResetAll,
            (true, true) => Reprocess::ResetFailed,
        };
        let chosen = match reprocess {
            None => return Ok(flags),
            Some("none") => Reprocess::Missing,
            Some("failed") => Reprocess::Failed,
            Some("completed") => Reprocess::Completed,
            Some(word) => {
                let shown: String = word.chars().take(80).collect();
                let message =
                    ["reprocess ", &quoted(&shown), ": expected \"none\", \"failed\" or \"completed\""].concat();
                let error = Error::new(Code::InvalidOption, message).field("reprocess");
                return Err(error.did_you_mean(word, WORDS));
            }
        };
        if flags != Reprocess::Missing {
            let flag = if rerun_failed { "rerunFailed" } else { "resetDagRun" };
            let message = format!("reprocess and {flag} say the same thing in two ways: expected one of them");
            let hint = "reprocess \"failed\" runs missing and failed dates, rerunFailed only the failed ones.";
            return Err(Error::new(Code::InvalidOption, message).field("reprocess").hint(hint));
        }
        Ok(chosen)
    }
}

/// What happens to a date: preview and execution alike ask here.
///
/// ```
/// use dagfill::plan::{Action, Existing, Reprocess, SkipReason, decide};
/// assert_eq!(decide(Existing::Failed, Reprocess::RerunFailed), (Action::Rerun, None));
/// assert_eq!(decide(Existing::None, Reprocess::RerunFailed), (Action::Skip, Some(SkipReason::NotFailed)));
/// ```
pub fn decide(existing: Existing, reprocess: Reprocess) -> (Action, Option<SkipReason>) {
    use {Existing as E, Reprocess as R, SkipReason as Why};
    let skip = |reason| (Action::Skip, Some(reason));
    match (existing, reprocess) {
        (E::InFlight, _) => skip(Why::InFlight),
        (E::None | E::Success, R::RerunFailed | R::ResetFailed) => skip(Why::NotFailed),
        (E::None, _) => (Action::Create, None),
        (E::Success, R::Missing | R::Failed) => skip(Why::ExistsSuccess),
        (E::Failed, R::Missing) => skip(Why::ExistsFailed),
        (E::Failed, R::RerunFailed | R::Failed) => (Action::Rerun, None),
        (E::Canceled, R::Missing | R::RerunFailed | R::Failed) => (Action::Rerun, None),
        (E::Success, R::ResetAll | R::Completed) => (Action::Reset, None),
        (E::Failed | E::Canceled, R::ResetAll | R::ResetFailed | R::Completed) => (Action::Reset, None),
    }
}
