//! Plans: the table of existing runs, bounds, skips, warnings, rows, days and the hash.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

use dagfill::error::Detail;
use dagfill::plan::*;
use dagfill::schedule::{Dialect, Exclude, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::DateInput::Text;
use dagfill::time::{Date, Edge, Instant, Zone, read_bounds, read_date};
use serde_json::Value;

const DAY: f64 = 86_400_000.0;

fn cases(file: &str) -> Value {
    let path = format!("{}/tests/cases/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn at(text: &str) -> Instant {
    read_date(Text(text), &Zone::utc(), Edge::Point).unwrap()
}

fn schedule(value: &Value) -> ScheduleInput {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match value {
        Value::String(cron) => {
            ScheduleInput::Cron { texts: vec![cron.clone()], dialect: Dialect::Unix, day_match: None }
        }
        every => ScheduleInput::Every {
            period: text(&every["every"]),
            anchor: every.get("anchor").map(|anchor| Date::Text(text(anchor))),
        },
    }
}

fn cron(text: &str, zone: &str) -> Timetable {
    let options = TimetableOptions { time_zone: Some(zone.into()), ..TimetableOptions::default() };
    Timetable::new(&schedule(&Value::String(text.into())), &options).unwrap()
}

fn request(timetable: &Timetable, start: &str, end: &str) -> Request {
    let bounds = read_bounds(Text(start), Text(end), timetable.zone()).unwrap();
    Request::new("sales", bounds, at("2026-01-01"))
}

fn reprocess(options: &Value) -> Reprocess {
    let flag = |name: &str| options[name].as_bool().unwrap_or(false);
    Reprocess::read(flag("rerunFailed"), flag("resetDagRun"), options["reprocess"].as_str()).unwrap()
}

/// Adds a record in a state; "none" or null adds nothing, "abandoned" is a running one whose owner is gone.
fn add(history: &mut History, date: f64, state: &str) {
    if state == "none" {
        return;
    }
    history.dates.push(date);
    history.states.push(RunState::from_name(state).unwrap_or(RunState::Running));
    history.abandoned.push(state == "abandoned");
}

/// `create`, or `skip exists_success`.
fn words(plan: &Plan) -> Vec<String> {
    let word = |row| match plan.reason(row) {
        Some(reason) => format!("{} {}", plan.action(row).as_str(), reason.as_str()),
        None => plan.action(row).as_str().to_owned(),
    };
    (0..plan.len()).map(word).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap_or("none").to_owned()).collect()
}

fn dates(plan: &Plan) -> Vec<String> {
    plan.dates().iter().map(|date| Instant::new(*date as i64).unwrap().to_string()).collect()
}

fn build(timetable: &Timetable, request: &Request) -> Plan {
    Plan::build(timetable, request, &History::default()).unwrap()
}

#[test]
fn every_cell_of_the_table_of_existing_runs() {
    let table = cases("plan/existing_runs.json");
    let daily = cron("@daily", "UTC");
    let mut cells = 0;
    for (state, row) in table["rows"].as_object().unwrap() {
        for (options, expected) in table["columns"].as_array().unwrap().iter().zip(texts(row)) {
            let mut request = request(&daily, "2024-01-02", "2024-01-02");
            request.reprocess = reprocess(options);
            let mut history = History::default();
            add(&mut history, at("2024-01-02").js(), state);
            let plan = Plan::build(&daily, &request, &history).unwrap();
            assert_eq!(words(&plan), [expected], "{state}, {options}");
            assert_eq!(plan.existing(0).is_some(), state != "none");
            cells += 1;
        }
    }
    assert_eq!(cells, 7 * 7);
}

#[test]
fn airflow_plans_the_same() {
    let table = cases("airflow/airflow_backfill_plan.json");
    for case in table["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let timetable = cron(text("schedule"), text("timezone"));
        let mut request = request(&timetable, text("from"), text("to"));
        request.reprocess =
            Reprocess::read(false, false, case["reprocess_behavior"].as_str().or(Some("none"))).unwrap();
        request.order = if case["run_backwards"] == true { Order::Newest } else { Order::Oldest };
        let mut history = History::default();
        let mut existing: Vec<_> = case["existing"].as_object().unwrap().iter().collect();
        existing.sort_by_key(|(date, _)| date.as_str());
        for (date, state) in existing {
            add(&mut history, at(date).js(), state.as_str().unwrap());
        }
        let plan = Plan::build(&timetable, &request, &history).unwrap();
        let rows = case["rows"].as_array().unwrap();
        assert_eq!(plan.len(), rows.len());
        let mut runs = Vec::new();
        for (row, expected) in rows.iter().enumerate() {
            let date = Instant::new(plan.dates()[row] as i64).unwrap();
            assert_eq!(date, at(expected["logical_date"].as_str().unwrap()));
            let reason = plan.reason(row).map(|reason| match reason {
                SkipReason::ExistsSuccess | SkipReason::ExistsFailed => "already exists",
                SkipReason::InFlight => "in flight",
                other => other.as_str(),
            });
            assert_eq!(reason, expected["skipped_reason"].as_str());
            if plan.action(row) != Action::Skip {
                runs.push(date.to_string().split('T').next().unwrap().to_owned());
            }
        }
        assert_eq!(runs, texts(&case["dry_run"]));
    }
}

#[test]
fn depends_on_past() {
    let daily = cron("@daily", "UTC");
    for case in cases("plan/depends_on_past.json")["cases"].as_array().unwrap() {
        let existing = texts(&case["existing"]);
        let first = at("2024-01-02").js();
        let last = Instant::new((first + (existing.len() - 1) as f64 * DAY) as i64).unwrap();
        let mut request = request(&daily, "2024-01-02", &last.to_string());
        request.depends_on_past = true;
        request.reprocess = reprocess(&case["options"]);
        request.strict_past = case["options"]["strictPast"] == true;
        if let Some(now) = case["now"].as_str() {
            request.now = at(now);
        }
        for day in case["excluded"].as_array().into_iter().flatten() {
            request.exclude_dates.push(Date::Number(first + day.as_f64().unwrap() * DAY));
        }
        let mut history = History::default();
        add(&mut history, first - DAY, case["before"].as_str().unwrap_or("none"));
        for (day, state) in existing.iter().enumerate() {
            add(&mut history, first + day as f64 * DAY, state);
        }
        assert_eq!(history_range(&daily, &request).start.js(), first - DAY);
        let plan = Plan::build(&daily, &request, &history).unwrap();
        assert_eq!(words(&plan), texts(&case["expected"]), "{}", case["name"]);
    }
}

#[test]
fn backwards_is_the_same_plan_newest_first() {
    let daily = cron("0 3 * * *", "Europe/Berlin");
    let mut request = request(&daily, "2024-03-29", "2024-04-01");
    let mut history = History::default();
    add(&mut history, at("2024-03-29T02:00:00Z").js(), "success");
    add(&mut history, at("2024-03-31T01:00:00Z").js(), "failed");
    let forwards = Plan::build(&daily, &request, &history).unwrap();
    request.order = Order::Newest;
    let plan = Plan::build(&daily, &request, &history).unwrap();
    assert_eq!(
        dates(&plan),
        ["2024-04-01T01:00:00Z", "2024-03-31T01:00:00Z", "2024-03-30T02:00:00Z", "2024-03-29T02:00:00Z"]
    );
    assert_eq!(words(&plan), ["create", "skip exists_failed", "create", "skip exists_success"]);
    assert_eq!((plan.existing(0), plan.existing(1), plan.existing(3)), (None, Some(1), Some(0)));
    assert_eq!(plan.existing_runs(), [0, 1]);
    assert_eq!(plan.offsets(), [7200, 7200, 3600, 3600]);
    assert_eq!(plan.days(), forwards.days());
    for row in 0..4 {
        assert_eq!(plan.row(row), forwards.row(3 - row));
    }
    assert_ne!(plan.hash(), forwards.hash());
    request.depends_on_past = true;
    let error = Plan::build(&daily, &request, &history).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DIRECTION", Some("runBackwards")));
    request.depends_on_past = false;
    request.dependent_task = Some("load".into());
    let error = Plan::build(&daily, &request, &history).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DIRECTION", Some("runBackwards")));
    assert!(error.message.contains("dependsOnPast of task \"load\""), "{error}");
}

#[test]
fn what_comes_first_decides() {
    let daily = cron("@daily", "UTC");
    let mut request = request(&daily, "2024-01-01", "2024-01-06");
    request.now = at("2024-01-04T12:00:00Z");
    request.exclude_dates = vec![Date::Text("2024-01-01".into()), Date::Text("2024-01-05T00:00".into())];
    let mut history = History::default();
    add(&mut history, at("2024-01-01").js(), "success");
    add(&mut history, at("2024-01-04").js(), "success");
    add(&mut history, at("2024-01-05").js(), "running");
    let plan = Plan::build(&daily, &request, &history).unwrap();
    let expected = ["skip excluded", "create", "create", "skip exists_success", "skip excluded", "skip not_due"];
    assert_eq!(words(&plan), expected);
    let codes: Vec<_> = plan.warnings().iter().map(|warning| (warning.code, warning.count)).collect();
    assert_eq!(codes, [("not_due", Some(1))]);
    request.include_not_due = true;
    let plan = Plan::build(&daily, &request, &history).unwrap();
    assert_eq!(words(&plan)[5], "create");
}

#[test]
fn excluded_dates_are_days_times_or_instants_in_the_zone() {
    let hourly = cron("30 * * * *", "America/New_York");
    let mut request = request(&hourly, "2024-11-02", "2024-11-04");
    let skipped = |request: &Request| build(&hourly, request).counts().skip;
    request.exclude_dates = vec![Date::Text("2024-11-03".into())];
    assert_eq!(skipped(&request), 25);
    // 01:30 happens twice on that day.
    request.exclude_dates = vec![Date::Text("2024-11-03T01:30".into())];
    assert_eq!(skipped(&request), 2);
    let quarters = cron("*/15 * * * *", "America/New_York");
    assert_eq!(build(&quarters, &request).counts().skip, 2);
    request.exclude_dates = vec![Date::Text("2024-11-03T05:30:00Z".into()), Date::Number(0.0)];
    assert_eq!(skipped(&request), 1);
    request.exclude_dates = vec![Date::Number(0.0), Date::Text("3 November".into())];
    let error = Plan::build(&hourly, &request, &History::default()).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DATE", Some("excludeDates[1]")));
}

#[test]
fn plans_that_cannot_be() {
    let timetable = Timetable::new(&ScheduleInput::None, &TimetableOptions::default()).unwrap();
    let error =
        Plan::build(&timetable, &request(&timetable, "2024-01-01", "2024-01-02"), &History::default()).unwrap_err();
    assert_eq!(error.code.as_str(), "NO_SCHEDULE");
    assert!(error.message.contains("\"sales\""), "{error}");
    // 100 years of minutes are counted, not made.
    let minutes = cron("* * * * *", "UTC");
    let mut large = request(&minutes, "2000-01-01", "2099-12-31");
    let error = Plan::build(&minutes, &large, &History::default()).unwrap_err();
    assert_eq!(error.code.as_str(), "RANGE_TOO_LARGE");
    assert_eq!(error.details[0].1, dagfill::error::Detail::Number(36_525.0 * 1440.0));
    assert_eq!(error.details[1].1, dagfill::error::Detail::Number(100_000.0));
    large = request(&minutes, "2000-01-01", "2000-01-02");
    large.max_runs = 2879;
    assert!(Plan::build(&minutes, &large, &History::default()).is_err());
    large.max_runs = 2880;
    assert_eq!(build(&minutes, &large).len(), 2880);
    let unsorted = History { dates: vec![2.0, 1.0], states: vec![RunState::Failed; 2], ..History::default() };
    assert_eq!(Plan::build(&minutes, &large, &unsorted).unwrap_err().code.as_str(), "INTERNAL");
    let short = History { dates: vec![1.0, 2.0], ..History::default() };
    assert_eq!(Plan::build(&minutes, &large, &short).unwrap_err().code.as_str(), "INTERNAL");
}

#[test]
fn reprocess_stands_alone() {
    for (rerun, reset) in [(true, false), (false, true), (true, true)] {
        let error = Reprocess::read(rerun, reset, Some("failed")).unwrap_err();
        assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_OPTION", Some("reprocess")));
    }
    assert_eq!(Reprocess::read(false, false, Some("failed")), Ok(Reprocess::Failed));
    let error = Reprocess::read(false, false, Some("complete")).unwrap_err();
    assert_eq!(error.hint.as_deref().unwrap(), "Did you mean completed?");
}

#[test]
fn numbers_are_what_the_lists_say() {
    for (number, action) in Action::ALL.into_iter().enumerate() {
        assert_eq!((action as usize, Action::from_number(number as u8)), (number, action));
    }
    assert_eq!(SkipReason::from_number(0), None);
    for (index, reason) in SkipReason::ALL.into_iter().enumerate() {
        assert_eq!((reason as usize, SkipReason::from_number(index as u8 + 1)), (index + 1, Some(reason)));
    }
    assert_eq!(SkipReason::from_number(8), None);
    for state in RunState::ALL {
        assert_eq!(RunState::from_name(state.as_str()), Some(state));
    }
    for kind in RunType::ALL {
        assert_eq!(RunType::from_name(kind.as_str()), Some(kind));
    }
}

#[test]
fn warnings() {
    for case in cases("plan/warnings.json")["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str();
        let kind = if text("kind") == Some("trigger") { Kind::Trigger } else { Kind::Interval };
        let time_zone = text("timeZone").unwrap_or("UTC").to_owned();
        let options = TimetableOptions { time_zone: Some(time_zone), kind, ..TimetableOptions::default() };
        let timetable = Timetable::new(&schedule(&case["schedule"]), &options).unwrap();
        let mut request = request(&timetable, text("start").unwrap(), text("end").unwrap());
        let edge = |name, edge| text(name).map(|date| read_date(Text(date), timetable.zone(), edge).unwrap());
        request.now = text("now").map_or(request.now, at);
        request.include_not_due = case["includeNotDue"] == true;
        let is_instant = |name: &str| Date::Text(text(name).unwrap().into()).is_instant();
        request.bounds_are_instants = (is_instant("start"), is_instant("end"));
        let excluded = case["excludeDates"].as_array().into_iter().flatten();
        request.exclude_dates = excluded.map(|date| Date::Text(date.as_str().unwrap().into())).collect();
        (request.dag_start, request.dag_end) = (edge("dagStart", Edge::Start), edge("dagEnd", Edge::End));
        let mut history = History::default();
        for date in case["existing"].as_array().into_iter().flatten() {
            let date = at(date.as_str().unwrap()).js();
            let index = history.dates.len();
            add(&mut history, date, "success");
            let edge = |edge: usize| case["intervals"][index][edge].as_str().map(|text| at(text).js());
            history.interval_starts.push(edge(0).unwrap_or(date));
            history.interval_ends.push(edge(1).unwrap_or(date + DAY));
        }
        let plan = Plan::build(&timetable, &request, &history).unwrap();
        assert_eq!(plan.len() as u64, case["total"].as_u64().unwrap(), "{}", case["name"]);
        let found: Vec<_> = plan
            .warnings()
            .iter()
            .map(|warning| (warning.code.to_owned(), warning.at.map(|at| at.to_string()), warning.count))
            .collect();
        let expected: Vec<_> = case["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| {
                let at = warning["at"].as_str().map(str::to_owned);
                (warning["code"].as_str().unwrap().to_owned(), at, warning["count"].as_u64())
            })
            .collect();
        assert_eq!(found, expected, "{}", case["name"]);
    }
}

