//! The Quartz dialect through the `cron` crate: seconds first, Sunday = 1, both day fields must hold.

use cron::{Schedule, TimeUnitSpec};

use super::field::{FIELDS, Part, number};
use super::fields::{DayRule, Fields, Notes, Years};
use super::words::Words;
use crate::error::{Error, Result};

/// The crate's error names no place, so each field is read alone, beside fields that restrict nothing.
pub(super) fn fields(whole: &Part<'_>, parts: &[Part<'_>]) -> Result<Fields> {
    if !(6..=7).contains(&parts.len()) {
        let mut words = Words::default();
        words.number(parts.len() as i64).add(if parts.len() == 1 { " field" } else { " fields" });
        words.add(": expected 6 (second, minute, hour, day of month, month, day of week) or 7");
        return Err(whole.fail(words.take()).hint("The default dialect, unix, takes 5 fields."));
    }
    let mut sets = [0_u64; 6];
    let (mut years, mut uneven) = (None, None);
    for (index, part) in parts.iter().enumerate() {
        let mut alone = Words::default();
        for other in 0..FIELDS.len() {
            alone.add(if other == index { part.text() } else { "*" }).add(" ");
        }
        let schedule = Schedule::try_from(alone.take()).map_err(|_| refuse(index, part))?;
        uneven = uneven.or_else(|| find_uneven(index, part));
        // All of one type, so that one loop serves them.
        let values = match index {
            0 => schedule.seconds().iter(),
            1 => schedule.minutes().iter(),
            2 => schedule.hours().iter(),
            3 => schedule.days_of_month().iter(),
            4 => schedule.months().iter(),
            5 => schedule.days_of_week().iter(),
            _ => schedule.years().iter(),
        };
        match sets.get_mut(index) {
            // Sunday is bit 0.
            Some(set) => values.for_each(|value| *set |= 1 << (value - u32::from(index == 5)).min(63)),
            // The crate's years end in 2100; all of them means no restriction.
            None if schedule.years().is_all() => {}
            None => values.for_each(|year| years.get_or_insert_with(Years::default).insert(year)),
        }
    }
    let [seconds, minutes, hours, days, months, weekdays] = sets;
    let rule = match (days == 0xFFFF_FFFE, weekdays == 0x7F) {
        (true, true) => DayRule::Every,
        (true, false) => DayRule::Weekday,
        (false, true) => DayRule::Day,
        (false, false) => DayRule::Both,
    };
    Ok(Fields {
        starred_time: parts.iter().take(3).any(|part| part.text().starts_with('*')),
        seconds,
        minutes,
        hours,
        days,
        last_day: false,
        months,
        weekdays,
        nth: [0; 7],
        last_weekdays: 0,
        rule,
        years,
        notes: Notes { uneven, ..Notes::default() },
    })
}

/// A step through the whole field, or from a value to its end, that does not divide the field.
fn find_uneven(index: usize, part: &Part<'_>) -> Option<(&'static str, u32, u32)> {
    let field = FIELDS.get(index).filter(|field| field.max < 64)?;
    let size = field.max - field.min + 1;
    let mut rest = Some(*part);
    while let Some(list) = rest {
        let item;
        (item, rest) = list.cut(b',');
        if let (from, Some(step)) = item.cut(b'/') {
            let step = number(step.text()).filter(|step| *step > 1 && !size.is_multiple_of(*step));
            if let (Some(step), false) = (step, from.has(b'-')) {
                return Some((field.name, step, size));
            }
        }
    }
    None
}

fn refuse(index: usize, part: &Part<'_>) -> Error {
    let mut words = Words::default();
    words.quote(part.text());
    if let Some(field) = FIELDS.get(index) {
        words.add(" in the ").add(field.name).add(" field: expected ");
        match index {
            4 => words.add("1 to 12 or JAN to DEC"),
            5 => words.add("1 (Sunday) to 7 (Saturday) or SUN to SAT"),
            6 => words.add("1970 to 2100"),
            _ => words.number(field.min).add(" to ").number(field.max),
        };
    }
    let error = part.fail(words.add(", in lists, ascending ranges and steps").take());
    if matches!(part.text().bytes().find(|byte| !byte.is_ascii_digit()), Some(b'L' | b'W' | b'#')) {
        return error.hint("L, W and # are not supported in this dialect; the unix dialect has L, L5 and 5#2.");
    }
    error
}
