//! Dates, data intervals and due times of both kinds of timetable, as Airflow computed them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::schedule::{Dialect, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Instant, Zone, read_bounds};
use serde_json::{Value, json};

#[test]
fn dates_intervals_and_due_times_are_airflows() {
    let file: Value = serde_json::from_str(include_str!("cases/airflow/airflow_dates.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 36);
    for case in cases {
        let schedule = match case["schedule"].as_str() {
            Some(text) => ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None },
            None => {
                ScheduleInput::Every { period: case["schedule"]["every"].as_str().unwrap().to_owned(), anchor: None }
            }
        };
        let kind = if case["options"]["kind"] == "interval" { Kind::Interval } else { Kind::Trigger };
        let time_zone = case["options"]["timeZone"].as_str().unwrap().to_owned();
        let timetable =
            Timetable::new(&schedule, &TimetableOptions { time_zone: Some(time_zone), kind, ..Default::default() })
                .unwrap();
        let (start, end) = (case["start"].as_str().unwrap(), case["end"].as_str().unwrap());
        let range = read_bounds(Text(start), Text(end), &Zone::utc()).unwrap().range;
        let found: Vec<Value> = timetable
            .expand(range, None)
            .unwrap()
            .iter()
            .map(|ms| {
                let date = Instant::from_js(*ms).unwrap();
                let interval = timetable.interval(date);
                json!({
                    "executionDate": date.to_string(),
                    "dataInterval": { "start": interval.start.to_string(), "end": interval.end.to_string() },
                    "runAfter": timetable.run_after(date).to_string(),
                })
            })
            .collect();
        assert_eq!(Value::from(found), case["expected"], "{} {start}", case["schedule"]);
    }
}
