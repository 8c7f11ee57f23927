//! One field of a cron text: its bounds, its names, and the forms an item of its list may have.

use super::words::Words;
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
    pub(super) fn text(&self) -> &'a str {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    /// Where `byte`, an ASCII character, is first.
    fn find(&self, byte: u8) -> Option<usize> {
        let at = self.text().bytes().position(|other| other == byte)?;
        Some(self.start + at)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.find(byte).is_some()
    }

    /// The parts before and behind the first `separator`.
    #[inline(never)]
    pub(super) fn cut(&self, separator: u8) -> (Part<'a>, Option<Part<'a>>) {
        match self.find(separator) {
            Some(at) => (Part { end: at, ..*self }, Some(Part { start: at + 1, ..*self })),
            None => (*self, None),
        }
    }

    /// Whether the text is a letter alone, starts with it, ends with it, in either case.
    fn letter(&self, letter: u8) -> (bool, bool, bool) {
        let bytes = self.text().as_bytes();
        let is = |byte: Option<&u8>| byte.is_some_and(|byte| byte.eq_ignore_ascii_case(&letter));
        let (first, last) = (is(bytes.first()), is(bytes.last()));
        (first && bytes.len() == 1, first, last)
    }

    /// INVALID_CRON here.
    pub(super) fn fail(&self, message: impl Into<String>) -> Error {
        Error::at(Code::InvalidCron, self.input, self.start..self.end, message)
    }

    /// INVALID_CRON here: what is written, between two halves of a sentence.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&self, before: &str, after: &str) -> Error {
        let mut words = Words::default();
        self.fail(words.add(before).quote(self.text()).add(after).take())
    }
}

impl Field {
    /// Reads one item of the list. INVALID_CRON at the wrong part.
    pub(super) fn item(&self, part: &Part<'_>) -> Result<Item> {
        let (body, step) = part.cut(b'/');
        let step = step.map(|step| self.step(&step)).transpose()?;
        let every = step.unwrap_or(1);
        match body.text() {
            "" => return Err(self.expected(part).hint("Lists are written without spaces, such as 1,2.")),
            "?" if self.kind == Special::None => {
                let mut words = Words::default();
                words.add("\"?\" in the ").add(self.name).add(" field: expected \"*\"");
                return Err(body.fail(words.take()).hint("\"?\" belongs to the day of month and the day of week."));
            }
            "*" | "?" if step.is_none() => return Ok(Item::Star),
            "*" | "?" => {
                let first = if self.max == 9999 { FIRST_STEP_YEAR } else { self.min };
                return Ok(Item::Values { first, last: self.max, step: every });
            }
            _ => {}
        }
        if let Some(item) = self.special(&body)? {
            return if step.is_none() { Ok(item) } else { Err(part.refuse("", ": no step may follow here")) };
        }
        let (first, last) = body.cut(b'-');
        let first = self.value(&first)?;
        let last = match last {
            // The end of a range in the day of month may also be `L`.
            Some(last) if self.kind == Special::Day && last.letter(b'L').0 => 31,
            Some(last) => self.value(&last)?,
            None if step.is_some() => self.max,
            None => first,
        };
        // Sunday is 0 and 7: a range starts with 0 and ends with 7. A range that runs backward wraps around the field's end.
        let size = self.max - self.min + 1;
        let fold = |value: u32| if value > self.max { value - size } else { value };
        let (first, last) = if first > self.max { (fold(first), fold(last)) } else { (first, last) };
        Ok(Item::Values { first, last: if last < first { last + size } else { last }, step: every })
    }

    fn special(&self, part: &Part<'_>) -> Result<Option<Item>> {
        let (l, first, last) = part.letter(b'L');
        match self.kind {
            Special::None => Ok(None),
            Special::Day if l => Ok(Some(Item::LastDay)),
            Special::Day if part.letter(b'W').2 => Err(part
                .refuse("", ": \"W\" (nearest weekday) is not supported")
                .hint("Name days of month and days of week instead, such as 15 or 1-5.")),
            Special::Day if first => Err(part.refuse("", " in the day of month field: expected \"L\" alone")),
            Special::Day => Ok(None),
            Special::Weekday => {
                if let (day, Some(nth)) = part.cut(b'#') {
                    return match nth.text().as_bytes() {
                        [digit @ b'1'..=b'5'] => Ok(Some(Item::Nth(self.value(&day)? % 7, u32::from(digit - b'0')))),
                        _ => Err(nth.refuse("", " after \"#\": expected 1 to 5")),
                    };
                }
                if first && !l {
                    let day = Part { start: part.start + 1, ..*part };
                    return Ok(Some(Item::LastWeekday(self.value(&day)? % 7)));
                }
                if last {
                    let day = Part { end: part.end - 1, ..*part };
                    let mut words = Words::default();
                    words.add("Write L").add(if l { "6" } else { day.text() }).add(".");
                    let error = part.refuse("", " in the day of week field: expected \"L\" before the day");
                    return Err(error.hint(words.take()));
                }
                Ok(None)
            }
        }
    }

    fn value(&self, part: &Part<'_>) -> Result<u32> {
        let text = part.text();
        if let Some(number) = number(text) {
            if (self.min..=self.top()).contains(&number) {
                return Ok(number);
            }
            let mut words = Words::default();
            words.add(self.name).add(" ").short(text).add(": expected ");
            words.number(self.min).add(" to ").number(self.top());
            return Err(part.fail(words.take()));
        }
        match self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            Some(index) => Ok(index as u32 + self.min),
            None => Err(self.expected(part)),
        }
    }

    fn step(&self, part: &Part<'_>) -> Result<u32> {
        match number(part.text()) {
            Some(step) if step > 0 => Ok(step),
            _ => Err(part.refuse("step ", ": expected a whole number from 1")),
        }
    }

    /// The highest number that may be written: Sunday is 7 too.
    fn top(&self) -> u32 {
        if self.kind == Special::Weekday { 7 } else { self.max }
    }

    fn expected(&self, part: &Part<'_>) -> Error {
        let mut words = Words::default();
        match part.text() {
            "" => words.add("nothing"),
            text => words.quote(text),
        };
        words.add(" in the ").add(self.name).add(" field: expected ").number(self.min).add(" to ").number(self.top());
        if let (Some(first), Some(last)) = (self.names.first(), self.names.last()) {
            words.add(" or ").add(first).add(" to ").add(last);
        }
        let error = part.fail(words.take());
        // "Monday" is three edits too far from MON, but nobody doubts what it means.
        let short = part.text().get(..3).unwrap_or_default();
        let name = self.names.iter().find(|name| name.eq_ignore_ascii_case(short)).copied();
        match name.or_else(|| nearest(part.text(), self.names.iter().copied())) {
            Some(name) => error.hint(words.add("Did you mean ").add(name).add("?").take()),
            None => error,
        }
    }
}

/// A number in ASCII digits; one too large for any field stays too large.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0u32, |sum, byte| {
        byte.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u32::from(byte - b'0')).min(1_000_000))
    })
}
