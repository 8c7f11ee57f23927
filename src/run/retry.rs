//! When something that failed is tried again.

/// How often, and after how long.
///
/// ```
/// use dagfill::run::retry::Retry;
/// let retry = Retry { retries: 3, delay_ms: 1000, backoff: 2.0 };
/// assert_eq!((retry.delay(1), retry.delay(2), retry.delay(3)), (Some(1000), Some(2000), Some(4000)));
/// assert_eq!(retry.delay(4), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Further attempts after the first.
    pub retries: u32,
    /// Wait before the second attempt, in milliseconds.
    pub delay_ms: i64,
    /// Each further wait is this many times the one before; 1 keeps it.
    pub backoff: f64,
}

/// No wait grows beyond a day: a backoff that doubles would reach years within thirty attempts.
const LONGEST_MS: f64 = 86_400_000.0;

impl Retry {
    /// One attempt only.
    pub const NEVER: Retry = Retry { retries: 0, delay_ms: 0, backoff: 1.0 };

    /// Milliseconds to wait when attempt number `attempt` (from 1) failed; `None` when it was the last.
    pub fn delay(self, attempt: u32) -> Option<i64> {
        if attempt > self.retries {
            return None;
        }
        let first = self.delay_ms as f64;
        let power = attempt.saturating_sub(1).min(1_000_000) as i32;
        Some((first * self.backoff.powi(power)).min(LONGEST_MS.max(first)) as i64)
    }
}
