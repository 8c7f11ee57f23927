//! How to run, as the face has checked it.

use serde::Deserialize;

use crate::run::backfill::Options;
use crate::run::retry::Retry;
use crate::run::throttle::Rate;

/// Times in milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunOptionsShape {
    max_parallel_runs: u32,
    rate_count: Option<u32>,
    rate_per: Option<f64>,
    retries: u32,
    retry_delay: f64,
    retry_backoff: f64,
    run_timeout: Option<f64>,
    abort_grace: f64,
    max_failures: Option<u32>,
    depends_on_past: bool,
}

impl RunOptionsShape {
    /// The options of the state machine.
    pub fn into_options(self) -> Options {
        let rate = self.rate_count.zip(self.rate_per);
        Options {
            max_parallel_runs: self.max_parallel_runs,
            rate: rate.map(|(count, per)| Rate { count, per_ms: per as i64 }),
            retry: Retry { retries: self.retries, delay_ms: self.retry_delay as i64, backoff: self.retry_backoff },
            run_timeout: self.run_timeout.map(|timeout| timeout as i64),
            abort_grace: self.abort_grace as i64,
            max_failures: self.max_failures,
            depends_on_past: self.depends_on_past,
        }
    }
}
