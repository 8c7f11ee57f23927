//! Reads the tables of `tests/cases`, which say schedules and options as the JavaScript face does.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::schedule::{Date, DayMatch, Dialect, Dst, Exclude, Fold, Gap, Kind, ScheduleInput, TimetableOptions};
use dagfill::time::Instant;
use serde_json::Value;

/// Prints a figure of a test that passes, too: what is written past the test's own capture is always seen.
#[allow(clippy::explicit_write)]
pub(crate) fn figure(text: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "{text}").unwrap();
}

/// The cases of a table.
pub(crate) fn table(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
        other => panic!("no cron text: {other}"),
    }
}

fn date(value: &Value) -> Date {
    match value {
        Value::Number(ms) => Date::Number(ms.as_f64().unwrap()),
        other => Date::Text(other.as_str().unwrap().to_owned()),
    }
}

fn dates(value: &Value) -> Vec<Date> {
    value.as_array().unwrap().iter().map(date).collect()
}

/// A `ScheduleInput` of the contract.
pub(crate) fn schedule(value: &Value) -> ScheduleInput {
    match value {
        Value::Null => ScheduleInput::None,
        Value::Object(object) if object.contains_key("every") => {
            let period = value["every"].as_str().unwrap().to_owned();
            ScheduleInput::Every { period, anchor: object.get("anchor").map(date) }
        }
        Value::Object(object) if object.contains_key("union") => {
            ScheduleInput::Union(value["union"].as_array().unwrap().iter().map(schedule).collect())
        }
        Value::Object(object) if object.contains_key("dates") => ScheduleInput::Dates(dates(&value["dates"])),
        Value::Object(_) => {
            let dialect = match value["dialect"].as_str() {
                None | Some("unix") => Dialect::Unix,
                Some("quartz") => Dialect::Quartz,
                Some("aws") => Dialect::Aws,
                Some(other) => panic!("no dialect: {other}"),
            };
            let day_match = value["dayMatch"].as_str().map(|name| match name {
                "or" => DayMatch::Or,
                "and" => DayMatch::And,
                "vixie" => DayMatch::Vixie,
                other => panic!("no way to match days: {other}"),
            });
            ScheduleInput::Cron { texts: texts(&value["cron"]), dialect, day_match }
        }
        other => ScheduleInput::Cron { texts: texts(other), dialect: Dialect::Unix, day_match: None },
    }
}

/// A preset by its name, or an object.
fn dst(value: &Value) -> Dst {
    match value {
        Value::Null => Dst::default(),
        Value::String(name) => Dst::preset(name).unwrap_or_else(|| panic!("no preset: {name}")),
        rule => Dst {
            gap: match rule["gap"].as_str().unwrap() {
                "forward" => Gap::Forward,
                "backward" => Gap::Backward,
                "skip" => Gap::Skip,
                "end" => Gap::End,
                other => panic!("no gap: {other}"),
            },
            fold: match rule["fold"].as_str().unwrap() {
                "first" => Fold::First,
                "second" => Fold::Second,
                "both" => Fold::Both,
                other => panic!("no fold: {other}"),
            },
            real_time: rule["wildcard"] == "real_time",
        },
    }
}

/// `TimetableOptions` of the contract.
pub(crate) fn options(value: &Value) -> TimetableOptions {
    let mut options = TimetableOptions::default();
    if let Some(name) = value["timeZone"].as_str() {
        options.time_zone = Some(name.to_owned());
    }
    if value["kind"] == "trigger" {
        options.kind = Kind::Trigger;
    }
    options.interval = value["interval"].as_str().map(str::to_owned);
    options.dst = dst(&value["dst"]);
    options.exclude = match &value["exclude"] {
        Value::Null => None,
        Value::Array(_) => Some(Exclude::Dates(dates(&value["exclude"]))),
        cron => Some(Exclude::Cron(cron["cron"].as_str().unwrap().to_owned())),
    };
    options
}

/// As ISO 8601 text.
pub(crate) fn instants(dates: &[f64]) -> Vec<String> {
    dates.iter().map(|ms| Instant::from_js(*ms).unwrap().to_string()).collect()
}
