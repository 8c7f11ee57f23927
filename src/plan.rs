//! Floor 2: a request and a history become a plan, one row a date, with an action or the reason for none.

mod build;
mod catchup;
mod clock;
mod coverage;
mod days;
mod estimate;
mod hash;
mod history;
mod past;
mod preview;
mod reprocess;
mod request;
mod rows;
mod rules;
mod run_dates;
mod run_id;
mod spread;
mod warnings;

pub use build::history_range;
pub use catchup::{Catchup, CatchupPolicy, CatchupRequest, Skipped, plan_catchup};
pub use coverage::Coverage;
pub use days::{Day, days};
pub use estimate::{Estimate, Pace, estimate};
pub use hash::HashedTexts;
pub use history::History;
pub use past::Past;
pub use preview::{Counts, Plan};
pub use reprocess::{Action, Existing, Reprocess, RunState, SkipReason, decide};
pub use request::{MAX_RUNS, Request};
pub use rows::{Row, Rows};
pub use run_dates::RunDates;
pub use run_id::{RunType, run_id};
pub use spread::{Random, Spread, run_durations, spread};
