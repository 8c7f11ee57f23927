//! A backfill from a Rust program, without JavaScript: the plan, a dry run, and four threads at once with a retry.
//!
//! `cargo run --example native_backfill`
//!
//! The crate decides and does nothing: it has no clock, no threads and no store. This program has them, and hands events in.
#![allow(clippy::print_stdout)]

use dagfill::error::Result;
use dagfill::plan::{Action, History, Plan, Request, RunState};
use dagfill::run::backfill::{Backfill, Options};
use dagfill::run::event::{Command, Event, Outcome, State};
use dagfill::run::machine::Machine;
use dagfill::run::retry::Retry;
use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::DateInput::Text;
use dagfill::time::{Instant, read_bounds};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn main() -> Result<()> {
    let weekdays = ScheduleInput::Cron { texts: vec!["0 6 * * 1-5".into()], dialect: Dialect::Unix, day_match: None };
    let options = TimetableOptions { time_zone: Some("Europe/Berlin".into()), ..TimetableOptions::default() };
    let timetable = Timetable::new(&weekdays, &options)?;
    let bounds = read_bounds(Text("2024-03-25"), Text("2024-04-05"), timetable.zone())?;

    // What a store would know: the first of these dates has succeeded already.
    let history = History { dates: vec![1_711_342_800_000.0], states: vec![RunState::Success], ..History::default() };
    let request = Request::new("reports", bounds, Instant::new(now())?);
    let plan = Plan::build(&timetable, &request, &history)?;
    println!("{} dates: {} to create, {} to skip", plan.len(), plan.counts().create, plan.counts().skip);

    let mut backfill = Backfill::new(
        plan.len(),
        Options {
            max_parallel_runs: 4,
            rate: None,
            retry: Retry { retries: 1, delay_ms: 50, backoff: 1.0 },
            run_timeout: None,
            reports_start: false,
            abort_grace: 30_000,
            max_failures: None,
            depends_on_past: false,
        },
    );
    for row in (0..plan.len()).filter(|row| plan.action(*row) == Action::Skip) {
        backfill.plan_row(row as u32, Action::Skip, plan.reason(row), Some((RunState::Success, 1)));
    }
    backfill.begin();

    let (settled, settles) = channel();
    loop {
        while let Some(command) = backfill.poll(now()) {
            match command {
                // A store would write these changes in one transaction here.
                Command::Apply(_) => backfill.handle(Event::Applied, now()),
                Command::Start { run, attempt } => {
                    let settled = settled.clone();
                    let date = plan.row(run as usize).map(|row| row.date.to_string()).unwrap_or_default();
                    std::thread::spawn(move || {
                        println!("row {run}, attempt {attempt}: {date}");
                        // The third row fails once.
                        let outcome = if run == 3 && attempt == 1 { Outcome::Failed } else { Outcome::Success };
                        settled.send(Event::Settled { run, attempt, outcome })
                    });
                }
                Command::Finish(state) => {
                    assert_eq!(state, Some(State::Success));
                    println!("{:?} after {:?}", state, backfill.progress());
                    return Ok(());
                }
                Command::Notify(_) | Command::Abort { .. } => {}
            }
        }
        let wait = backfill.wake(now()).map_or(1_000, |at| (at - now()).max(0));
        match settles.recv_timeout(Duration::from_millis(wait.unsigned_abs())) {
            Ok(event) => backfill.handle(event, now()),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}

/// Epoch milliseconds.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

#[test]
fn every_date_succeeds() -> Result<()> {
    main()
}
