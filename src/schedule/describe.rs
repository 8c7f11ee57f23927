//! A pattern in plain words, made from its bit sets, so that both dialects read alike.

use super::field::{MONTH_NAMES, WEEKDAY_NAMES};
use super::fields::{DayRule, Fields, values};

/// So many single times are listed; more are summed up.
const LISTED: u32 = 4;

/// Such as "At 02:30, Monday to Friday".
pub(super) fn describe(fields: &Fields) -> String {
    let mut text = times(fields);
    let days = days(fields);
    if days.is_empty() && text.starts_with("At ") && fields.hours.count_ones() < 24 {
        text.push_str(", every day");
    }
    for part in [days, years(fields)] {
        if !part.is_empty() {
            text.push_str(", ");
            text.push_str(&part);
        }
    }
    text
}

/// The days alone, such as "on day 13 or on Friday"; nothing where every day fits.
pub(super) fn days(fields: &Fields) -> String {
    let (day, weekday) = (day_of_month(fields), day_of_week(fields));
    let single = |set: u64| set.count_ones() == 1;
    let mut text = match fields.rule {
        DayRule::Every => String::new(),
        DayRule::Day if single(fields.days) && single(fields.months) && !fields.last_day => {
            return format!("on {} {}", fields.days.trailing_zeros(), month(fields.months.trailing_zeros()));
        }
        DayRule::Day => day,
        DayRule::Weekday => weekday,
        DayRule::Either => format!("{day} or {weekday}"),
        DayRule::Both => format!("{day} if that is {}", list(values(fields.weekdays).map(weekday_name), "or")),
    };
    if fields.months.count_ones() < 12 {
        let months = match run(fields.months) {
            Some((first, last)) => format!("from {} to {}", month(first), month(last)),
            None => format!("in {}", list(values(fields.months).map(month), "and")),
        };
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(&months);
    }
    text
}

/// The times of the day alone, such as "At 02:30".
pub(super) fn times(fields: &Fields) -> String {
    let (seconds, minutes, hours) = (fields.seconds, fields.minutes, fields.hours);
    if seconds.count_ones() > 1 {
        let within = match minutes.count_ones() * hours.count_ones() {
            1440 => String::new(),
            1..=LISTED => format!(" of {}", clocks(fields, None)),
            _ => format!(", {}", lower(&minutely(fields, None))),
        };
        return format!("{}{within}", units(seconds, 60, "second"));
    }
    let second = Some(seconds.trailing_zeros()).filter(|second| *second != 0);
    minutely(fields, second)
}

/// Which minutes; `second` is named where it is not zero.
fn minutely(fields: &Fields, second: Option<u32>) -> String {
    let (minutes, hours) = (fields.minutes, fields.hours);
    if minutes.count_ones() * hours.count_ones() <= LISTED {
        return format!("At {}", clocks(fields, second));
    }
    let tail = second.map(|second| format!(", at second {second}")).unwrap_or_default();
    let from_to = |first: u32, last: u32| {
        let (from, to) = (minutes.trailing_zeros(), 63 - minutes.leading_zeros());
        format!("from {first:02}:{from:02} to {last:02}:{to:02}")
    };
    let all_hours = hours.count_ones() == 24;
    if minutes.count_ones() == 1 {
        let minute = minutes.trailing_zeros();
        return match (all_hours, progression(hours)) {
            (true, _) if minute == 0 => format!("Every hour{tail}"),
            (true, _) => format!("At minute {minute} of every hour{tail}"),
            (_, Some((first, last, 1))) => format!("Every hour {}{tail}", from_to(first, last)),
            (_, Some((first, last, step))) => format!("Every {step} hours {}{tail}", from_to(first, last)),
            _ => format!("At minute {minute} of the hours {}{tail}", list(values(hours).map(two), "and")),
        };
    }
    let when = match progression(hours) {
        _ if all_hours => String::new(),
        _ if hours.count_ones() == 1 => format!(", {}", from_to(hours.trailing_zeros(), hours.trailing_zeros())),
        Some((first, last, 1)) => format!(", {}", from_to(first, last)),
        Some((first, last, step)) => format!(", every {step} hours {}", from_to(first, last)),
        None => format!(", in the hours {}", list(values(hours).map(two), "and")),
    };
    format!("{}{when}{tail}", units(minutes, 60, "minute"))
}

/// "Every 5 minutes", "Every minute from 10 to 20", "At minutes 1, 5 and 9".
fn units(set: u64, size: u32, unit: &str) -> String {
    match progression(set) {
        Some((0, _, 1)) if set.count_ones() == size => format!("Every {unit}"),
        Some((0, last, step)) if step > 1 && last + step >= size => format!("Every {step} {unit}s"),
        Some((first, last, step)) if step > 1 && last + step >= size => {
            format!("Every {step} {unit}s from {unit} {first}")
        }
        Some((first, last, 1)) => format!("Every {unit} from {first} to {last}"),
        _ => format!("At {unit}s {}", numbers(set)),
    }
}

