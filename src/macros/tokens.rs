//! Pendulum's own format: `YYYY-MM-DD`, by its tokens, in English.

use super::error::EvalError;
use super::json::write_int;
use super::moment::{Moment, Tz};
use super::strftime::{MONTHS, WEEKDAYS};
use super::wall::write_offset;

/// The tokens: a letter, how often it may be repeated, and how often before an `o` for an ordinal number, as bits.
const TOKENS: &[(u8, u16, u16)] = &[
    (b'A', 0b1, 0),
    (b'D', 0b1111, 0b101),
    (b'E', 0b1111, 0),
    (b'G', 0b1_1010, 0),
    (b'H', 0b11, 0),
    (b'L', 0b1111, 0),
    (b'M', 0b1111, 0b1),
    (b'Q', 0b1, 0b1),
    (b'S', 0b1_1111_1111, 0),
    (b'W', 0b11, 0b1),
    (b'X', 0b1, 0),
    (b'Y', 0b1011, 0),
    (b'Z', 0b11, 0),
    (b'a', 0b1, 0),
    (b'd', 0b1111, 0b1),
    (b'e', 0b1, 0b1),
    (b'g', 0b1_1010, 0),
    (b'h', 0b11, 0),
    (b'k', 0b11, 0),
    (b'm', 0b11, 0),
    (b's', 0b11, 0),
    (b'w', 0b11, 0b1),
    (b'x', 0b1, 0),
    (b'z', 0b11, 0),
];

/// The longest token that a text begins with: its letter, how often it stands there, whether an `o` follows; its length.
fn token(text: &[u8]) -> Option<(u8, usize, bool, usize)> {
    let letter = *text.first()?;
    if text.starts_with(b"LT") {
        let length = if text.starts_with(b"LTS") { 3 } else { 2 };
        return Some((b'T', length, false, length));
    }
    let (_, plain, ordinal) = TOKENS.iter().find(|row| row.0 == letter)?;
    let run = text.iter().take_while(|byte| **byte == letter).take(9).count();
    if run < 9 && ordinal >> run.checked_sub(1)? & 1 == 1 && text.get(run) == Some(&b'o') {
        return Some((letter, run, true, run + 1));
    }
    let count = (1..=run).rev().find(|count| plain >> (count - 1) & 1 == 1)?;
    Some((letter, count, false, count))
}

/// A date in a format of tokens; `[text]` and `\x` stand for themselves. Without a zone it is a day, which has no tokens of a time.
pub(super) fn write(moment: &Moment, format: &str, zone: Option<&str>, out: &mut String) -> Result<(), EvalError> {
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if let Some(inside) = rest.strip_prefix('[')
            && let Some((text, after)) = inside.split_once(']')
            && !text.contains('[')
            && !text.is_empty()
        {
            out.push_str(text);
            rest = after;
        } else if let Some(escaped) = rest.strip_prefix('\\').filter(|escaped| !escaped.is_empty()) {
            let length = escaped.chars().next().map_or(0, char::len_utf8);
            let (letter, after) = escaped.split_at(length);
            out.push_str(letter);
            rest = after;
        } else if let Some((letter, count, is_ordinal, length)) = token(rest.as_bytes()) {
            let (token, after) = rest.split_at(length);
            write_token(moment, (letter, count, is_ordinal), token, zone, out)?;
            rest = after;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(())
}

fn write_token(
    moment: &Moment,
    read: (u8, usize, bool),
    token: &str,
    zone: Option<&str>,
    out: &mut String,
) -> Result<(), EvalError> {
    let wall = moment.to_wall();
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let (letter, count, is_ordinal) = read;
    let is_instant = matches!(letter, b'X' | b'x') && moment.offset.is_none();
    if is_instant || zone.is_none() && b"AHSTXZhmsxz".contains(&letter) {
        return Err(EvalError::Refused("this value has no such method"));
    }
    let longer = match (letter, count) {
        (b'T', 3) => "h:mm:ss A",
        (b'T', _) => "h:mm A",
        (b'L', 1) => "MM/DD/YYYY",
        (b'L', 2) => "MMMM D, YYYY",
        (b'L', 3) => "MMMM D, YYYY h:mm A",
        (b'L', _) => "dddd, MMMM D, YYYY h:mm A",
        _ => "",
    };
    if !longer.is_empty() {
        return write(moment, longer, zone, out);
    }
    let number = match letter {
        b'Y' if count == 2 => year as u32 % 100,
        b'Y' => year as u32,
        b'Q' => month.div_ceil(3),
        b'M' => month,
        b'D' if count < 3 => day,
        b'D' => civil.day_of_year(),
        b'd' | b'e' => (wall.weekday() + 1) % 7 + u32::from(letter == b'e' && is_ordinal),
        b'E' => wall.weekday() + 1,
        b'H' | b'A' => civil.hour(),
        b'h' => (civil.hour() + 11) % 12 + 1,
        b'm' => civil.minute(),
        b's' => civil.second(),
        b'S' => wall.micros_of_second() / 10u32.pow(6u32.saturating_sub(count as u32)),
        b'w' => civil.iso_week().1,
        _ => 0,
    };
    match (letter, count) {
        _ if is_ordinal && letter != b'W' => write_ordinal(number, out),
        (b'M', 3..) => write_name(&MONTHS, month - 1, count, out),
        (b'd', 2..) => write_name(&WEEKDAYS, wall.weekday(), count, out),
        (b'A', _) => out.push_str(if number < 12 { "AM" } else { "PM" }),
        (b'X', _) => write_int(moment.utc().div_euclid(1_000_000), out),
        (b'x', _) => write_int(moment.utc().div_euclid(1_000), out),
        (b'Z', _) => write_offset(moment.offset.map(|offset| offset - offset % 60), count == 1, out),
        (b'z', 2) => out.push_str(zone.unwrap_or_default()),
        (b'z', _) => match &moment.tz {
            Some(Tz::Zone(zone)) => out.push_str(zone.name()),
            _ => write_offset(moment.offset, true, out),
        },
        (b'Y', 4) | (b'D', 3) => write_padded(number, 0, out),
        (b'D', 4) => write_padded(number, 3, out),
        (b'E', 1) | (b'S', ..=6) | (b'Y' | b'M' | b'D' | b'Q' | b'd' | b'e' | b'H' | b'h' | b'm' | b's', _) => {
            write_padded(number, count, out);
        }
        // Pendulum leaves the others as they are.
        _ => out.push_str(token),
    }
    Ok(())
}

fn write_padded(number: u32, width: usize, out: &mut String) {
    let mut text = String::new();
    write_int(i64::from(number), &mut text);
    out.extend(std::iter::repeat_n('0', width.saturating_sub(text.len())));
    out.push_str(&text);
}

/// Whole with four letters of the token, else as many as it has.
fn write_name(names: &[&str], index: u32, count: usize, out: &mut String) {
    let name = names.get(index as usize).copied().unwrap_or_default();
    out.push_str(if count == 4 { name } else { name.get(..count).unwrap_or_default() });
}

fn write_ordinal(number: u32, out: &mut String) {
    write_int(i64::from(number), out);
    out.push_str(match (number % 10, number % 100) {
        (1, last) if last != 11 => "st",
        (2, last) if last != 12 => "nd",
        (3, last) if last != 13 => "rd",
        _ => "th",
    });
}
