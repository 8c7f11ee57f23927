//! What a caller asks for.

use super::{Order, Reprocess, RunType};
use crate::time::{Bounds, Date, Instant};

/// Plans larger than this are refused unless the caller raises it.
pub const MAX_RUNS: u64 = 100_000;

/// By what an existing run counts for a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Coverage {
    /// By its logical date alone.
    #[default]
    Date,
    /// By its data interval: a date whose own run covers the planned interval only in part is reset, and takes the planned interval.
    Interval,
}

/// Texts that the hash covers beside the rows of a plan: what a host knows of a DAG and of the options, in a canonical form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HashedTexts {
    /// The schedule as it was written.
    pub schedule: String,
    /// The tasks.
    pub tasks: String,
    /// The DAG's params and the options of macros.
    pub templates: String,
    /// The options of the runs.
    pub options: String,
}

/// A backfill that somebody wants, with its bounds already read.
#[derive(Debug, Clone)]
pub struct Request {
    /// The DAG. Part of the hash.
    pub dag_id: String,
    /// The bounds, read in the schedule's zone by [`crate::time::read_bounds`].
    pub bounds: Bounds,
    /// Which existing runs are run again.
    pub reprocess: Reprocess,
    /// By what an existing run counts for a date.
    pub coverage: Coverage,
    /// Whether each bound was an instant, such as a UTC midnight, and no day or time in the schedule's zone.
    pub bounds_are_instants: (bool, bool),
    /// In which order the rows run. Another one than the oldest first is refused together with `depends_on_past` or a `dependent_task`.
    pub order: Order,
    /// Only these dates, times and civil days of the range.
    pub dates: Option<Vec<Date>>,
    /// Each run waits for the success of the one before it; the first row of the plan is let through if it starts.
    pub depends_on_past: bool,
    /// The first row asks for the success of the date before it, too.
    pub strict_past: bool,
    /// A task that waits for the same task of the date before.
    pub dependent_task: Option<String>,
    /// Starts runs whose data interval has not ended.
    pub include_not_due: bool,
    /// Dates, times and civil days to leave alone.
    pub exclude_dates: Vec<Date>,
    /// Refuses larger plans.
    pub max_runs: u64,
    /// The clock.
    pub now: Instant,
    /// The first instant of the DAG; periods without an anchor count from it.
    pub dag_start: Option<Instant>,
    /// The last instant of the DAG.
    pub dag_end: Option<Instant>,
    /// First part of the ids of new runs.
    pub run_type: RunType,
    /// `conf` as JSON text, "" where there is none. Part of the hash.
    pub conf: String,
    /// Only these tasks; `None` for all. Part of the hash, where their order does not matter.
    pub task_ids: Option<Vec<String>>,
    /// The upstreams of `task_ids` run too. Part of the hash.
    pub with_upstream: bool,
    /// What else shapes the runs. Part of the hash.
    pub hashed: HashedTexts,
    /// Templates of tasks, for the warning about those that do not look at the date: a task's id and its texts. A host whose
    /// callback looks at the date itself names only the tasks that are nothing but their templates, such as shell commands.
    pub templates: Vec<(String, Vec<String>)>,
}

impl Request {
    /// A request with every default.
    pub fn new(dag_id: impl Into<String>, bounds: Bounds, now: Instant) -> Request {
        Request {
            dag_id: dag_id.into(),
            bounds,
            reprocess: Reprocess::default(),
            coverage: Coverage::default(),
            bounds_are_instants: (false, false),
            order: Order::default(),
            dates: None,
            depends_on_past: false,
            strict_past: false,
            dependent_task: None,
            include_not_due: false,
            exclude_dates: Vec::new(),
            max_runs: MAX_RUNS,
            now,
            dag_start: None,
            dag_end: None,
            run_type: RunType::default(),
            conf: String::new(),
            task_ids: None,
            with_upstream: true,
            hashed: HashedTexts::default(),
            templates: Vec::new(),
        }
    }
}