/// All times of the day: "02:30 and 14:30".
fn clocks(fields: &Fields, second: Option<u32>) -> String {
    let second = second.map(|second| format!(":{second:02}")).unwrap_or_default();
    let times = values(fields.hours)
        .flat_map(|hour| values(fields.minutes).map(move |minute| (hour, minute)))
        .map(|(hour, minute)| format!("{hour:02}:{minute:02}{second}"));
    list(times, "and")
}

fn day_of_month(fields: &Fields) -> String {
    let last = fields.last_day.then(|| "the last day".to_owned());
    let days = fields.days;
    let named = match (days.count_ones(), progression(days)) {
        (0, _) => return format!("on {} of the month", last.unwrap_or_default()),
        (1, _) => format!("day {}", days.trailing_zeros()),
        (_, Some((1, 31, 1))) => "every day".to_owned(),
        (_, Some((first, last, 1))) => format!("days {first} to {last}"),
        (7.., Some((first, last, step))) => {
            return format!("every {step} days from day {first} to {last} of the month");
        }
        _ => format!("days {}", numbers(days)),
    };
    let last = last.map(|last| format!(" and {last}")).unwrap_or_default();
    format!("on {named}{last} of the month")
}

fn day_of_week(fields: &Fields) -> String {
    const NTH: [&str; 6] = ["", "first", "second", "third", "fourth", "fifth"];
    let mut special = Vec::new();
    for (day, nth) in (0..).zip(fields.nth) {
        let ordinals = values(nth.into()).filter_map(|nth| NTH.get(nth as usize));
        special.extend(ordinals.map(|nth| format!("the {nth} {}", weekday_name(day))));
    }
    special.extend(values(fields.last_weekdays).map(|day| format!("the last {}", weekday_name(day))));
    let special =
        if special.is_empty() { None } else { Some(format!("{} of the month", list(special.into_iter(), "and"))) };
    // From Monday on, so that a weekend is one run.
    let days = fields.weekdays >> 1 | (fields.weekdays & 1) << 6;
    let name = |day: u32| weekday_name((day + 1) % 7);
    let plain = match (days.count_ones(), run(days)) {
        (0, _) => None,
        (7, _) => Some("on every day of the week".to_owned()),
        (_, Some((first, last))) => Some(format!("{} to {}", name(first), name(last))),
        _ => Some(format!("on {}", list(values(days).map(name), "and"))),
    };
    match (plain, special) {
        (Some(plain), Some(special)) => format!("{plain} and {special}"),
        (Some(plain), None) => plain,
        (None, special) => format!("on {}", special.unwrap_or_default()),
    }
}

fn years(fields: &Fields) -> String {
    let Some(years) = &fields.years else { return String::new() };
    let all: Vec<u32> = (1..=9999).filter(|year| years.contains(*year)).collect();
    match (all.first(), all.last()) {
        (Some(first), Some(last)) if all.len() > 2 && (last - first) as usize + 1 == all.len() => {
            format!("from {first} to {last}")
        }
        (Some(first), Some(last)) if all.len() > 8 => format!("in {} years from {first} to {last}", all.len()),
        _ => format!("in {}", list(all.iter().map(u32::to_string), "and")),
    }
}

/// "a, b and c".
pub(super) fn list(items: impl Iterator<Item = String>, and: &str) -> String {
    let mut items: Vec<String> = items.collect();
    match (items.pop(), items.is_empty()) {
        (Some(last), false) => format!("{} {and} {last}", items.join(", ")),
        (last, _) => last.unwrap_or_default(),
    }
}

/// "1 to 7, 15 and 20".
fn numbers(set: u64) -> String {
    let mut parts = Vec::new();
    let mut rest = set;
    while rest != 0 {
        let first = rest.trailing_zeros();
        let length = (rest >> first).trailing_ones();
        let last = first + length - 1;
        if length > 2 {
            parts.push(format!("{first} to {last}"));
        } else {
            parts.extend((first..=last).map(|value| value.to_string()));
        }
        rest &= !(((1 << length) - 1) << first);
    }
    list(parts.into_iter(), "and")
}

/// With a small first letter, to stand inside a sentence.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

/// First, last and step of three values or more at equal distances.
fn progression(set: u64) -> Option<(u32, u32, u32)> {
    let (first, last, count) = (set.trailing_zeros(), 63_u32.checked_sub(set.leading_zeros())?, set.count_ones());
    let step = (last - first).checked_div(count.checked_sub(1)?)?;
    let even = values(set).zip(0..).all(|(value, index)| value == first + index * step);
    (count > 2 && even).then_some((first, last, step))
}

/// First and last of three values or more without a hole.
fn run(set: u64) -> Option<(u32, u32)> {
    progression(set).filter(|(.., step)| *step == 1).map(|(first, last, _)| (first, last))
}

fn two(value: u32) -> String {
    format!("{value:02}")
}

pub(super) fn weekday_name(day: u32) -> String {
    WEEKDAY_NAMES.get(day as usize).copied().unwrap_or_default().to_owned()
}

pub(super) fn month(number: u32) -> String {
    MONTH_NAMES.get((number as usize).wrapping_sub(1)).copied().unwrap_or_default().to_owned()
}
