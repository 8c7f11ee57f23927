//! Any text, in any dialect, or the one that DAGFILL_DIALECT names, is read or refused; what is read can be explained and walked.
#![no_main]

use dagfill::schedule::{DayMatch, Dialect, Dst, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Instant, Range};
use libfuzzer_sys::fuzz_target;

const ZONES: [&str; 4] = ["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"];
const POLICIES: [Dst; 5] = [Dst::AIRFLOW, Dst::VIXIE, Dst::JAVA, Dst::KUBERNETES, Dst::EARLIER];

fuzz_target!(|input: (u8, i64, u32, &str)| {
    let (choice, at, length, text) = input;
    let dialect = match std::env::var("DAGFILL_DIALECT").as_deref() {
        Ok("unix") => Dialect::Unix,
        Ok("quartz") => Dialect::Quartz,
        Ok("aws") => Dialect::Aws,
        _ => [Dialect::Unix, Dialect::Quartz, Dialect::Aws][usize::from(choice) % 3],
    };
    let day_match = [None, Some(DayMatch::Or), Some(DayMatch::And), Some(DayMatch::Vixie)][usize::from(choice >> 6)];
    let options = TimetableOptions {
        time_zone: Some(ZONES[usize::from(choice >> 1) % 4].to_owned()),
        dst: POLICIES[usize::from(choice >> 3) % 5],
        ..Default::default()
    };
    let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect, day_match };
    let Ok(timetable) = Timetable::new(&schedule, &options) else { return };
    let start = Instant::clamped(at);
    let range = Range { start, end: Instant::clamped(start.ms() + i64::from(length % 400_000_000)) };
    let dates = timetable.expand(range, Some(2_000)).unwrap();
    assert!(dates.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(dates.iter().all(|date| range.contains(Instant::clamped(*date as i64))));
    timetable.explain(start, 2);
    timetable.explain_date(start, Some(range));
    if let Some(next) = timetable.next(start) {
        assert!(next > start && timetable.is_date(next));
        assert!(timetable.previous(next).is_none_or(|previous| previous <= start));
    }
});
