//! What a wall clock shows, and the forms in which Airflow writes it.

use super::error::EvalError;
use crate::time::{Civil, DAY_MS, Instant};

pub(super) const NO_SUCH_DATE: EvalError = EvalError::Refused("there is no such date in the years 1 to 9999");
pub(super) const DAY_MICROS: i64 = DAY_MS * 1000;

/// What the wall shows at a date; without an offset it is nobody's wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wall {
    /// Microseconds since 1970-01-01T00:00 on the wall.
    pub micros: i64,
    /// Seconds ahead of UTC.
    pub offset: Option<i32>,
}

/// A way to write a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// 2024-03-01
    Ds,
    /// 20240301
    DsNodash,
    /// 2024-03-01T00:00:00+00:00
    Ts,
    /// 20240301T000000
    TsNodash,
    /// 20240301T000000+0000
    TsNodashWithTz,
    /// A date with attributes and methods, which prints like `Ts`.
    Object,
}

impl Wall {
    /// Refused where the year has no four digits: there Python's calendar ends.
    pub(super) fn new(micros: i64, offset: Option<i32>) -> Result<Wall, EvalError> {
        const FIRST: i64 = Instant::MIN.ms() * 1000;
        const LAST: i64 = Instant::MAX.ms() * 1000 + 999;
        if (FIRST..=LAST).contains(&micros) { Ok(Wall { micros, offset }) } else { Err(NO_SUCH_DATE) }
    }

    pub(super) fn civil(self) -> Civil {
        Civil::from_ms(self.micros.div_euclid(1000))
    }

    pub(super) fn micros_of_second(self) -> u32 {
        self.micros.rem_euclid(1_000_000) as u32
    }

    /// Monday = 0.
    pub(super) fn weekday(self) -> u32 {
        (self.civil().weekday() + 6) % 7
    }

    /// Appends it in one of Airflow's forms. Written by hand, because a date is written millions of times.
    pub(super) fn write(self, form: Form, out: &mut String) {
        let civil = self.civil();
        let (year, month, day) = civil.ymd();
        let ([a, b], [c, d], [e, f], [g, h]) = (two(year as u32 / 100), two(year as u32), two(month), two(day));
        let dashes = matches!(form, Form::Ds | Form::Ts | Form::Object);
        if dashes {
            push(&[a, b, c, d, b'-', e, f, b'-', g, h], out)
        } else {
            push(&[a, b, c, d, e, f, g, h], out)
        }
        if matches!(form, Form::Ds | Form::DsNodash) {
            return;
        }
        let seconds = (civil.ms_of_day() / 1000) as u32;
        let ([a, b], [c, d], [e, f]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
        if dashes {
            push(&[b'T', a, b, b':', c, d, b':', e, f], out)
        } else {
            push(&[b'T', a, b, c, d, e, f], out)
        }
        if form == Form::TsNodash {
            return;
        }
        let micros = self.micros_of_second();
        if micros > 0 {
            out.push('.');
            write_fraction(micros, out);
        }
        write_offset(self.offset, dashes, out);
    }
}

/// Appends an offset as `+01:00` or `+0100`, with seconds only where there are any; nothing without an offset.
pub(super) fn write_offset(offset: Option<i32>, colons: bool, out: &mut String) {
    let Some(offset) = offset else { return };
    let seconds = offset.unsigned_abs();
    let sign = if offset < 0 { b'-' } else { b'+' };
    let ([a, b], [c, d], [e, f]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
    if colons {
        push(&[sign, a, b, b':', c, d], out)
    } else {
        push(&[sign, a, b, c, d], out)
    }
    if !seconds.is_multiple_of(60) {
        if colons { push(&[b':', e, f], out) } else { push(&[e, f], out) }
    }
}

/// Appends the six digits of microseconds.
pub(super) fn write_fraction(micros: u32, out: &mut String) {
    let ([a, b], [c, d], [e, f]) = (two(micros / 10_000), two(micros / 100), two(micros));
    push(&[a, b, c, d, e, f], out);
}

/// The last two digits of a number.
fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// Appends ASCII.
fn push(bytes: &[u8], out: &mut String) {
    out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
}

/// Midnight of the first day of a month, counted from year 0, as microseconds on the wall; a place outside the calendar where
/// there is no such month.
pub(super) fn first_of_month(number: i64) -> i64 {
    let year = i32::try_from(number.div_euclid(12)).ok();
    let first = year.and_then(|year| Civil::new(year, number.rem_euclid(12) as u32 + 1, 1, 0, 0, 0));
    first.map_or(i64::MAX, |first| first.ms() * 1000)
}

/// How many days a month has; month 0 is December of the year before.
pub(super) fn days_in(year: i32, month: i64) -> i64 {
    let number = i64::from(year) * 12 + month - 1;
    (first_of_month(number + 1) - first_of_month(number)) / DAY_MICROS
}
