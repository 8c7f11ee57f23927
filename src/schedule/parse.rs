//! A cron text, whoever's dialect it is: its zone, presets, fields, and which of the two day fields decide.

use std::rc::Rc;

use super::aws::{self, Aws};
use super::field::FIELDS;
use super::fields::{DayRule, Fields, Notes};
use super::list::List;
use super::look_alike;
use super::part::Part;
use super::pattern::Pattern;
use super::preset::{self, Preset};
use super::words::Words;
use super::{DayMatch, Dialect};
use crate::error::Result;

/// Longer texts are refused unread. All values of all fields but the year fit in 1,000 bytes.
const LONGEST: usize = 4_096;

/// What a cron text stands for.
pub(super) enum Cron {
    Pattern(Rc<Pattern>),
    /// A period of so many milliseconds.
    Every(i64),
    /// `@once`: the one date where the schedule starts.
    Once,
}

/// How cron texts are read.
#[derive(Clone, Copy, Default)]
pub(super) struct Grammar {
    pub(super) dialect: Dialect,
    pub(super) day_match: Option<DayMatch>,
}

/// The zone that stands before a cron text, as `CRON_TZ=Europe/Berlin 0 5 * * *` has it.
pub(super) fn zone_prefix(text: &str) -> Option<Part<'_>> {
    let first = Part::whole(text).split().first().copied()?;
    ["CRON_TZ=", "TZ="].iter().find(|prefix| first.text().starts_with(*prefix)).and_then(|prefix| first.after(prefix))
}

/// Reads a cron text without the zone before it. INVALID_CRON with the span of the wrong part.
pub(super) fn parse(text: &str, grammar: Grammar) -> Result<Cron> {
    let start = zone_prefix(text).map_or(0, |zone| zone.end);
    let whole = Part { start, ..Part::whole(text) };
    if text.len() > LONGEST {
        let mut words = Words::default();
        words.number(text.len() as i64).add(" bytes: a cron text has at most ").number(LONGEST as i64);
        return Err(whole.fail(words.take()));
    }
    let parts = whole.split();
    if let Some((first, rest)) = parts.split_first()
        && first.text().starts_with('@')
    {
        return match preset::read(first, rest)? {
            Preset::Fields(fields) => parse(fields, Grammar { dialect: Dialect::Quartz, day_match: None }),
            Preset::Every(ms) => Ok(Cron::Every(ms)),
            Preset::Once => Ok(Cron::Once),
        };
    }
    if grammar.dialect == Dialect::Aws
        && let (Some(first), Some(last)) = (parts.first(), parts.last())
    {
        return match aws::read(&Part { end: last.end, ..*first })? {
            Aws::Cron(inside) => fields(&inside, &inside.split(), grammar),
            Aws::Rate(ms) => Ok(Cron::Every(ms)),
        };
    }
    let read = fields(&whole, &parts, grammar);
    read.map_err(|error| look_alike::hint(error, &parts, grammar.dialect))
}

/// Which of the seven fields are written: the first of them, if their number is right.
fn first_field(whole: &Part<'_>, parts: &[Part<'_>], dialect: Dialect) -> Result<usize> {
    let five = "5 (minute, hour, day of month, month, day of week)";
    let six = "6 (second, minute, hour, day of month, month, day of week)";
    let aws = "6 (minute, hour, day of month, month, day of week, year) inside cron(...)";
    match (dialect, parts.len()) {
        (Dialect::Unix, 5) | (Dialect::Aws, 6) => return Ok(1),
        (Dialect::Unix | Dialect::Quartz, 6 | 7) => return Ok(0),
        _ => {}
    }
    let wrong = match (dialect, parts.get(7)) {
        (Dialect::Unix, Some(part)) => Part { end: whole.end, ..*part },
        _ => *whole,
    };
    let mut words = Words::default();
    match parts.len() {
        0 => words.add("an empty text: expected "),
        count => words.number(count as i64).add(if count == 1 { " field: expected " } else { " fields: expected " }),
    };
    match dialect {
        Dialect::Unix if parts.is_empty() => words.add(five),
        Dialect::Unix => words.add(five).add(", 6 with the second first, or 7 with the year last"),
        Dialect::Quartz => words.add(six).add(" or 7"),
        Dialect::Aws => words.add(aws),
    };
    let error = wrong.fail(words.take());
    let unix = dialect == Dialect::Quartz;
    Err(if unix { error.hint("The default dialect, unix, takes 5 fields.") } else { error })
}

