//! Spans of time in which something may start: each opens at the dates of a schedule and stays open for so long.

use std::cell::Cell;

use super::Timetable;
use crate::time::Instant;

/// Windows of time; without any it is always open.
///
/// ```
/// use dagfill::schedule::{Dialect, ScheduleInput, StartWindows, Timetable, TimetableOptions};
/// let nightly = ScheduleInput::Cron { texts: vec!["0 22 * * *".into()], dialect: Dialect::Unix, day_match: None };
/// let mut windows = StartWindows::default();
/// let hour = 3_600_000;
/// windows.add(Timetable::new(&nightly, &TimetableOptions::default()).unwrap(), 8 * hour);
/// assert_eq!(windows.opens(5 * hour), Some(5 * hour));
/// assert_eq!(windows.opens(6 * hour), Some(22 * hour));
/// ```
#[derive(Debug, Clone, Default)]
pub struct StartWindows {
    /// The dates at which each opens, and the milliseconds that it stays open.
    windows: Vec<(Timetable, i64)>,
    /// The last answer: from where to where it holds, and whether it is open there.
    known: Cell<Option<(i64, i64, bool)>>,
}

impl StartWindows {
    /// One more window.
    pub fn add(&mut self, opens: Timetable, duration: i64) {
        self.windows.push((opens, duration));
        self.known.set(None);
    }

    /// When it is open next, from `now` on, epoch milliseconds; `now` itself while it is open. `None`: never again.
    pub fn opens(&self, now: i64) -> Option<i64> {
        if self.windows.is_empty() {
            return Some(now);
        }
        let known = self.known.get().filter(|(from, until, _)| (*from..*until).contains(&now));
        let (from, until, is_open) = known.unwrap_or_else(|| self.look(now));
        self.known.set(Some((from, until, is_open)));
        if is_open { Some(now) } else { Some(until).filter(|until| *until < i64::MAX) }
    }

    fn look(&self, now: i64) -> (i64, i64, bool) {
        let (mut closes, mut opens) = (i64::MIN, i64::MAX);
        for (timetable, duration) in &self.windows {
            let at = Instant::clamped(now);
            let timetable = timetable.anchored(at);
            if let Some(last) = timetable.previous(Instant::clamped(now.saturating_add(1))) {
                closes = closes.max(last.ms().saturating_add(*duration));
            }
            if let Some(next) = timetable.next(at) {
                opens = opens.min(next.ms());
            }
        }
        if closes > now { (now, closes, true) } else { (now, opens, false) }
    }
}
