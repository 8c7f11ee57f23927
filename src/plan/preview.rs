//! The plan itself: what a preview shows is what runs.

use super::history::Aligned;
use super::{Action, Estimate, Pace, SkipReason, estimate};
use crate::error::Warning;
use crate::schedule::{ClockChange, Timetable};
use crate::time::{Instant, Range};

/// One row a logical date, as columns. It holds 10 bytes a date, and 4 more where runs exist already; rows are made when asked for.
///
/// The action of a date is decided in this order: dates the caller excludes are left alone; the table of [`decide`](super::decide) looks at the run
/// that exists; what would start but is not due yet does not; and with `depends_on_past` what would start behind a run that
/// has not succeeded does not either. A reason that was found first stays: a date that succeeded and is not due is `exists_success`.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) timetable: Timetable,
    pub(super) depends_on_past: bool,
    /// In run order, as all columns are.
    pub(super) dates: Vec<f64>,
    pub(super) actions: Vec<u8>,
    pub(super) reasons: Vec<u8>,
    pub(super) aligned: Aligned,
    pub(super) range: Range,
    pub(super) now: Instant,
    pub(super) counts: Counts,
    pub(super) warnings: Vec<Warning>,
    pub(super) clock_changes: Vec<ClockChange>,
    /// The hashes of what the hash covers.
    pub(super) parts: [u128; 9],
    pub(super) hash: String,
    /// The first dates whose existing run is run again with the conf that it has.
    pub(super) kept_confs: Vec<String>,
}

/// How many dates get which action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Counts {
    pub create: u32,
    pub rerun: u32,
    pub reset: u32,
    pub skip: u32,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, action: Action) {
        *match action {
            Action::Create => &mut self.create,
            Action::Rerun => &mut self.rerun,
            Action::Reset => &mut self.reset,
            Action::Skip => &mut self.skip,
        } += 1;
    }

    /// Dates that start a run.
    pub fn starts(self) -> u32 {
        self.create + self.rerun + self.reset
    }

    /// Each action's name with its dates.
    pub fn by_action(self) -> [(&'static str, u32); 4] {
        [("create", self.create), ("rerun", self.rerun), ("reset", self.reset), ("skip", self.skip)]
    }

    /// All dates.
    pub fn total(self) -> u32 {
        self.starts() + self.skip
    }
}

impl Plan {
    /// Number of dates.
    pub fn len(&self) -> usize {
        self.dates.len()
    }

    /// Whether the range has no date.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// Logical dates in run order, in milliseconds since 1970.
    pub fn dates(&self) -> &[f64] {
        &self.dates
    }

    /// The action of each date, as a number of [`Action`].
    pub fn actions(&self) -> &[u8] {
        &self.actions
    }

    /// Why each date is skipped, as a number of [`SkipReason`]; 0 for one that starts.
    pub fn reasons(&self) -> &[u8] {
        &self.reasons
    }

    /// The action of a row.
    pub fn action(&self, row: usize) -> Action {
        self.actions.get(row).map_or(Action::Skip, |number| Action::from_number(*number))
    }

    /// Why a row is skipped.
    pub fn reason(&self, row: usize) -> Option<SkipReason> {
        self.reasons.get(row).and_then(|number| SkipReason::from_number(*number))
    }

    /// Index in the history of the run that stands on a row's date.
    pub fn existing(&self, row: usize) -> Option<usize> {
        self.aligned.record(row)
    }

    /// Indices in the history of every run that stands on a date of the plan, ascending.
    pub fn existing_runs(&self) -> Vec<u32> {
        self.aligned.all()
    }

    /// How many dates get which action.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What a person should know before it runs.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Clock changes of the schedule's zone in the range that touch a date.
    pub fn clock_changes(&self) -> &[ClockChange] {
        &self.clock_changes
    }

    /// The bounds as they were read.
    pub fn range(&self) -> Range {
        self.range
    }

    /// The schedule that the dates are from, anchored.
    pub fn timetable(&self) -> &Timetable {
        &self.timetable
    }

    /// When it would be done, if it began at the `now` of the request. With `depends_on_past` runs go one by one.
    pub fn estimate(&self, pace: Pace) -> Estimate {
        let max_parallel_runs = if self.depends_on_past { 1 } else { pace.max_parallel_runs };
        estimate(self.counts.starts() as usize, self.now, Pace { max_parallel_runs, ..pace })
    }

    /// Bytes that its columns hold.
    pub fn bytes(&self) -> usize {
        self.dates.capacity() * size_of::<f64>()
            + self.actions.capacity()
            + self.reasons.capacity()
            + (self.aligned.record.capacity() + self.aligned.others.capacity()) * size_of::<u32>()
    }
}

/// `7 dates: 5 to create, 1 to rerun, 0 to reset, 1 skipped`.
impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { create, rerun, reset, skip } = self;
        let dates = if self.total() == 1 { "date" } else { "dates" };
        let total = self.total();
        write!(f, "{total} {dates}: {create} to create, {rerun} to rerun, {reset} to reset, {skip} skipped")
    }
}