fn fields(whole: &Part<'_>, parts: &[Part<'_>], grammar: Grammar) -> Result<Cron> {
    let Grammar { dialect, day_match } = grammar;
    let first = first_field(whole, parts, dialect)?;
    let mut notes = Notes { seconds_first: first == 0 && dialect == Dialect::Unix, ..Notes::default() };
    let mut lists: [List; 7] = Default::default();
    let [second, .., year] = &mut lists;
    (*second, *year) = (List::fixed(1), List::fixed(0));
    let mut both = false;
    for (index, part) in (first..).zip(parts) {
        let (Some(field), Some(list)) = (FIELDS.get(index), lists.get_mut(index)) else { break };
        let plus = if index == 5 && dialect == Dialect::Unix { part.after("+") } else { None };
        both |= plus.is_some();
        *list = List::read(field, &plus.unwrap_or(*part), dialect, &mut notes)?;
    }
    if dialect == Dialect::Aws {
        one_question_mark(parts)?;
    }
    let [second, minute, hour, day, month, weekday, year] = lists;
    let own = if dialect == Dialect::Unix { DayMatch::Or } else { DayMatch::And };
    let rule = day_rule(&day, &weekday, if both { DayMatch::And } else { day_match.unwrap_or(own) });
    if rule == DayRule::Either && weekday.weekday.nth != [0; 7] {
        notes.departures.push("\"#\" beside a day of month: either of them is enough, as for any other day of week");
    }
    if rule == DayRule::Either && day.day.nearest != 0 {
        notes.departures.push("\"W\" beside a day of week: either of them is enough, as for any other day of month");
    }
    if day.day.nearest >> 29 != 0 {
        notes.departures.push("\"W\" after a day that a month does not have: no run in that month");
    }
    if dialect != Dialect::Unix {
        notes.departures.clear();
    }
    Ok(Cron::Pattern(Rc::new(Pattern::new(Fields {
        starred_time: second.starred || minute.starred || hour.starred,
        seconds: second.bits,
        minutes: minute.bits,
        hours: hour.bits,
        day: day.day,
        months: month.bits,
        weekday: weekday.weekday,
        rule,
        years: (!year.star).then_some(year.years),
        notes,
    }))))
}

/// EventBridge takes "?" in exactly one of the two day fields.
fn one_question_mark(parts: &[Part<'_>]) -> Result<()> {
    match parts {
        [_, _, day, _, weekday, _] if day.is("?") == weekday.is("?") => Err(Part { end: weekday.end, ..*day }
            .fail("expected \"?\" in the day of month or in the day of week, and not in both")
            .hint("Write cron(0 10 * * ? *) for every day, cron(0 10 ? * MON-FRI *) for working days.")),
        _ => Ok(()),
    }
}

/// Which of the day fields decide. With `Or`, a list of all values restricts too (and then every day fits), except beside a
/// field whose text has an asterisk: there it counts as one. `Vixie` is `And` where a field starts with `*`, else `Or`.
fn day_rule(day: &List, weekday: &List, how: DayMatch) -> DayRule {
    let (all_days, all_weekdays) = (day.bits == 0xFFFF_FFFE, weekday.bits == 0x7F);
    let both = how == DayMatch::And || how == DayMatch::Vixie && (day.starred || weekday.starred);
    let free_day = day.star || all_days && (both || weekday.asterisk);
    let free_weekday = weekday.star || all_weekdays && (both || day.asterisk);
    match (free_day, free_weekday) {
        (true, true) => DayRule::Every,
        (true, false) => DayRule::Weekday,
        (false, true) => DayRule::Day,
        (false, false) if both => DayRule::Both,
        (false, false) => DayRule::Either,
    }
}
