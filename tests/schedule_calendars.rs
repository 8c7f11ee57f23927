//! Business calendars against a model that looks at every wall-clock time of the schedule and moves it day by day.
#![allow(clippy::unwrap_used, clippy::string_slice, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;

use dagfill::schedule::{
    BusinessCalendar, Date, Dialect, Dst, Exclude, Fold, Gap, Roll, RollTo, ScheduleInput, Timetable, TimetableOptions,
};
use dagfill::time::{Civil, DAY_MS, Instant, Local, Range, Zone, resolve};
use proptest::prelude::*;

const RULES: [Dst; 6] = [Dst::AIRFLOW, Dst::JAVA, Dst::KUBERNETES, Dst::VIXIE, Dst::EARLIER, Dst::BOTH];
const TO: [RollTo; 4] = [RollTo::Next, RollTo::Previous, RollTo::Modified, RollTo::Skip];
/// With the name that the calendar's zone has in the tests: the same, the same clock by another name, another clock.
const ZONES: [(&str, &str); 7] = [
    ("America/New_York", "America/New_York"),
    ("America/New_York", "US/Eastern"),
    ("UTC", "UTC"),
    ("UTC", "America/New_York"),
    ("Asia/Tokyo", "America/New_York"),
    ("America/Sao_Paulo", "America/Sao_Paulo"),
    ("Australia/Lord_Howe", "Europe/London"),
];

fn cron(text: &str) -> ScheduleInput {
    ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None }
}

fn read(zone: &Zone, rule: Dst, wall: Civil) -> Vec<Instant> {
    match (resolve(zone, wall), rule.gap, rule.fold) {
        (Local::Unique(at), ..) => vec![at],
        (Local::Gap { .. }, Gap::Skip, _) => vec![],
        (Local::Gap { later, .. }, Gap::Forward, _) => vec![later],
        (Local::Gap { earlier, .. }, Gap::Backward, _) => vec![earlier],
        (Local::Gap { change, .. }, Gap::End, _) => vec![change.at],
        (Local::Fold { first, .. }, _, Fold::First) => vec![first],
        (Local::Fold { second, .. }, _, Fold::Second) => vec![second],
        (Local::Fold { first, second, .. }, _, Fold::Both) => vec![first, second],
    }
}

/// The last reading, or the later one of a time that there is not.
fn nearest(zone: &Zone, rule: Dst, wall: Civil) -> Instant {
    read(zone, rule, wall).last().copied().unwrap_or_else(|| match resolve(zone, wall) {
        Local::Gap { later, .. } => later,
        other => panic!("{other:?}"),
    })
}

struct Model {
    zone: Zone,
    calendar_zone: Zone,
    weekend: [bool; 7],
    holidays: BTreeSet<i64>,
    to: RollTo,
    rule: Dst,
    excluded: Vec<Instant>,
    excluded_days: BTreeSet<i64>,
}

impl Model {
    fn closes(&self, day: i64) -> bool {
        self.weekend[(day + 4).rem_euclid(7) as usize] || self.holidays.contains(&day)
    }

    fn is_excluded(&self, at: Instant) -> bool {
        self.excluded.contains(&at) || self.excluded_days.contains(&self.zone.civil(at).day_number())
    }

    fn day(&self, wall: Civil) -> i64 {
        let at = nearest(&self.zone, self.rule, wall);
        wall.day_number() + self.calendar_zone.civil(at).day_number() - self.zone.civil(at).day_number()
    }

    fn roll(&self, wall: Civil) -> Option<Civil> {
        let day = self.day(wall);
        if !self.closes(day) {
            return Some(wall);
        }
        let search = |step: i64| {
            let open = (1..).map(|n| day + n * step).find(|day| !self.closes(*day)).unwrap();
            let mut wall = wall.add_days(open - day);
            while self.closes(self.day(wall)) {
                wall = wall.add_days(step);
            }
            (open, wall)
        };
        let month = |day: i64| Civil::from_day(day, 0).month();
        match self.to {
            RollTo::Skip => None,
            RollTo::Next => Some(search(1).1),
            RollTo::Previous => Some(search(-1).1),
            RollTo::Modified if month(search(1).0) == month(day) => Some(search(1).1),
            RollTo::Modified => Some(search(-1).1),
        }
    }

