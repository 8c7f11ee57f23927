//! Reads dates as Python's strptime does: names in any case, white space as one, numbers as wide as they can be.

use super::date::{DAY_MICROS, Wall};
use super::strftime::{MONTHS, WEEKDAYS};
use crate::time::Civil;

/// Steps of the search for a reading, besides some a letter of the format: more are needed only by formats made to be ambiguous.
const STEPS: u32 = 1_000;

const CODES: &str = "YGymdHIMSjUWVuwfaAbBpZz";

/// Fields as they were read.
#[derive(Clone, Copy, Default)]
struct Fields {
    year: Option<i32>,
    iso_year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    day_of_year: Option<u32>,
    /// Monday = 0.
    weekday: Option<u32>,
    /// Week, and which: `U`, `W` or `V`.
    week: Option<(u32, char)>,
    hour: u32,
    hour12: Option<u32>,
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    micros: u32,
    offset: Option<i32>,
}

/// The date that `text` shows in `format`; missing parts are those of 1900-01-01. `None` where Python raises.
pub(super) fn strptime(text: &str, format: &str) -> Option<Wall> {
    let mut format = format.to_owned();
    for (short, long) in [("%c", "%a %b %d %H:%M:%S %Y"), ("%x", "%m/%d/%y"), ("%X", "%H:%M:%S")] {
        if format.contains(short) {
            format = format.replace(short, long);
        }
    }
    let items: Vec<char> = format.chars().collect();
    if !is_sound(&items) {
        return None;
    }
    let mut steps = STEPS + 10 * items.len() as u32;
    date(&read(text, &items, Fields::default(), &mut steps)?)
}

/// Every code is known, and none stands twice.
fn is_sound(format: &[char]) -> bool {
    let (mut rest, mut seen) = (format, String::new());
    loop {
        rest = match rest {
            [] => return true,
            ['%', '%', after @ ..] => after,
            ['%', code, after @ ..] if CODES.contains(*code) && !seen.contains(*code) => {
                seen.push(*code);
                after
            }
            ['%', ..] => return false,
            [_, after @ ..] => after,
        };
    }
}

/// Reads the rest of `text` by the rest of the format; tries wide numbers first, as a greedy pattern does.
fn read(text: &str, format: &[char], mut fields: Fields, steps: &mut u32) -> Option<Fields> {
    let (mut text, mut format) = (text, format);
    loop {
        *steps = steps.checked_sub(1)?;
        match format {
            [] => return text.is_empty().then_some(fields),
            ['%', '%', rest @ ..] => {
                text = text.strip_prefix('%')?;
                format = rest;
            }
            ['%', code, rest @ ..] => {
                let options = candidates(*code, text);
                let (last, others) = options.split_last()?;
                for (length, number) in others {
                    let mut fields = fields;
                    fields.set(*code, *number, text.get(..*length)?)?;
                    if let Some(found) = read(text.get(*length..)?, rest, fields, steps) {
                        return Some(found);
                    }
                }
                fields.set(*code, last.1, text.get(..last.0)?)?;
                text = text.get(last.0..)?;
                format = rest;
            }
            [space, rest @ ..] if space.is_whitespace() => {
                let after = text.trim_start();
                if after.len() == text.len() {
                    return None;
                }
                text = after;
                format =
                    rest.iter().position(|c| !c.is_whitespace()).and_then(|next| rest.get(next..)).unwrap_or_default();
            }
            [letter, rest @ ..] => {
                let mut letters = text.chars();
                if !letters.next()?.to_lowercase().eq(letter.to_lowercase()) {
                    return None;
                }
                text = letters.as_str();
                format = rest;
            }
        }
    }
}

