//! What is due, what is left out, and what comes next: as Airflow computed it, and where Airflow has no such policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::plan::{Catchup, CatchupPolicy, CatchupRequest, Skipped, plan_catchup};
use dagfill::schedule::{Date, Dialect, Dst, Exclude, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Edge, Instant, Zone, read_date};
use serde_json::Value;

use CatchupPolicy::{All, Last, Latest, Window};

fn at(text: &str) -> Instant {
    read_date(Text(text), &Zone::utc(), Edge::Point).unwrap()
}

fn cron(text: &str) -> ScheduleInput {
    ScheduleInput::Cron { texts: vec![text.into()], dialect: Dialect::Unix, day_match: None }
}

fn timetable(schedule: ScheduleInput, kind: Kind, time_zone: &str) -> Timetable {
    Timetable::new(&schedule, &TimetableOptions { kind, time_zone: Some(time_zone.into()), ..Default::default() })
        .unwrap()
}

fn daily(kind: Kind) -> Timetable {
    timetable(cron("@daily"), kind, "UTC")
}

/// Bounds as text, `""` = none: `start..end`.
fn ask(policy: CatchupPolicy, bounds: &str, last_run: &str, now: &str) -> CatchupRequest {
    let (start, end) = bounds.split_once("..").unwrap();
    let date = |text: &str| (!text.is_empty()).then(|| at(text));
    CatchupRequest {
        start: date(start),
        end: date(end),
        policy,
        now: at(now),
        last_run: date(last_run),
        watching_since: None,
        limit: None,
    }
}

/// `due | skipped | next`, instants at midnight as dates.
fn shown(catchup: &Catchup) -> String {
    let text =
        |instant: Instant| instant.to_string().replace("T00:00:00Z", "").replace(":00:00Z", "").replace(":00Z", "");
    let due: Vec<String> = catchup.due.iter().map(|ms| text(Instant::from_js(*ms).unwrap())).collect();
    let skipped = catchup.skipped.map(|Skipped { count, from, to }| format!("{count}: {} to {}", text(from), text(to)));
    let next = catchup.next_run_at.map(text);
    format!("{} | {} | {}", due.join(" "), skipped.unwrap_or_default(), next.unwrap_or_default())
}

fn plan(timetable: &Timetable, request: &CatchupRequest) -> String {
    shown(&plan_catchup(timetable, request).unwrap())
}

