//! The Quartz dialect through the `cron` crate: seconds first, Sunday = 1, both day fields must hold.

use cron::{Schedule, TimeUnitSpec};

use super::field::{FIELDS, Part};
use super::fields::{DayRule, Fields, Notes, Years};
use crate::error::Result;

/// The crate's error names no place, so each field is read alone, beside fields that restrict nothing.
pub(super) fn fields(whole: Part<'_>, parts: &[Part<'_>]) -> Result<Fields> {
    if !(6..=7).contains(&parts.len()) {
        let message =
            format!("{} fields: expected 6 (second, minute, hour, day of month, month, day of week) or 7", parts.len());
        return Err(whole.fail(message).hint("The default dialect, unix, takes 5 fields."));
    }
    let mut fields = Fields {
        seconds: 0,
        minutes: 0,
        hours: 0,
        days: 0,
        last_day: false,
        months: 0,
        weekdays: 0,
        nth: [0; 7],
        last_weekdays: 0,
        rule: DayRule::Every,
        years: None,
        notes: Notes::default(),
    };
    let (mut free_day, mut free_weekday) = (true, true);
    for (index, part) in parts.iter().enumerate() {
        let mut alone = ["*"; 7];
        if let Some(slot) = alone.get_mut(index) {
            *slot = part.text();
        }
        let schedule: Schedule = alone.join(" ").parse().map_err(|_| refuse(index, *part))?;
        fields.notes.uneven = fields.notes.uneven.or_else(|| uneven(index, *part));
        match index {
            0 => fields.seconds = bits(schedule.seconds(), 0),
            1 => fields.minutes = bits(schedule.minutes(), 0),
            2 => fields.hours = bits(schedule.hours(), 0),
            3 => {
                free_day = schedule.days_of_month().is_all();
                fields.days = bits(schedule.days_of_month(), 0);
            }
            4 => fields.months = bits(schedule.months(), 0),
            5 => {
                free_weekday = schedule.days_of_week().is_all();
                fields.weekdays = bits(schedule.days_of_week(), 1);
            }
            // The crate's years end in 2100; all of them means no restriction.
            _ if schedule.years().is_all() => {}
            _ => {
                let mut years = Years::default();
                schedule.years().iter().for_each(|year| years.insert(year));
                fields.years = Some(years);
            }
        }
    }
    fields.rule = match (free_day, free_weekday) {
        (true, true) => DayRule::Every,
        (true, false) => DayRule::Weekday,
        (false, true) => DayRule::Day,
        (false, false) => DayRule::Both,
    };
    Ok(fields)
}

fn bits(values: &impl TimeUnitSpec, first: u32) -> u64 {
    values.iter().fold(0, |set, value| set | 1 << value.saturating_sub(first).min(63))
}

/// A step through the whole field, or from a value to its end, that does not divide the field.
fn uneven(index: usize, part: Part<'_>) -> Option<(&'static str, u32, u32)> {
    let field = FIELDS.get(index).filter(|field| field.max < 64)?;
    let size = field.max - field.min + 1;
    let steps = part.split(',').filter_map(|item| item.text().split_once('/'));
    let mut steps = steps.filter(|(from, _)| !from.contains('-')).filter_map(|(_, step)| step.parse().ok());
    steps.find(|step: &u32| *step > 1 && !size.is_multiple_of(*step)).map(|step| (field.name, step, size))
}

fn refuse(index: usize, part: Part<'_>) -> crate::error::Error {
    let (name, range) = match FIELDS.get(index) {
        Some(field) if field.name == "day of week" => {
            (field.name, "1 (Sunday) to 7 (Saturday) or SUN to SAT".to_owned())
        }
        Some(field) if field.name == "year" => (field.name, "1970 to 2100".to_owned()),
        Some(field) if field.name == "month" => (field.name, "1 to 12 or JAN to DEC".to_owned()),
        Some(field) => (field.name, format!("{} to {}", field.min, field.max)),
        None => ("last", "nothing".to_owned()),
    };
    let shown: String = part.text().chars().take(40).collect();
    let error =
        part.fail(format!("{shown:?} in the {name} field: expected {range}, in lists, ascending ranges and steps"));
    let letters = part.text().trim_start_matches(|c: char| c.is_ascii_digit());
    if letters.starts_with(['L', 'W', '#']) {
        return error.hint("L, W and # are not supported in this dialect; the unix dialect has L, L5 and 5#2.");
    }
    error
}
