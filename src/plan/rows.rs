//! Rows, made when somebody looks at them.

use std::ops::Range;

use super::clock::Clock;
use super::{Action, Plan, SkipReason};
use crate::schedule::Timetable;
use crate::time::Instant;

/// Everything about one date. What stands on it already is in the history, at index `existing`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The logical date.
    pub date: Instant,
    /// Seconds that the schedule's clock is ahead of UTC there.
    pub offset: i32,
    /// First instant of the data interval.
    pub interval_start: Instant,
    /// The instant that ends the data interval, itself not inside.
    pub interval_end: Instant,
    /// When the run is due.
    pub run_after: Instant,
    /// What is done.
    pub action: Action,
    /// Why nothing is.
    pub reason: Option<SkipReason>,
    /// Index in the history of the run that stands there.
    pub existing: Option<usize>,
    /// The schedule's date before.
    pub previous: Option<Instant>,
    /// The schedule's date after.
    pub next: Option<Instant>,
}

/// Rows as columns, in run order. Times in milliseconds since 1970; NaN where there is no such date.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Rows {
    pub interval_start: Vec<f64>,
    pub interval_end: Vec<f64>,
    pub run_after: Vec<f64>,
    pub previous: Vec<f64>,
    pub next: Vec<f64>,
    /// Seconds ahead of UTC.
    pub offset_seconds: Vec<f64>,
}

impl Plan {
    /// One row; `None` beyond the last.
    pub fn row(&self, row: usize) -> Option<Row> {
        let date = Instant::clamped(self.date(row)? as i64);
        let rows = self.rows(row..row + 1);
        let at = |column: &[f64]| column.first().filter(|ms| !ms.is_nan()).map(|ms| Instant::clamped(*ms as i64));
        Some(Row {
            date,
            offset: self.timetable.zone().offset_at(date),
            interval_start: at(&rows.interval_start).unwrap_or(date),
            interval_end: at(&rows.interval_end).unwrap_or(date),
            run_after: at(&rows.run_after).unwrap_or(date),
            action: self.action(row),
            reason: self.reason(row),
            existing: self.existing(row),
            previous: at(&rows.previous),
            next: at(&rows.next),
        })
    }

    /// What is not held for every date, for the rows in `range`, as far as there are any.
    pub fn rows(&self, range: Range<usize>) -> Rows {
        let (start, end) = (range.start.min(self.len()), range.end.min(self.len()));
        Rows::of(&self.timetable, self.dates.get(start..end).unwrap_or_default())
    }
}

impl Rows {
    /// The rows of neighbouring dates of a schedule, ascending or descending. The schedule is asked once for all of them, and
    /// for the date before and after.
    pub fn of(timetable: &Timetable, dates: &[f64]) -> Rows {
        let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else { return Rows::default() };
        let descends = first > last;
        let (oldest, newest) = (first.min(last), first.max(last));
        let time = |date: Option<Instant>| date.map_or(f64::NAN, Instant::js);
        let before = time(timetable.previous(Instant::clamped(oldest as i64)));
        let after = time(timetable.next(Instant::clamped(newest as i64)));
        let interval_start = timetable.interval_starts(dates);
        let mut ascending = dates.to_vec();
        reverse_if(descends, &mut ascending);
        let mut interval_end = timetable.interval_ends(&ascending);
        reverse_if(descends, &mut interval_end);
        // The dates moved by one row, down and up.
        let mut down = vec![if descends { after } else { before }];
        down.extend_from_slice(dates);
        down.pop();
        let mut up = dates.to_vec();
        up.remove(0);
        up.push(if descends { before } else { after });
        let (previous, next) = if descends { (up, down) } else { (down, up) };
        let mut clock = Clock::new(timetable.zone());
        let offset_seconds = dates.iter().map(|date| clock.offset(*date).into()).collect();
        Rows { run_after: interval_end.clone(), interval_start, interval_end, previous, next, offset_seconds }
    }
}

#[inline(never)]
fn reverse_if(descends: bool, column: &mut [f64]) {
    if descends {
        column.reverse();
    }
}
