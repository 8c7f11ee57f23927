//! Names of runs, as Airflow 2 writes them.

use crate::time::Instant;

/// Who asked for a run. The text form is the first part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum RunType {
    /// A backfill.
    #[default]
    Backfill,
    /// The scheduler.
    Scheduled,
    /// A person.
    Manual,
}

impl RunType {
    /// Every type, in the order of its number.
    pub const ALL: [RunType; 3] = [RunType::Backfill, RunType::Scheduled, RunType::Manual];

    /// The name in records and run ids, such as `backfill`.
    pub fn as_str(self) -> &'static str {
        match self {
            RunType::Backfill => "backfill",
            RunType::Scheduled => "scheduled",
            RunType::Manual => "manual",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<RunType> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// `<run type>__<logical date in UTC>`; a fraction of a second has six digits, as Python's isoformat has it.
///
/// ```
/// use dagfill::{plan::{RunType, run_id}, time::Instant};
/// let date = Instant::new(1_704_067_200_000).unwrap();
/// assert_eq!(run_id(RunType::Backfill, date), "backfill__2024-01-01T00:00:00+00:00");
/// let date = Instant::new(1_704_067_200_123).unwrap();
/// assert_eq!(run_id(RunType::Manual, date), "manual__2024-01-01T00:00:00.123000+00:00");
/// ```
pub fn run_id(kind: RunType, date: Instant) -> String {
    // A civil time prints its milliseconds only when there are some.
    let fraction = if date.ms().rem_euclid(1000) == 0 { "" } else { "000" };
    format!("{}__{}{fraction}+00:00", kind.as_str(), date.civil(0))
}
