//! What existing runs cover, beside what the dates of a plan cover: after a change of the schedule they may differ.

use super::history::{Aligned, Found};
use super::{Action, History, SkipReason};
use crate::schedule::Timetable;
use crate::time::Instant;

/// The data intervals of a plan's dates, which are ascending. A column is held only where it differs from the dates: a million
/// dates are 8 MB.
pub(super) struct Intervals {
    starts: Option<Vec<f64>>,
    ends: Option<Vec<f64>>,
}

impl Intervals {
    /// `is_whole`: the dates are all that the schedule has between the first and the last of them.
    pub(super) fn of(timetable: &Timetable, dates: &[f64], is_whole: bool) -> Intervals {
        Intervals {
            starts: timetable.has_window().then(|| timetable.interval_starts(dates)),
            ends: (!timetable.ends_at_dates()).then(|| match dates {
                [first, .., last] if is_whole && timetable.excludes_nothing() => {
                    // Each ends where the next one begins.
                    let timetable = timetable.anchored(Instant::clamped(*first as i64));
                    let end = timetable.run_after(Instant::clamped(*last as i64));
                    let mut ends = dates.get(1..).unwrap_or_default().to_vec();
                    ends.push(end.js());
                    ends
                }
                _ => timetable.interval_ends(dates),
            }),
        }
    }

    /// The ends of all rows, whose dates are `dates`.
    pub(super) fn ends<'a>(&'a self, dates: &'a [f64]) -> &'a [f64] {
        self.ends.as_deref().unwrap_or(dates)
    }

    /// What the run of row `row` covers, whose date is `date`.
    #[inline(always)]
    pub(super) fn get(&self, row: usize, date: f64) -> (f64, f64) {
        let at =
            |column: &Option<Vec<f64>>| column.as_ref().and_then(|column| column.get(row)).copied().unwrap_or(date);
        (at(&self.starts), at(&self.ends))
    }

    /// How many of `dates`, whose intervals these are, are due at `now`.
    pub(super) fn due(&self, dates: &[f64], now: Instant) -> usize {
        self.ends(dates).partition_point(|end| *end <= now.js())
    }

    /// Dates with a run that covers another interval than the planned one. A run by hand covers the last interval that had ended, so it
    /// is no sign of a change.
    pub(super) fn mismatches(&self, dates: &[f64], aligned: &Aligned, history: &History) -> Option<Found> {
        let mut found = None;
        for (row, date) in dates.iter().enumerate().take(aligned.record.len()) {
            let Some(index) = aligned.record(row).filter(|index| !history.is_manual(*index)) else { continue };
            if history.interval(index).is_some_and(|interval| interval != self.get(row, *date)) {
                found = Found::after(found, Instant::clamped(*date as i64));
            }
        }
        found
    }

    /// What is done with a row whose run covers another interval, where runs count by interval; `None` where the table's answer
    /// stands. Runs by hand, and those with an empty interval, count by date.
    pub(super) fn decide(
        &self,
        (row, date): (usize, f64),
        index: usize,
        (action, reason): (Action, Option<SkipReason>),
        history: &History,
    ) -> Option<Action> {
        let (own, planned) = (history.interval(index)?, self.get(row, date));
        if own == planned || own.0 == own.1 || planned.0 == planned.1 || history.is_manual(index) {
            return None;
        }
        let again = match (action, reason) {
            (Action::Rerun, _) => true,
            (_, Some(SkipReason::ExistsSuccess | SkipReason::ExistsFailed)) => planned.0 < own.0 || own.1 < planned.1,
            _ => false,
        };
        again.then_some(Action::Reset)
    }
}
