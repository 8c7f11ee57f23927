//! Dates around clock changes against other systems' own libraries: `tests/cases/dst/peers.json`, written by `tools/peers`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod tables;

use dagfill::schedule::{Dialect, Dst, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Change, Instant, Range, Zone};
use serde_json::Value;
use tables::figure;

/// The rows hold the dates within three hours of a change.
const NEAR: i64 = 3 * 3_600_000;

struct Row {
    zone: String,
    text: String,
    change: Change,
    /// Minutes from the change, by library.
    answers: Vec<(String, Vec<f64>)>,
}

/// The rows whose change is the only one near and is where the tables of this build have it, too.
fn rows() -> Vec<Row> {
    let file: Value = serde_json::from_str(include_str!("cases/dst/peers.json")).unwrap();
    let text = |list: &str, place: &Value| file[list][place.as_u64().unwrap() as usize].as_str().unwrap().to_owned();
    let minutes = |text: &Value| text.as_str().unwrap().split_whitespace().map(|word| word.parse().unwrap()).collect();
    let mut rows = Vec::new();
    for row in file["cases"].as_array().unwrap() {
        let (zone, at) = (text("zones", &row[0]), Instant::clamped(row[1].as_i64().unwrap() * 1000));
        let near = (Instant::clamped(at.ms() - 2 * NEAR), Instant::clamped(at.ms() + 2 * NEAR));
        let [change] = Zone::load(&zone).unwrap().changes(near.0, near.1)[..] else { continue };
        if change.at == at {
            let by = file["answers"][row[3].as_u64().unwrap() as usize].as_object().unwrap();
            let each = |(names, found): (&String, &Value)| -> Vec<(String, Vec<f64>)> {
                names.split(' ').map(|name| (name.to_owned(), minutes(found))).collect()
            };
            rows.push(Row { zone, text: text("texts", &row[2]), change, answers: by.iter().flat_map(each).collect() });
        }
    }
    rows
}

impl Row {
    fn dates(&self, dst: Dst) -> Vec<f64> {
        let schedule = ScheduleInput::Cron { texts: vec![self.text.clone()], dialect: Dialect::Unix, day_match: None };
        let options = TimetableOptions { time_zone: Some(self.zone.clone()), dst, ..Default::default() };
        let at = self.change.at.ms();
        let range = Range { start: Instant::clamped(at - NEAR), end: Instant::clamped(at + NEAR) };
        let dates = Timetable::new(&schedule, &options).unwrap().expand(range, None).unwrap();
        dates.iter().map(|date| (date - at as f64) / 60_000.0).collect()
    }

    /// By a whole hour, at a whole hour, inside one day.
    fn is_plain(&self) -> bool {
        let Change { at, before, after } = self.change;
        let first = at.civil(before.min(after));
        (before - after).abs() == 3600 && first.ms() % 3_600_000 == 0 && (1..23).contains(&first.hour())
    }
}

/// How many rows of a library are equal under a rule; those that `its_own_way` holds are left aside.
fn compare(library: &str, dst: Dst, its_own_way: &dyn Fn(&Row) -> bool) -> usize {
    let (mut equal, mut aside, mut zones) = (0, 0, std::collections::BTreeSet::new());
    for row in rows() {
        for (_, minutes) in row.answers.iter().filter(|(name, _)| name == library) {
            if its_own_way(&row) {
                aside += 1;
                continue;
            }
            assert_eq!(&row.dates(dst), minutes, "{library} {} {} {:?}", row.text, row.zone, row.change);
            equal += 1;
            zones.insert(row.zone.clone());
        }
    }
    figure(&format!("{library}: {equal} rows in {} zones equal, {aside} listed as its own way", zones.len()));
    equal
}

/// cronsim follows Debian's cron. Its steps through an hour field are whole hours, which lose the way after half an hour's change,
/// and it stays in the hour that a change at 00:01 repeats.
#[test]
fn vixie_is_cronsim() {
    let own =
        |row: &Row| row.zone == "Australia/Lord_Howe" && row.text == "0 */3 * * *" || row.zone == "America/St_Johns";
    assert!(compare("cronsim", Dst::VIXIE, &own) > 5_000);
}

/// croner leaves several minutes or hours in a gap out, and runs them twice in a fold; Tehran changed at midnight.
#[test]
fn vixie_is_croner() {
    let own = |row: &Row| row.text.contains(',') || row.zone == "Asia/Tehran";
    assert!(compare("croner", Dst::VIXIE, &own) > 4_000);
}

/// cron-parser lets texts of every hour run on in real time. Around midnight and half hours it has errors of its own.
#[test]
fn java_is_cron_parser() {
    let real_time = Dst { real_time: true, ..Dst::JAVA };
    assert!(compare("cron-parser", real_time, &|row| !row.is_plain()) > 3_500);
    assert!(compare("cron-parser", Dst::JAVA, &|row| !row.is_plain() || row.text.ends_with("* * * *")) > 2_500);
}

/// cronosjs has no wildcards but the whole hour field. Its folds, and two zones that change far from Greenwich, are its own.
#[test]
fn the_end_of_a_gap_is_that_of_cronosjs() {
    let own = |row: &Row| {
        !row.is_plain()
            || row.change.before > row.change.after
            || ["America/Anchorage", "Pacific/Apia"].contains(&row.zone.as_str())
    };
    assert!(compare("cronosjs", Dst { real_time: false, ..Dst::VIXIE }, &own) > 1_500);
}

/// robfig/cron is what Kubernetes and Argo use. It steps by whole hours, which lose the way after half an hour's change and where
/// it changes at one minute past midnight, and in two zones it runs one reading of a time that a change at midnight repeats.
#[test]
fn kubernetes_is_robfig() {
    let own = |row: &Row| match row.zone.as_str() {
        "America/St_Johns" | "Australia/Lord_Howe" => true,
        "Asia/Amman" | "Asia/Jerusalem" => row.change.before > row.change.after && !row.is_plain(),
        _ => false,
    };
    assert!(compare("robfig", Dst::KUBERNETES, &own) > 5_000);
}
