//! One field of a cron text: its bounds, its names, and the forms an item of its list may have.

use super::Dialect;
use super::part::Part;
use super::words::Words;
use crate::error::{Error, Result, nearest};

/// What a field may hold.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) min: u32,
    pub(super) max: u32,
    /// Names of the values from `min` on, in three letters.
    names: &'static [&'static str],
    /// The same in full.
    long_names: &'static [&'static str],
    kind: Kind,
}

#[derive(PartialEq)]
enum Kind {
    Plain,
    Day,
    Weekday,
    Year,
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
    Field { name: "second", min: 0, max: 59, names: &[], long_names: &[], kind: Kind::Plain },
    Field { name: "minute", min: 0, max: 59, names: &[], long_names: &[], kind: Kind::Plain },
    Field { name: "hour", min: 0, max: 23, names: &[], long_names: &[], kind: Kind::Plain },
    Field { name: "day of month", min: 1, max: 31, names: &[], long_names: &[], kind: Kind::Day },
    Field { name: "month", min: 1, max: 12, names: &MONTHS, long_names: &MONTH_NAMES, kind: Kind::Plain },
    Field { name: "day of week", min: 0, max: 6, names: &WEEKDAYS, long_names: &WEEKDAY_NAMES, kind: Kind::Weekday },
    Field { name: "year", min: 1, max: 9999, names: &[], long_names: &[], kind: Kind::Year },
];

/// Values from `first` to `last` in steps; `last` may lie beyond the field's end, where values wrap around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) step: u32,
}

/// One item of a field's list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item {
    /// `*` or `?`: no restriction.
    Star,
    /// `5`, `1-5`, `*/2`, `10/5`.
    Values(Span),
    /// `15W`: the weekday nearest to a day of the month.
    Nearest(Span),
    /// `L`: the month's last day; `L-3`: so many days before it; `LW`, `L-3W`: the weekday nearest to that.
    FromLast { days: u32, nearest: bool },
    /// `5#2`: the month's second Friday, as bit 2; `5L`, `L5`, `5#L`: the last one, as bit 0.
    Nth(Span, u8),
}

impl Field {
    /// Reads one item of the list. INVALID_CRON at the wrong part.
    pub(super) fn item(&self, part: &Part<'_>, dialect: Dialect) -> Result<Item> {
        let (body, step) = part.cut(b'/');
        if self.kind == Kind::Day && part.before("W").is_some() {
            return self.nearest(part, dialect);
        }
        if let Some(item) = self.special(&body, dialect)? {
            return if step.is_none() { Ok(item) } else { Err(part.refuse("", ": no step may follow here")) };
        }
        let step = step.map(|step| self.step(&step)).transpose()?;
        match body.text() {
            "?" if self.kind != Kind::Day && self.kind != Kind::Weekday => {
                let mut words = Words::default();
                words.add("\"?\" in the ").add(self.name).add(" field: expected \"*\"");
                Err(body.fail(words.take()).hint("\"?\" belongs to the day of month and the day of week."))
            }
            "*" | "?" if step.is_none() => Ok(Item::Star),
            // Quartz reads "/5" as "*/5".
            "" if step.is_none() || dialect == Dialect::Unix => {
                Err(self.expected(part, dialect).hint("Lists are written without spaces, such as 1,2."))
            }
            "" | "*" | "?" => {
                let first = if self.kind == Kind::Year { FIRST_STEP_YEAR } else { self.min };
                Ok(Item::Values(Span { first, last: self.last(dialect), step: step.unwrap_or(1) }))
            }
            _ => self.span(&body, step, dialect).map(Item::Values),
        }
    }

    /// A value or a range, which may run over the field's end.
    fn span(&self, body: &Part<'_>, step: Option<u32>, dialect: Dialect) -> Result<Span> {
        let (first, last) = body.cut(b'-');
        let first = self.value(&first, dialect)?;
        let last = match last {
            // The end of a range in the day of month may also be `L`.
            Some(last) if self.kind == Kind::Day && last.is("L") => 31,
            Some(last) => self.value(&last, dialect)?,
            None if step.is_some() => self.last(dialect),
            None => first,
        };
        // Sunday is 0 and 7: a range starts with 0 and ends with 7. A range that runs backward wraps around the field's end.
        let size = self.max - self.min + 1;
        let fold = |value: u32| if value > self.max { value - size } else { value };
        let (first, last) = if first > self.max { (fold(first), fold(last)) } else { (first, last) };
        Ok(Span { first, last: if last < first { last + size } else { last }, step: step.unwrap_or(1) })
    }

    /// `15W`, `1-5W`, `5-15/5W`, `LW`, `L-3W`.
    fn nearest(&self, part: &Part<'_>, dialect: Dialect) -> Result<Item> {
        let days = part.before("W").unwrap_or(*part);
        if let Some(days) = self.days_before_last(&days)? {
            return Ok(Item::FromLast { days, nearest: true });
        }
        let (body, step) = days.cut(b'/');
        if body.text().bytes().next().is_none_or(|byte| !byte.is_ascii_digit()) {
            return Err(part.refuse("", ": expected a day of the month before \"W\", such as 15W or LW"));
        }
        let step = step.map(|step| self.step(&step)).transpose()?;
        self.span(&body, step, dialect).map(Item::Nearest)
    }

