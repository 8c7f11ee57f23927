//! Dates, bounds and durations as a person writes them.
#![allow(clippy::unwrap_used, clippy::panic)]

use dagfill::time::DateInput::Text;
use dagfill::time::{Civil, Edge, Local, Period, Zone, read_bounds, read_date, resolve};

fn at(text: &str, zone: &str, edge: Edge) -> String {
    read_date(Text(text), &Zone::load(zone).unwrap(), edge).unwrap().to_string()
}

#[test]
fn a_date_is_read_in_the_zone_of_the_schedule() {
    assert_eq!(at("2024-03-10", "UTC", Edge::Start), "2024-03-10T00:00:00Z");
    assert_eq!(at("2024-03-10", "UTC", Edge::End), "2024-03-10T23:59:59.999Z");
    assert_eq!(at("2024-03-10T02:30", "America/New_York", Edge::Start), "2024-03-10T07:30:00Z");
    assert_eq!(at("2024-11-03T01:30", "America/New_York", Edge::Start), "2024-11-03T05:30:00Z");
    assert_eq!(at("2024-11-03T01:30", "America/New_York", Edge::End), "2024-11-03T06:30:00Z");
    assert_eq!(at("2024-03-10 02:30:00.1239+01:00", "America/New_York", Edge::Point), "2024-03-10T01:30:00.123Z");
    assert_eq!(at("1850-01-01", "America/New_York", Edge::Start), "1850-01-01T04:56:02Z");
}

#[test]
fn a_day_that_the_zone_skipped_is_empty() {
    let zone = Zone::load("Pacific/Apia").unwrap();
    assert!(read_bounds(Text("2011-12-30"), Text("2011-12-30"), &zone).unwrap().range.is_empty());
    let around = read_bounds(Text("2011-12-29"), Text("2011-12-31"), &zone).unwrap().range;
    assert_eq!(around.end.ms() - around.start.ms() + 1, 2 * 86_400_000);
    assert!(matches!(resolve(&zone, Civil::new(2011, 12, 30, 12, 0, 0).unwrap()), Local::Gap { .. }));
}

#[test]
fn a_day_whose_midnight_is_skipped_begins_later() {
    assert_eq!(at("2018-11-04", "America/Sao_Paulo", Edge::Start), "2018-11-04T03:00:00Z");
    assert_eq!(at("2018-11-03", "America/Sao_Paulo", Edge::End), "2018-11-04T02:59:59.999Z");
}

#[test]
fn what_is_no_date_is_refused_where_it_goes_wrong() {
    for (text, span) in [
        ("2026-02-30", (8, 10)),
        ("2026-13-01", (5, 7)),
        ("2026-1-01", (5, 7)),
        ("", (0, 0)),
        ("2024-01-01T25:00", (11, 13)),
        ("2024-01-01T10:00[Europe/Berlin]", (16, 17)),
        ("2024-01-01T10:00+99:00", (16, 22)),
        ("0000-01-01", (0, 4)),
        ("2024-01-01T10:00:00.Z", (20, 21)),
        ("\u{1F600}", (0, 0)),
    ] {
        let error = read_date(Text(text), &Zone::utc(), Edge::Point).unwrap_err();
        assert_eq!((error.code.as_str(), error.span), ("INVALID_DATE", Some(span)), "{text}: {error}");
    }
    let error = read_bounds(Text("2024-01-01"), Text("x"), &Zone::utc()).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("endDate"));
}

#[test]
fn a_zone_has_one_name() {
    for (given, name) in [("utc", "UTC"), ("europe/BERLIN", "Europe/Berlin"), ("us/eastern", "US/Eastern")] {
        assert_eq!(Zone::load(given).unwrap().name(), name);
    }
    assert!(Zone::load("utc").unwrap().is_utc());
    assert!(Zone::load("europe/berlin").unwrap() == Zone::load("Europe/Berlin").unwrap());
}

#[test]
fn durations_are_iso_8601() {
    assert_eq!(Period::parse("P1Y2M3W4DT5H6M7.5S").unwrap(), Period { months: 14, days: 25, ms: 18_367_500 });
    for wrong in ["", "P", "PT", "P1", "1D", "P1DT", "P1H", "PT1D", "P1M1Y", "-P1D", "P1.5D", "P99999Y", "P1D2D"] {
        assert_eq!(Period::parse(wrong).unwrap_err().code.as_str(), "INVALID_DURATION", "{wrong}");
    }
}
