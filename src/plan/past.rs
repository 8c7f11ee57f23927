//! `dependsOnPast`: which dates may not start because of the one before them.

use super::{Action, Existing};

/// Whether the run before has succeeded, or will have by the time it matters.
///
/// Airflow's rule: the run before must have succeeded, or there must be none. So a date that starts or has succeeded opens the
/// way for the next one; one with a failed or running record that nobody restarts here closes it; and a date without a record
/// that does not start (excluded, or not among the failed ones that were asked for) leaves it as it was, for it is no run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// The next date may start.
    Open,
    /// The next date would start behind a run that has not succeeded.
    Closed,
}

impl Past {
    /// How things stand behind a record that nobody will touch.
    pub fn behind(existing: Existing) -> Past {
        match existing {
            Existing::None | Existing::Success => Past::Open,
            Existing::Failed | Existing::Canceled | Existing::InFlight => Past::Closed,
        }
    }

    /// How things stand behind the first row of a backfill, which is let through if it starts, whatever stands on the date before it:
    /// Airflow's backfill does so, because somebody asked for just these dates. A first row that does not start, lets none through.
    pub fn first(action: Action, before: Past) -> Past {
        if action == Action::Skip { before } else { Past::Open }
    }

    /// Looks at the next date and goes on behind it: whether it may do what was decided.
    ///
    /// A date that may not start closes the way even if an old run succeeded there: it was to be run again, and was not.
    pub fn step(&mut self, action: Action, existing: Existing) -> bool {
        match (action, existing, *self) {
            (Action::Skip, Existing::None, _) => true,
            (Action::Skip, ..) => {
                *self = Past::behind(existing);
                true
            }
            (_, _, past) => past == Past::Open,
        }
    }
}
