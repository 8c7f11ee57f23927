//! Reads dates as Python's strptime does: names in any case, white space as one, numbers as wide as they can be.

use super::host::{Case, recased};
use super::strftime::{MONTHS, WEEKDAYS};
use super::wall::{DAY_MICROS, Wall};
use crate::time::Civil;

/// Steps of the search for a reading, besides some a letter of the format: more are needed only by formats made to be ambiguous.
const STEPS: u32 = 1_000;

/// Codes of numbers: how many digits they have at least and at most, and the least and greatest number.
const NUMBERS: &[(char, usize, usize, i64, i64)] = &[
    ('Y', 4, 4, 0, 9999),
    ('G', 4, 4, 0, 9999),
    ('y', 2, 2, 0, 99),
    ('m', 1, 2, 1, 12),
    ('d', 1, 2, 1, 31),
    ('H', 1, 2, 0, 23),
    ('I', 1, 2, 1, 12),
    ('M', 1, 2, 0, 59),
    ('S', 1, 2, 0, 61),
    ('j', 1, 3, 1, 366),
    ('U', 1, 2, 0, 53),
    ('W', 1, 2, 0, 53),
    ('V', 1, 2, 1, 53),
    ('u', 1, 1, 1, 7),
    ('w', 1, 1, 0, 6),
    ('f', 1, 6, 0, 999_999),
];

/// Codes of anything else.
const WORDS: &[char] = &['a', 'A', 'b', 'B', 'p', 'Z', 'z'];

/// Codes and what was read for them, in the order of the format.
type Fields = Vec<(char, i64)>;

/// The date that `text` shows in `format`; missing parts are those of 1900-01-01. `None` where Python raises.
pub(super) fn strptime(text: &str, format: &str) -> Option<Wall> {
    let items = items(format)?;
    let mut steps = STEPS + 10 * items.len() as u32;
    let mut fields = Vec::new();
    read(text, &items, &mut fields, &mut steps)?;
    date(&fields)
}

/// The letters of the format, short codes written out. `None` when a code is unknown or stands twice.
fn items(format: &str) -> Option<Vec<char>> {
    let mut items = Vec::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            items.push(letter);
            continue;
        }
        let code = letters.next()?;
        let long = match code {
            'c' => "%a %b %d %H:%M:%S %Y",
            'x' => "%m/%d/%y",
            'X' => "%H:%M:%S",
            _ => "%",
        };
        items.extend(long.chars());
        if long == "%" {
            items.push(code);
        }
    }
    let (mut rest, mut seen) = (items.as_slice(), Vec::new());
    loop {
        rest = match rest {
            [] => return Some(items),
            ['%', '%', after @ ..] => after,
            ['%', code, after @ ..] => {
                let is_known = WORDS.contains(code) || NUMBERS.iter().any(|row| row.0 == *code);
                if !is_known || seen.contains(code) {
                    return None;
                }
                seen.push(*code);
                after
            }
            [_, after @ ..] => after,
        };
    }
}

/// Reads the rest of `text` by the rest of the format; tries wide numbers first, as a greedy pattern does.
fn read(text: &str, format: &[char], fields: &mut Fields, steps: &mut u32) -> Option<()> {
    let (mut text, mut format) = (text, format);
    loop {
        *steps = steps.checked_sub(1)?;
        match format {
            [] => return text.is_empty().then_some(()),
            ['%', '%', rest @ ..] => {
                text = text.strip_prefix('%')?;
                format = rest;
            }
            ['%', code, rest @ ..] => {
                let row = NUMBERS.iter().find(|row| row.0 == *code);
                // A word is read in one way.
                let (least, most) = row.map_or((0, 0), |row| (row.1, row.2));
                let known = fields.len();
                for digits in (least..=most).rev() {
                    let read_so = match row {
                        Some((.., least, most)) => {
                            number(text, digits).filter(|(_, number)| (least..=most).contains(&number))
                        }
                        None => word(*code, text),
                    };
                    let Some((length, number)) = read_so else { continue };
                    fields.push((*code, if *code == 'f' { number * 10i64.pow(6 - digits as u32) } else { number }));
                    if read(text.get(length..)?, rest, fields, steps).is_some() {
                        return Some(());
                    }
                    fields.truncate(known);
                }
                return None;
            }
            [space, rest @ ..] if space.is_whitespace() => {
                let after = text.trim_start();
                if after.len() == text.len() {
                    return None;
                }
                text = after;
                format = rest;
                while let [space, rest @ ..] = format
                    && space.is_whitespace()
                {
                    format = rest;
                }
            }
            [letter, rest @ ..] => {
                let mut letters = text.chars();
                if !is_same(letters.next()?, *letter) {
                    return None;
                }
                text = letters.as_str();
                format = rest;
            }
        }
    }
}

/// Whether two letters differ in nothing but their case.
fn is_same(a: char, b: char) -> bool {
    let lower = |c: char| recased(c.encode_utf8(&mut [0; 4]), Case::Lower);
    a == b || lower(a) == lower(b)
}

