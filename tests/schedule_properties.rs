//! What holds for every schedule, whatever it is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::error::Code;
use dagfill::schedule::{
    BusinessCalendar, Date, DayMatch, Dialect, Dst, Exclude, Fold, Gap, Kind, ScheduleInput, Timetable,
    TimetableOptions,
};
use dagfill::time::{Instant, Offsets, Range, ZoneSource, set_zone_source};
use proptest::prelude::*;

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Kolkata",
];
const POLICIES: [Dst; 8] = [
    Dst::AIRFLOW,
    Dst::JAVA,
    Dst::KUBERNETES,
    Dst::VIXIE,
    Dst::EARLIER,
    Dst::LATER,
    Dst::SKIP,
    Dst { gap: Gap::End, fold: Fold::Both, real_time: false },
];
const PERIODS: [&str; 8] = ["PT37M", "PT6H", "PT24H", "P1D", "P1DT90M", "P1M", "P2W", "P1Y"];

fn cron() -> impl Strategy<Value = String> {
    let field = |min: u32, max: u32| {
        prop_oneof![
            3 => Just("*".to_owned()),
            3 => (min..=max).prop_map(|value| value.to_string()),
            1 => (1..=max).prop_map(|step| format!("*/{step}")),
            1 => (min..=max, min..=max).prop_map(|(a, b)| format!("{a}-{b}")),
        ]
    };
    let word = |words: &'static [&'static str]| proptest::sample::select(words).prop_map(str::to_owned);
    let day = prop_oneof![6 => field(1, 31), 3 => word(&["L", "?", "L-3", "LW", "15W", "1W,31W", "L-2W", "10-20/5W"])];
    let weekday = prop_oneof![6 => field(0, 7), 3 => word(&["5#2", "L1", "5L", "MON-FRI#1", "6,0#L", "+MON", "+1-5"])];
    (field(0, 59), field(0, 23), day, field(1, 12), weekday).prop_map(|(a, b, c, d, e)| format!("{a} {b} {c} {d} {e}"))
}

fn dialect() -> impl Strategy<Value = Dialect> {
    proptest::sample::select(&[Dialect::Unix, Dialect::Quartz, Dialect::Aws][..])
}

fn day_match() -> impl Strategy<Value = Option<DayMatch>> {
    proptest::sample::select(&[None, Some(DayMatch::And), Some(DayMatch::Vixie)][..])
}

fn schedule() -> impl Strategy<Value = ScheduleInput> {
    let union = || proptest::collection::vec(single(), 1..4).prop_map(ScheduleInput::Union);
    let nested = (union(), single()).prop_map(|(a, b)| ScheduleInput::Union(vec![a, b]));
    prop_oneof![4 => single(), 1 => union(), 1 => nested]
}

fn single() -> impl Strategy<Value = ScheduleInput> {
    let texts = proptest::collection::vec(cron(), 1..3);
    prop_oneof![
        6 => (texts, day_match())
            .prop_map(|(texts, day_match)| ScheduleInput::Cron { texts, dialect: Dialect::Unix, day_match }),
        3 => (0..PERIODS.len(), 0..4_000_000_000u64).prop_map(|(period, at)| ScheduleInput::Every {
            period: PERIODS[period].to_owned(),
            anchor: Some(Date::Number(at as f64 * 1000.0)),
        }),
        1 => proptest::collection::vec(1_700_000_000..1_720_000_000u64, 0..20)
            .prop_map(|dates| ScheduleInput::Dates(dates.into_iter().map(|at| Date::Number(at as f64 * 1000.0)).collect())),
    ]
}