/// Lord Howe moves its clocks by half an hour; New York's local mean time was 3:58 ahead of the standard time that replaced it.
#[test]
fn hours_of_uneven_days_have_at_most_three_decimals() {
    for (zone, start, end, said) in [
        ("America/New_York", "2024-03-10", "2024-03-10", "2024-03-10 has 23 hours"),
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-07", "2024-04-07 has 24.5 hours"),
        ("America/New_York", "1883-11-18", "1883-11-18", "1883-11-18 has 24.066 hours"),
    ] {
        let timetable = cron("@daily", zone);
        let plan = Plan::build(&timetable, &request(&timetable, start, end), &History::default()).unwrap();
        let found = plan.warnings().iter().find(|warning| warning.code == "uneven_days").unwrap();
        assert!(found.message.ends_with(&format!(": {said}")), "{}", found.message);
    }
}

/// Days from 2024-01-01 on; `runs` are the hours that each run covers, with its state.
fn covering(runs: &[(f64, f64, &str)], change: impl FnOnce(&mut Request)) -> (Vec<String>, u64) {
    const HOUR: f64 = DAY / 24.0;
    let daily = cron("@daily", "UTC");
    let mut request = request(&daily, "2024-01-01", "2024-01-03");
    request.coverage = Coverage::Interval;
    change(&mut request);
    let first = at("2024-01-01").js();
    let mut history = History::default();
    for (start, end, state) in runs {
        add(&mut history, first + start * HOUR, state);
        history.interval_starts.push(first + start * HOUR);
        history.interval_ends.push(first + end * HOUR);
    }
    let plan = Plan::build(&daily, &request, &history).unwrap();
    let mismatch = plan.warnings().iter().find(|warning| warning.code == "interval_mismatch");
    (words(&plan), mismatch.and_then(|warning| warning.count).unwrap_or(0))
}

