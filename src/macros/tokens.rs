//! Pendulum's own format: `YYYY-MM-DD`, by its tokens, in English.

use super::json::write_int;
use super::moment::{Moment, Tz};
use super::strftime::{MONTHS, WEEKDAYS};
use super::wall::write_offset;

/// Longest first, where one begins with another.
const TOKENS: &[&str] = &[
    "Mo",
    "MMMM",
    "MMM",
    "MM",
    "M",
    "DDDo",
    "Do",
    "DDDD",
    "DDD",
    "DD",
    "D",
    "dddd",
    "ddd",
    "dd",
    "do",
    "d",
    "eo",
    "e",
    "EEEE",
    "EEE",
    "EE",
    "E",
    "wo",
    "ww",
    "w",
    "Wo",
    "WW",
    "W",
    "Qo",
    "Q",
    "YYYY",
    "YY",
    "Y",
    "ggggg",
    "gggg",
    "gg",
    "GGGGG",
    "GGGG",
    "GG",
    "a",
    "A",
    "hh",
    "h",
    "HH",
    "H",
    "kk",
    "k",
    "mm",
    "m",
    "ss",
    "s",
    "SSSSSSSSS",
    "SSSSSSSS",
    "SSSSSSS",
    "SSSSSS",
    "SSSSS",
    "SSSS",
    "SSS",
    "SS",
    "S",
    "x",
    "X",
    "zz",
    "z",
    "ZZ",
    "Z",
    "LTS",
    "LT",
    "LLLL",
    "LLL",
    "LL",
    "L",
];

/// A date in a format of tokens; `[text]` and `\x` stand for themselves.
pub(super) fn write(moment: &Moment, format: &str, zone: &str, out: &mut String) {
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
        } else if let Some(token) = TOKENS.iter().find(|token| rest.starts_with(**token)) {
            write_token(moment, token, zone, out);
            rest = rest.get(token.len()..).unwrap_or_default();
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
}

fn write_token(moment: &Moment, token: &str, zone: &str, out: &mut String) {
    let wall = moment.to_wall();
    let civil = wall.civil();
    let (year, month, day) = civil.ymd();
    let (hour, micros) = (civil.hour(), wall.micros_of_second());
    let twelve = (hour + 11) % 12 + 1;
    let sunday = (wall.weekday() + 1) % 7;
    let mut padded = |number: u32, width: usize| {
        let mut text = String::new();
        write_int(i64::from(number), &mut text);
        out.extend(std::iter::repeat_n('0', width.saturating_sub(text.len())));
        out.push_str(&text);
    };
    match token {
        "YYYY" | "Y" => padded(year as u32, 0),
        "YY" => padded(year as u32 % 100, 2),
        "Q" => padded(month.div_ceil(3), 0),
        "MM" => padded(month, 2),
        "M" => padded(month, 0),
        "DD" => padded(day, 2),
        "D" => padded(day, 0),
        "DDDD" => padded(civil.day_of_year(), 3),
        "DDD" => padded(civil.day_of_year(), 0),
        "d" => padded(sunday, 0),
        "E" => padded(wall.weekday() + 1, 0),
        "HH" => padded(hour, 2),
        "H" => padded(hour, 0),
        "hh" => padded(twelve, 2),
        "h" => padded(twelve, 0),
        "mm" => padded(civil.minute(), 2),
        "m" => padded(civil.minute(), 0),
        "ss" => padded(civil.second(), 2),
        "s" => padded(civil.second(), 0),
        "S" => padded(micros / 100_000, 1),
        "SS" => padded(micros / 10_000, 2),
        "SSS" => padded(micros / 1_000, 3),
        "SSSS" => padded(micros / 100, 4),
        "SSSSS" => padded(micros / 10, 5),
        "SSSSSS" => padded(micros, 6),
        "e" => padded(sunday, 0),
        "X" => write_int(moment.utc().div_euclid(1_000_000), out),
        "x" => write_int(moment.utc().div_euclid(1_000), out),
        "zz" => out.push_str(zone),
        "z" => match &moment.tz {
            Some(Tz::Zone(zone)) => out.push_str(zone.name()),
            _ => write_offset(moment.offset, true, out),
        },
        "ZZ" | "Z" => write_offset(moment.offset.map(|offset| offset - offset % 60), token == "Z", out),
        "MMMM" | "MMM" => {
            let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
            out.push_str(if token == "MMM" { name.get(..3).unwrap_or_default() } else { name });
        }
        "dddd" | "ddd" | "dd" => {
            let name = WEEKDAYS.get(wall.weekday() as usize).copied().unwrap_or_default();
            out.push_str(if token == "dddd" { name } else { name.get(..token.len()).unwrap_or_default() });
        }
        "Do" => write_ordinal(day, out),
        "do" => write_ordinal(sunday, out),
        "Mo" => write_ordinal(month, out),
        "Qo" => write_ordinal(month.div_ceil(3), out),
        "wo" => write_ordinal(civil.iso_week().1, out),
        "DDDo" => write_ordinal(civil.day_of_year(), out),
        "eo" => write_ordinal(sunday + 1, out),
        "A" => out.push_str(if hour < 12 { "AM" } else { "PM" }),
        "LTS" => write(moment, "h:mm:ss A", zone, out),
        "LT" => write(moment, "h:mm A", zone, out),
        "L" => write(moment, "MM/DD/YYYY", zone, out),
        "LL" => write(moment, "MMMM D, YYYY", zone, out),
        "LLL" => write(moment, "MMMM D, YYYY h:mm A", zone, out),
        "LLLL" => write(moment, "dddd, MMMM D, YYYY h:mm A", zone, out),
        // Pendulum leaves the others as they are.
        other => out.push_str(other),
    }
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
