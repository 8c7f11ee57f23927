//! Rows, made when somebody looks at them.

use std::ops::Range;

use super::order::reordered;
use super::{Action, Plan, SkipReason};
use crate::schedule::Timetable;
use crate::sort::sort_by;
use crate::time::{Clock, Instant, Range as TimeRange};

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
    /// The rows of dates of a schedule, in any order. The schedule is asked once for all of them where they are neighbours.
    pub fn of(timetable: &Timetable, dates: &[f64]) -> Rows {
        let order = ascending_order(dates);
        let sorted = order.as_ref().map_or_else(|| dates.to_vec(), |order| reordered(dates, order));
        let back = |column: Vec<f64>| match &order {
            Some(order) => put_back(&column, order),
            None => column,
        };
        let ends = timetable.interval_ends(&sorted);
        let (previous, next) = around(timetable, &sorted, &ends);
        let interval_end = back(ends);
        let mut clock = Clock::new(timetable.zone());
        Rows {
            run_after: interval_end.clone(),
            interval_start: timetable.interval_starts(dates),
            interval_end,
            previous: back(previous),
            next: back(next),
            offset_seconds: dates.iter().map(|date| clock.offset(*date).into()).collect(),
        }
    }
}

/// For each place in ascending order the index of its date; `None` where the dates ascend already.
fn ascending_order(dates: &[f64]) -> Option<Vec<u32>> {
    if dates.is_sorted_by(|a, b| a <= b) {
        return None;
    }
    let mut pairs: Vec<(f64, u32)> = dates.iter().copied().zip(0..).collect();
    if dates.is_sorted_by(|a, b| a >= b) {
        pairs.reverse();
    } else {
        sort_by(&mut pairs, |a, b| a.0 < b.0);
    }
    Some(pairs.into_iter().map(|(_, index)| index).collect())
}

/// The column, which is in ascending order of the dates, in the dates' own order.
fn put_back(column: &[f64], order: &[u32]) -> Vec<f64> {
    let mut placed = vec![f64::NAN; column.len()];
    for (value, index) in column.iter().zip(order) {
        if let Some(slot) = placed.get_mut(*index as usize) {
            *slot = *value;
        }
    }
    placed
}

/// The schedule's dates before and after each of `dates`, which ascend; `ends` are those of their intervals.
fn around(timetable: &Timetable, dates: &[f64], ends: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return (Vec::new(), Vec::new()) };
    let time = |date: Option<Instant>| date.map_or(f64::NAN, Instant::js);
    let at = |date: f64| Instant::clamped(date as i64);
    let before = time(timetable.previous(at(*first)));
    let after = time(timetable.next(at(*last)));
    let range = TimeRange { start: at(*first), end: at(*last) };
    // Where each interval ends with the next date, no date lies between.
    let are_neighbours = dates.iter().skip(1).zip(ends).all(|(date, end)| date == end);
    if !are_neighbours && timetable.count(range) > dates.len() as u64 * 8 + 1024 {
        let previous = dates.iter().map(|date| time(timetable.previous(at(*date)))).collect();
        return (previous, dates.iter().map(|date| time(timetable.next(at(*date)))).collect());
    }
    let all = if are_neighbours { Vec::new() } else { timetable.expand(range, None).unwrap_or_default() };
    let known = if are_neighbours { dates } else { &all };
    let (mut previous, mut next) = (Vec::with_capacity(dates.len()), Vec::with_capacity(dates.len()));
    let mut place = 0;
    for date in dates {
        while known.get(place).is_some_and(|at| at < date) {
            place += 1;
        }
        previous.push(place.checked_sub(1).and_then(|index| known.get(index)).copied().unwrap_or(before));
        let behind = if known.get(place) == Some(date) { place + 1 } else { place };
        next.push(known.get(behind).copied().unwrap_or(after));
    }
    (previous, next)
}
