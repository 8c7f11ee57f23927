//! What one run tells its templates.

use super::Value;
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
    pub conf: &'a Value,
    /// An object: defaults of the DAG.
    pub params: &'a Value,
}

impl<'a> Context<'a> {
    /// A first attempt of a backfill, without names, conf and params.
    pub fn new(date: Instant, zone: &'a Zone, neighbours: &'a dyn Neighbours) -> Self {
        const NOTHING: &Value = &Value::Object(Vec::new());
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