fn exclude() -> impl Strategy<Value = Option<Exclude>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Exclude::Dates(vec![Date::Text("2024-03-10".into()), Date::Text("2024-04-01T02:00".into())]))),
        1 => cron().prop_map(|text| Some(Exclude::Cron(text))),
        1 => Just(Some(Exclude::Cron("* * * * 6,0".into()))),
        1 => (0..ZONES.len()).prop_map(|zone| Some(Exclude::Calendar(calendar(zone)))),
        1 => (0..ZONES.len(), cron()).prop_map(|(zone, text)| Some(Exclude::List(vec![
            Exclude::Dates(vec![Date::Text("2024-03-10".into()), Date::Number(1_709_953_200_000.0)]),
            Exclude::Cron(text),
            Exclude::Calendar(calendar(zone)),
        ]))),
    ]
}

fn calendar(zone: usize) -> BusinessCalendar {
    let holidays = ["2024-03-08", "2024-03-11", "2024-04-01", "2024-10-28", "2024-11-01", "2011-12-30"];
    BusinessCalendar {
        name: "bank".into(),
        time_zone: Some(ZONES[zone].into()),
        holidays: holidays.iter().map(|day| Date::Text((*day).into())).collect(),
        ..Default::default()
    }
}

fn timetable() -> impl Strategy<Value = Timetable> {
    (schedule(), 0..ZONES.len(), 0..POLICIES.len(), any::<bool>(), exclude()).prop_map(
        |(schedule, zone, dst, trigger, exclude)| {
            let kind = if trigger { Kind::Trigger } else { Kind::Interval };
            let time_zone = Some(ZONES[zone].to_owned());
            let options = TimetableOptions { time_zone, kind, dst: POLICIES[dst], exclude, interval: None, roll: None };
            Timetable::new(&schedule, &options).unwrap()
        },
    )
}

fn at(seconds: i64) -> Instant {
    Instant::new(seconds * 1000).unwrap()
}

