//! A pattern in plain words, made from its bit sets, so that both dialects read alike.

use super::field::{MONTH_NAMES, WEEKDAY_NAMES};
use super::fields::{DayOfMonth, DayOfWeek, DayRule, Fields, values};
use super::words::Words;

/// So many single times are listed; more are summed up.
const LISTED: u32 = 4;

/// Such as "At 02:30, Monday to Friday".
pub(super) fn describe(words: &mut Words, fields: &Fields) {
    let start = words.end();
    times(words, fields);
    let at = words.text().get(start..).is_some_and(|text| text.starts_with("At "));
    if names_days(fields) {
        words.add(", ");
        days(words, fields);
    } else if at && fields.hours.count_ones() < 24 {
        words.add(", every day");
    }
    years(words, fields);
}

/// Whether not every day fits.
pub(super) fn names_days(fields: &Fields) -> bool {
    fields.rule != DayRule::Every || fields.months.count_ones() < 12
}

/// The days alone, such as "on day 13 or on Friday"; nothing where every day fits.
pub(super) fn days(words: &mut Words, fields: &Fields) {
    let single = |set: u64| set.count_ones() == 1;
    match fields.rule {
        DayRule::Every => {}
        DayRule::Day if single(fields.day.days) && single(fields.months) && specials(&fields.day) == 0 => {
            words
                .add("on ")
                .number(fields.day.days.trailing_zeros())
                .add(" ")
                .add(month(fields.months.trailing_zeros()));
            return;
        }
        DayRule::Weekday => day_of_week(words, &fields.weekday),
        _ => day_of_month(words, &fields.day),
    }
    match fields.rule {
        DayRule::Either => {
            words.add(" or ");
            day_of_week(words, &fields.weekday);
        }
        DayRule::Both => {
            let DayOfWeek { days, .. } = fields.weekday;
            words.add(" if that is ").each(days, "or", &|words, day| {
                words.add(weekday_name(day));
            });
            nth_weekdays(words, &fields.weekday, "or");
        }
        _ => {}
    }
    if fields.months.count_ones() < 12 {
        words.add(if fields.rule == DayRule::Every { "" } else { ", " });
        match run(fields.months) {
            Some((first, last)) => {
                words.add("from ").add(month(first)).add(" to ").add(month(last));
            }
            None => months(words.add("in "), fields.months),
        }
    }
}

/// The times of the day alone, such as "At 02:30".
pub(super) fn times(words: &mut Words, fields: &Fields) {
    let (seconds, minutes, hours) = (fields.seconds, fields.minutes, fields.hours);
    if seconds.count_ones() <= 1 {
        return minutely(words, fields, seconds.trailing_zeros());
    }
    units(words, seconds, 60, "second");
    match minutes.count_ones() * hours.count_ones() {
        1440 => {}
        1..=LISTED => clocks(words.add(" of "), fields, 0),
        _ => {
            let start = words.add(", ").end();
            minutely(words, fields, 0);
            words.lower(start);
        }
    }
}

/// Which minutes; `second` is named where it is not zero.
fn minutely(words: &mut Words, fields: &Fields, second: u32) {
    let (minutes, hours) = (fields.minutes, fields.hours);
    if minutes.count_ones() * hours.count_ones() <= LISTED {
        return clocks(words.add("At "), fields, second);
    }
    let even = progression(hours);
    let single = minutes.count_ones() == 1;
    let (all, minute) = (hours.count_ones() == 24, minutes.trailing_zeros());
    // Which minutes, up to where the hours follow.
    match even {
        _ if !single => units(words, minutes, 60, "minute"),
        _ if all && minute == 0 => {
            words.add("Every hour");
        }
        Some(_) if !all => {}
        _ => {
            words.add("At minute ").number(minute).add(if all { " of every hour" } else { " of the hours " });
        }
    }
    let span = match even {
        _ if all => None,
        Some((first, last, 1)) => {
            words.add(if single { "Every hour" } else { "," });
            Some((first, last))
        }
        Some((first, last, step)) => {
            words.add(if single { "Every " } else { ", every " }).number(step).add(" hours");
            Some((first, last))
        }
        None if hours.count_ones() == 1 => {
            words.add(",");
            Some((hours.trailing_zeros(), hours.trailing_zeros()))
        }
        None => {
            words.add(if single { "" } else { ", in the hours " }).each(hours, "and", &|words, hour| {
                words.two(hour);
            });
            None
        }
    };
    if let Some((first, last)) = span {
        words.add(" from ").two(first).add(":").two(minute);
        words.add(" to ").two(last).add(":").two(63 - minutes.leading_zeros());
    }
    if second != 0 {
        words.add(", at second ").number(second);
    }
}

/// "Every 5 minutes", "Every minute from 10 to 20", "At minutes 1, 5 and 9".
fn units(words: &mut Words, set: u64, size: u32, unit: &str) {
    match progression(set) {
        Some((0, _, 1)) if set.count_ones() == size => {
            words.add("Every ").add(unit);
        }
        Some((first, last, step)) if step > 1 && last + step >= size => {
            words.add("Every ").number(step).add(" ").add(unit).add("s");
            if first != 0 {
                words.add(" from ").add(unit).add(" ").number(first);
            }
        }
        Some((first, last, 1)) => {
            words.add("Every ").add(unit).add(" from ").number(first).add(" to ").number(last);
        }
        _ => numbers(words.add("At ").add(unit).add("s "), set),
    }
}

