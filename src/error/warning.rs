//! A remark that stops nothing.

use crate::time::Instant;

/// Something a person should know before they go on. The code is stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable, in snake case, such as `never_fires`.
    pub code: &'static str,
    /// One or two sentences.
    pub message: String,
    /// The moment it is about.
    pub at: Option<Instant>,
    /// How many dates it touches.
    pub count: Option<u64>,
}

impl Warning {
    /// A warning without a moment or a count.
    #[inline(never)]
    pub fn new(code: &'static str, message: impl Into<String>) -> Warning {
        Warning { code, message: message.into(), at: None, count: None }
    }

    /// Adds the moment it is about.
    #[inline(never)]
    pub fn at(self, at: Instant) -> Warning {
        Warning { at: Some(at), ..self }
    }

    /// Adds how many dates it touches.
    #[inline(never)]
    pub fn count(self, count: u64) -> Warning {
        Warning { count: Some(count), ..self }
    }
}