/// Around the clock changes of 2024, and of Apia's lost day.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        1_709_900_000i64..1_712_000_000,
        1_728_000_000i64..1_731_000_000,
        1_325_000_000i64..1_325_500_000,
        0..2_000_000_000i64
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn dates_ascend_inside_the_range_and_a_range_is_the_sum_of_its_parts(
        timetable in timetable(), start in moment(), length in 0..400_000i64, cut in 0..400_000i64, limit in 0..50usize,
    ) {
        let range = Range { start: at(start), end: at(start + length) };
        let dates = timetable.expand(range, None).unwrap();
        prop_assert!(dates.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(dates.iter().all(|date| range.contains(Instant::from_js(*date).unwrap())));
        prop_assert_eq!(timetable.count(range), dates.len() as u64);
        let middle = start * 1000 + cut.min(length) * 1000;
        let first = Range { end: Instant::clamped(middle - 1), ..range };
        let second = Range { start: Instant::clamped(middle), ..range };
        let mut parts = timetable.expand(first, None).unwrap();
        parts.extend(timetable.expand(second, None).unwrap());
        prop_assert_eq!(&parts, &dates);
        prop_assert_eq!(&timetable.expand(range, Some(limit)).unwrap()[..], &dates[..limit.min(dates.len())]);
    }

    #[test]
    fn next_and_previous_are_inverse_and_agree_with_the_range(timetable in timetable(), start in moment(), n in 1..20usize) {
        let after = at(start);
        let next = timetable.next_dates(after, n);
        prop_assert!(next.len() <= n && next.iter().all(|date| *date > after.js()));
        prop_assert_eq!(timetable.next(after).map(Instant::js), next.first().copied());
        if let Some(last) = next.last() {
            let range = Range { start: at(start), end: Instant::from_js(*last).unwrap() };
            let mut all = timetable.expand(range, Some(1_000)).unwrap();
            all.retain(|date| *date > after.js());
            prop_assert_eq!(&all, &next);
            // Back from behind the last one: the same dates, nearest first.
            let mut back = timetable.previous_dates(Instant::clamped(*last as i64 + 1), next.len());
            back.reverse();
            prop_assert_eq!(&back, &next);
            prop_assert!(timetable.is_date(Instant::from_js(*last).unwrap()));
        }
        if let Some(previous) = timetable.previous(after) {
            prop_assert!(previous < after);
            let again = timetable.next(previous);
            prop_assert!(again.is_none_or(|date| date >= after));
        }
    }

    #[test]
    fn an_interval_ends_no_later_than_the_next_date(timetable in timetable(), start in moment()) {
        for date in timetable.next_dates(at(start), 3) {
            let date = Instant::from_js(date).unwrap();
            let interval = timetable.interval(date);
            prop_assert_eq!(interval.start, date);
            prop_assert!(interval.end >= date);
            prop_assert_eq!(timetable.run_after(date), interval.end);
            if let (Kind::Interval, Some(next)) = (timetable.kind(), timetable.next(date)) {
                prop_assert!(interval.end <= next);
            }
        }
        let last = timetable.last_complete_interval(at(start));
        prop_assert!(last.start <= last.end && last.end <= at(start));
    }

    #[test]
    fn explaining_never_panics_and_agrees(timetable in timetable(), now in moment(), count in 0..4usize) {
        let explanation = timetable.explain(at(now), count);
        prop_assert!(!explanation.text.is_empty());
        prop_assert_eq!(&explanation.next, &timetable.next_dates(at(now), count));
        for date in explanation.next {
            let why = timetable.explain_date(Instant::from_js(date).unwrap(), None);
            prop_assert!(why.included, "{:?}", why);
        }
        let why = timetable.explain_date(at(now), None);
        prop_assert_eq!(why.included, timetable.is_date(at(now)));
        prop_assert_eq!((why.previous, why.next), (timetable.previous(at(now)), timetable.next(at(now))));
    }

    #[test]
    fn a_clock_change_that_is_told_touches_a_date(timetable in timetable(), start in moment()) {
        let range = Range { start: at(start), end: at(start + 400 * 86_400) };
        for told in timetable.clock_changes(range, &[]) {
            prop_assert!(told.text.contains("does not exist") || told.text.contains("do not exist") || told.text.contains("twice"));
            prop_assert!(told.change.before != told.change.after);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}", dialect in dialect()) {
        refuse_or_explain(&text, dialect);
    }

    #[test]
    fn any_text_of_cron_letters_is_read_or_refused(text in "[0-9*?/,LWlw# @+.a-fA-Z-]{0,40}", dialect in dialect()) {
        refuse_or_explain(&text, dialect);
    }

    #[test]
    fn any_fields_are_read_or_refused(fields in proptest::collection::vec("[0-9]{1,3}|\\*|[0-9]{1,2}-[0-9]{1,2}(/[0-9]{1,2})?|\\*/[0-9]{1,2}|[A-Z]{3}|L|[0-7]#[1-5]|\\?|[0-9L-]{1,3}[LW]|\\+[0-7]", 5..8), dialect in dialect()) {
        refuse_or_explain(&fields.join(" "), dialect);
        refuse_or_explain(&format!("cron({})", fields.join(" ")), Dialect::Aws);
    }
}

fn refuse_or_explain(text: &str, dialect: Dialect) {
    let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect, day_match: None };
    match Timetable::new(&schedule, &TimetableOptions::default()) {
        Ok(timetable) => {
            let explanation = timetable.explain(at(1_700_000_000), 2);
            assert!(!explanation.text.is_empty());
            timetable.explain_date(at(1_700_000_000), None);
            timetable.previous(at(1_700_000_000));
        }
        Err(error) => {
            assert_eq!(error.code, Code::InvalidCron);
            let (start, end) = error.span.unwrap();
            assert!(start <= end && end <= text.encode_utf16().count(), "{text:?} {start}..{end}");
        }
    }
}

