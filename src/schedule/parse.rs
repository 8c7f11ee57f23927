//! Cron as Airflow reads it: presets, five to seven fields, and which of the two day fields decide.

use std::rc::Rc;

use super::field::{FIELDS, Field, Item, Part};
use super::fields::{DayRule, Fields, Notes, Years};
use super::pattern::Pattern;
use super::words::Words;
use super::{Dialect, look_alike, quartz};
use crate::error::Result;

/// Longer texts are refused unread. All values of all fields but the year fit in 1,000 bytes.
const LONGEST: usize = 4_096;

/// What a cron text stands for.
pub(super) enum Cron {
    Pattern(Rc<Pattern>),
    /// `@once`: the one date where the schedule starts.
    Once,
}

const PRESETS: [(&str, &str); 8] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@quarterly", "0 0 1 */3 *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// Reads a cron text. INVALID_CRON with the span of the wrong part.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Cron> {
    let whole = Part { input: text, start: 0, end: text.len() };
    if text.len() > LONGEST {
        let mut words = Words::default();
        words.number(text.len() as i64).add(" bytes: a cron text has at most ").number(LONGEST as i64);
        return Err(whole.fail(words.take()));
    }
    let parts = split(whole);
    if let (Some(first), Some(last)) = (parts.first(), parts.last())
        && first.text().starts_with('@')
    {
        return preset(first, &Part { end: last.end, ..*first });
    }
    let fields = match dialect {
        Dialect::Unix => unix(&whole, &parts).map_err(|error| look_alike::hint(error, &parts))?,
        Dialect::Quartz => quartz::fields(&whole, &parts)?,
    };
    Ok(Cron::Pattern(Rc::new(Pattern::new(fields))))
}

/// The parts between ASCII white space.
fn split(whole: Part<'_>) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut part = Part { end: 0, ..whole };
    for byte in whole.text().bytes() {
        if !byte.is_ascii_whitespace() {
            part.end += 1;
            continue;
        }
        let next = Part { start: part.end + 1, end: part.end + 1, ..whole };
        parts.extend(Some(part).filter(|part| part.start < part.end));
        part = next;
    }
    parts.extend(Some(part).filter(|part| part.start < part.end));
    parts
}

fn preset(name: &Part<'_>, all: &Part<'_>) -> Result<Cron> {
    let is = |preset: &str| name.text().eq_ignore_ascii_case(preset);
    if is("@every") {
        return Err(all
            .fail("@every: expected a preset such as @daily; a fixed period is no cron text")
            .hint("Write { every: \"PT6H\" }."));
    }
    if name.end < all.end {
        return Err(Part { start: name.end, ..*all }.fail("expected nothing after a preset"));
    }
    if is("@once") {
        return Ok(Cron::Once);
    }
    if let Some((_, text)) = PRESETS.iter().find(|(preset, _)| is(preset)) {
        return parse(text, Dialect::Unix);
    }
    if is("@continuous") {
        return Err(name.fail("@continuous starts a run when the last one has ended: it has no dates to expand"));
    }
    if is("@reboot") {
        return Err(name.fail("@reboot depends on a machine's start: it has no dates to expand"));
    }
    let names = PRESETS.iter().map(|(preset, _)| *preset).chain(["@once"]);
    let expected = ": expected @hourly, @daily, @weekly, @monthly, @yearly";
    Err(name.refuse("no preset is named ", expected).did_you_mean(name.text(), names))
}

/// A field's list, read.
#[derive(Default)]
struct List {
    bits: u64,
    star: bool,
    last_day: bool,
    last_weekdays: u64,
    nth: [u8; 7],
    years: Years,
    /// There is a `*` in the text, with or without a step.
    asterisk: bool,
}