    /// How many days before the month's last day `L` or `L-3` is.
    fn days_before_last(&self, part: &Part<'_>) -> Result<Option<u32>> {
        let Some(rest) = part.after("L") else { return Ok(None) };
        if rest.text().is_empty() {
            return Ok(Some(0));
        }
        match rest.after("-").and_then(|days| days.number()) {
            Some(days) if days <= 30 => Ok(Some(days)),
            _ => Err(part.refuse("", ": expected L, or L-1 to L-30, in the day of month field")),
        }
    }

    fn special(&self, part: &Part<'_>, dialect: Dialect) -> Result<Option<Item>> {
        if self.kind == Kind::Day {
            return Ok(self.days_before_last(part)?.map(|days| Item::FromLast { days, nearest: false }));
        }
        if self.kind != Kind::Weekday {
            return Ok(None);
        }
        if let (days, Some(nth)) = part.cut(b'#') {
            let nth = match nth.text().as_bytes() {
                [digit @ b'1'..=b'5'] => 1 << (digit - b'0'),
                b"L" | b"l" => 1,
                _ => return Err(nth.refuse("", " after \"#\": expected 1 to 5, or L for the last")),
            };
            return Ok(Some(Item::Nth(self.span(&days, None, dialect)?, nth)));
        }
        if part.is("L") {
            let saturday = Span { first: 6, last: 6, step: 1 };
            let error = "\"L\" in the day of week field: expected it before or behind a day";
            return if dialect == Dialect::Unix {
                Err(part.fail(error).hint("Write 5L or L5 for the last Friday of the month, 6 for Saturday."))
            } else {
                Ok(Some(Item::Values(saturday)))
            };
        }
        match part.after("L").or_else(|| part.before("L")) {
            Some(days) => Ok(Some(Item::Nth(self.span(&days, None, dialect)?, 1))),
            None => Ok(None),
        }
    }

    /// The value that is written, with Sunday as 0, or as 7 where it is written so.
    fn value(&self, part: &Part<'_>, dialect: Dialect) -> Result<u32> {
        let text = part.text();
        let (low, top) = self.bounds(dialect);
        if let Some(number) = part.number() {
            if (low..=top).contains(&number) {
                return Ok(number - low + if self.kind == Kind::Year { low } else { self.min });
            }
            let mut words = Words::default();
            words.add(self.name).add(" ").short(text).add(": expected ");
            self.add_bounds(&mut words, dialect);
            return Err(part.fail(words.take()));
        }
        let short = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        // Quartz looks at the first three letters; the `cron` crate takes full names.
        let long = || {
            let is = |name: &&str| name.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text));
            let long = text.len() > 3 && dialect != Dialect::Unix;
            if long { self.long_names.iter().position(is) } else { None }
        };
        match short.or_else(long) {
            Some(index) => Ok(index as u32 + self.min),
            None => Err(self.expected(part, dialect)),
        }
    }

    fn step(&self, part: &Part<'_>) -> Result<u32> {
        match part.number() {
            Some(step) if step > 0 => Ok(step),
            _ => Err(part.refuse("step ", ": expected a whole number from 1")),
        }
    }

    /// The lowest and the highest number that may be written.
    fn bounds(&self, dialect: Dialect) -> (u32, u32) {
        match (&self.kind, dialect) {
            // Sunday is 7, too.
            (Kind::Weekday, Dialect::Unix) => (0, 7),
            (Kind::Weekday, _) => (1, 7),
            (Kind::Year, Dialect::Quartz | Dialect::Aws) => (FIRST_STEP_YEAR, 2199),
            _ => (self.min, self.max),
        }
    }

    /// The last value of a step that names no end.
    fn last(&self, dialect: Dialect) -> u32 {
        if self.kind == Kind::Year { self.bounds(dialect).1 } else { self.max }
    }

    fn add_bounds(&self, words: &mut Words, dialect: Dialect) {
        let (low, top) = self.bounds(dialect);
        words.number(low);
        words.add(if (low, top) == (1, 7) { " (Sunday) to " } else { " to " }).number(top);
    }

    fn expected(&self, part: &Part<'_>, dialect: Dialect) -> Error {
        let mut words = Words::default();
        match part.text() {
            "" => words.add("nothing"),
            text => words.quote(text),
        };
        words.add(" in the ").add(self.name).add(" field: expected ");
        self.add_bounds(&mut words, dialect);
        if let (Some(first), Some(last)) = (self.names.first(), self.names.last()) {
            words.add(" or ").add(first).add(" to ").add(last);
        }
        let error = part.fail(words.take());
        if part.after("H").is_some() {
            return error.hint("H (Jenkins) is a number chosen from the job's name: write that number.");
        }
        // "Monday" is three edits too far from MON, but nobody doubts what it means.
        let short = part.text().get(..3).unwrap_or_default();
        let name = self.names.iter().find(|name| name.eq_ignore_ascii_case(short)).copied();
        match name.or_else(|| nearest(part.text(), self.names.iter().copied())) {
            Some(name) => error.hint(words.add("Did you mean ").add(name).add("?").take()),
            None => error,
        }
    }
}