/// Nothing that is written about one field may hang on another, nor grow with the text.
#[test]
fn hostile_texts_are_refused() {
    let texts = [
        "*,".repeat(50_000),
        // All fields are right: it is the length that is refused.
        "*,".repeat(50_000) + "* * * * *",
        "1-9999/1,".repeat(11_000),
        " ".repeat(100_000),
        "* ".repeat(50_000),
        "0 0 ".to_owned() + &"L".repeat(100_000),
        "@".repeat(100_000),
        "\u{1F600}".repeat(25_000),
        "0 0 0 1 1 * ".to_owned() + &"1-9999,".repeat(14_000),
    ];
    for text in &texts {
        for dialect in [Dialect::Unix, Dialect::Quartz, Dialect::Aws] {
            let schedule = ScheduleInput::Cron { texts: vec![text.clone()], dialect, day_match: None };
            let error = Timetable::new(&schedule, &TimetableOptions::default()).unwrap_err();
            assert_eq!(error.code, Code::InvalidCron);
            assert!(error.message.len() < 300 && error.input.as_deref().unwrap().len() < 5_000);
        }
    }
}

/// Every second of a year long ago: the search backward comes near in steps and never holds the year.
#[test]
fn a_dense_year_behind_a_hole_is_searched_in_steps() {
    for (text, year) in [("* * * * * * 1990", 1990), ("* * * * * * 3", 3), ("* * * 31 12 * */50", 1970)] {
        let schedule = ScheduleInput::Cron { texts: vec![text.into()], dialect: Dialect::Unix, day_match: None };
        let timetable = Timetable::new(&schedule, &TimetableOptions::default()).unwrap();
        let last = dagfill::time::Civil::new(year, 12, 31, 23, 59, 59).unwrap().ms();
        let before = at(1_500_000_000);
        assert_eq!(timetable.previous(before), Some(Instant::clamped(last)), "{text}");
        let many = timetable.previous_dates(before, 80_000);
        assert_eq!((many.len(), many.last()), (80_000, Some(&((last - 79_999_000) as f64))), "{text}");
    }
}

#[test]
fn too_many_dates_are_counted_and_refused() {
    let minutely = ScheduleInput::Cron { texts: vec!["* * * * *".into()], dialect: Dialect::Unix, day_match: None };
    let timetable = Timetable::new(&minutely, &TimetableOptions::default()).unwrap();
    let year = |year: i32| Instant::clamped(dagfill::time::Civil::new(year, 1, 1, 0, 0, 0).unwrap().ms());
    let range = Range { start: year(2000), end: Instant::clamped(year(2020).ms() - 1) };
    let error = timetable.expand(range, None).unwrap_err();
    assert_eq!(error.code, Code::RangeTooLarge);
    assert_eq!(error.details, [("count", dagfill::error::Detail::Number(10_519_200.0))]);
    assert_eq!(timetable.expand(range, Some(3)).unwrap().len(), 3);
    // Just under the most there may be.
    let range = Range { start: year(2001), end: Instant::clamped(year(2020).ms() - 1) };
    assert_eq!(timetable.expand(range, None).unwrap().len(), 9_992_160);
    // Everything there is, of every second: counted, never held.
    let secondly = ScheduleInput::Cron { texts: vec!["* * * * * *".into()], dialect: Dialect::Unix, day_match: None };
    let timetable = Timetable::new(&secondly, &TimetableOptions::default()).unwrap();
    let everything = Range { start: Instant::MIN, end: Instant::MAX };
    assert_eq!(timetable.count(everything), 315_537_897_600);
    assert_eq!(timetable.expand(everything, None).unwrap_err().code, Code::RangeTooLarge);
}

#[test]
fn no_schedule_has_no_dates() {
    let timetable = Timetable::new(&ScheduleInput::None, &TimetableOptions::default()).unwrap();
    let range = Range { start: at(0), end: at(1) };
    assert_eq!(timetable.expand(range, None).unwrap_err().code, Code::NoSchedule);
    assert_eq!((timetable.next(at(0)), timetable.previous(at(0)), timetable.count(range)), (None, None, 0));
    assert_eq!(timetable.run_after(at(5)), at(5));
}