/// All times of the day: "02:30 and 14:30".
fn clocks(words: &mut Words, fields: &Fields, second: u32) {
    let (hours, minutes) = (fields.hours, fields.minutes);
    let mut index = 0;
    for hour in values(hours) {
        for minute in values(minutes) {
            words.between(index, hours.count_ones() * minutes.count_ones(), "and");
            words.two(hour).add(":").two(minute);
            if second != 0 {
                words.add(":").two(second);
            }
            index += 1;
        }
    }
}

fn day_of_month(words: &mut Words, day: &DayOfMonth) {
    let days = day.days;
    let even = progression(days);
    let specials = specials(day);
    if let (7.., Some((first, last, step @ 2..)), 0) = (days.count_ones(), even, specials) {
        words.add("every ").number(step).add(" days from day ").number(first).add(" to ").number(last);
        words.add(" of the month");
        return;
    }
    words.add("on ");
    match (days.count_ones(), even) {
        (0, _) => {}
        (_, Some((1, 31, 1))) => {
            words.add("every day");
        }
        (count, _) => numbers(words.add(if count == 1 { "day " } else { "days " }), days),
    }
    words.add(if days != 0 && specials != 0 { " and " } else { "" });
    let mut index = 0;
    let mut each = |set: u64, item: &dyn Fn(&mut Words, u32)| {
        for value in values(set) {
            words.between(index, specials, "and");
            item(words, value);
            index += 1;
        }
    };
    each(day.from_last, &last_day);
    each(day.nearest, &|words, day| {
        words.add("the weekday nearest to day ").number(day);
    });
    each(day.nearest_from_last, &|words, days| match days {
        0 => {
            words.add("the last weekday");
        }
        _ => last_day(words.add("the weekday nearest to "), days),
    });
    words.add(" of the month");
}

/// The last day of the month, or so many days before it.
fn last_day(words: &mut Words, days: u32) {
    if days != 0 {
        words.number(days).add(if days == 1 { " day before " } else { " days before " });
    }
    words.add("the last day");
}

/// How many days of the month are not said by their number.
fn specials(day: &DayOfMonth) -> u32 {
    day.from_last.count_ones() + day.nearest.count_ones() + day.nearest_from_last.count_ones()
}

fn day_of_week(words: &mut Words, weekday: &DayOfWeek) {
    // From Monday on, so that a weekend is one run.
    let days = weekday.days >> 1 | (weekday.days & 1) << 6;
    let name = |day: u32| weekday_name((day + 1) % 7);
    match (days.count_ones(), run(days)) {
        (0, _) => {
            words.add("on ");
        }
        (7, _) => {
            words.add("on every day of the week");
        }
        (_, Some((first, last))) => {
            words.add(name(first)).add(" to ").add(name(last));
        }
        _ => words.add("on ").each(days, "and", &|words, day| {
            words.add(name(day));
        }),
    }
    nth_weekdays(words, weekday, "and");
}

/// "the first Monday and the last Friday of the month", behind the weekdays that are named without a place.
fn nth_weekdays(words: &mut Words, weekday: &DayOfWeek, and: &str) {
    const PLACES: [&str; 6] = ["first ", "second ", "third ", "fourth ", "fifth ", "last "];
    // Six bits for each weekday; the last place is bit 0 of its set.
    let places = |nth: u8| u64::from(nth >> 1) | u64::from(nth & 1) << 5;
    let set = (0..).zip(weekday.nth).fold(0, |set, (day, nth)| set | places(nth) << (6 * day));
    if set == 0 {
        return;
    }
    if weekday.days != 0 {
        words.add(" ").add(and).add(" ");
    }
    words.each(set, and, &|words, bit| {
        words.add("the ").add(name_of(&PLACES, bit % 6)).add(weekday_name(bit / 6));
    });
    words.add(" of the month");
}

fn years(words: &mut Words, fields: &Fields) {
    let Some(years) = &fields.years else { return };
    let (mut count, mut first, mut last) = (0, 0, 0);
    for year in years.iter() {
        first = if count == 0 { year } else { first };
        (count, last) = (count + 1, year);
    }
    let run = count > 2 && last - first + 1 == count;
    if run || count > 8 {
        words.add(if run { ", " } else { ", in " });
        if !run {
            words.number(count).add(" years ");
        }
        words.add("from ").number(first).add(" to ").number(last);
        return;
    }
    words.add(", in ");
    for (index, year) in (0..).zip(years.iter()) {
        words.between(index, count, "and");
        words.number(year);
    }
}

/// "1 to 7, 15 and 20".
fn numbers(words: &mut Words, set: u64) {
    // Values that have two neighbours in a row are said by their first and their last.
    let triples = set & set >> 1 & set >> 2;
    let within = triples | triples << 1 | triples << 2;
    words.each(set & !(within & within << 1), "and", &|words, first| {
        words.number(first);
        let length = (set >> first).trailing_ones();
        if length > 2 {
            words.add(" to ").number(first + length - 1);
        }
    });
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

/// "March, April and June".
pub(super) fn months(words: &mut Words, set: u64) {
    words.each(set, "and", &|words, number| {
        words.add(month(number));
    });
}

pub(super) fn weekday_name(day: u32) -> &'static str {
    name_of(&WEEKDAY_NAMES, day)
}

fn month(number: u32) -> &'static str {
    name_of(&MONTH_NAMES, number.wrapping_sub(1))
}

fn name_of(names: &[&'static str], index: u32) -> &'static str {
    names.get(index as usize).copied().unwrap_or_default()
}
