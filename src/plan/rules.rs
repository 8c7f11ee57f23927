//! The rules that decide each date, one pass each, over dates in ascending order.

use super::coverage::Intervals;
use super::history::{Aligned, Found};
use super::{Action, Coverage, Existing, History, Past, Request, SkipReason, decide};
use crate::error::Result;
use crate::schedule::Timetable;
use crate::time::{Date, Instant, Zone, read_span};

/// A plan on its way.
pub(super) struct Draft<'a> {
    dates: &'a [f64],
    aligned: &'a Aligned,
    history: &'a History,
    pub(super) actions: Vec<u8>,
    pub(super) reasons: Vec<u8>,
}

impl<'a> Draft<'a> {
    /// By the table of [`decide`], and where runs count by interval by what they cover.
    pub(super) fn decided(
        dates: &'a [f64],
        aligned: &'a Aligned,
        request: &Request,
        history: &'a History,
        intervals: &Intervals,
    ) -> Self {
        let number = |(action, reason): (Action, Option<SkipReason>)| (action as u8, reason.map_or(0, |why| why as u8));
        let (action, reason) = number(decide(Existing::None, request.reprocess));
        let (mut actions, mut reasons) = (vec![action; dates.len()], vec![reason; dates.len()]);
        let by_interval = (request.coverage == Coverage::Interval).then_some(intervals);
        for (row, ((action, reason), date)) in
            actions.iter_mut().zip(&mut reasons).zip(dates).enumerate().take(aligned.record.len())
        {
            let Some(index) = aligned.record(row) else { continue };
            let decided = decide(history.standing(index), request.reprocess);
            let reset = by_interval.and_then(|intervals| intervals.decide((row, *date), index, decided, history));
            (*action, *reason) = number(reset.map_or(decided, |reset| (reset, None)));
        }
        Draft { dates, aligned, history, actions, reasons }
    }

    /// Leaves alone what the caller names, whatever stands there. Of a repeated wall-clock time both readings are named.
    /// Returns what is named and is no date of the plan.
    pub(super) fn exclude(&mut self, dates: &[Date], zone: &Zone) -> Result<Option<Found>> {
        let mut unmatched = None;
        for (index, date) in dates.iter().enumerate() {
            let span =
                read_span(date.as_input(), zone).map_err(|error| error.field(format!("excludeDates[{index}]")))?;
            let (start, end) = (span.range.start.js(), span.range.end.js());
            let first = self.dates.partition_point(|date| *date < start);
            let mut matches = false;
            for (row, date) in self.dates.iter().enumerate().skip(first).take_while(|(_, date)| **date <= end) {
                if span.end_is_day || *date == start || *date == end {
                    set(&mut self.actions, &mut self.reasons, row, SkipReason::Excluded);
                    matches = true;
                }
            }
            if !matches {
                unmatched = Found::after(unmatched, span.range.start);
            }
        }
        Ok(unmatched)
    }

    /// Leaves alone, and returns, what would start before it is due.
    pub(super) fn leave_not_due(&mut self, timetable: &Timetable, now: Instant) -> Option<Found> {
        // No run is due before its date, and each is by the date after it: only the last date that has come is in doubt.
        let come = self.dates.partition_point(|date| *date <= now.js());
        let last = come.checked_sub(1).and_then(|row| self.dates.get(row));
        let waits = last.is_some_and(|date| timetable.run_after(Instant::clamped(*date as i64)) > now);
        let first = come - usize::from(waits);
        let mut found = None;
        for (row, date) in self.dates.iter().enumerate().skip(first) {
            if self.action(row) != Action::Skip {
                set(&mut self.actions, &mut self.reasons, row, SkipReason::NotDue);
                found = Found::after(found, Instant::clamped(*date as i64));
            }
        }
        found
    }

    /// Leaves alone what would start behind a run that has not succeeded. Between dates that were chosen one by one may be others, whose
    /// runs count, too.
    pub(super) fn follow_past(&mut self, before: Past, request: &Request, timetable: &Timetable) {
        let mut past = before;
        let mut date_before = f64::NEG_INFINITY;
        for (row, date) in self.dates.iter().enumerate() {
            if request.dates.is_some() {
                let between = self.history.last_between(date_before, *date, timetable);
                past = between.map_or(past, |index| Past::behind(self.history.standing(index)));
                date_before = *date;
            }
            if row == 0 && !request.strict_past {
                past = Past::first(self.action(0), past);
            }
            let existing = self.aligned.record(row).map_or(Existing::None, |index| self.history.standing(index));
            if !past.step(self.action(row), existing) {
                set(&mut self.actions, &mut self.reasons, row, SkipReason::DependsOnPast);
            }
        }
    }

    /// The rows that start behind a run that has not succeeded: a task that depends on past fails there.
    pub(super) fn behind_failures(&self) -> Option<Found> {
        let (mut past, mut found) = (Past::Open, None);
        for (row, date) in self.dates.iter().enumerate() {
            let existing = self.aligned.record(row).map_or(Existing::None, |index| self.history.standing(index));
            if !past.step(self.action(row), existing) {
                found = Found::after(found, Instant::clamped(*date as i64));
            }
        }
        found
    }

    fn action(&self, row: usize) -> Action {
        self.actions.get(row).map_or(Action::Skip, |number| Action::from_number(*number))
    }
}

fn set(actions: &mut [u8], reasons: &mut [u8], row: usize, why: SkipReason) {
    if let (Some(action), Some(reason)) = (actions.get_mut(row), reasons.get_mut(row)) {
        (*action, *reason) = (Action::Skip as u8, why as u8);
    }
}