/// A search that finds nothing must end: these are all the dates from here to the year 9999, or back to the year 1.
#[test]
fn a_search_ends() {
    let never = ["0 0 30 2 *", "0 0 0 29 2 * 2023", "0 0 31 4,6,9,11 *", "0 0 0 1 1 * 1900"];
    for text in never {
        let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None };
        let options = TimetableOptions { time_zone: Some("America/New_York".into()), ..Default::default() };
        let timetable = Timetable::new(&schedule, &options).unwrap();
        assert_eq!(timetable.next(at(1_700_000_000)), None, "{text}");
    }
    let excluded = |schedule: ScheduleInput| {
        let options = TimetableOptions { exclude: Some(Exclude::Cron("* * * * * *".into())), ..Default::default() };
        let timetable = Timetable::new(&schedule, &options).unwrap();
        assert_eq!((timetable.next(at(1_700_000_000)), timetable.previous(at(1_700_000_000))), (None, None));
    };
    excluded(ScheduleInput::Cron { texts: vec!["* * * * * *".into()], dialect: Dialect::Unix, day_match: None });
    excluded(ScheduleInput::Every { period: "PT1S".into(), anchor: Some(Date::Number(0.0)) });
}

#[test]
fn a_manual_run_covers_the_last_interval_that_has_ended() {
    let show = |schedule: &ScheduleInput, kind: Kind, text: &str| {
        let timetable = Timetable::new(schedule, &TimetableOptions { kind, ..Default::default() }).unwrap();
        let utc = dagfill::time::Zone::utc();
        let moment =
            dagfill::time::read_date(dagfill::time::DateInput::Text(text), &utc, dagfill::time::Edge::Point).unwrap();
        let interval = timetable.last_complete_interval(moment);
        format!("{} {}", interval.start, interval.end)
    };
    let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
    assert_eq!(show(&daily, Kind::Interval, "2021-03-14T15:37:00Z"), "2021-03-13T00:00:00Z 2021-03-14T00:00:00Z");
    assert_eq!(show(&daily, Kind::Interval, "2021-03-14"), "2021-03-13T00:00:00Z 2021-03-14T00:00:00Z");
    assert_eq!(show(&daily, Kind::Trigger, "2021-03-14T15:37:00Z"), "2021-03-14T15:37:00Z 2021-03-14T15:37:00Z");
    let hours = ScheduleInput::Every { period: "PT6H".into(), anchor: Some(Date::Text("2021-01-01".into())) };
    assert_eq!(show(&hours, Kind::Interval, "2021-03-14T15:37:00Z"), "2021-03-14T06:00:00Z 2021-03-14T12:00:00Z");
    let hours = ScheduleInput::Every { period: "PT6H".into(), anchor: None };
    assert_eq!(show(&hours, Kind::Interval, "2021-03-14T15:00:00Z"), "2021-03-14T09:00:00Z 2021-03-14T15:00:00Z");
    assert_eq!(
        show(&ScheduleInput::None, Kind::Interval, "2021-03-14T15:00:00Z"),
        "2021-03-14T15:00:00Z 2021-03-14T15:00:00Z"
    );
}

#[test]
fn many_dates_are_excluded_as_one_is() {
    let quarters = ScheduleInput::Cron { texts: vec!["*/15 * * * *".into()], dialect: Dialect::Unix, day_match: None };
    for (text, share) in [("0 * * * *", 4), ("*/30 1-23 * * *", 2), ("7 * * * *", 0), ("15 2 10 3 *", 0)] {
        let timetable = |exclude| {
            let options =
                TimetableOptions { time_zone: Some("America/New_York".into()), exclude, ..Default::default() };
            Timetable::new(&quarters, &options).unwrap()
        };
        let (all, rest) = (timetable(None), timetable(Some(Exclude::Cron(text.into()))));
        // March and November of 2024, when the clocks change.
        for start in [1_709_251_200, 1_730_419_200] {
            let range = Range { start: at(start), end: at(start + 20 * 86_400) };
            let every = all.expand(range, None).unwrap();
            let kept: Vec<f64> = every.iter().copied().filter(|ms| rest.is_date(at(*ms as i64 / 1000))).collect();
            let dates = rest.expand(range, None).unwrap();
            assert_eq!(dates, kept, "{text}");
            assert_eq!(rest.count(range), kept.len() as u64);
            let excluded = every.len() - kept.len();
            assert!(share == 0 || excluded > every.len() / (share + 1), "{text}: {excluded} of {}", every.len());
        }
    }
}

