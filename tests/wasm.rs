//! The crate as wasm, without the JavaScript face: run in Node and in a headless browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(dagfill::wasm::version(), env!("CARGO_PKG_VERSION"));
}

/// Memory never shrinks, so its size afterwards is the most that was ever needed.
#[wasm_bindgen_test]
fn the_memory_of_a_million_dates_is_bounded() {
    use dagfill::plan::{History, Plan, Request, RunState};
    use dagfill::schedule::{Dialect, Exclude, ScheduleInput, Timetable, TimetableOptions};
    use dagfill::time::{Bounds, Instant, Range};
    const MINUTE: i64 = 60_000;
    let every_minute = ScheduleInput::Cron { texts: vec!["* * * * *".into()], dialect: Dialect::Unix, day_match: None };
    let options = TimetableOptions { exclude: Some(Exclude::Cron("0 0 1 1 *".into())), ..Default::default() };
    let timetable = Timetable::new(&every_minute, &options).unwrap();
    let start = Instant::new(1_672_617_600_000).unwrap();
    let end = Instant::new(start.ms() + 1_000_000 * MINUTE).unwrap();
    let bounds = Bounds { range: Range { start, end }, start_is_day: false, end_is_day: false };
    let request = Request { max_runs: 1_000_000, ..Request::new("minutes", bounds, end) };
    let history = History {
        dates: (0..100_000).map(|minute| (start.ms() + minute * MINUTE) as f64).collect(),
        states: vec![RunState::Success; 100_000],
        ..History::default()
    };
    let plan = Plan::build(&timetable, &request, &history).unwrap();
    assert_eq!((plan.len(), plan.counts().skip, plan.days().len()), (1_000_000, 100_001, 695));
    let mib = core::arch::wasm32::memory_size::<0>() * 65_536 / (1 << 20);
    assert!(mib < 32, "{mib} MiB");
}
