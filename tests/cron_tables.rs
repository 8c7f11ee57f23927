//! The tables of `tests/cases/cron`: dates, refusals, plain words.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod tables;

use dagfill::schedule::Timetable;
use dagfill::time::{DateInput::Text, Edge, Instant, Range, read_bounds, read_date};
use serde_json::Value;
use tables::{instants, options, schedule, table};

fn timetable(case: &Value) -> Timetable {
    Timetable::new(&schedule(&case["schedule"]), &options(&case["options"]))
        .unwrap_or_else(|error| panic!("{case}: {error}"))
}

fn range(case: &Value, timetable: &Timetable) -> Range {
    let (start, end) = (case["start"].as_str().unwrap(), case["end"].as_str().unwrap());
    read_bounds(Text(start), Text(end), timetable.zone()).unwrap().range
}

#[test]
fn dates() {
    for case in table(include_str!("cases/cron/dates.json")) {
        let timetable = timetable(&case);
        let range = range(&case, &timetable);
        let dates = timetable.expand(range, None).unwrap();
        if let Some(count) = case.get("count") {
            assert_eq!(dates.len() as u64, count.as_u64().unwrap(), "{case}");
        } else {
            assert_eq!(Value::from(instants(&dates)), case["dates"], "{case}");
        }
        assert_eq!(timetable.count(range), dates.len() as u64, "{case}");
        for limit in [0, 1, 2] {
            let fewer = timetable.expand(range, Some(limit)).unwrap();
            assert_eq!(fewer, dates.iter().copied().take(limit).collect::<Vec<_>>(), "limit {limit} {case}");
        }
    }
}

#[test]
fn refusals() {
    for case in table(include_str!("cases/cron/invalid.json")) {
        let read = Timetable::new(&schedule(&case["schedule"]), &options(&case["options"]));
        let error = read.map(|_| panic!("{case} is read")).unwrap_err();
        assert_eq!(error.code.as_str(), case["code"], "{case}: {error}");
        if let Some(start) = case["start"].as_u64() {
            let span = Some((start as usize, case["end"].as_u64().unwrap() as usize));
            assert_eq!(error.span, span, "{case}: {error}");
        }
        if let Some(part) = case["hint"].as_str() {
            assert!(error.hint.as_deref().unwrap_or_default().contains(part), "{case}: {error}");
        }
        if let Some(message) = case["message"].as_str() {
            assert_eq!(error.message, message, "{case}");
        }
        if let Some(field) = case["field"].as_str() {
            assert_eq!(error.field.as_deref(), Some(field), "{case}");
        }
    }
}

#[test]
fn plain_words() {
    let now = read_date(Text("2024-01-01T00:00:00Z"), &dagfill::time::Zone::utc(), Edge::Point).unwrap();
    for case in table(include_str!("cases/cron/explain.json")) {
        let explanation = timetable(&case).explain(now, 3);
        assert_eq!(explanation.text, case["text"], "{case}");
        let codes: Vec<&str> = explanation.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(Value::from(codes), case["warnings"], "{case} {:?}", explanation.warnings);
    }
}

#[test]
fn why_a_date_is_one() {
    for case in table(include_str!("cases/cron/explain_date.json")) {
        let timetable = timetable(&case);
        let date = read_date(Text(case["date"].as_str().unwrap()), timetable.zone(), Edge::Point).unwrap();
        let range = case.get("start").map(|_| range(&case, &timetable));
        let found = timetable.explain_date(date, range);
        assert_eq!(
            (Value::from(found.included), Value::from(found.reason)),
            (case["included"].clone(), case["reason"].clone()),
            "{case} {found:?}"
        );
        let text = |at: Option<Instant>| at.map_or(Value::Null, |at| at.to_string().into());
        for (name, value) in
            [("text", Value::from(found.text)), ("previous", text(found.previous)), ("next", text(found.next))]
        {
            if let Some(expected) = case.get(name) {
                assert_eq!(&value, expected, "{name} {case}");
            }
        }
    }
}
