//! What the run of a date covers, and when it is due.

use super::source::{PAGE, Source};
use super::{Kind, Timetable};
use crate::time::{Instant, Range};

/// What a run covers, half open: `end` is not inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataInterval {
    /// The first instant.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

impl Timetable {
    /// What the run of `date` covers: up to the next date of the schedule, also when that one is excluded; nothing for
    /// trigger schedules, `@once`, and the last date there is. A step of a period ends where the next one begins.
    pub fn interval(&self, date: Instant) -> DataInterval {
        let next = match (self.kind(), self.source()) {
            (Kind::Trigger, _) | (_, Source::None | Source::Once(_)) => None,
            _ => self.next_tick(date),
        };
        DataInterval { start: date, end: next.unwrap_or(date) }
    }

    /// What a manual run at `at` covers: the last interval that has ended by then. For trigger schedules, and where no
    /// interval has ended, nothing.
    pub fn last_complete_interval(&self, at: Instant) -> DataInterval {
        let nothing = DataInterval { start: at, end: at };
        if self.kind() == Kind::Trigger || matches!(self.source(), Source::None | Source::Once(_)) {
            return nothing;
        }
        // A period without an anchor has a step at `at` itself.
        let this = self.anchored(at);
        let before = Instant::clamped(at.ms().saturating_add(1));
        match this.last_ticks(before, 2).as_slice() {
            [start, end] => DataInterval { start: Instant::clamped(*start as i64), end: Instant::clamped(*end as i64) },
            _ => nothing,
        }
    }

    /// When the run of `date` is due: when its interval has ended.
    pub fn run_after(&self, date: Instant) -> Instant {
        self.interval(date).end
    }

    /// Where the interval of each of `dates` ends: [`Timetable::interval`] of many dates of this schedule, ascending, in one
    /// walk.
    pub fn interval_ends(&self, dates: &[f64]) -> Vec<f64> {
        if self.kind() == Kind::Trigger || matches!(self.source(), Source::None | Source::Once(_)) {
            return dates.to_vec();
        }
        let mut ends = Vec::with_capacity(dates.len());
        let mut page = Vec::new().into_iter().peekable();
        for (index, date) in dates.iter().enumerate() {
            while page.next_if(|tick| tick <= date).is_some() {}
            if page.peek().is_none() {
                // The next page begins at this date, so that a long exclusion before it costs nothing.
                let this = self.anchored(Instant::clamped(*date as i64));
                let range = Range { start: Instant::clamped(*date as i64 + 1), end: Instant::MAX };
                page = this.ticks(range, (dates.len() - index).min(PAGE)).into_iter().peekable();
            }
            ends.push(page.peek().copied().filter(|tick| tick > date).unwrap_or(*date));
        }
        ends
    }

    /// The first date after `after` before anything is excluded.
    fn next_tick(&self, after: Instant) -> Option<Instant> {
        let range = Range { start: Instant::clamped(after.ms() + 1), end: Instant::MAX };
        let this = self.anchored(after);
        let next = this.ticks(range, 1).first().map(|date| Instant::clamped(*date as i64));
        next.filter(|next| *next > after)
    }

    fn last_ticks(&self, before: Instant, n: usize) -> Vec<f64> {
        self.source().last(self.zone(), self.dst(), before, n)
    }
}
