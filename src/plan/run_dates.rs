//! The dates around a run, for its templates.

use super::RunType;
use crate::macros::Neighbours;
use crate::schedule::Timetable;
use crate::time::Instant;

/// What templates ask a schedule. A manual run, and any run without a schedule, is its own neighbour; a manual run covers the last
/// interval that was complete when it began.
#[derive(Debug, Clone, Copy)]
pub struct RunDates<'a> {
    timetable: &'a Timetable,
    run_type: RunType,
    until: Option<Instant>,
}

impl<'a> RunDates<'a> {
    /// The dates around runs of one type.
    pub fn new(timetable: &'a Timetable, run_type: RunType) -> RunDates<'a> {
        RunDates { timetable, run_type, until: None }
    }

    /// The same for a run that covers more than its own date: its interval ends here.
    pub fn until(self, until: Option<Instant>) -> RunDates<'a> {
        RunDates { until, ..self }
    }

    fn is_alone(&self) -> bool {
        self.run_type == RunType::Manual || self.timetable.is_none()
    }
}

impl Neighbours for RunDates<'_> {
    fn previous(&self, date: Instant) -> Option<Instant> {
        if self.is_alone() { Some(date) } else { self.timetable.previous(date) }
    }

    fn next(&self, date: Instant) -> Option<Instant> {
        if self.is_alone() { Some(date) } else { self.timetable.next(date) }
    }

    fn interval(&self, date: Instant) -> Option<(Instant, Instant)> {
        let interval = match self.run_type {
            RunType::Manual => self.timetable.last_complete_interval(date),
            RunType::Backfill | RunType::Scheduled => self.timetable.interval(date),
        };
        Some((interval.start, self.until.unwrap_or(interval.end)))
    }
}
