//! A point on the time line.

use super::Civil;
use crate::error::{Code, Error, Result};

/// Milliseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999.
///
/// ```
/// use dagfill::time::Instant;
/// let instant = Instant::new(1_704_067_200_000).unwrap();
/// assert_eq!(instant.to_string(), "2024-01-01T00:00:00Z");
/// assert!(Instant::new(i64::MAX).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Instant = Instant(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Instant = Instant(253_402_300_799_999);

    /// INVALID_DATE outside the years 1 to 9999.
    pub fn new(ms: i64) -> Result<Instant> {
        if (Self::MIN.0..=Self::MAX.0).contains(&ms) {
            Ok(Instant(ms))
        } else {
            Err(Error::new(Code::InvalidDate, format!("{ms} ms: expected a date in the years 1 to 9999")))
        }
    }

    /// The nearest instant within the years 1 to 9999.
    pub fn clamped(ms: i64) -> Instant {
        Instant(ms.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// As JavaScript holds it: INVALID_DATE unless finite and within the years 1 to 9999; fractions are cut.
    pub fn from_js(ms: f64) -> Result<Instant> {
        if ms.is_finite() && ms.abs() < 1e15 {
            Instant::new(ms.floor() as i64)
        } else {
            // Printing any float takes 15 kB of tables and arithmetic; dates are whole numbers, or far from all dates.
            let shown = match ms as i64 {
                _ if ms.is_nan() => "NaN".into(),
                i64::MAX => "a number over 9223372036854775807".into(),
                i64::MIN => "a number under -9223372036854775808".into(),
                whole => whole.to_string(),
            };
            let message = format!("{shown}: expected a date in the years 1 to 9999 as milliseconds since 1970");
            Err(Error::new(Code::InvalidDate, message))
        }
    }

    /// Milliseconds since 1970.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, as JavaScript holds them. Every instant is an exact float.
    pub fn js(self) -> f64 {
        self.0 as f64
    }

    /// This instant on a clock that is `offset` seconds ahead of UTC.
    pub fn civil(self, offset: i32) -> Civil {
        Civil::from_ms(self.0 + i64::from(offset) * 1000)
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only when they are not zero.
impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}Z", self.civil(0))
    }
}
