//! Cases of other libraries' own test suites, each with the option that its rule needs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod tables;

use dagfill::error::Result;
use dagfill::schedule::Timetable;
use dagfill::time::{DateInput::Text, Edge, Instant, Zone, read_date};
use serde_json::{Value, json};
use tables::{figure, instants, options, schedule, table};

/// Rules that no option says, and why not.
const OUTSIDE: [(&str, &str); 5] = [
    ("H: a stable number", "depends on the job's name; refused with a hint"),
    ("steps counted from the start time", "a date would depend on where the range starts: { every } is that"),
    ("dayOffset", "a rolled calendar or another day says most of it"),
    ("ISO week numbers", "no field of cron has them"),
    ("a run at its tick that covers a window", "tests/schedule_windows.rs has it"),
];

/// One text whose part means nothing: a step after a single day.
const REFUSED: [&str; 1] = ["* * LW/2 * *"];

/// The schedule and the options that say the case's rule, as the JavaScript face has them.
fn said(case: &Value) -> (Value, Value) {
    let (suite, rule) = (case["suite"].as_str().unwrap(), case["rule"].as_str().unwrap());
    let (mut plan, mut options) = (case["schedule"].clone(), case["options"].clone());
    let day_match = match suite {
        "cronos-net" => Some("and"),
        "cronsim" => Some("vixie"),
        _ if rule.starts_with("day of month AND weekday") && !plan.to_string().contains('+') => Some("and"),
        _ => None,
    };
    if let (Some(how), Value::String(text)) = (day_match, &plan) {
        plan = json!({ "cron": text, "dayMatch": how });
    }
    if rule.starts_with("weekdays 1 to 7 from Sunday") {
        let text = plan.as_str().unwrap();
        let seconds = if text.split_whitespace().count() == 5 { "0 " } else { "" };
        plan = json!({ "cron": format!("{seconds}{text}"), "dialect": "quartz" });
    }
    if rule.starts_with("union") {
        plan = json!({ "union": plan });
    }
    let six_fields = case["schedule"].as_str().is_some_and(|text| text.split_whitespace().count() == 6);
    options["dst"] = match suite {
        _ if rule.starts_with("gap: moved forward") => json!("java"),
        _ if rule.starts_with("gap: left out") => json!({ "gap": "skip", "fold": "first" }),
        // cronsim follows Debian's cron for five fields only.
        "cronsim" if six_fields => json!("kubernetes"),
        // cronosjs leaves a repeated hour out for wildcard minutes, too, where it is told to.
        "cronosjs" if case["lib"]["skipRepeatedHour"] == true => json!({ "gap": "end", "fold": "first" }),
        // Looking back, Cronos moves a removed time back, against its own search forward.
        "cronos-net" if case["check"] == "prev" => json!({ "gap": "backward", "fold": "first" }),
        "cronos-net" | "cronsim" | "cronosjs" | "node-cron" => json!("vixie"),
        _ => json!("airflow"),
    };
    (plan, options)
}

fn timetable(case: &Value) -> Result<Timetable> {
    let (plan, given) = said(case);
    Timetable::new(&schedule(&plan), &options(&given))
}

fn at(case: &Value) -> Instant {
    read_date(Text(case["at"].as_str().unwrap()), &Zone::utc(), Edge::Point).unwrap()
}

/// As the case has its dates: with or without milliseconds, one or several.
fn expected(case: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().unwrap().replace(".000Z", "Z");
    match &case["expected"] {
        Value::Array(dates) => dates.iter().map(one).collect(),
        date => vec![one(date)],
    }
}

#[test]
fn every_rule_that_an_option_says_gives_the_same_dates() {
    let (mut equal, mut outside) = (0, 0);
    for case in table(include_str!("cases/schedule/foreign_rules.json")) {
        let rule = case["rule"].as_str().unwrap();
        let refused = case["schedule"].as_str().is_some_and(|text| REFUSED.contains(&text));
        assert!(!refused || timetable(&case).is_err(), "{case}");
        if refused || OUTSIDE.iter().any(|(start, _)| rule.starts_with(start)) {
            outside += 1;
            continue;
        }
        // croniter was told to give up after a year or two (max_years_between_matches); the date is in 2025.
        if case["suite"] == "croniter" && expected(&case).is_empty() {
            outside += 1;
            continue;
        }
        let made = timetable(&case);
        match case["check"].as_str().unwrap() {
            "valid" => assert!(made.is_ok(), "{case} {:?}", made.err()),
            "match" => {
                assert_eq!(Value::from(vec![made.unwrap().is_date(at(&case))]), case["expected"], "{case}");
            }
            check @ ("next" | "prev") => {
                let (made, dates) = (made.unwrap(), expected(&case));
                let count = case["count"].as_u64().map_or(dates.len().max(1), |count| count as usize);
                let from = at(&case).ms();
                let found = match (check, case["inclusive"] == true) {
                    ("next", true) => made.next_dates(Instant::clamped(from - 1), count),
                    ("next", false) => made.next_dates(Instant::clamped(from), count),
                    (_, true) => made.previous_dates(Instant::clamped(from + 1), count),
                    _ => made.previous_dates(Instant::clamped(from), count),
                };
                assert_eq!(instants(&found), dates, "{case}");
            }
            other => panic!("no check: {other}"),
        }
        equal += 1;
    }
    figure(&format!("rules of other suites: {equal} cases equal, {outside} listed"));
    assert_eq!((equal, outside), (252, 51));
}

#[test]
fn what_no_option_says_is_refused_where_it_is_written() {
    for case in table(include_str!("cases/schedule/foreign_rules.json")) {
        let rule = case["rule"].as_str().unwrap();
        if rule.starts_with("H: a stable number") {
            let error = timetable(&case).unwrap_err();
            assert!(
                error.hint.as_deref().unwrap_or_default().contains("Jenkins") || error.message.starts_with("step"),
                "{case} {error}"
            );
        }
    }
}