#[test]
fn the_vectors_of_airflow() {
    let file: Value = serde_json::from_str(include_str!("cases/airflow/airflow_catchup.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 24);
    for case in cases {
        let dag = &case["dag"];
        let kind = if dag["kind"] == "interval" { Kind::Interval } else { Kind::Trigger };
        let timetable = timetable(cron(dag["schedule"].as_str().unwrap()), kind, dag["timeZone"].as_str().unwrap());
        let date = |value: &Value| value.as_str().map(at);
        let request = CatchupRequest {
            start: date(&dag["startDate"]),
            end: date(&dag["endDate"]),
            policy: if dag["catchup"] == true { All } else { Latest },
            now: date(&case["now"]).unwrap(),
            last_run: date(&case["lastRun"]),
            watching_since: None,
            limit: None,
        };
        let catchup = plan_catchup(&timetable, &request).unwrap();
        let due: Vec<(Instant, Instant)> = catchup
            .due
            .iter()
            .map(|ms| Instant::from_js(*ms).unwrap())
            .map(|date| (date, timetable.run_after(date)))
            .collect();
        let expected: Vec<(Instant, Instant)> = case["due"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| (date(&run["executionDate"]).unwrap(), date(&run["runAfter"]).unwrap()))
            .collect();
        assert_eq!(due, expected, "{case}");
        assert_eq!(catchup.next_run_at, date(&case["nextRunAt"]), "{case}");
    }
}

#[test]
fn latest_says_what_it_skipped() {
    let dates = daily(Kind::Interval);
    let request = ask(Latest, "2021-01-01..", "", "2021-01-05T12:00Z");
    assert_eq!(plan(&dates, &request), "2021-01-04 | 3: 2021-01-01 to 2021-01-03 | 2021-01-06");
    let request = ask(Latest, "2021-01-01..", "2021-01-02", "2021-01-05T12:00Z");
    assert_eq!(plan(&dates, &request), "2021-01-04 | 1: 2021-01-03 to 2021-01-03 | 2021-01-06");
    let request = ask(Latest, "2021-01-01..", "2021-01-04", "2021-01-05T12:00Z");
    assert_eq!(plan(&dates, &request), " |  | 2021-01-06", "the newest has its run");
}

#[test]
fn a_last_run_newer_than_the_newest_due_date() {
    for kind in [Kind::Interval, Kind::Trigger] {
        for policy in [All, Latest, Last(3), Window(i64::MAX), CatchupPolicy::None] {
            let request = ask(policy, "2021-01-01..", "2021-01-10", "2021-01-05T12:00Z");
            let next = if kind == Kind::Interval { "2021-01-12" } else { "2021-01-11" };
            assert_eq!(plan(&daily(kind), &request), format!(" |  | {next}"), "{policy:?}");
        }
    }
}

#[test]
fn a_start_in_the_future() {
    let request = ask(All, "2021-02-01..", "", "2021-01-05T12:00Z");
    assert_eq!(plan(&daily(Kind::Interval), &request), " |  | 2021-02-02");
    assert_eq!(plan(&daily(Kind::Trigger), &request), " |  | 2021-02-01");
}

#[test]
fn the_end_is_included_and_then_nothing_comes() {
    let dates = daily(Kind::Interval);
    let on = |policy, now| plan(&dates, &ask(policy, "2021-01-01..2021-01-03", "", now));
    assert_eq!(on(All, "2021-01-03T12:00Z"), "2021-01-01 2021-01-02 |  | 2021-01-04");
    assert_eq!(on(All, "2021-01-04"), "2021-01-01 2021-01-02 2021-01-03 |  | ");
    assert_eq!(on(Latest, "2021-01-04"), "2021-01-03 | 2: 2021-01-01 to 2021-01-02 | ");
    // Airflow: once the newest due date lies after the end, catchup=False runs nothing.
    assert_eq!(on(Latest, "2021-01-05"), " | 3: 2021-01-01 to 2021-01-03 | ");
    assert_eq!(on(Last(3), "2021-01-05"), "2021-01-02 2021-01-03 | 1: 2021-01-01 to 2021-01-01 | ");
    let request = ask(All, "2021-01-01..2021-01-03", "", "2021-01-03T12:00Z");
    assert_eq!(plan(&daily(Kind::Trigger), &request), "2021-01-01 2021-01-02 2021-01-03 |  | ");
    assert_eq!(
        plan(&dates, &ask(All, "2021-01-03..2021-01-01", "", "2021-02-01")),
        " |  | ",
        "an end before the start"
    );
}

#[test]
fn last_and_window() {
    let dates = daily(Kind::Interval);
    let on = |policy, last_run| plan(&dates, &ask(policy, "2021-01-01..", last_run, "2021-01-05T12:00Z"));
    assert_eq!(on(Last(2), ""), "2021-01-03 2021-01-04 | 2: 2021-01-01 to 2021-01-02 | 2021-01-06");
    assert_eq!(on(Last(2), "2021-01-03"), "2021-01-04 |  | 2021-01-06", "the other one has its run");
    assert_eq!(on(Last(1), ""), on(Latest, ""));
    assert_eq!(on(Last(99), ""), on(All, ""));
    assert_eq!(on(Last(0), ""), " | 4: 2021-01-01 to 2021-01-04 | 2021-01-06");

    // A window looks at when runs came due: that of 3 January did at midnight of the 4th, 36 hours ago.
    let hours = |count: i64| Window(count * 3_600_000);
    assert_eq!(on(hours(36), ""), "2021-01-03 2021-01-04 | 2: 2021-01-01 to 2021-01-02 | 2021-01-06");
    assert_eq!(on(hours(35), ""), "2021-01-04 | 3: 2021-01-01 to 2021-01-03 | 2021-01-06");
    assert_eq!(on(hours(12), ""), on(hours(35), ""));
    assert_eq!(on(hours(11), ""), " | 4: 2021-01-01 to 2021-01-04 | 2021-01-06");
    assert_eq!(on(Window(i64::MAX), ""), on(All, ""));
    let request = ask(hours(12), "2021-01-01..", "", "2021-01-05T12:00Z");
    assert_eq!(plan(&daily(Kind::Trigger), &request), "2021-01-05 | 4: 2021-01-01 to 2021-01-04 | 2021-01-06");
}

#[test]
fn a_limit_takes_the_oldest() {
    let on = |policy, last_run| {
        let request = ask(policy, "2021-01-01..", last_run, "2021-01-05T12:00Z");
        plan(&daily(Kind::Interval), &CatchupRequest { limit: Some(2), ..request })
    };
    assert_eq!(on(All, ""), "2021-01-01 2021-01-02 |  | 2021-01-06");
    assert_eq!(on(Last(3), ""), "2021-01-02 2021-01-03 | 1: 2021-01-01 to 2021-01-01 | 2021-01-06");
    assert_eq!(on(Last(3), "2021-01-03"), "2021-01-04 |  | 2021-01-06");
}

#[test]
fn none_runs_only_what_comes() {
    let dates = daily(Kind::Interval);
    let on = |since: &str, now| {
        let request = ask(CatchupPolicy::None, "2021-01-01..", "", now);
        let watching_since = (!since.is_empty()).then(|| at(since));
        plan(&dates, &CatchupRequest { watching_since, ..request })
    };
    assert_eq!(on("", "2021-01-05T12:00Z"), " | 4: 2021-01-01 to 2021-01-04 | 2021-01-06");
    assert_eq!(on("", "2021-01-05"), "2021-01-04 | 3: 2021-01-01 to 2021-01-03 | 2021-01-06", "due at this instant");
    assert_eq!(on("2021-01-04T23:00Z", "2021-01-05T00:01Z"), "2021-01-04 | 3: 2021-01-01 to 2021-01-03 | 2021-01-06");
    assert_eq!(
        on("2021-01-05", "2021-01-05T12:00Z"),
        " | 4: 2021-01-01 to 2021-01-04 | 2021-01-06",
        "looked at it before"
    );
    // Asleep for three days: what was missed meanwhile is missed, the newest came.
    assert_eq!(on("2021-01-02T12:00Z", "2021-01-05T12:00Z"), "2021-01-04 | 3: 2021-01-01 to 2021-01-03 | 2021-01-06");
}

#[test]
fn without_a_start_there_is_nothing_to_catch_up_from() {
    let dates = daily(Kind::Interval);
    let now = "2021-01-05T12:00Z";
    assert_eq!(plan(&dates, &ask(All, "..", "", now)), " |  | 2021-01-06");
    assert_eq!(plan(&dates, &ask(Latest, "..", "", now)), "2021-01-04 |  | 2021-01-06");
    assert_eq!(plan(&dates, &ask(Last(2), "..", "", now)), "2021-01-03 2021-01-04 |  | 2021-01-06");
    assert_eq!(plan(&dates, &ask(All, "..", "2021-01-02", now)), "2021-01-03 2021-01-04 |  | 2021-01-06");
    let watched = CatchupRequest { watching_since: Some(at("2021-01-03T12:00Z")), ..ask(All, "..", "", now) };
    assert_eq!(plan(&dates, &watched), "2021-01-03 2021-01-04 |  | 2021-01-06");
}

#[test]
fn no_schedule_has_no_dates() {
    let request = ask(All, "2021-01-01..", "", "2021-01-05");
    assert_eq!(plan(&timetable(ScheduleInput::None, Kind::Interval, "UTC"), &request), " |  | ");
}

#[test]
fn once_runs_once() {
    let once = timetable(cron("@once"), Kind::Interval, "UTC");
    let on = |last_run, now| plan(&once, &ask(Latest, "2021-01-03T03:07Z..", last_run, now));
    assert_eq!(on("", "2021-01-02"), " |  | 2021-01-03T03:07");
    assert_eq!(on("", "2021-01-05"), "2021-01-03T03:07 |  | ");
    assert_eq!(on("2021-01-03T03:07Z", "2021-01-05"), " |  | ");
    assert_eq!(plan(&once, &ask(All, "..", "", "2021-01-05")), " |  | ", "without a start it never does");
}

#[test]
fn periods_count_from_the_start() {
    let every = || ScheduleInput::Every { period: "PT6H".into(), anchor: None };
    let now = "2021-01-02T13:00Z";
    let request = ask(Last(2), "2021-01-01T01:00Z..", "", now);
    let interval = timetable(every(), Kind::Interval, "UTC");
    assert_eq!(
        plan(&interval, &request),
        "2021-01-02T01 2021-01-02T07 | 4: 2021-01-01T01 to 2021-01-01T19 | 2021-01-02T19"
    );
    let trigger = timetable(every(), Kind::Trigger, "UTC");
    assert_eq!(
        plan(&trigger, &request),
        "2021-01-02T07 2021-01-02T13 | 5: 2021-01-01T01 to 2021-01-02T01 | 2021-01-02T19"
    );
    // Without a start from the last run, and without that from now on.
    assert_eq!(plan(&interval, &ask(All, "..", "2021-01-02T02:00Z", now)), " |  | 2021-01-02T14");
    assert_eq!(plan(&interval, &ask(All, "..", "", now)), " |  | 2021-01-02T19");
    assert_eq!(plan(&trigger, &ask(Latest, "..", "", now)), " |  | 2021-01-02T19");
}

#[test]
fn explicit_dates_end() {
    let dates = ["2021-01-01", "2021-01-05", "2021-01-09"].map(|text| dagfill::schedule::Date::Text(text.into()));
    let interval = timetable(ScheduleInput::Dates(dates.to_vec()), Kind::Interval, "UTC");
    let on = |now| plan(&interval, &ask(All, "2021-01-01..", "", now));
    assert_eq!(on("2021-01-04"), " |  | 2021-01-05");
    assert_eq!(on("2021-01-05"), "2021-01-01 |  | 2021-01-09");
    assert_eq!(on("2021-01-10"), "2021-01-01 2021-01-05 2021-01-09 |  | ");
}

#[test]
fn holidays_are_no_dates() {
    let exclude = Exclude::Dates(vec![dagfill::schedule::Date::Text("2021-01-04".into())]);
    let options = TimetableOptions { exclude: Some(exclude), ..Default::default() };
    let dates = Timetable::new(&cron("@daily"), &options).unwrap();
    let on = |policy, now| plan(&dates, &ask(policy, "2021-01-01..", "", now));
    assert_eq!(on(Latest, "2021-01-05T12:00Z"), "2021-01-03 | 2: 2021-01-01 to 2021-01-02 | 2021-01-06");
    assert_eq!(on(All, "2021-01-06"), "2021-01-01 2021-01-02 2021-01-03 2021-01-05 |  | 2021-01-07");
    // The third is still due at the end of its own day, and nothing comes on the day after.
    assert_eq!(on(Last(1), "2021-01-04"), "2021-01-03 | 2: 2021-01-01 to 2021-01-02 | 2021-01-06");
}

#[test]
fn clock_changes() {
    // 14 March 2021 has 23 hours in New York; 02:30 does not exist and runs at 03:30.
    let dates = timetable(cron("30 2 * * *"), Kind::Interval, "America/New_York");
    let on = |now| plan(&dates, &ask(All, "2021-03-13T00:00-05:00..", "", now));
    assert_eq!(on("2021-03-14T07:29Z"), " |  | 2021-03-14T07:30");
    assert_eq!(on("2021-03-14T07:30Z"), "2021-03-13T07:30 |  | 2021-03-15T06:30");
    assert_eq!(on("2021-03-15T06:30Z"), "2021-03-13T07:30 2021-03-14T07:30 |  | 2021-03-16T06:30");
    // Both readings of a repeated hour are dates, if one asks for both.
    let options = TimetableOptions { time_zone: Some("America/New_York".into()), dst: Dst::BOTH, ..Default::default() };
    let both = Timetable::new(&cron("30 1 * * *"), &options).unwrap();
    let request = ask(All, "2021-11-07T04:00Z..", "", "2021-11-07T06:30Z");
    assert_eq!(plan(&both, &request), "2021-11-07T05:30 |  | 2021-11-08T06:30");
}

#[test]
fn large_answers_are_counted_not_held() {
    let minutely = timetable(cron("* * * * *"), Kind::Interval, "UTC");
    let request = ask(Latest, "1990-01-01..", "", "2021-01-01");
    let catchup = plan_catchup(&minutely, &request).unwrap();
    assert_eq!((catchup.due.len(), catchup.skipped.unwrap().count), (1, 16_305_119));
    match plan_catchup(&minutely, &CatchupRequest { policy: All, ..request }) {
        Err(error) => assert_eq!(error.code.as_str(), "RANGE_TOO_LARGE"),
        Ok(catchup) => panic!("{} dates", catchup.due.len()),
    }
}

#[test]
fn the_ends_of_time() {
    let dates = daily(Kind::Trigger);
    for policy in [Latest, Last(u32::MAX), Window(i64::MAX), Window(-1), CatchupPolicy::None] {
        for now in [Instant::MIN, Instant::MAX] {
            for last_run in [None, Some(Instant::MIN), Some(Instant::MAX)] {
                let request = CatchupRequest {
                    start: None,
                    end: None,
                    policy,
                    now,
                    last_run,
                    watching_since: last_run,
                    limit: None,
                };
                if policy == Last(u32::MAX) && now == Instant::MAX {
                    continue; // 3.6 million dates: true, but slow here
                }
                plan_catchup(&dates, &request).unwrap();
            }
        }
    }
}

/// One run after the other, as Airflow's scheduler asks: the next date whose run is due, until none is.
#[test]
fn after_the_last_of_listed_dates_the_latest_is_nothing() {
    let date = |text: &str| read_date(Text(text), &Zone::utc(), Edge::Point).unwrap();
    let dates = ["2024-01-01", "2024-01-05"].map(|text| Date::Text(text.into())).to_vec();
    let listed = timetable(ScheduleInput::Dates(dates), Kind::Trigger, "UTC");
    let due = |now: &str, policy, watching: Option<&str>| {
        let (start, now) = (Some(date("2024-01-01")), date(now));
        let watching_since = watching.map(date);
        let request = CatchupRequest { start, end: None, policy, now, last_run: None, watching_since, limit: None };
        let catchup = plan_catchup(&listed, &request).unwrap();
        (catchup.due.len(), catchup.skipped.map_or(0, |skipped| skipped.count))
    };
    assert_eq!(due("2024-01-03", CatchupPolicy::Latest, None), (1, 0));
    assert_eq!(due("2024-01-05", CatchupPolicy::Latest, None), (1, 1));
    assert_eq!(due("2024-01-06", CatchupPolicy::Latest, None), (0, 2));
    // It came due between two looks of the scheduler.
    assert_eq!(due("2024-01-06", CatchupPolicy::Latest, Some("2024-01-04")), (1, 1));
    assert_eq!(due("2024-01-06", CatchupPolicy::All, None), (2, 0));
    assert_eq!(due("2024-01-06", CatchupPolicy::Last(1), None), (1, 1));
}

#[test]
fn all_at_once_is_the_same_as_one_by_one() {
    for (text, kind) in
        [("0 */7 * * *", Kind::Interval), ("30 2 * * 1-5", Kind::Trigger), ("0 0 31 * *", Kind::Interval)]
    {
        let dates = timetable(cron(text), kind, "Europe/Berlin");
        let start = at("2024-01-15T10:00Z");
        let mut expected: Vec<f64> = Vec::new();
        let mut last_run = None;
        let mut now = start;
        while now < at("2024-09-20") {
            now = Instant::clamped(now.ms() + 5 * 3_600_000);
            let request = CatchupRequest {
                start: Some(start),
                end: None,
                policy: All,
                now,
                last_run,
                watching_since: None,
                limit: None,
            };
            let step = plan_catchup(&dates, &request).unwrap();
            assert!(step.next_run_at.unwrap() > now);
            expected.extend(&step.due);
            last_run = step.due.last().map(|ms| Instant::from_js(*ms).unwrap()).or(last_run);
            let whole = plan_catchup(&dates, &CatchupRequest { last_run: None, ..request }).unwrap();
            assert_eq!(whole.due, expected);
            // Every other policy splits the same dates into run and left out.
            for policy in [Latest, Last(3), Window(86_400_000), CatchupPolicy::None] {
                let split = plan_catchup(&dates, &CatchupRequest { policy, last_run: None, ..request }).unwrap();
                let left_out = split.skipped.map_or(0, |skipped| skipped.count as usize);
                assert_eq!(split.due, expected[left_out..]);
                assert_eq!(split.next_run_at, step.next_run_at);
            }
        }
        assert!(expected.len() > 2);
    }
}

#[test]
fn the_newest_dates_are_counted_before_they_are_held() {
    let seconds = timetable(cron("* * * * * *"), Kind::Interval, "UTC");
    let last = |count, bounds: &str| plan_catchup(&seconds, &ask(Last(count), bounds, "", "2024-01-01"));
    assert_eq!(last(260_000_000, "2023-12-31T23:00..").unwrap().due.len(), 3_600);
    assert_eq!(last(100_001, "2023-12-01..").unwrap().due.len(), 100_001);
    for bounds in ["..", "1990-01-01.."] {
        assert_eq!(last(260_000_000, bounds).unwrap_err().code.as_str(), "RANGE_TOO_LARGE", "{bounds}");
    }
    // Few dates are few, however many are asked for.
    let yearly = timetable(cron("@yearly"), Kind::Interval, "UTC");
    assert_eq!(plan_catchup(&yearly, &ask(Last(u32::MAX), "2020-01-01..", "", "2024-01-01")).unwrap().due.len(), 4);
}

#[test]
fn dates_without_a_few_excluded_ones_are_counted_at_once() {
    let seconds = |texts: &[&str]| {
        let list = texts.iter().map(|text| Exclude::Cron((*text).into())).collect();
        let options = TimetableOptions { exclude: Some(Exclude::List(list)), ..Default::default() };
        Timetable::new(&cron("*/2 * * * * *"), &options).unwrap()
    };
    // 43,200 dates a day; midnight is one of them, one second after it is none, and two lists may name the same date.
    let range = dagfill::time::Range { start: at("2024-01-01"), end: at("2024-01-10T23:59:59Z") };
    assert_eq!(seconds(&["0 0 0 * * *", "1 0 0 * * *", "0 0 0 1 * *", "30 59 23 * * *"]).count(range), 431_980);
}
