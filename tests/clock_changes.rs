//! Dates around clock changes, for every policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod tables;

use dagfill::schedule::Timetable;
use dagfill::time::{DateInput::Text, read_bounds};
use serde_json::{Value, json};
use tables::{instants, options, schedule, table};

#[test]
fn every_policy_gives_the_dates_of_the_table() {
    for case in table(include_str!("cases/dst/changes.json")) {
        for policy in case["dst"].as_array().unwrap() {
            let options = options(&json!({ "timeZone": case["timeZone"], "dst": policy }));
            let timetable = Timetable::new(&schedule(&case["cron"]), &options).unwrap();
            let (start, end) = (case["start"].as_str().unwrap(), case["end"].as_str().unwrap());
            let range = read_bounds(Text(start), Text(end), timetable.zone()).unwrap().range;
            let dates = timetable.expand(range, None).unwrap();
            assert_eq!(Value::from(instants(&dates)), case["dates"], "{policy} {case}");
            assert_eq!(timetable.count(range), dates.len() as u64, "{policy} {case}");
        }
    }
}
