//! Every date that Airflow's own timetable gave for a cron text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::schedule::{Dialect, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput::Text, Edge, Instant, Range, Zone, read_date};
use serde_json::Value;

fn at(text: &Value) -> Instant {
    read_date(Text(text.as_str().unwrap()), &Zone::utc(), Edge::Point).unwrap()
}

fn timetable(vector: &Value) -> Timetable {
    let texts = vec![vector["expr"].as_str().unwrap().to_owned()];
    let time_zone = vector["tz"].as_str().unwrap().to_owned();
    let options = TimetableOptions { time_zone: Some(time_zone), kind: Kind::Trigger, ..Default::default() };
    Timetable::new(&ScheduleInput::Cron { texts, dialect: Dialect::Unix, day_match: None }, &options).unwrap()
}

#[test]
fn every_date_is_airflows() {
    let file: Value = serde_json::from_str(include_str!("cases/airflow/cron.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 221);
    for vector in vectors {
        let timetable = timetable(vector);
        // The table's end is excluded, ours is included; a few rows name a count of dates instead.
        let limit = vector.get("count").map(|count| count.as_u64().unwrap() as usize);
        let end = vector.get("end").map_or(Instant::MAX, |end| Instant::clamped(at(end).ms() - 1));
        let range = Range { start: at(&vector["start"]), end };
        let dates = timetable.expand(range, limit).unwrap();
        let shown: Vec<Value> = dates.iter().map(|ms| Instant::from_js(*ms).unwrap().to_string().into()).collect();
        assert_eq!(Value::from(shown), vector["expected"], "{vector}");
        if limit.is_none() {
            assert_eq!(timetable.count(range), dates.len() as u64, "{vector}");
        }
    }
}