    fn dates(&self, text: &str, range: Range) -> Vec<f64> {
        let walls = Timetable::new(&cron(text), &TimetableOptions::default()).unwrap();
        let around = |instant: Instant, days: i64| Instant::clamped(instant.ms() + days * DAY_MS);
        let wide = Range { start: around(range.start, -50), end: around(range.end, 50) };
        let mut dates = BTreeSet::new();
        for ms in walls.expand(wide, None).unwrap() {
            let named = Civil::from_ms(ms as i64);
            if self.is_excluded(nearest(&self.zone, self.rule, named)) {
                continue;
            }
            for at in self.roll(named).map(|wall| read(&self.zone, self.rule, wall)).unwrap_or_default() {
                if range.contains(at) && !self.is_excluded(at) {
                    dates.insert(at.ms());
                }
            }
        }
        dates.into_iter().map(|ms| ms as f64).collect()
    }
}

fn text_of(day: i64) -> String {
    Civil::from_day(day, 0).to_string()[..10].to_owned()
}

fn texts() -> impl Strategy<Value = String> {
    let day = prop_oneof![
        3 => Just("* * *".to_owned()),
        1 => (1..29u32).prop_map(|day| format!("{day} * *")),
        1 => Just("L * *".to_owned()),
        1 => (0..7u32).prop_map(|day| format!("* * {day}")),
        1 => (0..7u32, 1..6u32).prop_map(|(day, nth)| format!("* * {day}#{nth}")),
    ];
    let hours = prop_oneof![3 => (0..24u32).prop_map(|hour| hour.to_string()), 1 => Just("1-3".to_owned()), 1 => Just("*".into())];
    (0..60u32, hours, day).prop_map(|(minute, hours, day)| format!("{minute} {hours} {day}"))
}

