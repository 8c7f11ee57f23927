//! Expanding, counting, stepping and explaining agree: every schedule of the tables, in every zone and under every rule for clock
//! changes, over a range around a clock change.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod tables;

use std::collections::BTreeMap;

use dagfill::schedule::{Dst, Fold, Gap, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DAY_MS, Instant, Range, Zone};
use serde_json::Value;
use tables::{figure, schedule, table};

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Amman",
];

const RULES: [Dst; 9] = [
    Dst::AIRFLOW,
    Dst::JAVA,
    Dst::KUBERNETES,
    Dst::VIXIE,
    Dst::EARLIER,
    Dst::LATER,
    Dst::SKIP,
    Dst::BOTH,
    Dst { gap: Gap::End, fold: Fold::Both, real_time: false },
];

/// Every schedule that a table has, once, by its JSON.
fn schedules() -> Vec<ScheduleInput> {
    let mut found = BTreeMap::new();
    let mut add = |schedule: &Value| {
        found.insert(schedule.to_string(), schedule.clone());
    };
    for text in [
        include_str!("cases/cron/dates.json"),
        include_str!("cases/cron/explain.json"),
        include_str!("cases/cron/explain_date.json"),
        include_str!("cases/schedule/foreign_rules.json"),
    ] {
        table(text).iter().for_each(|case| add(&case["schedule"]));
    }
    table(include_str!("cases/dst/changes.json")).iter().for_each(|case| add(&case["cron"]));
    let zone_free = |text: &str| !text.contains("TZ=");
    let several = |schedule: &Value| schedule.as_array().is_some_and(|members| members[0].is_object());
    found
        .into_iter()
        .filter(|(text, schedule)| zone_free(text) && !several(schedule) && !schedule.is_null())
        .map(|(_, value)| schedule(&value))
        .filter(|schedule| Timetable::new(schedule, &TimetableOptions::default()).is_ok())
        .collect()
}

/// Two days around a clock change of the zone, another one for each `index`; where there is none, around a month's end.
fn around_a_change(zone: &Zone, index: usize) -> Range {
    let (from, to) = (Instant::clamped(0), Instant::clamped(2_000_000_000_000));
    let changes = zone.changes(from, to);
    let at = match changes.len() {
        0 => 1_709_200_000_000 + index as i64 % 7 * DAY_MS,
        count => changes[index * 7 % count].at.ms(),
    };
    // The ends lie on and beside whole minutes, by turns.
    let shift = index as i64 % 3 * 777;
    Range { start: Instant::clamped(at - DAY_MS - shift), end: Instant::clamped(at + DAY_MS + shift) }
}

#[test]
fn five_ways_to_ask_give_the_same_dates() {
    let (schedules, zones) = (schedules(), ZONES.map(|name| Zone::load(name).unwrap()));
    let (mut combinations, mut dates) = (0, 0);
    for (index, schedule) in schedules.iter().enumerate() {
        for (z, zone) in zones.iter().enumerate() {
            for (r, dst) in RULES.into_iter().enumerate() {
                let kind = if (index + r) % 2 == 0 { Kind::Trigger } else { Kind::Interval };
                let time_zone = Some(ZONES[z].to_owned());
                let options = TimetableOptions { time_zone, kind, dst, ..TimetableOptions::default() };
                let mut range = around_a_change(zone, index + 3 * r);
                let timetable = Timetable::new(schedule, &options).unwrap().anchored(range.start);
                // Every second of two days would take its time.
                if timetable.count(range) > 400 {
                    let middle = range.start.ms() + DAY_MS + index as i64 % 3 * 777;
                    range = Range { start: Instant::clamped(middle - 60_000), end: Instant::clamped(middle + 60_000) };
                }
                dates += agree(&timetable, range, &format!("{schedule:?} {zone:?} {dst:?} {range:?}"));
                combinations += 1;
            }
        }
    }
    let parts = format!("{} schedules, {} zones, {} clock-change rules", schedules.len(), zones.len(), RULES.len());
    figure(&format!(
        "expand = count = next = previous = explain: {combinations} combinations ({parts}), {dates} dates"
    ));
    assert!(combinations >= 20_000, "{combinations}");
}

/// How many dates there are.
fn agree(timetable: &Timetable, range: Range, about: &str) -> usize {
    let dates = timetable.expand(range, None).unwrap();
    assert_eq!(timetable.count(range), dates.len() as u64, "{about}");
    let (before, after) = (Instant::clamped(range.start.ms() - 1), Instant::clamped(range.end.ms() + 1));
    assert_eq!(timetable.next_dates(before, dates.len()), dates, "{about}");
    let mut back = timetable.previous_dates(after, dates.len());
    back.reverse();
    assert_eq!(back, dates, "{about}");
    for date in dates.iter().step_by(dates.len() / 3 + 1) {
        let date = Instant::clamped(*date as i64);
        let why = timetable.explain_date(date, Some(range));
        assert!(why.included, "{about} {why:?}");
        let beside = Instant::clamped(date.ms() + 1_000);
        let listed = dates.contains(&beside.js());
        let why = timetable.explain_date(beside, None);
        assert!(why.included == listed || beside > range.end, "{about} {why:?}");
        // In a union another date may lie between the two.
        let before = dates.iter().rev().find(|listed| **listed < beside.js());
        assert_eq!(why.previous, before.map(|listed| Instant::clamped(*listed as i64)), "{about}");
    }
    dates.len()
}
