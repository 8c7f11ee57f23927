//! How to run, as the face has checked it.

use super::Input;
use crate::run::backfill::Options;
use crate::run::retry::Retry;
use crate::run::throttle::Rate;

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
