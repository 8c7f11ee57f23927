//! ISO 8601 durations.

use super::DAY_MS;
use crate::error::{Code, Error, Result, quoted};

/// A duration in its three kinds: months and days are steps on the calendar, milliseconds pass on a stopwatch.
///
/// ```
/// use dagfill::time::Period;
/// assert_eq!(Period::parse("P1DT2H").unwrap(), Period { months: 0, days: 1, ms: 7_200_000 });
/// assert_eq!(Period::parse("P1H").unwrap_err().code.as_str(), "INVALID_DURATION");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Months; a year is twelve.
    pub months: i32,
    /// Days; a week is seven.
    pub days: i32,
    /// Milliseconds.
    pub ms: i64,
}

/// Units in the order they must come in, each at most once: letter, whether it stands behind the `T`, size.
const UNITS: [(u8, bool, i64); 7] = [
    (b'Y', false, 12),
    (b'M', false, 1),
    (b'W', false, 7),
    (b'D', false, 1),
    (b'H', true, 3_600_000),
    (b'M', true, 60_000),
    (b'S', true, 1000),
];

impl Period {
    /// Parses `P1Y2M3W4DT5H6M7.5S`. INVALID_DURATION with the wrong part's span. Zero is a duration; negative ones are not.
    pub fn parse(text: &str) -> Result<Period> {
        let mut period = Period::default();
        let mut rest = text.as_bytes().iter().copied().enumerate().peekable();
        let fail = |at: std::ops::Range<usize>, what: &str| {
            let shown: String = text.chars().take(80).collect();
            Error::at(Code::InvalidDuration, text, at, [&quoted(&shown), " is no ISO 8601 duration: ", what].concat())
                .hint("Write P1D, PT6H, PT90M or P1M.")
        };
        if rest.next().is_none_or(|(_, byte)| byte != b'P') {
            return Err(fail(0..1, "expected \"P\""));
        }
        let mut units = UNITS.as_slice();
        let (mut in_time, mut found) = (false, false);
        while let Some((at, byte)) = rest.next() {
            if byte == b'T' && !in_time {
                if rest.peek().is_none() {
                    return Err(fail(at..at + 1, "expected hours, minutes or seconds after \"T\""));
                }
                in_time = true;
                continue;
            }
            let Some(mut value) = digit(byte) else {
                return Err(fail(at..at + 1, "expected a number"));
            };
            while let Some(next) = rest.peek().and_then(|(_, byte)| digit(*byte)) {
                value = (value * 10 + next).min(1 << 50);
                rest.next();
            }
            let (mut fraction, mut scale) = (0, 1);
            if rest.next_if(|(_, byte)| matches!(byte, b'.' | b',')).is_some() {
                while let Some(next) = rest.peek().and_then(|(_, byte)| digit(*byte)) {
                    if scale < 1000 {
                        (fraction, scale) = (fraction * 10 + next, scale * 10);
                    }
                    rest.next();
                }
            }
            let Some((end, unit)) = rest.next() else {
                return Err(fail(at..text.len(), "expected a unit after the number"));
            };
            let Some(index) = units.iter().position(|(name, time, _)| *name == unit && *time == in_time) else {
                let expected = if in_time { "H, M or S" } else { "Y, M, W or D" };
                return Err(fail(at..end + 1, &format!("expected {expected}, in this order")));
            };
            let size = units.get(index).map_or(1, |(_, _, size)| *size);
            units = units.get(index + 1..).unwrap_or_default();
            if scale > 1 && unit != b'S' {
                return Err(fail(at..end + 1, "only seconds may have a fraction"));
            }
            let amount = value.saturating_mul(size) + fraction * size / scale;
            let fits = match unit {
                _ if in_time => add(&mut period.ms, amount, 400_000_000_000_000),
                b'Y' | b'M' => add(&mut period.months, amount, 12 * 9999),
                _ => add(&mut period.days, amount, 366 * 9999),
            };
            if !fits {
                return Err(fail(at..end + 1, "longer than 9,999 years"));
            }
            found = true;
        }
        if found { Ok(period) } else { Err(fail(0..text.len(), "expected at least one number with a unit")) }
    }

    /// Whether no time passes.
    pub fn is_zero(self) -> bool {
        self == Period::default()
    }
}

/// A length of time in milliseconds, for delays and timeouts: a day is 24 hours here, and months have no length.
pub fn read_duration(text: &str) -> Result<i64> {
    let period = Period::parse(text)?;
    if period.months != 0 {
        return Err(Error::at(
            Code::InvalidDuration,
            text,
            0..text.len(),
            [&quoted(text), ": months and years have no fixed length; expected days, hours, minutes or seconds"]
                .concat(),
        ));
    }
    Ok(i64::from(period.days) * DAY_MS + period.ms)
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// Adds `amount` to `sum` unless that exceeds `most`.
fn add<T: Copy + Into<i64> + TryFrom<i64>>(sum: &mut T, amount: i64, most: i64) -> bool {
    let total = (*sum).into().saturating_add(amount);
    let fits = total <= most;
    if let (true, Ok(total)) = (fits, T::try_from(total)) {
        *sum = total;
    }
    fits
}