/// The neighbours of an excluded date keep their intervals; next and previous jump over it.
#[test]
fn an_interval_ends_at_the_next_tick_even_if_that_is_excluded() {
    for exclude in [
        Exclude::Dates(vec![Date::Text("2024-01-02".into())]),
        Exclude::Cron("* * 2 1 *".into()),
        Exclude::Cron("0 0 2 * *".into()),
    ] {
        let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
        let timetable =
            Timetable::new(&daily, &TimetableOptions { exclude: Some(exclude), ..Default::default() }).unwrap();
        let day = |day: u32| Instant::clamped(dagfill::time::Civil::new(2024, 1, day, 0, 0, 0).unwrap().ms());
        assert_eq!(timetable.interval(day(1)).end, day(2));
        assert_eq!(timetable.interval_ends(&[day(1).js(), day(3).js()]), [day(2).js(), day(4).js()]);
        assert_eq!((timetable.next(day(1)), timetable.previous(day(3))), (Some(day(3)), Some(day(1))));
        assert!(!timetable.is_date(day(2)));
    }
}

/// The search backward opens its window as far as it must: 3.6 million milliseconds of an hour are never held for one date.
#[test]
fn the_date_before_is_a_step_away() {
    for (period, step) in [("PT0.001S", 1), ("PT1S", 1_000), ("PT90M", 5_400_000), ("P1D", 86_400_000), ("P9999Y", 0)] {
        let every = ScheduleInput::Every { period: period.into(), anchor: Some(Date::Number(0.0)) };
        let timetable = Timetable::new(&every, &TimetableOptions::default()).unwrap();
        let expected: Vec<f64> = if step == 0 { Vec::new() } else { (1..=3).map(|k| f64::from(-k * step)).collect() };
        assert_eq!(timetable.previous_dates(at(0), 3), expected, "{period}");
    }
}

/// Counts how often it is asked for offsets.
struct Asked(std::rc::Rc<std::cell::Cell<u32>>);

impl ZoneSource for Asked {
    fn name(&self, name: &str) -> Option<String> {
        Some(name.to_owned())
    }
    fn offsets(&self, _: &str, _: Instant, _: Instant) -> Offsets {
        self.0.set(self.0.get() + 1);
        Offsets { first: 3600, changes: Vec::new() }
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A host pays for every block of zone data that it is asked for.
#[test]
fn zone_data_is_asked_for_only_around_dates() {
    let asked = std::rc::Rc::new(std::cell::Cell::new(0));
    set_zone_source(std::rc::Rc::new(Asked(asked.clone())));
    let year = |year: i32| Instant::clamped(dagfill::time::Civil::new(year, 1, 1, 0, 0, 0).unwrap().ms());
    let range = Range { start: year(1900), end: year(2100) };
    let read = |text: &str| {
        let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None };
        Timetable::new(&schedule, &TimetableOptions { time_zone: Some("Earth/Middle".into()), ..Default::default() })
            .unwrap()
    };
    let never = read("0 0 30 2 *");
    assert_eq!((never.expand(range, None).unwrap().len(), never.count(range)), (0, 0));
    assert_eq!((never.next(year(2024)), never.previous(year(2024))), (None, None));
    assert_eq!(asked.get(), 0);
    // One date: its own block, and the neighbours where it lies near a border.
    assert!(read("0 0 29 2 *").next(year(2024)).is_some());
    assert!((1..=3).contains(&asked.get()), "{}", asked.get());
}