/// Around changes of New York, Sao Paulo and Lord Howe, and anywhere.
fn day() -> impl Strategy<Value = i64> {
    prop_oneof![(19_780..19_810i64), (20_020..20_045i64), (17_800..17_850i64), (19_630..19_660i64), (0..30_000i64)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rolled_dates_are_those_of_the_model(
        text in texts(), zones in 0..ZONES.len(), rule in 0..RULES.len(), to in 0..TO.len(),
        weekend in 0..4usize, start in day(), length in 0..40i64, cut in 0..40i64,
        holidays in proptest::collection::btree_set(-20..60i64, 0..12), long: bool,
        excluded in proptest::collection::vec((-5..45i64, any::<bool>()), 0..3),
    ) {
        let (zone, calendar_zone) = ZONES[zones];
        let weekend = [[0, 6].as_slice(), &[5, 6], &[], &[0, 1, 2, 3, 4, 5]][weekend];
        let weekend: [bool; 7] = std::array::from_fn(|day| weekend.contains(&day));
        let mut holidays: BTreeSet<i64> = holidays.iter().map(|day| start + day).collect();
        if long {
            // Longer than a month, as of a school.
            holidays.extend(start + 5..start + 42);
        }
        let rule = RULES[rule];
        let excluded_days: BTreeSet<i64> = excluded.iter().filter(|(_, day)| *day).map(|(day, _)| start + day).collect();
        let read_zone = Zone::load(zone).unwrap();
        let walls: Vec<Civil> = excluded.iter().filter(|(_, day)| !*day).map(|(day, _)| Civil::from_day(start + day, 2 * 3_600_000)).collect();
        let excluded_at: Vec<Instant> = walls.iter().map(|wall| nearest(&read_zone, Dst::LATER, *wall)).collect();
        let mut list: Vec<Exclude> = excluded_days.iter().map(|day| Exclude::Dates(vec![Date::Text(text_of(*day))])).collect();
        list.extend(excluded_at.iter().map(|at| Exclude::Dates(vec![Date::Number(at.js())])));
        let calendar = BusinessCalendar {
            name: "test".into(),
            time_zone: Some(calendar_zone.into()),
            weekend,
            holidays: holidays.iter().map(|day| Date::Text(text_of(*day))).collect(),
        };
        let options = TimetableOptions {
            time_zone: Some(zone.into()),
            dst: rule,
            exclude: Some(Exclude::List(list)),
            roll: Some(Roll { calendar, to: TO[to] }),
            ..Default::default()
        };
        let timetable = Timetable::new(&cron(&text), &options).unwrap();
        let wildcard = if rule.gap == Gap::End { text.split(' ').take(2).any(|field| field.starts_with('*')) } else { text.split(' ').nth(1) == Some("*") };
        let own = if rule.real_time && wildcard { Dst { gap: Gap::Skip, fold: Fold::Both, ..rule } } else { rule };
        let model = Model {
            zone: read_zone, calendar_zone: Zone::load(calendar_zone).unwrap(), weekend, holidays, to: TO[to], rule: own,
            excluded: excluded_at, excluded_days,
        };
        let at = |day: i64| Instant::clamped(day * DAY_MS);
        let range = Range { start: at(start), end: at(start + length) };
        let expected = model.dates(&text, range);
        let about = format!("{text} {zone} {calendar_zone} {rule:?} {:?}", TO[to]);
        let dates = timetable.expand(range, None).unwrap();
        prop_assert_eq!(&dates, &expected, "{}", about);
        prop_assert_eq!(timetable.count(range), dates.len() as u64);
        let middle = at(start + cut.min(length));
        let mut parts = timetable.expand(Range { end: Instant::clamped(middle.ms() - 1), ..range }, None).unwrap();
        parts.extend(timetable.expand(Range { start: middle, ..range }, None).unwrap());
        prop_assert_eq!(&parts, &dates);
        let next = timetable.next_dates(Instant::clamped(range.start.ms() - 1), dates.len());
        prop_assert_eq!(&next, &dates, "{}", about);
        let mut previous = timetable.previous_dates(Instant::clamped(range.end.ms() + 1), dates.len());
        previous.reverse();
        prop_assert_eq!(&previous, &dates, "{}", about);
        for date in dates.iter().take(3) {
            let why = timetable.explain_date(Instant::clamped(*date as i64), None);
            prop_assert!(why.included, "{} {:?}", about, why);
        }
    }

    /// Periods, lists of dates and unions roll one by one; with the model's dates of a daily period.
    #[test]
    fn every_kind_of_schedule_rolls_and_its_range_is_the_sum_of_its_parts(
        kind in 0..6usize, anchor in 1_709_000_000..1_712_000_000u64, zones in 0..ZONES.len(), to in 0..TO.len(),
        start in 1_708_500_000..1_713_000_000i64, length in 0..1_500_000i64, cut in 0..1_500_000i64, exclude: bool,
    ) {
        let every = |period: &str| ScheduleInput::Every { period: period.into(), anchor: Some(Date::Number(anchor as f64 * 1000.0)) };
        let dates = (0..40u64).map(|step| Date::Number((anchor + step * step * 3_000) as f64 * 1000.0)).collect();
        let schedule = match kind {
            0 => every("P1D"),
            1 => every("PT7H"),
            2 => every("P1DT90M"),
            3 => every("P1M"),
            4 => ScheduleInput::Dates(dates),
            _ => ScheduleInput::Union(vec![every("P1D"), cron("30 2 * * *"), ScheduleInput::Dates(dates)]),
        };
        let (zone, calendar_zone) = ZONES[zones];
        let holidays = ["2024-03-08", "2024-03-11", "2024-03-29", "2024-04-01"];
        let calendar = BusinessCalendar {
            name: "bank".into(),
            time_zone: Some(calendar_zone.into()),
            holidays: holidays.iter().map(|day| Date::Text((*day).into())).collect(),
            ..Default::default()
        };
        let exclude = exclude.then(|| Exclude::List(vec![
            Exclude::Calendar(BusinessCalendar { time_zone: None, weekend: [false; 7], ..calendar.clone() }),
            Exclude::Cron("* * 10 3 *".into()),
        ]));
        let roll = Some(Roll { calendar: calendar.clone(), to: TO[to] });
        let options = TimetableOptions { time_zone: Some(zone.into()), exclude, roll, ..Default::default() };
        let timetable = Timetable::new(&schedule, &options).unwrap();
        let at = |seconds: i64| Instant::clamped(seconds * 1000);
        let range = Range { start: at(start), end: at(start + length) };
        let dates = timetable.expand(range, None).unwrap();
        prop_assert!(dates.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(timetable.count(range), dates.len() as u64);
        let middle = at(start + cut.min(length));
        let mut parts = timetable.expand(Range { end: Instant::clamped(middle.ms() - 1), ..range }, None).unwrap();
        parts.extend(timetable.expand(Range { start: middle, ..range }, None).unwrap());
        prop_assert_eq!(&parts, &dates);
        prop_assert_eq!(&timetable.next_dates(at(start - 1), dates.len()), &timetable.expand(Range { start: Instant::clamped(start * 1000 - 999), ..range }, Some(dates.len())).unwrap());
        let mut previous = timetable.previous_dates(Instant::clamped(range.end.ms() + 1), dates.len());
        previous.reverse();
        prop_assert_eq!(&previous, &dates);
        let zone = Zone::load(calendar_zone).unwrap();
        for date in &dates {
            let instant = Instant::clamped(*date as i64);
            let day = zone.civil(instant).to_string()[..10].to_owned();
            prop_assert!(!holidays.contains(&day.as_str()) && (1..=5).contains(&zone.civil(instant).weekday()), "{}", instant);
        }
        for date in dates.iter().take(2) {
            prop_assert!(timetable.explain_date(Instant::clamped(*date as i64), None).included);
        }
        let ends = timetable.interval_ends(&dates);
        prop_assert!(dates.iter().zip(&ends).all(|(date, end)| date <= end));
    }
}
