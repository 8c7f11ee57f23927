//! Reads a date as a person writes it. Dates are parsed here and nowhere else: a JavaScript engine takes 30 February for 2 March.

use super::{Civil, Instant};
use crate::error::{Code, Error, Result, quoted};

/// A date as it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DateInput<'a> {
    /// Milliseconds since 1970.
    Number(f64),
    /// ISO 8601 text: an instant (with offset), a wall-clock time (without) or a civil day (date only).
    Text(&'a str),
}

/// A date as it was given, kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Date {
    /// Milliseconds since 1970.
    Number(f64),
    /// ISO 8601 text.
    Text(String),
}

impl Date {
    /// The same, borrowed.
    pub fn as_input(&self) -> DateInput<'_> {
        match self {
            Date::Number(ms) => DateInput::Number(*ms),
            Date::Text(text) => DateInput::Text(text),
        }
    }

    /// Whether it names an instant, and no day or time on a wall.
    pub fn is_instant(&self) -> bool {
        match self {
            Date::Number(_) => true,
            Date::Text(text) => matches!(read(text), Ok(Reading::Instant(_))),
        }
    }
}

/// What a text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Instant(Instant),
    WallClock(Civil),
    Day(Civil),
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self, count: usize, what: &str) -> Result<u32> {
        let from = self.at;
        let mut value = 0;
        for _ in 0..count {
            match self.peek() {
                Some(digit @ b'0'..=b'9') => value = value * 10 + u32::from(digit - b'0'),
                _ => return Err(self.fail(from, &format!("expected {count} digits for the {what}"))),
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn fail(&self, from: usize, what: &str) -> Error {
        let shown: String = self.text.chars().take(80).collect();
        let end = (self.at + 1).min(self.text.len());
        Error::at(Code::InvalidDate, self.text, from.min(end)..end, [&quoted(&shown), " is no date: ", what].concat())
            .hint("Write 2024-03-10, 2024-03-10T02:30 or 2024-03-10T02:30:00Z.")
    }
}

pub(super) fn read(text: &str) -> Result<Reading> {
    let mut c = Cursor { text, at: 0 };
    let year = c.digits(4, "year")?;
    if !c.take(b'-') {
        return Err(c.fail(c.at, "expected \"-\" after the year"));
    }
    let month = c.digits(2, "month")?;
    if !c.take(b'-') {
        return Err(c.fail(c.at, "expected \"-\" after the month"));
    }
    let day = c.digits(2, "day")?;
    if !(1..=12).contains(&month) {
        return Err(Cursor { text, at: 6 }.fail(5, &format!("month {month}: expected 01 to 12")));
    }
    if year == 0 {
        return Err(Cursor { text, at: 3 }.fail(0, "expected a year from 0001 to 9999"));
    }
    let Some(midnight) = Civil::new(year as i32, month, day, 0, 0, 0) else {
        let last = (28..=31).rev().find(|day| Civil::new(year as i32, month, *day, 0, 0, 0).is_some()).unwrap_or(28);
        let what = format!("day {day}: {year:04}-{month:02} has the days 01 to {last}");
        return Err(Cursor { text, at: 9 }.fail(8, &what));
    };
    if c.at == text.len() {
        return Ok(Reading::Day(midnight));
    }
    if !(c.take(b'T') || c.take(b't') || c.take(b' ')) {
        return Err(c.fail(c.at, "expected the end or \"T\" and a time after the date"));
    }
    let civil = Civil::from_ms(midnight.ms() + read_time(&mut c)?);
    let reading = match read_offset(&mut c)? {
        Some(offset) => Reading::Instant(Instant::new(civil.ms() - offset * 1000)?),
        None => Reading::WallClock(civil),
    };
    if c.at < text.len() {
        return Err(c.fail(c.at, "expected the end, \"Z\" or an offset such as +01:00"));
    }
    Ok(reading)
}

/// Milliseconds of the day. Digits beyond milliseconds are cut: that is the resolution of dagfill.
fn read_time(c: &mut Cursor<'_>) -> Result<i64> {
    let field = |c: &mut Cursor<'_>, what: &str, most: u32| {
        let from = c.at;
        let value = c.digits(2, what)?;
        if value > most {
            c.at -= 1;
            return Err(c.fail(from, &format!("{what} {value}: expected 00 to {most}")));
        }
        Ok(i64::from(value))
    };
    let mut ms = field(c, "hour", 23)? * 3_600_000;
    if c.take(b':') {
        ms += field(c, "minute", 59)? * 60_000;
        if c.take(b':') {
            ms += field(c, "second", 59)? * 1000;
            if c.take(b'.') || c.take(b',') {
                let from = c.at;
                let mut scale = 100;
                while let Some(digit @ b'0'..=b'9') = c.peek() {
                    ms += i64::from(digit - b'0') * scale;
                    scale /= 10;
                    c.at += 1;
                }
                if c.at == from {
                    return Err(c.fail(from, "expected digits after the decimal point"));
                }
            }
        }
    }
    Ok(ms)
}

/// Seconds ahead of UTC, where the text says so.
fn read_offset(c: &mut Cursor<'_>) -> Result<Option<i64>> {
    if c.take(b'Z') || c.take(b'z') {
        return Ok(Some(0));
    }
    let sign = match c.peek() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Ok(None),
    };
    let from = c.at;
    c.at += 1;
    let hours = c.digits(2, "hours of the offset")?;
    let has_minutes = c.take(b':') || matches!(c.peek(), Some(b'0'..=b'9'));
    let minutes = if has_minutes { c.digits(2, "minutes of the offset")? } else { 0 };
    // Offsets of the nineteenth century have seconds.
    let seconds = if c.take(b':') { c.digits(2, "seconds of the offset")? } else { 0 };
    if hours > 23 || minutes > 59 || seconds > 59 {
        c.at -= 1;
        return Err(c.fail(from, "expected an offset from -23:59 to +23:59"));
    }
    Ok(Some(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds))))
}