/// A number of so many digits at the start of `text`, behind its length.
fn number(text: &str, digits: usize) -> Option<(usize, i64)> {
    let text = text.as_bytes().get(..digits)?;
    let number = text.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + i64::from(byte - b'0')),
        _ => None,
    });
    Some((digits, number?))
}

/// What else may stand at the start of `text`: how long it is, and its number.
fn word(code: char, text: &str) -> Option<(usize, i64)> {
    let words: &[&str] = match code {
        'a' | 'A' => &WEEKDAYS,
        'b' | 'B' => &MONTHS,
        'p' => &["AM", "PM"],
        'Z' => &["UTC", "GMT"],
        _ => return zone(text),
    };
    for (number, word) in (0..).zip(words) {
        let word = if matches!(code, 'a' | 'b') { word.get(..3)? } else { word };
        if text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
            return Some((word.len(), number));
        }
    }
    None
}

/// `Z`, `+0100`, `+01:00` or with seconds.
fn zone(text: &str) -> Option<(usize, i64)> {
    let mut rest = match text.as_bytes() {
        [b'Z', ..] => return Some((1, 0)),
        [b'+' | b'-', ..] => text.get(1..)?,
        _ => return None,
    };
    let mut seconds = 0;
    for size in [3600, 60, 1] {
        let after = rest.strip_prefix(':').filter(|_| size < 3600).unwrap_or(rest);
        match number(after, 2) {
            Some((_, number)) if size == 3600 || number < 60 => seconds += number * size,
            None if size == 1 => break,
            _ => return None,
        }
        rest = after.get(2..)?;
    }
    Some((text.len() - rest.len(), if text.starts_with('-') { -seconds } else { seconds }))
}

/// What was read last by one of these codes.
#[inline(never)]
fn last(fields: &[(char, i64)], codes: &[char]) -> Option<(char, i64)> {
    fields.iter().rev().find(|(code, _)| codes.contains(code)).copied()
}

/// Puts the fields together, by Python's order: day of the year, week and weekday, month and day.
fn date(fields: &[(char, i64)]) -> Option<Wall> {
    let last = |codes: &[char]| last(fields, codes);
    let number = |code: char| last(&[code]).map(|(_, number)| number);
    let start = |year: i64| Some(Civil::new(i32::try_from(year).ok()?, 1, 1, 0, 0, 0)?.day_number());
    let named_year = last(&['Y', 'y']).map(|(code, year)| match year {
        _ if code == 'Y' => year,
        0..69 => 2000 + year,
        _ => 1900 + year,
    });
    let year = named_year.unwrap_or(1900);
    // Monday = 0.
    let weekday = last(&['a', 'A', 'u', 'w']).map(|(code, number)| match code {
        'u' => number - 1,
        'w' => (number + 6) % 7,
        _ => number,
    });
    let (week, day_of_year, iso_year) = (last(&['U', 'W', 'V']), number('j'), number('G'));
    if iso_year.is_some() && (week.is_none_or(|(kind, _)| kind != 'V') || weekday.is_none() || day_of_year.is_some()) {
        return None;
    }
    let day = match (day_of_year, week, weekday) {
        (Some(day), ..) => start(year)? + day - 1,
        (None, Some(('V', week)), weekday) => {
            let fourth = start(iso_year?)? + 3;
            fourth - (fourth + 3).rem_euclid(7) + week * 7 - 7 + weekday?
        }
        (None, Some((kind, week)), Some(weekday)) if named_year.is_some() => {
            // Weeks begin on Sunday or Monday; the days before the first of them are week 0.
            let (first, place) = if kind == 'U' { (4, (weekday + 1) % 7) } else { (3, weekday) };
            let first = (start(year)? + first).rem_euclid(7);
            start(year)? + place + if week == 0 { -first } else { (7 - first) % 7 + 7 * (week - 1) }
        }
        _ => {
            let month = last(&['m', 'b', 'B']).map_or(1, |(code, month)| month + i64::from(code != 'm'));
            let day = number('d').unwrap_or(1);
            Civil::new(year as i32, month as u32, day as u32, 0, 0, 0)?.day_number()
        }
    };
    let hour = match number('I') {
        Some(hour) => hour % 12 + number('p').unwrap_or(0) * 12,
        None => number('H').unwrap_or(0),
    };
    // A leap second is no time of day.
    let second = Some(number('S').unwrap_or(0)).filter(|second| *second < 60)?;
    let seconds = hour * 3600 + number('M').unwrap_or(0) * 60 + second;
    let micros = day * DAY_MICROS + seconds * 1_000_000 + number('f').unwrap_or(0);
    Wall::new(micros, number('z').map(|offset| offset as i32)).ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_search_for_a_reading_is_given_up() {
        let format: Vec<char> = "%d%m%H%M%S%j%U%W%f".chars().collect();
        let found = |mut steps: u32| read("111111111", &format, &mut Vec::new(), &mut steps).is_some();
        assert!(found(100_000), "all numbers have one digit");
        assert!(!found(100), "which is what is tried last");
    }
}
