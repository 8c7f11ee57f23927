//! One field of a cron text: its bounds, its names, and the forms an item of its list may have.

use crate::error::{Code, Error, Result, nearest};

/// What a field may hold.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) min: u32,
    pub(super) max: u32,
    /// Names of the values from `min` on.
    names: &'static [&'static str],
    kind: Special,
}

#[derive(PartialEq)]
enum Special {
    None,
    Day,
    Weekday,
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// For people.
pub(super) const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// For people, from Sunday.
pub(super) const WEEKDAY_NAMES: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Steps over all years count from here.
pub(super) const FIRST_STEP_YEAR: u32 = 1970;

/// In the order of a text with seven fields.
pub(super) const FIELDS: [Field; 7] = [
    Field { name: "second", min: 0, max: 59, names: &[], kind: Special::None },
    Field { name: "minute", min: 0, max: 59, names: &[], kind: Special::None },
    Field { name: "hour", min: 0, max: 23, names: &[], kind: Special::None },
    Field { name: "day of month", min: 1, max: 31, names: &[], kind: Special::Day },
    Field { name: "month", min: 1, max: 12, names: &MONTHS, kind: Special::None },
    Field { name: "day of week", min: 0, max: 6, names: &WEEKDAYS, kind: Special::Weekday },
    Field { name: "year", min: 1, max: 9999, names: &[], kind: Special::None },
];

/// One item of a field's list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item {
    /// `*` or `?`: no restriction.
    Star,
    /// From `first` to `last` in steps of `step`; `last` may lie beyond the field's end, where values wrap around.
    Values { first: u32, last: u32, step: u32 },
    /// `L`: the month's last day.
    LastDay,
    /// `L5`: the month's last Friday.
    LastWeekday(u32),
    /// `5#2`: the month's second Friday.
    Nth(u32, u32),
}

/// A part of a cron text, by its bytes.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) input: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Part<'a> {
    pub(super) fn text(self) -> &'a str {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    /// The parts between occurrences of `separator`.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Part<'a>> {
        let mut start = self.start;
        self.text().split(separator).map(move |piece| {
            let part = Part { input: self.input, start, end: start + piece.len() };
            start = part.end + separator.len_utf8();
            part
        })
    }

    /// The parts before and after the first `separator`.
    fn split_once(self, separator: char) -> Option<(Part<'a>, Part<'a>)> {
        let (before, _) = self.text().split_once(separator)?;
        let middle = self.start + before.len();
        Some((Part { end: middle, ..self }, Part { start: middle + separator.len_utf8(), ..self }))
    }

    /// INVALID_CRON here.
    pub(super) fn fail(self, message: impl Into<String>) -> Error {
        Error::at(Code::InvalidCron, self.input, self.start..self.end, message)
    }

    fn shown(self) -> String {
        self.text().chars().take(40).collect()
    }
}

impl Field {
    /// Reads one item of the list. INVALID_CRON at the wrong part.
    pub(super) fn item(&self, part: Part<'_>) -> Result<Item> {
        let (body, step) = match part.split_once('/') {
            Some((body, step)) => (body, Some(self.step(step)?)),
            None => (part, None),
        };
        let every = step.unwrap_or(1);
        match body.text() {
            "" => return Err(self.expected(part).hint("Lists are written without spaces, such as 1,2.")),
            "?" if self.kind == Special::None => {
                return Err(body
                    .fail(format!("\"?\" in the {} field: expected \"*\"", self.name))
                    .hint("\"?\" belongs to the day of month and the day of week."));
            }
            "*" | "?" if step.is_none() => return Ok(Item::Star),
            "*" | "?" => {
                let first = if self.max == 9999 { FIRST_STEP_YEAR } else { self.min };
                return Ok(Item::Values { first, last: self.max, step: every });
            }
            _ => {}
        }
        if let Some(item) = self.special(body)? {
            return match step {
                None => Ok(item),
                Some(_) => Err(part.fail(format!("{:?}: no step may follow here", part.shown()))),
            };
        }
        let Some((first, last)) = body.split_once('-') else {
            let first = self.value(body)?;
            let last = if step.is_some() { self.max } else { first };
            return Ok(self.values(first, last, every));
        };
        let (first, last) = (self.value(first)?, self.last(last)?);
        Ok(self.values(first, last, every))
    }

