//! Runs that cover a fixed window before their date.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use dagfill::plan::Rows;
use dagfill::schedule::{DataInterval, Dialect, Dst, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{DateInput, Edge, Instant, read_date};

fn timetable(text: &str, zone: &str, kind: Kind, dst: Dst, interval: &str) -> Timetable {
    let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Unix, day_match: None };
    let options = TimetableOptions {
        time_zone: Some(zone.to_owned()),
        kind,
        dst,
        interval: Some(interval.to_owned()),
        ..Default::default()
    };
    Timetable::new(&schedule, &options).unwrap()
}

fn at(timetable: &Timetable, text: &str) -> Instant {
    read_date(DateInput::Text(text), timetable.zone(), Edge::Point).unwrap()
}

fn shown(interval: DataInterval) -> String {
    format!("{} {}", interval.start, interval.end)
}

#[test]
fn a_run_covers_the_window_before_its_date_and_is_due_at_it() {
    for kind in [Kind::Interval, Kind::Trigger] {
        let nightly = timetable("0 0 * * 1-5", "UTC", kind, Dst::AIRFLOW, "P1D");
        // Friday's run is due on Friday night, not on Monday.
        let friday = at(&nightly, "2024-01-05");
        assert_eq!(shown(nightly.interval(friday)), "2024-01-04T00:00:00Z 2024-01-05T00:00:00Z");
        assert_eq!(nightly.run_after(friday), friday);
        let rows = Rows::of(&nightly, &[friday.js(), at(&nightly, "2024-01-08").js()]);
        assert_eq!(rows.interval_start, [at(&nightly, "2024-01-04").js(), at(&nightly, "2024-01-07").js()]);
        assert_eq!(rows.interval_end, [friday.js(), at(&nightly, "2024-01-08").js()]);
        assert_eq!(rows.run_after, rows.interval_end);
        assert_eq!(rows.previous[0], at(&nightly, "2024-01-04").js());
        // By hand at any time: the window before that time, as in Airflow.
        let noon = at(&nightly, "2024-01-06T12:00");
        assert_eq!(shown(nightly.last_complete_interval(noon)), "2024-01-05T12:00:00Z 2024-01-06T12:00:00Z");
    }
}

/// A day of New York has 23, 24 or 25 hours, and the windows of a daily schedule meet over the change, whatever the rule.
#[test]
fn days_and_months_are_steps_on_the_schedules_calendar() {
    let rules = [Dst::AIRFLOW, Dst::EARLIER, Dst::LATER, Dst::JAVA, Dst::VIXIE];
    for (text, dst) in
        ["0 0 * * *", "30 1 * * *", "30 2 * * *"].into_iter().flat_map(|text| rules.map(|dst| (text, dst)))
    {
        let daily = timetable(text, "America/New_York", Kind::Trigger, dst, "P1D");
        for day in ["2024-03-08", "2024-11-01"] {
            let dates = daily.next_dates(at(&daily, day), 5);
            let (starts, ends) = (daily.interval_starts(&dates), daily.interval_ends(&dates));
            assert_eq!(ends, dates);
            assert_eq!(starts[1..], dates[..4], "{text} {dst:?}");
        }
    }
    let elapsed = timetable("0 0 * * *", "America/New_York", Kind::Trigger, Dst::AIRFLOW, "PT24H");
    let monday = at(&elapsed, "2024-03-11");
    assert_eq!(shown(elapsed.interval(monday)), "2024-03-10T04:00:00Z 2024-03-11T04:00:00Z");
    let monthly = timetable("0 0 1 * *", "Europe/Berlin", Kind::Trigger, Dst::AIRFLOW, "P1M");
    let april = at(&monthly, "2024-04-01");
    assert_eq!(shown(monthly.interval(april)), "2024-02-29T23:00:00Z 2024-03-31T22:00:00Z");
}

#[test]
fn a_window_may_be_nothing_and_may_reach_the_first_year() {
    let empty = timetable("0 0 * * *", "UTC", Kind::Interval, Dst::AIRFLOW, "PT0S");
    let day = at(&empty, "2024-01-05");
    assert_eq!(shown(empty.interval(day)), "2024-01-05T00:00:00Z 2024-01-05T00:00:00Z");
    let long = timetable("0 0 * * *", "America/New_York", Kind::Interval, Dst::AIRFLOW, "P9999Y");
    assert_eq!(long.interval(day).start, Instant::MIN);
}

#[test]
fn a_text_that_is_no_duration_is_refused_by_its_place() {
    let schedule = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
    let options = TimetableOptions { interval: Some("1 day".into()), ..Default::default() };
    let error = Timetable::new(&schedule, &options).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DURATION", Some("interval")));
}
