//! What the run of a date covers, and when it is due.

use super::every;
use super::source::{PAGE, Source};
use super::{Kind, Timetable};
use crate::time::{DAY_MS, Instant, Period, Range};

/// What a run covers, half open: `end` is not inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataInterval {
    /// The first instant.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

impl Timetable {
    /// What the run of `date` covers: the window before it where the options have one, else up to the next date of the schedule, also when that one is excluded; nothing for
    /// trigger schedules, `@once`, and the last date there is. A step of a period ends where the next one begins.
    pub fn interval(&self, date: Instant) -> DataInterval {
        if let Some(window) = self.shared().window {
            return DataInterval { start: self.window_start(window, date), end: date };
        }
        let next = if self.ends_at_dates() { None } else { self.next_tick(date) };
        DataInterval { start: date, end: next.unwrap_or(date) }
    }

    /// What a manual run at `at` covers: the last interval that has ended by then; the window before `at` where the options have one. For trigger schedules, and where no
    /// interval has ended, nothing.
    pub fn last_complete_interval(&self, at: Instant) -> DataInterval {
        let nothing = DataInterval { start: at, end: at };
        if self.ends_at_dates() {
            return if self.shared().window.is_some() { self.interval(at) } else { nothing };
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

    /// Where the interval of each of `dates` starts: at the date, unless there is a window.
    pub fn interval_starts(&self, dates: &[f64]) -> Vec<f64> {
        let Some(window) = self.shared().window else { return dates.to_vec() };
        dates.iter().map(|date| self.window_start(window, Instant::clamped(*date as i64)).js()).collect()
    }

    /// Whether no interval ends behind its date.
    pub(crate) fn ends_at_dates(&self) -> bool {
        let window = self.shared().window.is_some();
        window || self.kind() == Kind::Trigger || matches!(self.source(), Source::None | Source::Once(_))
    }

    /// Whether every date that the schedule names is a date.
    pub(crate) fn excludes_nothing(&self) -> bool {
        self.all_excluded().is_nothing()
    }

    /// `date` less the window: days and months are steps of the schedule's calendar, read back by the schedule's rule for clock
    /// changes, so that the windows of a daily schedule meet; hours and less pass on a stopwatch.
    fn window_start(&self, window: Period, date: Instant) -> Instant {
        let mut start = date;
        if window.months != 0 || window.days != 0 {
            let near = Range { start: Instant::clamped(date.ms() - DAY_MS), end: Instant::clamped(date.ms() + DAY_MS) };
            // A time that a clock change moved counts as what the schedule says.
            let wall = self.change_at(date, near).map_or_else(|| self.zone().civil(date), |touch| touch.wall());
            let wall = wall.add_months(-window.months).map(|wall| wall.add_days(-i64::from(window.days)));
            let Some(wall) = wall else { return Instant::MIN };
            start = every::nearest(self.zone(), self.dst(), wall).min(date);
        }
        Instant::clamped(start.ms() - window.ms)
    }

    /// Where the interval of each of `dates` ends: [`Timetable::interval`] of many dates of this schedule, ascending, in one
    /// walk.
    pub fn interval_ends(&self, dates: &[f64]) -> Vec<f64> {
        if self.ends_at_dates() {
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
