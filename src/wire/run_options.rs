//! How to run, as the face has checked it.

use super::{Input, read_timetable};
use crate::run::backfill::{Backfill, Breaker, Options, Trip};
use crate::run::retry::Retry;
use crate::run::throttle::Rate;
use crate::schedule::{StartWindows, Timetable};

/// The options of the state machine. Times in milliseconds.
pub fn read_run_options(options: &impl Input) -> Options {
    let count = |name| options.number(name).map(|count| count as u32);
    let time = |name| options.number(name).map(|ms| ms as i64);
    Options {
        max_parallel_runs: count("maxParallelRuns").unwrap_or(1),
        rate: count("rateCount").zip(time("ratePer")).map(|(count, per_ms)| Rate { count, per_ms }),
        retry: Retry {
            retries: count("retries").unwrap_or(0),
            delay_ms: time("retryDelay").unwrap_or(0),
            backoff: options.number("retryBackoff").unwrap_or(1.0),
        },
        run_timeout: time("runTimeout"),
        reports_start: options.flag("reportsStart"),
        abort_grace: time("abortGrace").unwrap_or(0),
        max_failures: count("maxFailures"),
        depends_on_past: options.flag("dependsOnPast"),
    }
}

/// Canary, breaker and start windows.
pub fn read_valve(options: &impl Input, backfill: &mut Backfill) {
    if let Some(dates) = options.number("canary") {
        backfill.set_canary(dates as usize);
    }
    if let Some(breaker) = options.field("breaker") {
        let action = match breaker.text("action").as_deref() {
            Some("pause") => Trip::Pause,
            Some("stop") => Trip::Stop,
            _ => Trip::Abort,
        };
        let failures = breaker.number("failures").map(|failures| failures as u32);
        let window = breaker.number("window").map_or(20, |window| window as usize);
        let since = options.number("breakerSince").map_or(i64::MIN, |since| since as i64);
        backfill.set_breaker(Breaker { failures, ratio: breaker.number("ratio"), window, action }, since);
    }
    if let Some(windows) = options.field("startWindows").and_then(|windows| read_start_windows(&windows)) {
        backfill.set_start_windows(windows);
    }
}

/// `None` where there are none. The face has read each before, so that all of them can be read.
pub fn read_start_windows(windows: &impl Input) -> Option<StartWindows> {
    let mut read = StartWindows::default();
    let windows = windows.items();
    for window in &windows {
        let (schedule, options) = read_timetable(window);
        if let (Ok(timetable), Some(duration)) = (Timetable::new(&schedule, &options), window.number("duration")) {
            read.add(timetable, duration as i64);
        }
    }
    (!windows.is_empty()).then_some(read)
}