/// Ways to read `code` at the start of `text`: how many bytes, and which number; the widest first.
fn candidates(code: char, text: &str) -> Vec<(usize, u32)> {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    let numbers = |shortest: usize, longest: usize, least: u32, most: u32| {
        let lengths = (shortest..=digits.min(longest)).rev();
        let numbers = lengths.filter_map(|length| Some((length, text.get(..length)?.parse().ok()?)));
        numbers.filter(|(_, number)| (least..=most).contains(number)).collect()
    };
    let words = |words: &[&str], shortened: bool| {
        let mut found = Vec::new();
        for (number, word) in (0..).zip(words) {
            let word = if shortened { word.get(..3).unwrap_or(word) } else { word };
            if text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
                found.push((word.len(), number));
            }
        }
        found
    };
    match code {
        'Y' | 'G' => numbers(4, 4, 0, 9999),
        'y' => numbers(2, 2, 0, 99),
        'm' => numbers(1, 2, 1, 12),
        'd' => numbers(1, 2, 1, 31),
        'H' => numbers(1, 2, 0, 23),
        'I' => numbers(1, 2, 1, 12),
        'M' => numbers(1, 2, 0, 59),
        'S' => numbers(1, 2, 0, 61),
        'j' => numbers(1, 3, 1, 366),
        'U' | 'W' => numbers(1, 2, 0, 53),
        'V' => numbers(1, 2, 1, 53),
        'u' => numbers(1, 1, 1, 7),
        'w' => numbers(1, 1, 0, 6),
        'f' => numbers(1, 6, 0, 999_999),
        'a' => words(&WEEKDAYS, true),
        'A' => words(&WEEKDAYS, false),
        'b' => words(&MONTHS, true),
        'B' => words(&MONTHS, false),
        'p' => words(&["AM", "PM"], false),
        'Z' => words(&["UTC", "GMT"], false),
        'z' => zone(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `Z`, `+0100`, `+01:00` or with seconds; the number is the size of the offset.
fn zone(text: &str) -> Option<(usize, u32)> {
    if text.starts_with('Z') {
        return Some((1, 0));
    }
    let mut rest = text.strip_prefix(['+', '-'])?;
    let mut seconds = 0;
    for size in [3600, 60, 1] {
        let after = rest.strip_prefix(':').filter(|_| size < 3600).unwrap_or(rest);
        let Some(number) = after.get(..2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit())) else {
            if size == 1 {
                break;
            }
            return None;
        };
        let number: u32 = number.parse().ok().filter(|number| size == 3600 || *number < 60)?;
        seconds += number * size;
        rest = after.get(2..)?;
    }
    Some((text.len() - rest.len(), seconds))
}

impl Fields {
    fn set(&mut self, code: char, number: u32, text: &str) -> Option<()> {
        match code {
            'Y' => self.year = Some(number as i32),
            'y' => self.year = Some(number as i32 + if number < 69 { 2000 } else { 1900 }),
            'G' => self.iso_year = Some(number as i32),
            'm' => self.month = Some(number),
            'b' | 'B' => self.month = Some(number + 1),
            'd' => self.day = Some(number),
            'j' => self.day_of_year = Some(number),
            'a' | 'A' => self.weekday = Some(number),
            'u' => self.weekday = Some(number - 1),
            'w' => self.weekday = Some((number + 6) % 7),
            'U' | 'W' | 'V' => self.week = Some((number, code)),
            'H' => self.hour = number,
            'I' => self.hour12 = Some(number),
            'p' => self.afternoon = Some(number == 1),
            'M' => self.minute = number,
            'S' => self.second = number,
            'f' => self.micros = number * 10u32.pow(6u32.saturating_sub(text.len() as u32)),
            'z' => self.offset = Some(if text.starts_with('-') { -(number as i32) } else { number as i32 }),
            _ => {}
        }
        Some(())
    }
}

/// Puts the fields together, by Python's order: day of the year, week and weekday, month and day.
fn date(fields: &Fields) -> Option<Wall> {
    if fields.iso_year.is_some()
        && (fields.week.is_none_or(|(_, kind)| kind != 'V') || fields.weekday.is_none() || fields.day_of_year.is_some())
    {
        return None;
    }
    let start = |year: i32| Some(Civil::new(year, 1, 1, 0, 0, 0)?.day_number());
    let year = fields.year.unwrap_or(1900);
    let day = match (fields.day_of_year, fields.week, fields.weekday) {
        (Some(day), ..) => start(year)? + i64::from(day) - 1,
        (None, Some((week, 'V')), Some(weekday)) => {
            let fourth = start(fields.iso_year?)? + 3;
            fourth - (fourth + 3).rem_euclid(7) + i64::from(week) * 7 - 7 + i64::from(weekday)
        }
        (None, Some((_, 'V')), None) => return None,
        (None, Some((week, kind)), Some(weekday)) if fields.year.is_some() => {
            // Weeks begin on Sunday or Monday; the days before the first of them are week 0.
            let (first, place) = if kind == 'U' { (4, (weekday + 1) % 7) } else { (3, weekday) };
            let first = (start(year)? + first).rem_euclid(7);
            let from = if week == 0 { -first } else { (7 - first) % 7 + 7 * (i64::from(week) - 1) };
            start(year)? + from + i64::from(place)
        }
        _ => Civil::new(year, fields.month.unwrap_or(1), fields.day.unwrap_or(1), 0, 0, 0)?.day_number(),
    };
    let hour = match (fields.hour12, fields.afternoon) {
        (Some(hour), Some(true)) => hour % 12 + 12,
        (Some(hour), _) => hour % 12,
        (None, _) => fields.hour,
    };
    let seconds = i64::from(hour) * 3600 + i64::from(fields.minute) * 60 + i64::from(fields.second);
    // A leap second is no time of day.
    let micros = (fields.second < 60).then_some(day * DAY_MICROS + seconds * 1_000_000 + i64::from(fields.micros))?;
    Wall::new(micros, fields.offset).ok()
}

#[cfg(test)]
mod tests {
    use super::{Fields, read};

    #[test]
    fn the_search_for_a_reading_is_given_up() {
        let format: Vec<char> = "%d%m%H%M%S%j%U%W%f".chars().collect();
        let found = |mut steps: u32| read("111111111", &format, Fields::default(), &mut steps).is_some();
        assert!(found(100_000), "all numbers have one digit");
        assert!(!found(100), "which is what is tried last");
    }
}