fn unix(whole: &Part<'_>, parts: &[Part<'_>]) -> Result<Fields> {
    // Five fields leave the second out, and all but seven the year.
    let first = match parts.len() {
        5 => 1,
        6 | 7 => 0,
        0 => {
            return Err(whole.fail("an empty text: expected 5 fields (minute, hour, day of month, month, day of week)"));
        }
        count => {
            let wrong = parts.get(7).map_or(*whole, |part| Part { end: whole.end, ..*part });
            let mut words = Words::default();
            words.number(count as i64).add(if count == 1 { " field" } else { " fields" });
            words.add(": expected 5 (minute, hour, day of month, month, day of week), ");
            words.add("6 with the second first, or 7 with the year last");
            return Err(wrong.fail(words.take()));
        }
    };
    let mut lists: [List; 7] = Default::default();
    let [second, .., year] = &mut lists;
    (second.bits, year.star) = (1, true);
    let mut notes = Notes { seconds_first: first == 0, ..Notes::default() };
    for ((field, list), part) in FIELDS.iter().zip(&mut lists).skip(first).zip(parts) {
        *list = List::default();
        list.read(field, part, &mut notes)?;
    }
    let [second, minute, hour, day, month, weekday, year] = lists;
    let rule = rule(&day, &weekday);
    if rule == DayRule::Either && weekday.nth != [0; 7] {
        notes.departures.push("\"#\" beside a day of month: either of them is enough, as for any other day of week");
    }
    Ok(Fields {
        starred_time: parts.iter().take(3 - first).any(|part| part.text().starts_with('*')),
        seconds: second.bits,
        minutes: minute.bits,
        hours: hour.bits,
        days: day.bits,
        last_day: day.last_day,
        months: month.bits,
        weekdays: weekday.bits,
        nth: weekday.nth,
        last_weekdays: weekday.last_weekdays,
        rule,
        years: (!year.star).then_some(year.years),
        notes,
    })
}

/// A day field restricts unless it has a `*` of its own. A list of all its values restricts too (and then every day fits),
/// except beside a field whose text has an asterisk: there it counts as one.
fn rule(day: &List, weekday: &List) -> DayRule {
    let free_day = day.star || day.bits == 0xFFFF_FFFE && weekday.asterisk;
    let free_weekday = weekday.star || weekday.bits == 0x7F && day.asterisk;
    match (free_day, free_weekday) {
        (true, true) => DayRule::Every,
        (true, false) => DayRule::Weekday,
        (false, true) => DayRule::Day,
        (false, false) => DayRule::Either,
    }
}

impl List {
    fn read(&mut self, field: &Field, part: &Part<'_>, notes: &mut Notes) -> Result<()> {
        self.asterisk = part.has(b'*');
        let mut rest = Some(*part);
        while let Some(list) = rest {
            let item;
            (item, rest) = list.cut(b',');
            match field.item(&item)? {
                Item::Star => {
                    self.star = true;
                    self.bits |= (2 << field.max.min(62)) - (1 << field.min);
                }
                Item::Values { first, last, step } => {
                    let size = field.max - field.min + 1;
                    let whole = matches!(item.text().as_bytes().first(), Some(b'*' | b'?')) || !item.has(b'-');
                    if step > 1 && whole && !size.is_multiple_of(step) && field.max < 64 {
                        notes.uneven.get_or_insert((field.name, step, size));
                    }
                    let wraps = last > field.max && last - first < size && !(last == 7 && field.max == 6);
                    if wraps && step > 1 && !(field.max + 1 - first).is_multiple_of(step) {
                        notes.departures.push("a step over the end of a field: it keeps its distance");
                    }
                    if first == last && item.has(b'-') {
                        notes.departures.push("a range from a value to itself: just that value");
                    }
                    if field.max < 64 {
                        let mut value = first;
                        while value <= last {
                            self.bits |= 1 << (field.min + (value - field.min) % size);
                            value += step;
                        }
                    } else if last > field.max {
                        return Err(item.fail("a range of years: expected the first year before the last"));
                    } else {
                        self.years.insert_all(first, last, step);
                    }
                }
                Item::LastDay => self.last_day = true,
                Item::LastWeekday(day) => self.last_weekdays |= 1 << day,
                Item::Nth(day, nth) => {
                    if let Some(bits) = self.nth.get_mut(day as usize) {
                        *bits |= 1 << nth;
                    }
                }
            }
        }
        Ok(())
    }
}