    /// Sunday is 0 and 7: a range starts with 0 and ends with 7. A range that runs backward wraps around the field's end.
    fn values(&self, first: u32, last: u32, step: u32) -> Item {
        let size = self.max - self.min + 1;
        let fold = |value: u32| if value > self.max { value - size } else { value };
        let (first, last) = if first > self.max { (fold(first), fold(last)) } else { (first, last) };
        Item::Values { first, last: if last < first { last + size } else { last }, step }
    }

    fn special(&self, part: Part<'_>) -> Result<Option<Item>> {
        let text = part.text();
        match self.kind {
            Special::Day if text.eq_ignore_ascii_case("L") => Ok(Some(Item::LastDay)),
            Special::Day if text.starts_with(['L', 'l']) && !text.ends_with(['W', 'w']) => {
                Err(part.fail(format!("{:?} in the day of month field: expected \"L\" alone", part.shown())))
            }
            Special::Day if text.ends_with(['W', 'w']) => Err(part
                .fail(format!("{:?}: \"W\" (nearest weekday) is not supported", part.shown()))
                .hint("Name days of month and days of week instead, such as 15 or 1-5.")),
            Special::Weekday if text.contains('#') => {
                let (day, nth) = part.split_once('#').unwrap_or((part, part));
                match nth.text() {
                    "1" | "2" | "3" | "4" | "5" => {
                        let nth = nth.text().bytes().map(|digit| u32::from(digit - b'0')).sum();
                        Ok(Some(Item::Nth(self.value(day)? % 7, nth)))
                    }
                    _ => Err(nth.fail(format!("{:?} after \"#\": expected 1 to 5", nth.shown()))),
                }
            }
            Special::Weekday if text.starts_with(['L', 'l']) && text.len() > 1 => {
                Ok(Some(Item::LastWeekday(self.value(Part { start: part.start + 1, ..part })? % 7)))
            }
            Special::Weekday if text.ends_with(['L', 'l']) => {
                let day = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
                let shown = if day.is_empty() { "6" } else { day };
                Err(part
                    .fail(format!("{:?} in the day of week field: expected \"L\" before the day", part.shown()))
                    .hint(format!("Write L{shown}.")))
            }
            _ => Ok(None),
        }
    }

    /// The end of a range: a value, or in the day of month also `L`.
    fn last(&self, part: Part<'_>) -> Result<u32> {
        if self.kind == Special::Day && part.text().eq_ignore_ascii_case("L") { Ok(31) } else { self.value(part) }
    }

    fn value(&self, part: Part<'_>) -> Result<u32> {
        let text = part.text();
        if let Some(number) = number(text) {
            let max = if self.kind == Special::Weekday { 7 } else { self.max };
            if (self.min..=max).contains(&number) {
                return Ok(number);
            }
            let shown = part.shown();
            return Err(part.fail(format!("{} {shown}: expected {} to {max}", self.name, self.min)));
        }
        match self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            Some(index) => Ok(index as u32 + self.min),
            None => Err(self.expected(part)),
        }
    }

    fn step(&self, part: Part<'_>) -> Result<u32> {
        match number(part.text()) {
            Some(step) if step > 0 => Ok(step),
            _ => Err(part.fail(format!("step {:?}: expected a whole number from 1", part.shown()))),
        }
    }

    fn expected(&self, part: Part<'_>) -> Error {
        let max = if self.kind == Special::Weekday { 7 } else { self.max };
        let shown = if part.text().is_empty() { "nothing".to_owned() } else { format!("{:?}", part.shown()) };
        let mut message = format!("{shown} in the {} field: expected {} to {max}", self.name, self.min);
        if let (Some(first), Some(last)) = (self.names.first(), self.names.last()) {
            message.push_str(&format!(" or {first} to {last}"));
        }
        let error = part.fail(message);
        // "Monday" is three edits too far from MON, but nobody doubts what it means.
        let short = part.text().get(..3).unwrap_or_default();
        let name = self.names.iter().find(|name| name.eq_ignore_ascii_case(short)).copied();
        match name.or_else(|| nearest(part.text(), self.names.iter().copied())) {
            Some(name) => error.hint(format!("Did you mean {name}?")),
            None => error,
        }
    }
}

/// A number in ASCII digits; one too large for any field stays too large.
fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0u32, |sum, byte| {
        byte.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u32::from(byte - b'0')).min(1_000_000))
    })
}
