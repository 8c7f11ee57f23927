//! What one run tells its templates.

use super::json::Json;
use crate::error::Result;
use crate::time::{Instant, Zone};

/// The dates around a run. Only templates that use them ask, so that all others cost no look at the schedule.
pub trait Neighbours {
    /// The logical date before.
    fn previous(&self, date: Instant) -> Option<Instant>;
    /// The logical date after.
    fn next(&self, date: Instant) -> Option<Instant>;
    /// Start and end of the data interval.
    fn interval(&self, date: Instant) -> Option<(Instant, Instant)>;
}

/// A run without a schedule: it is its own neighbour, and its interval is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Neighbours for Alone {
    fn previous(&self, date: Instant) -> Option<Instant> {
        Some(date)
    }

    fn next(&self, date: Instant) -> Option<Instant> {
        Some(date)
    }

    fn interval(&self, date: Instant) -> Option<(Instant, Instant)> {
        Some((date, date))
    }
}

/// What only the host knows, asked by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// `var.value.x`, `var.json.x`.
    Variable,
    /// `conn.x`.
    Connection,
    /// A name that dagfill does not have: `x`; also an attribute it does not have, as a part of `dag_run`, `ti` and their kin.
    Macro,
}

/// Variables, connections and user-defined macros. Each name is asked at most once a render, and only when a template needs it.
pub trait Host {
    /// Whether the host gave anything of this kind: what nobody gave stays as written, whatever default stands behind it.
    fn knows(&self, lookup: Lookup) -> bool;
    /// The value of a name, or nothing. An error ends the render.
    fn look_up(&self, lookup: Lookup, name: &str) -> Result<Option<Json>>;
}

/// A host that gave nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn knows(&self, _: Lookup) -> bool {
        false
    }

    fn look_up(&self, _: Lookup, _: &str) -> Result<Option<Json>> {
        Ok(None)
    }
}

/// One run as its templates see it. What is `None` is absent: a template that names it stays as written.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The logical date.
    pub date: Instant,
    /// The zone in which dates are written.
    pub zone: &'a Zone,
    /// Previous and next date and data interval, asked only when a template needs them.
    pub neighbours: &'a dyn Neighbours,
    /// Such as "backfill" (the default).
    pub run_type: &'a str,
    /// Default: `<run type>__<logical date in UTC>`.
    pub run_id: Option<&'a str>,
    /// Name of the DAG.
    pub dag_id: Option<&'a str>,
    /// Name of the task.
    pub task_id: Option<&'a str>,
    /// From 1.
    pub attempt: u32,
    /// An object; its keys also override those of `params`.
    pub conf: &'a Json,
    /// An object: defaults of the DAG.
    pub params: &'a Json,
    /// An object: attributes of the DAG, in camel case or as Airflow writes them.
    pub dag: &'a Json,
    /// The zone of the DAG, where it is another one than that in which dates are written.
    pub dag_zone: Option<&'a Zone>,
    /// An object: attributes of the task, likewise.
    pub task: &'a Json,
    /// An object of what else is known of the run, by the name that a template writes: `dag_run.start_date`, `ti.hostname`,
    /// `prev_data_interval_start_success`. Dates are ISO texts or milliseconds.
    pub facts: &'a Json,
    /// XCom of other runs: under `same` that of other DAGs on this date, by DAG, task and key; under `prior` the newest of earlier
    /// dates, likewise. What is not there is not known.
    pub elsewhere: &'a Json,
    /// The host's clock, for `now()` and its kin: where it is `None`, they stay as written.
    pub now: Option<Instant>,
    /// Variables, connections and user-defined macros.
    pub host: &'a dyn Host,
    /// Whether the text is only shown, and `host` gives `***` for values of variables and connections: statements that depend on these
    /// stay as written, and so does, whatever is asked, what only lacks XCom.
    pub previews: bool,
}

impl<'a> Context<'a> {
    /// A first attempt of a backfill, without names, conf and params.
    pub fn new(date: Instant, zone: &'a Zone, neighbours: &'a dyn Neighbours) -> Self {
        const NOTHING: &Json = &Json::Object(Vec::new());
        Context {
            date,
            zone,
            neighbours,
            run_type: "backfill",
            run_id: None,
            dag_id: None,
            task_id: None,
            attempt: 1,
            conf: NOTHING,
            params: NOTHING,
            dag: NOTHING,
            dag_zone: None,
            task: NOTHING,
            facts: NOTHING,
            elsewhere: NOTHING,
            now: None,
            host: &NoHost,
            previews: false,
        }
    }
}

/// What becomes of an expression that cannot be resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// It stays as written.
    #[default]
    Keep,
    /// UNKNOWN_MACRO, or INVALID_TEMPLATE for what is no expression at all.
    Error,
    /// It is left out.
    Empty,
}
