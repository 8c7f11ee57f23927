//! When a plan would be done, if every run took the same time.

use std::collections::VecDeque;

use crate::schedule::StartWindows;
use crate::time::Instant;

/// How the runs would be driven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Milliseconds a run takes.
    pub run_duration: f64,
    /// Runs in flight at once, at least 1.
    pub max_parallel_runs: usize,
    /// At most so many starts in any window of so many milliseconds.
    pub rate: Option<(usize, f64)>,
}

/// When it would be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Milliseconds from the first start to the last end.
    pub makespan: f64,
    /// The last end, if the first start is now.
    pub finish_at: Instant,
    /// Most runs in flight at once.
    pub peak: usize,
}

/// Sends `runs` equal runs through the lanes. Without a rate that is a division; with one each start is simulated.
///
/// ```
/// use dagfill::{plan::{Pace, estimate}, time::Instant};
/// let now = Instant::new(0).unwrap();
/// let pace = Pace { run_duration: 1000.0, max_parallel_runs: 3, rate: None };
/// assert_eq!(estimate(7, now, pace).makespan, 3000.0);
/// // Two starts in any ten seconds: at 0, 0, 10, 10, 20, 20 and 30 seconds.
/// let slow = estimate(7, now, Pace { rate: Some((2, 10_000.0)), ..pace });
/// assert_eq!((slow.makespan, slow.peak), (31_000.0, 2));
/// ```
pub fn estimate(runs: usize, now: Instant, pace: Pace) -> Estimate {
    estimate_within(runs, now, pace, None)
}

/// The same where runs start only inside of windows. A makespan that has no end, because no window opens any more, is infinite.
pub fn estimate_within(runs: usize, now: Instant, pace: Pace, windows: Option<&StartWindows>) -> Estimate {
    let lanes = pace.max_parallel_runs.max(1);
    let duration = pace.run_duration.max(0.0);
    let opens = |start: f64| opening(windows, now, start);
    let (makespan, peak) = match pace.rate.filter(|(_, per)| *per > 0.0) {
        Some((count, per)) if runs > 0 => simulate(runs, lanes, duration, count.max(1), per, opens),
        None if runs > 0 && windows.is_some() => simulate(runs, lanes, duration, usize::MAX, 0.0, opens),
        _ => (runs.div_ceil(lanes) as f64 * duration, runs.min(lanes)),
    };
    // The cast saturates, and an end beyond the year 9999 is its last millisecond.
    let finish_at = Instant::clamped(now.ms().saturating_add(makespan.ceil() as i64));
    Estimate { makespan, finish_at, peak }
}

/// The milliseconds from `now` at which what could start at `start` does start.
pub(super) fn opening(windows: Option<&StartWindows>, now: Instant, start: f64) -> f64 {
    let Some(windows) = windows.filter(|_| start.is_finite()) else { return start };
    let at = now.ms().saturating_add(start.ceil() as i64);
    windows.opens(at).map_or(f64::INFINITY, |opens| start + (opens - at) as f64)
}

/// Equal runs end in the order they began: run k starts when run k - lanes has ended and the window of start k - count is over.
fn simulate(
    runs: usize,
    lanes: usize,
    duration: f64,
    count: usize,
    per: f64,
    opens: impl Fn(f64) -> f64,
) -> (f64, usize) {
    let mut in_flight: VecDeque<f64> = VecDeque::new();
    let mut window: VecDeque<f64> = VecDeque::new();
    let (mut start, mut peak) = (0.0_f64, 0);
    for _ in 0..runs {
        if window.len() == count {
            start = window.pop_front().map_or(start, |first| start.max(first + per));
        }
        if in_flight.len() == lanes {
            start = in_flight.pop_front().map_or(start, |end| start.max(end));
        }
        start = opens(start);
        while in_flight.front().is_some_and(|end| *end <= start) {
            in_flight.pop_front();
        }
        if count < usize::MAX {
            window.push_back(start);
        }
        in_flight.push_back(start + duration);
        peak = peak.max(in_flight.len());
    }
    (start + duration, peak)
}