#[test]
fn the_order_of_the_rows() {
    let daily = cron("@daily", "UTC");
    let mut history = History::default();
    add(&mut history, at("2024-01-03").js(), "failed");
    add(&mut history, at("2024-01-05").js(), "canceled");
    add(&mut history, at("2024-01-06").js(), "success");
    let days = |order: Order| {
        let mut request = request(&daily, "2024-01-01", "2024-01-07");
        (request.order, request.reprocess) = (order, Reprocess::Failed);
        let plan = Plan::build(&daily, &request, &history).unwrap();
        // Each row is that of its date, whatever its place; days and counts do not depend on the order.
        for row in 0..plan.len() {
            let lone = Rows::of(&daily, &plan.dates()[row..row + 1]);
            let row = plan.row(row).unwrap();
            assert_eq!(
                (row.previous.map(Instant::js), row.interval_end.js()),
                (Some(lone.previous[0]), lone.interval_end[0])
            );
        }
        let whole = plan.rows(0..plan.len());
        let step = |column: &[f64], by: f64| column.iter().zip(plan.dates()).all(|(at, date)| *at == date + by * DAY);
        assert!(step(&whole.previous, -1.0) && step(&whole.next, 1.0) && step(&whole.interval_end, 1.0));
        assert_eq!((plan.counts().rerun, plan.days().len(), plan.existing_runs()), (2, 7, vec![0, 1, 2]));
        assert!(plan.days().windows(2).all(|pair| pair[0].day < pair[1].day));
        plan.dates().iter().map(|date| ((date - at("2024-01-01").js()) / DAY) as u32 + 1).collect::<Vec<_>>()
    };
    assert_eq!(days(Order::Oldest), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(days(Order::Newest), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(days(Order::FailedFirst), [3, 5, 1, 2, 4, 6, 7]);
    assert_eq!(days(Order::Bisect), [1, 7, 4, 2, 5, 3, 6]);
    assert_eq!(days(Order::NewestFirst(2)), [7, 6, 1, 2, 3, 4, 5]);
    assert_eq!(days(Order::NewestFirst(0)), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(days(Order::NewestFirst(9)), [7, 6, 5, 4, 3, 2, 1]);
    let mut request = request(&daily, "2024-01-01", "2024-01-07");
    (request.order, request.depends_on_past) = (Order::Bisect, true);
    let error = Plan::build(&daily, &request, &history).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DIRECTION", Some("order")));
}

#[test]
fn only_these_dates() {
    let hourly = cron("0 */6 * * *", "America/New_York");
    let plan_of = |dates: &[&str], change: &dyn Fn(&mut Request, &mut History)| {
        let mut request = request(&hourly, "2024-01-01", "2024-01-10");
        request.dates = Some(dates.iter().map(|date| Date::Text((*date).into())).collect());
        let mut history = History::default();
        change(&mut request, &mut history);
        Plan::build(&hourly, &request, &history)
    };
    let nothing = |_: &mut Request, _: &mut History| {};
    // A day names all of its dates, in the schedule's zone; one that is named twice is one.
    let plan = plan_of(&["2024-01-03", "2024-01-02T06:00", "2024-01-03T12:00", "2024-01-05T05:00Z"], &nothing).unwrap();
    let expected = [
        "2024-01-02T11:00",
        "2024-01-03T05:00",
        "2024-01-03T11:00",
        "2024-01-03T17:00",
        "2024-01-03T23:00",
        "2024-01-05T05:00",
    ];
    assert_eq!(plan.dates(), expected.map(|date| at(&format!("{date}Z")).js()));
    let rows = plan.rows(0..plan.len());
    assert_eq!((rows.previous[1], rows.next[0]), (at("2024-01-02T23:00Z").js(), at("2024-01-02T17:00Z").js()));
    for (dates, text) in [
        (["2024-01-02T07:00"], "expected a date of the schedule"),
        (["2024-01-11"], "is outside the range"),
        (["2024-01-11T06:00"], "is outside the range"),
    ] {
        let error = plan_of(&dates, &nothing).unwrap_err();
        assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_OPTION", Some("dates[0]")));
        assert!(error.message.contains(text), "{error}");
    }
    assert_eq!(plan_of(&["2024-01-32"], &nothing).unwrap_err().code.as_str(), "INVALID_DATE");
    // The range may be large where only a few dates of it are wanted.
    let few = |request: &mut Request, _: &mut History| request.max_runs = 4;
    assert_eq!(plan_of(&["2024-01-03"], &few).unwrap().len(), 4);
    assert_eq!(plan_of(&["2024-01-03", "2024-01-04"], &few).unwrap_err().code.as_str(), "RANGE_TOO_LARGE");
    // A run between the chosen dates counts as the one before, and is no stranger to the schedule.
    let failed = |request: &mut Request, history: &mut History| {
        request.depends_on_past = true;
        add(history, at("2024-01-04T05:00Z").js(), "failed");
        add(history, at("2024-01-04T12:00Z").js(), "success");
        history.types = vec![RunType::Backfill, RunType::Manual];
    };
    let plan = plan_of(&["2024-01-03T00:00", "2024-01-05T00:00"], &failed).unwrap();
    assert_eq!((words(&plan), plan.warnings().len()), (vec!["create".into(), "skip depends_on_past".into()], 0));
    let plan = plan_of(&["2024-01-05T00:00"], &failed).unwrap();
    assert_eq!(words(&plan), ["create"]);
    let strict = |request: &mut Request, history: &mut History| {
        failed(request, history);
        request.strict_past = true;
    };
    assert_eq!(words(&plan_of(&["2024-01-05T00:00"], &strict).unwrap()), ["skip depends_on_past"]);
    // Off the schedule a date is one where a run stands on it, and only there.
    let by_hand = |request: &mut Request, history: &mut History| {
        request.reprocess = Reprocess::ResetAll;
        add(history, at("2024-01-04T12:34Z").js(), "success");
        add(history, at("2024-01-04T17:00Z").js(), "success");
        history.types = vec![RunType::Manual, RunType::Backfill];
    };
    let dates = ["2024-01-04T12:00", "2024-01-04T12:34Z"];
    let plan = plan_of(&dates, &by_hand).unwrap();
    assert_eq!(plan.dates(), ["2024-01-04T12:34Z", "2024-01-04T17:00Z"].map(|date| at(date).js()));
    assert_eq!((words(&plan), plan.warnings().len()), (vec!["reset".into(); 2], 0));
    assert_eq!(words(&plan_of(&["2024-01-04"], &by_hand).unwrap()).len(), 4, "a day names its dates of the schedule");
    for date in ["2024-01-04T12:35Z", "2024-01-14T12:34Z"] {
        assert_eq!(plan_of(&[date], &by_hand).unwrap_err().code.as_str(), "INVALID_OPTION");
    }
}

#[test]
fn bounds_relative_to_now_and_whole_months() {
    let zone = Zone::load("America/New_York").unwrap();
    // In New York it is still the evening before.
    let now = at("2024-03-11T02:30:00Z");
    let read = |text: &str| {
        let bound = |edge| {
            read_date(absolute_bound(Date::Text(text.into()), edge, &zone, now).unwrap().as_input(), &zone, edge)
        };
        (bound(Edge::Start).unwrap().to_string(), bound(Edge::End).unwrap().to_string())
    };
    for (text, start, end) in [
        ("today", "2024-03-10T05:00:00Z", "2024-03-11T03:59:59.999Z"),
        ("yesterday", "2024-03-09T05:00:00Z", "2024-03-10T04:59:59.999Z"),
        ("tomorrow", "2024-03-11T04:00:00Z", "2024-03-12T03:59:59.999Z"),
        ("now", "2024-03-11T02:30:00Z", "2024-03-11T02:30:00Z"),
        ("-P7D", "2024-03-03T05:00:00Z", "2024-03-04T04:59:59.999Z"),
        ("-P1W", "2024-03-03T05:00:00Z", "2024-03-04T04:59:59.999Z"),
        ("-P1M", "2024-02-10T05:00:00Z", "2024-02-11T04:59:59.999Z"),
        ("+P1D", "2024-03-11T04:00:00Z", "2024-03-12T03:59:59.999Z"),
        ("-PT6H", "2024-03-10T20:30:00Z", "2024-03-10T20:30:00Z"),
        ("-P1DT1H", "2024-03-10T02:30:00Z", "2024-03-10T02:30:00Z"),
        ("2024-02", "2024-02-01T05:00:00Z", "2024-03-01T04:59:59.999Z"),
        ("2023", "2023-01-01T05:00:00Z", "2024-01-01T04:59:59.999Z"),
        ("2024-02-29", "2024-02-29T05:00:00Z", "2024-03-01T04:59:59.999Z"),
    ] {
        assert_eq!(read(text), (start.to_owned(), end.to_owned()), "{text}");
    }
    for text in ["-P", "-P7", "-P7X", "+1D"] {
        let read = absolute_bound(Date::Text(text.into()), Edge::Start, &zone, now);
        let error = read.and_then(|date| read_date(date.as_input(), &zone, Edge::Start)).unwrap_err();
        assert_eq!(error.code.as_str(), "INVALID_DATE", "{text}");
    }
    for text in ["2024-13", "2024-00", "0000", "0000-01", "20240", "2024-1x", "P7D"] {
        let date = Date::Text(text.into());
        assert_eq!(
            absolute_bound(date.clone(), Edge::Start, &zone, now).unwrap(),
            date,
            "{text} is left to the reader"
        );
    }
}

#[test]
fn runs_count_by_what_they_cover() {
    let hours: Vec<_> = (0..24).map(|hour| (f64::from(hour), f64::from(hour + 1), "success")).collect();
    let all = |words: [&str; 3]| words.map(str::to_owned).to_vec();
    // One hour of a day is a part of it: by its date it is done, by its interval it is not.
    let hour = [(0.0, 1.0, "success"), (24.0, 48.0, "success")];
    assert_eq!(covering(&hour, |_| {}), (all(["reset", "skip exists_success", "create"]), 1));
    let by_date = covering(&hour, |request| request.coverage = Coverage::Date);
    assert_eq!(by_date, (all(["skip exists_success", "skip exists_success", "create"]), 1));
    // Each date has its own run: those of all hours are no run of the day, whatever they cover together.
    assert_eq!(covering(&hours, |_| {}), (all(["reset", "create", "create"]), 1));
    // A run that covers more than the planned interval stands, one that covers the day before it does not.
    let more = [(0.0, 48.0, "success"), (24.0, 24.0, "success")];
    assert_eq!(covering(&more, |_| {}).0, all(["skip exists_success", "skip exists_success", "create"]));
    let mut shifted = History::default();
    add(&mut shifted, at("2024-01-02").js(), "success");
    shifted.interval_starts = vec![at("2024-01-01").js()];
    shifted.interval_ends = vec![at("2024-01-02").js()];
    let daily = cron("@daily", "UTC");
    let mut by_interval = request(&daily, "2024-01-02", "2024-01-02");
    by_interval.coverage = Coverage::Interval;
    assert_eq!(words(&Plan::build(&daily, &by_interval, &shifted).unwrap()), ["reset"]);
    // An empty interval counts by its date. A run that failed is no more than one that succeeded: a part of the interval is reset.
    assert_eq!(covering(&[(0.0, 0.0, "success")], |_| {}), (all(["skip exists_success", "create", "create"]), 1));
    assert_eq!(covering(&[(0.0, 1.0, "failed")], |_| {}).0, all(["reset", "create", "create"]));
    assert_eq!(covering(&[(0.0, 24.0, "failed")], |_| {}).0, all(["skip exists_failed", "create", "create"]));
    let failed = |request: &mut Request| request.reprocess = Reprocess::Failed;
    assert_eq!(covering(&[(0.0, 1.0, "failed")], failed).0, all(["reset", "create", "create"]));
    assert_eq!(covering(&[(0.0, 24.0, "failed")], failed).0, all(["rerun", "create", "create"]));
    assert_eq!(covering(&[(0.0, 1.0, "running")], failed).0, all(["skip in_flight", "create", "create"]));
    let only_failed = |request: &mut Request| request.reprocess = Reprocess::RerunFailed;
    assert_eq!(covering(&hour, only_failed).0, all(["skip not_failed", "skip not_failed", "skip not_failed"]));
}

#[test]
fn tasks_that_do_not_look_at_the_date() {
    let daily = cron("@daily", "UTC");
    let mut request = request(&daily, "2024-01-01", "2024-01-03");
    let task =
        |id: &str, texts: &[&str]| (id.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    request.templates = vec![
        task("extract", &["python extract.py", "--region={{ dag_run.conf.region }}"]),
        task("transform", &["python transform.py", "--day={{ ds }}"]),
        task("load", &["python load.py {{ xcom.transform.path }}"]),
        task("pull", &["python load.py {{ ti.xcom_pull(task_ids='transform') }}"]),
        task("notify", &["mail -s done"]),
        task("empty", &[]),
    ];
    let plan = build(&daily, &request);
    let warning = &plan.warnings()[0];
    assert_eq!((warning.code, warning.count, plan.warnings().len()), ("date_independent", Some(2), 1));
    let message =
        "tasks extract, notify do the same for each of the 3 dates: no template there uses the date, such as {{ ds }}";
    assert_eq!(warning.message, message);
    request.bounds = read_bounds(Text("2024-01-01"), Text("2024-01-01"), daily.zone()).unwrap();
    assert!(build(&daily, &request).warnings().is_empty());
}

#[test]
fn a_person_started_that_one() {
    let daily = cron("@daily", "UTC");
    let mut history = History::default();
    add(&mut history, at("2024-01-02T06:00:00Z").js(), "success");
    history.types = vec![RunType::Manual];
    let plan = Plan::build(&daily, &request(&daily, "2024-01-01", "2024-01-07"), &history).unwrap();
    assert!(plan.warnings().is_empty());
}

#[test]
fn two_records_on_one_date() {
    let daily = cron("@daily", "UTC");
    let history = |states: [&str; 3]| {
        let mut history = History::default();
        states.into_iter().for_each(|state| add(&mut history, at("2024-01-01").js(), state));
        history
    };
    let plan = |states| Plan::build(&daily, &request(&daily, "2024-01-01", "2024-01-02"), &history(states)).unwrap();
    let busy = plan(["success", "running", "failed"]);
    assert_eq!((words(&busy)[0].as_str(), busy.existing(0)), ("skip in_flight", Some(1)));
    assert_eq!(busy.existing_runs(), [0, 1, 2]);
    let last = plan(["success", "canceled", "failed"]);
    assert_eq!((words(&last)[0].as_str(), last.existing(0)), ("skip exists_failed", Some(2)));
}

#[test]
fn rows_are_what_the_schedule_says_of_each_date() {
    let weekdays = Some(Exclude::Dates(vec![Date::Text("2024-03-11".into()), Date::Text("2024-03-12".into())]));
    let schedules = [
        ("30 2 * * *", Kind::Interval, None, "2024-03-08"),
        ("0 */6 * * *", Kind::Interval, weekdays, "2024-03-08"),
        ("0 9 * * 1-5", Kind::Trigger, None, "2024-03-01"),
        ("*/30 * * * *", Kind::Interval, Some(Exclude::Cron("* 0-22 * * *".into())), "2024-03-10"),
    ];
    for (text, kind, exclude, start) in schedules {
        let options = TimetableOptions {
            time_zone: Some("America/New_York".into()),
            kind,
            exclude,
            ..TimetableOptions::default()
        };
        let timetable = Timetable::new(&schedule(&Value::String(text.into())), &options).unwrap();
        let mut request = request(&timetable, start, "2024-03-15");
        for backwards in [false, true] {
            request.order = if backwards { Order::Newest } else { Order::Oldest };
            let plan = build(&timetable, &request);
            let rows = plan.rows(0..usize::MAX);
            assert!(plan.len() > 5);
            for (row, date) in plan.dates().iter().enumerate() {
                let date = Instant::new(*date as i64).unwrap();
                let interval = timetable.interval(date);
                assert_eq!(rows.interval_start[row], interval.start.js(), "{text}");
                assert_eq!(rows.interval_end[row], interval.end.js(), "{text} {date}");
                assert_eq!(rows.run_after[row], timetable.run_after(date).js());
                assert_eq!(rows.previous[row], timetable.previous(date).unwrap().js());
                assert_eq!(rows.next[row], timetable.next(date).unwrap().js());
                assert_eq!(rows.offset_seconds[row], f64::from(timetable.zone().offset_at(date)));
                let one = plan.row(row).unwrap();
                assert_eq!((one.date, one.interval_end, one.next), (date, interval.end, timetable.next(date)));
                assert_eq!((one.previous, one.offset), (timetable.previous(date), plan.offsets()[row]));
            }
            assert_eq!(plan.rows(3..5).interval_end, rows.interval_end[3..5]);
            assert_eq!(plan.rows(3..5).previous, rows.previous[3..5]);
            assert_eq!(plan.rows(plan.len()..usize::MAX), Rows::default());
            assert_eq!(plan.row(plan.len()), None);
        }
    }
}

#[test]
fn the_last_date_of_a_list_has_no_next() {
    let dates = ScheduleInput::Dates(vec![Date::Text("2024-01-01".into()), Date::Text("2024-01-05".into())]);
    let timetable = Timetable::new(&dates, &TimetableOptions::default()).unwrap();
    let plan = build(&timetable, &request(&timetable, "2024-01-01", "2024-01-31"));
    let rows = plan.rows(0..2);
    assert!(rows.previous[0].is_nan() && rows.next[1].is_nan());
    assert_eq!(rows.interval_end, [at("2024-01-05").js(), at("2024-01-05").js()]);
    let last = plan.row(1).unwrap();
    assert_eq!((last.next, last.previous), (None, Some(at("2024-01-01"))));
}

#[test]
fn days_are_civil_days_of_the_zone() {
    let hourly = cron("0 * * * *", "America/New_York");
    let mut request = request(&hourly, "2024-03-09", "2024-03-11");
    request.exclude_dates = vec![Date::Text("2024-03-09".into())];
    let plan = build(&hourly, &request);
    let days: Vec<_> =
        plan.days().into_iter().map(|day| (day.day.to_string(), day.counts.create, day.counts.skip)).collect();
    assert_eq!(
        days,
        [
            ("2024-03-09T00:00:00".into(), 0, 24),
            ("2024-03-10T00:00:00".into(), 23, 0),
            ("2024-03-11T00:00:00".into(), 24, 0)
        ]
    );
    // In St. John's the clocks of 2010 went back at 00:01, to 23:01 of the day before.
    let quarters = cron("*/15 * * * *", "America/St_Johns");
    let plan = build(&quarters, &self::request(&quarters, "2010-11-06", "2010-11-07"));
    let days: Vec<_> = plan.days().into_iter().map(|day| (day.day.day(), day.counts.create)).collect();
    assert_eq!(days, [(6, 99), (7, 97)]);
}

#[test]
fn estimates_are_simulated() {
    let daily = cron("@daily", "UTC");
    let mut request = request(&daily, "2024-01-01", "2024-01-10");
    let pace = Pace { run_duration: 60_000.0, max_parallel_runs: 4, rate: None };
    let found = build(&daily, &request).estimate(pace);
    assert_eq!((found.makespan, found.peak, found.finish_at), (180_000.0, 4, at("2026-01-01T00:03:00Z")));
    let rated = build(&daily, &request).estimate(Pace { rate: Some((3, 60_000.0)), ..pace });
    assert_eq!((rated.makespan, rated.peak), (240_000.0, 3));
    let instant = build(&daily, &request).estimate(Pace { run_duration: 0.0, rate: Some((3, 60_000.0)), ..pace });
    assert_eq!((instant.makespan, instant.peak), (180_000.0, 1));
    request.depends_on_past = true;
    let in_order = build(&daily, &request).estimate(pace);
    assert_eq!((in_order.makespan, in_order.peak), (600_000.0, 1));
    let none = estimate(0, at("2026-01-01"), pace);
    assert_eq!((none.makespan, none.peak, none.finish_at), (0.0, 0, at("2026-01-01")));
    let long = estimate(1_000_000, at("2026-01-01"), Pace { run_duration: f64::MAX, ..pace });
    assert_eq!(long.finish_at, Instant::MAX);
}

#[test]
fn a_million_dates_are_columns() {
    let minutes = cron("* * * * *", "America/New_York");
    // The schedule reserves room for the civil days that a zone may still push into the range.
    const ROOM: usize = 3 * 1440 * 8;
    let mut request = request(&minutes, "2024-01-01", "2025-12-31");
    request.max_runs = 2_000_000;
    let mut history = History::default();
    add(&mut history, at("2024-06-01").js(), "success");
    let plan = Plan::build(&minutes, &request, &history).unwrap();
    assert_eq!(plan.len(), 731 * 1440);
    assert!(plan.bytes() <= plan.len() * 14 + ROOM, "{} bytes for {} dates", plan.bytes(), plan.len());
    let plan = build(&minutes, &request);
    assert!(plan.bytes() <= plan.len() * 10 + ROOM, "{} bytes for {} dates", plan.bytes(), plan.len());
}

/// What a plan's hash is made of, small enough to change one part at a time.
fn hash_of(change: impl FnOnce(&mut Request, &mut History, &mut TimetableOptions)) -> String {
    planned(change).hash().to_owned()
}

fn planned(change: impl FnOnce(&mut Request, &mut History, &mut TimetableOptions)) -> Plan {
    let (mut options, mut history) = (TimetableOptions::default(), History::default());
    let mut request = request(&cron("@daily", "UTC"), "2024-01-01", "2024-01-05");
    request.reprocess = Reprocess::Failed;
    request.task_ids = Some(vec!["extract".into(), "load".into()]);
    add(&mut history, at("2024-01-02").js(), "success");
    add(&mut history, at("2024-01-03").js(), "failed");
    history.run_ids = vec![None, None];
    change(&mut request, &mut history, &mut options);
    let timetable = Timetable::new(&schedule(&Value::String("@daily".into())), &options).unwrap();
    let plan = Plan::build(&timetable, &request, &history).unwrap();
    assert_eq!(plan.hash(), Plan::build(&timetable, &request, &history).unwrap().hash());
    assert!(plan.insist(plan.hash()).is_ok());
    plan
}

fn hashed(schedule: &str, tasks: &str, templates: &str, options: &str) -> HashedTexts {
    HashedTexts { schedule: schedule.into(), tasks: tasks.into(), templates: templates.into(), options: options.into() }
}

#[test]
fn the_hash_is_the_same_everywhere() {
    // A hash that was stored with an earlier version stays as it is, unless what goes in has changed.
    let case = cases("plan/hash.json");
    let text = |name: &str| case["texts"][name].as_str().unwrap();
    let texts = hashed(text("schedule"), text("tasks"), text("templates"), text("options"));
    assert_eq!(hash_of(|request, _, _| request.hashed = texts), case["hash"].as_str().unwrap());
}

#[test]
fn the_hash_changes_with_all_that_shapes_the_plan() {
    let same = hash_of(|_, _, _| {});
    let others = [
        hash_of(|request, _, _| request.dag_id = "sale".into()),
        hash_of(|request, _, _| request.conf = "{\"a\":1}".into()),
        hash_of(|request, _, _| request.conf = "{\"a\":2}".into()),
        hash_of(|request, _, _| request.run_type = RunType::Scheduled),
        hash_of(|request, _, _| request.depends_on_past = true),
        hash_of(|request, _, _| request.order = Order::Newest),
        hash_of(|request, _, _| request.task_ids = None),
        hash_of(|request, _, _| request.task_ids = Some(vec!["extract".into()])),
        hash_of(|request, _, _| request.task_ids = Some(vec!["extractload".into()])),
        hash_of(|request, _, _| request.task_ids = Some(vec![])),
        hash_of(|request, _, _| request.with_upstream = false),
        hash_of(|request, _, _| request.reprocess = Reprocess::Missing),
        hash_of(|request, _, _| request.reprocess = Reprocess::Completed),
        hash_of(|request, _, _| request.exclude_dates = vec![Date::Text("2024-01-04".into())]),
        hash_of(|request, _, _| request.bounds.range.end = at("2024-01-04")),
        hash_of(|request, _, _| request.bounds.range.start = at("2024-01-02")),
        hash_of(|request, _, _| request.now = at("2024-01-05")),
        hash_of(|_, history, _| history.run_ids[1] = Some("scheduled__2024-01-03T00:00:00+00:00".into())),
        hash_of(|_, history, _| history.run_ids[1] = Some("scheduled__2024-01-03T00:00:00.000000+00:00".into())),
        hash_of(|request, _, _| request.hashed = hashed("@daily", "", "", "")),
        hash_of(|request, _, _| request.hashed = hashed("", "@daily", "", "")),
        hash_of(|request, _, _| request.hashed = hashed("", "", "@daily", "")),
        hash_of(|request, _, _| request.hashed = hashed("", "", "", "@daily")),
        hash_of(|_, _, options| options.kind = Kind::Trigger),
        hash_of(|_, _, options| options.time_zone = Some("Europe/London".into())),
        hash_of(|_, _, options| options.time_zone = Some("Europe/Lisbon".into())),
    ];
    let mut all: Vec<&String> = others.iter().chain([&same]).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), others.len() + 1);
}

#[test]
fn the_hash_stays_where_nothing_else_would_run() {
    let same = hash_of(|_, _, _| {});
    for hash in [
        hash_of(|request, _, _| request.task_ids = Some(vec!["load".into(), "extract".into(), "load".into()])),
        hash_of(|request, _, _| request.max_runs = 5),
        // The run in flight has ended: its date is skipped for another reason.
        hash_of(|_, history, _| history.states[0] = RunState::Running),
        hash_of(|_, history, _| history.run_ids[0] = Some("mine".into())),
        hash_of(|_, history, _| history.run_ids[1] = Some("backfill__2024-01-03T00:00:00+00:00".into())),
        hash_of(|_, history, _| history.run_ids.clear()),
        hash_of(|_, history, _| (history.states[1], history.abandoned[1]) = (RunState::Running, true)),
    ] {
        assert_eq!(hash, same);
    }
}

#[test]
fn a_plan_that_changed_says_how() {
    let daily = cron("@daily", "UTC");
    let seen = build(&daily, &request(&daily, "2024-01-01", "2024-01-05"));
    let mut history = History::default();
    add(&mut history, at("2024-01-02").js(), "success");
    let now = Plan::build(&daily, &request(&daily, "2024-01-01", "2024-01-05"), &history).unwrap();
    let error = now.insist(seen.hash()).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("PLAN_CHANGED", Some("planHash")));
    assert!(error.message.contains("it was 5 dates: 5 to create, 0 to rerun, 0 to reset, 0 skipped"), "{error}");
    assert!(error.message.contains("now it is 5 dates: 4 to create, 0 to rerun, 0 to reset, 1 skipped"), "{error}");
    let facts: Vec<_> = error.details.iter().map(|(name, _)| *name).collect();
    let seen_counts = ["changed", "seenCreate", "seenRerun", "seenReset", "seenSkip"];
    assert_eq!(facts, [seen_counts.as_slice(), &["planHash", "create", "rerun", "reset", "skip"]].concat());
    let other = build(&daily, &request(&daily, "2024-01-02", "2024-01-06"));
    assert!(other.insist(seen.hash()).unwrap_err().message.contains("still 5 dates"));
    let old = "7f0e79a8ee8b004e8398a46ebfc25e4900000003000000010000000000000001";
    for text in ["abc", old, &"\u{e9}".repeat(48)] {
        let message = now.insist(text).unwrap_err().message.clone();
        assert!(message.contains("expected the hash of a preview by this version of dagfill, got"), "{message}");
    }
}

#[test]
fn a_plan_that_changed_names_the_parts_that_differ() {
    type Change = fn(&mut Request, &mut History, &mut TimetableOptions);
    let seen = planned(|_, _, _| {});
    let cases: [(&[&str], &str, Change); 10] = [
        (&["dates"], "the dates", |request, _, _| request.order = Order::Newest),
        (&["actions"], "what is done", |request, _, _| request.reprocess = Reprocess::Missing),
        (&["runs"], "the existing runs", |_, history, _| history.run_ids[1] = Some("mine".into())),
        (&["dates", "schedule"], "the schedule", |_, _, options| options.kind = Kind::Trigger),
        (&["schedule"], "the schedule", |request, _, _| request.hashed.schedule = "@daily".into()),
        (&["tasks"], "the DAG's tasks", |request, _, _| request.hashed.tasks = "echo".into()),
        (&["templates"], "the params", |request, _, _| request.hashed.templates = "{}".into()),
        (&["dependsOnPast"], "the DAG's dependsOnPast", |request, _, _| request.depends_on_past = true),
        (&["conf"], "conf", |request, _, _| request.conf = "{}".into()),
        (&["options"], "the options", |request, _, _| request.hashed.options = "{}".into()),
    ];
    for (names, words, change) in cases {
        let error = planned(change).insist(seen.hash()).unwrap_err();
        let changed = error.details.iter().find(|(name, _)| *name == "changed").map(|(_, detail)| detail.clone());
        let mut expected: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        // The other direction of the same dates also turns the actions.
        if names == ["dates"] {
            expected.push("actions".into());
        }
        assert_eq!(changed, Some(Detail::Texts(expected)), "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn an_interval_ends_at_the_next_tick_where_the_date_there_is_none_of_the_plan() {
    // The run of 1 January covers its day, though the next date of the plan is two days later.
    let mut history = History::default();
    add(&mut history, at("2024-01-01").js(), "success");
    history.interval_starts = vec![at("2024-01-01").js()];
    history.interval_ends = vec![at("2024-01-02").js()];
    let exclude = Some(Exclude::Dates(vec![Date::Text("2024-01-02".into())]));
    let options = TimetableOptions { time_zone: Some("UTC".into()), exclude, ..TimetableOptions::default() };
    let excluding = Timetable::new(&schedule(&Value::String("@daily".into())), &options).unwrap();
    let left_out = request(&excluding, "2024-01-01", "2024-01-03");
    let daily = cron("@daily", "UTC");
    let mut chosen = request(&daily, "2024-01-01", "2024-01-03");
    chosen.dates = Some(["2024-01-01", "2024-01-03"].map(|date| Date::Text(date.into())).to_vec());
    for (timetable, request) in [(&excluding, left_out), (&daily, chosen)] {
        let plan = Plan::build(timetable, &request, &history).unwrap();
        assert_eq!(plan.len(), 2);
        assert!(plan.warnings().iter().all(|warning| warning.code != "interval_mismatch"));
    }
}
