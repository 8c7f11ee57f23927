//! Dates on closed days move to open ones, or are dropped.
//!
//! What moves is the civil day that the schedule names, before any clock is asked: a time that a clock change removes on a
//! closed Sunday is there on Monday. Later days never move before earlier ones, so that the days of a range come from a range.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::BusinessCalendar;
use super::calendar::Calendar;
use crate::time::Civil;

/// Where a date on a closed day moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollTo {
    /// To the next open day.
    Next,
    /// To the open day before.
    Previous,
    /// To the next open day, unless that lies in another month: then to the one before.
    Modified,
    /// It is dropped.
    Skip,
}

/// What happens to dates on days that a calendar closes. Two that meet are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Roll {
    /// The calendar.
    pub calendar: BusinessCalendar,
    /// Where its dates move.
    pub to: RollTo,
}

/// Is told a month's first day, and days of it as bits (bit 0 = the first).
pub(super) type FoundDays<'a> = dyn FnMut(i64, u32) -> ControlFlow<()> + 'a;

/// A roll made ready.
#[derive(Debug, Clone)]
pub(super) struct Rolling {
    pub(super) calendar: Rc<Calendar>,
    pub(super) to: RollTo,
}

fn month_of(day: i64) -> (i32, u32) {
    let (year, month, _) = Civil::from_day(day, 0).ymd();
    (year, month)
}

impl Rolling {
    /// Where a day moves; itself when it is open.
    pub(super) fn day(&self, day: i64) -> Option<i64> {
        if !self.calendar.closes(day) {
            return Some(day);
        }
        match self.to {
            RollTo::Next => Some(self.calendar.next_open(day)),
            RollTo::Previous => Some(self.calendar.previous_open(day)),
            RollTo::Modified => {
                let next = self.calendar.next_open(day);
                let same = month_of(next) == month_of(day);
                Some(if same { next } else { self.calendar.previous_open(day) })
            }
            RollTo::Skip => None,
        }
    }

    /// Where a closed day moves; `closed` are the closed ones of the `known` days from it on.
    fn closed_day(&self, day: i64, closed: u32, known: u32) -> Option<i64> {
        match self.to {
            RollTo::Skip => None,
            RollTo::Next if closed.trailing_ones() < known => Some(day + i64::from(closed.trailing_ones())),
            _ => self.day(day),
        }
    }

    /// The first and the last day that may move into `[from, to]`.
    pub(super) fn sources(&self, from: i64, to: i64) -> (i64, i64) {
        let (forward, back) = match self.to {
            RollTo::Next => (true, false),
            RollTo::Previous => (false, true),
            RollTo::Modified => (true, true),
            RollTo::Skip => (false, false),
        };
        let first = if forward { self.calendar.previous_open(from - 1) + 1 } else { from };
        let last = if back { self.calendar.next_open(to + 1) - 1 } else { to };
        (first, last)
    }

    /// The walk over days that have moved, between `from` and `to`. `walk` is the one over the days that the schedule names,
    /// `open` says which days of a month (its first day, bit 0 = that day) remain.
    pub(super) fn walk(
        &self,
        from: i64,
        to: i64,
        walk: &dyn Fn(i64, i64, &mut FoundDays<'_>),
        open: &dyn Fn(i64) -> u32,
        found: &mut FoundDays<'_>,
    ) {
        let (first, last) = self.sources(from, to);
        // The month that is being filled: its first day, the first day after it, and its days.
        let (mut start, mut end, mut month) = (0, i64::MIN, 0_u32);
        let mut flow = ControlFlow::Continue(());
        walk(first, last, &mut |source, mut days| {
            let closed = self.calendar.closed_days(source);
            while days != 0 {
                let bit = days.trailing_zeros();
                days &= days - 1;
                let day = source + i64::from(bit);
                let moved =
                    if closed >> bit & 1 == 1 { self.closed_day(day, closed >> bit, 31 - bit) } else { Some(day) };
                let Some(day) = moved.filter(|day| from <= *day && *day <= to) else { continue };
                if day >= end {
                    let kept = month & open(start);
                    if kept != 0 && found(start, kept).is_break() {
                        flow = ControlFlow::Break(());
                        return flow;
                    }
                    let civil = Civil::from_day(day, 0);
                    start = day - i64::from(civil.ymd().2) + 1;
                    end = start + month_length(civil);
                    month = 0;
                }
                month |= 1 << (day - start);
            }
            ControlFlow::Continue(())
        });
        let kept = month & open(start);
        if flow.is_continue() && kept != 0 {
            let _ = found(start, kept);
        }
    }
}

fn month_length(day: Civil) -> i64 {
    let (year, month, _) = day.ymd();
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
