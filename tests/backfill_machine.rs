//! The backfill's state machine in a simulated world: clock, store and callbacks are numbers here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(not(target_arch = "wasm32"))]

#[path = "backfill_machine/world.rs"]
mod world;

use dagfill::plan::RunState;
use dagfill::run::backfill::{Backfill, Lost, Options, Status, Stored};
use dagfill::run::event::{CancelMode, Change, Command, End, Event, Notice, Outcome, State};
use dagfill::run::machine::Machine;
use dagfill::run::retry::Retry;
use dagfill::run::throttle::Rate;
use proptest::prelude::*;
use world::{Chance, Plan, World};

const PLAIN: Options = Options {
    max_parallel_runs: 1,
    rate: None,
    retry: Retry::NEVER,
    run_timeout: None,
    reports_start: false,
    abort_grace: 30_000,
    max_failures: None,
    depends_on_past: false,
};

/// Starts and the end of a backfill whose store answers at once and whose runs take `takes` ms.
fn drive(rows: usize, options: Options, takes: i64) -> (Vec<(i64, u32)>, i64) {
    let mut backfill = Backfill::new(rows, options);
    backfill.begin();
    let (mut now, mut starts, mut ends) = (0, Vec::new(), std::collections::BTreeSet::new());
    loop {
        while let Some(command) = backfill.poll(now) {
            match command {
                Command::Apply(_) => backfill.handle(Event::Applied, now),
                Command::Start { run, attempt } => {
                    starts.push((now, run));
                    ends.insert((now + takes, run, attempt));
                }
                Command::Finish(state) => {
                    assert_eq!(state, Some(State::Success));
                    return (starts, now);
                }
                Command::Notify(_) | Command::Abort { .. } => {}
            }
            // What ends now is told one by one, as a turn of the loop would.
            if let Some((_, run, attempt)) = ends.first().copied().filter(|(at, ..)| *at <= now) {
                ends.pop_first();
                backfill.handle(Event::Settled { run, attempt, outcome: Outcome::Success }, now);
            }
        }
        let next = [ends.first().map(|end| end.0), backfill.wake(now)].into_iter().flatten().min();
        now = next.expect("something must come, or the backfill hangs");
        if let Some((_, run, attempt)) = ends.first().copied().filter(|(at, ..)| *at <= now) {
            ends.pop_first();
            backfill.handle(Event::Settled { run, attempt, outcome: Outcome::Success }, now);
        }
    }
}

#[test]
fn a_year_five_at_a_time_three_in_ten_seconds() {
    let rate = Some(Rate { count: 3, per_ms: 10_000 });
    let options = Options { max_parallel_runs: 5, rate, ..PLAIN };
    // The rate binds: three at every tenth second, and the last of 365 runs starts in the 122nd window.
    let (starts, end) = drive(365, options, 1_000);
    let expected: Vec<(i64, u32)> = (0..365).map(|run| (i64::from(run) / 3 * 10_000, run as u32)).collect();
    assert_eq!(starts, expected);
    assert_eq!(end, 1_211_000);
    // Slots and rate bind together: each start waits for the third before it to leave the window, and for the fifth before it to end.
    let (starts, end) = drive(365, options, 25_000);
    let mut expected: Vec<i64> = Vec::new();
    for run in 0..365 {
        let window = if run < 3 { 0 } else { expected[run - 3] + 10_000 };
        let slot = if run < 5 { 0 } else { expected[run - 5] + 25_000 };
        expected.push(window.max(slot));
    }
    assert_eq!(starts.iter().map(|start| start.0).collect::<Vec<_>>(), expected);
    assert_eq!(end, expected[364] + 25_000);
    // Without a rate the slots alone bind: 73 rounds of five.
    let (starts, end) = drive(365, Options { max_parallel_runs: 5, ..PLAIN }, 1_000);
    assert_eq!(starts.len(), 365);
    assert_eq!(end, 73_000);
}

#[test]
fn a_retry_waits_for_its_delay_and_each_further_one_longer() {
    let retry = Retry { retries: 3, delay_ms: 1_000, backoff: 2.0 };
    let mut world = World::new(Plan::all_waiting(1), Options { retry, ..PLAIN }, Chance::new(1));
    world.store_delay = 0;
    world.takes = Some(100);
    world.fails = |_, attempt| attempt < 4;
    world.run();
    let starts: Vec<i64> = world.starts.iter().map(|start| start.0).collect();
    assert_eq!(starts, [0, 1_100, 3_200, 7_300]);
    assert_eq!(world.finished, Some(Some(State::Success)));
}

#[test]
fn what_does_not_settle_is_aborted_then_given_up_and_its_slot_goes_on() {
    let options = Options {
        run_timeout: Some(500),
        abort_grace: 200,
        retry: Retry { retries: 5, delay_ms: 0, backoff: 1.0 },
        ..PLAIN
    };
    let mut world = World::new(Plan::all_waiting(2), options, Chance::new(1));
    world.store_delay = 0;
    world.hangs = |run| run == 0;
    world.takes = Some(100);
    world.run();
    // Given up is not tried again: its work may still go on.
    assert_eq!(world.starts, [(0, 0, 1), (700, 1, 1)]);
    assert_eq!(world.backfill.status(), [Status::Failed, Status::Success]);
    assert!(world.notices.contains(&Notice::RunAbandoned(0)));
    assert_eq!(world.finished, Some(Some(State::Failed)));
}

#[test]
fn a_callback_that_pauses_holds_back_what_the_store_has_marked_already() {
    let mut backfill = Backfill::new(3, Options { max_parallel_runs: 3, ..PLAIN });
    backfill.begin();
    let mut started = Vec::new();
    let mut pump = |backfill: &mut Backfill, on_start: &mut dyn FnMut(&mut Backfill)| {
        let mut started_now = 0;
        while let Some(command) = backfill.poll(0) {
            match command {
                Command::Apply(_) => backfill.handle(Event::Applied, 0),
                Command::Start { run, .. } => {
                    started.push(run);
                    started_now += 1;
                    on_start(backfill);
                }
                _ => {}
            }
        }
        started_now
    };
    assert_eq!(pump(&mut backfill, &mut |backfill| backfill.handle(Event::Pause, 0)), 1);
    assert_eq!(backfill.progress().running, 1);
    backfill.handle(Event::Resume, 0);
    assert_eq!(pump(&mut backfill, &mut |backfill| backfill.handle(Event::Cancel(CancelMode::Finish), 0)), 1);
    assert_eq!(started, [0, 1]);
}

#[test]
fn a_machine_that_takes_over_counts_the_starts_of_the_one_before() {
    let rate = Some(Rate { count: 2, per_ms: 1_000 });
    let mut backfill = Backfill::new(3, Options { max_parallel_runs: 3, rate, ..PLAIN });
    backfill.restore(0, Status::Success, 1);
    // The record's time is that before its commit: the run itself may have started just now.
    backfill.recall(600, 700);
    backfill.begin();
    let mut starts = Vec::new();
    let mut now = 700;
    while starts.len() < 2 {
        while let Some(command) = backfill.poll(now) {
            match command {
                Command::Apply(_) => backfill.handle(Event::Applied, now),
                Command::Start { run, .. } => starts.push((now, run)),
                _ => {}
            }
        }
        now = backfill.wake(now).unwrap_or(now);
    }
    assert_eq!(starts, [(700, 1), (1_700, 2)]);
}

#[test]
fn a_host_that_is_held_up_starts_no_window_too_early() {
    let rate = Some(Rate { count: 1, per_ms: 1_000 });
    let mut backfill = Backfill::new(2, Options { max_parallel_runs: 2, rate, ..PLAIN });
    backfill.begin();
    while let Some(command) = backfill.poll(0) {
        match command {
            Command::Apply(_) => backfill.handle(Event::Applied, 0),
            Command::Start { .. } => break,
            _ => {}
        }
    }
    // A listener, or the machine, took 400 ms until the callback was called.
    assert_eq!(drain(&mut backfill, 400).0, []);
    assert_eq!(backfill.wake(400), Some(1_400));
    assert_eq!(drain(&mut backfill, 1_399).0, []);
    assert_eq!(drain(&mut backfill, 1_400).0, [(1, 1)]);
}

#[test]
fn a_failure_keeps_its_retries_when_the_store_has_failed_meanwhile() {
    let retry = Retry { retries: 1, delay_ms: 0, backoff: 1.0 };
    let mut backfill = Backfill::new(3, Options { max_parallel_runs: 2, retry, ..PLAIN });
    backfill.begin();
    let mut batches = Vec::new();
    let mut pump = |backfill: &mut Backfill, fails: bool| {
        while let Some(command) = backfill.poll(0) {
            if let Command::Apply(batch) = command {
                batches.push(batch);
                backfill.handle(if fails { Event::StoreFailed } else { Event::Applied }, 0);
            }
        }
    };
    pump(&mut backfill, false);
    backfill.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Success }, 0);
    pump(&mut backfill, true);
    backfill.handle(Event::Settled { run: 1, attempt: 1, outcome: Outcome::Failed }, 0);
    pump(&mut backfill, false);
    let last = batches.pop().unwrap();
    assert!(last.contains(&Change::Requeue { run: 1, attempt: 1, failures: 1 }), "{last:?}");
}

/// Random plans, options and worlds.
fn case() -> impl Strategy<Value = (Plan, Options, u64)> {
    let standing = prop::sample::select(vec![
        (Status::Waiting, 0),
        (Status::Waiting, 0),
        (Status::Waiting, 0),
        (Status::Waiting, 1),
        (Status::Skipped, 0),
        (Status::Stands, 0),
        (Status::Success, 1),
        (Status::Failed, 1),
        (Status::InFlight, 0),
    ]);
    let plan =
        prop_oneof![(0usize..30).prop_map(Plan::all_waiting), prop::collection::vec(standing, 0..25).prop_map(Plan)];
    let rate = prop::option::of((1u32..5, 1i64..3_000).prop_map(|(count, per_ms)| Rate { count, per_ms }));
    let retry = (0u32..4, prop::sample::select(vec![0i64, 1, 500]), prop::sample::select(vec![1.0, 2.0]))
        .prop_map(|(retries, delay_ms, backoff)| Retry { retries, delay_ms, backoff });
    let options =
        (1u32..7, rate, retry, prop::option::of(1i64..800), 0i64..400, prop::option::of(1u32..5), any::<bool>())
            .prop_map(|(max_parallel_runs, rate, retry, run_timeout, abort_grace, max_failures, depends_on_past)| {
                Options {
                    max_parallel_runs,
                    rate,
                    retry,
                    run_timeout,
                    reports_start: false,
                    abort_grace,
                    max_failures,
                    depends_on_past,
                }
            });
    (plan, options, any::<u64>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: what the world asserts at every command holds, and everything comes to an end.
    #[test]
    fn every_world_keeps_the_promises_and_comes_to_an_end((plan, options, seed) in case()) {
        let mut world = World::new(plan, options, Chance::new(seed));
        world.troubled = true;
        world.run();
        prop_assert!(world.finished.is_some());
    }
}

/// Everything that the machine starts, retries and tells until nothing is left to do now; every batch is stored at once.
fn drain(backfill: &mut Backfill, now: i64) -> (Vec<(u32, u32)>, Vec<Notice>) {
    let (mut starts, mut notices) = (Vec::new(), Vec::new());
    while let Some(command) = backfill.poll(now) {
        match command {
            Command::Apply(_) => backfill.handle(Event::Applied, now),
            Command::Start { run, attempt } => starts.push((run, attempt)),
            Command::Notify(notice) => notices.push(notice),
            _ => {}
        }
    }
    (starts, notices)
}

const RUNNING: Stored =
    Stored { state: RunState::Running, attempt: 4, failures: Some(0), own: true, started: Some(0), finished: None };

#[test]
fn what_a_dead_process_left_is_attached_as_the_same_attempt_and_its_slot_is_never_free() {
    let options = Options { max_parallel_runs: 2, run_timeout: Some(1_000), ..PLAIN };
    let mut backfill = Backfill::new(4, options);
    for run in 0..2 {
        backfill.restore_stored(run, RUNNING, Lost::Attach);
    }
    backfill.begin();
    assert_eq!(backfill.poll(500), Some(Command::Apply(vec![Change::Save(State::Running)])), "both slots are taken");
    backfill.handle(Event::Applied, 500);
    let (starts, notices) = drain(&mut backfill, 500);
    assert_eq!(starts, [(0, 4), (1, 4)]);
    assert_eq!(notices, [Notice::Started, Notice::RunAttached(0), Notice::RunAttached(1)]);
    assert_eq!(backfill.wake(500), Some(1_000), "the timeout counts from the first start");
    backfill.handle(Event::Settled { run: 0, attempt: 4, outcome: Outcome::Success }, 600);
    assert_eq!(drain(&mut backfill, 600).0, [(2, 1)]);
}

#[test]
fn what_is_to_be_attached_is_canceled_with_the_rest() {
    let mut backfill = Backfill::new(2, PLAIN);
    backfill.restore_stored(0, RUNNING, Lost::Attach);
    backfill.begin();
    backfill.handle(Event::Cancel(CancelMode::Finish), 0);
    assert_eq!(drain(&mut backfill, 0).0, []);
    assert_eq!(backfill.status(), [Status::Canceled, Status::Canceled]);
}

#[test]
fn a_crash_is_no_failure_and_a_delay_goes_on_where_it_was() {
    let retry = Retry { retries: 2, delay_ms: 3_000, backoff: 1.0 };
    let mut backfill = Backfill::new(2, Options { max_parallel_runs: 2, retry, ..PLAIN });
    // Three crashes; then one that failed at 1,000 and waits.
    backfill.restore_stored(0, Stored { attempt: 3, ..RUNNING }, Lost::Restart);
    let waits = Stored { state: RunState::Queued, attempt: 1, failures: Some(1), finished: Some(1_000), ..RUNNING };
    backfill.restore_stored(1, waits, Lost::Restart);
    backfill.begin();
    assert_eq!(drain(&mut backfill, 2_000).0, [(0, 4)]);
    assert_eq!(backfill.wake(2_000), Some(4_000));
    backfill.handle(Event::Settled { run: 0, attempt: 4, outcome: Outcome::Failed }, 2_000);
    assert_eq!(drain(&mut backfill, 2_000).1, [Notice::RunRetrying(0)]);
    assert_eq!(drain(&mut backfill, 4_000).0, [(1, 2)]);
    assert_eq!(drain(&mut backfill, 5_000).0, [(0, 5)]);
}

#[test]
fn a_cancel_is_told_when_it_is_stored() {
    let mut backfill = Backfill::new(2, PLAIN);
    backfill.begin();
    drain(&mut backfill, 0);
    backfill.handle(Event::Cancel(CancelMode::Finish), 0);
    assert_eq!(backfill.poll(0), Some(Command::Apply(vec![Change::Save(State::Canceling)])));
    assert_eq!(backfill.poll(0), None, "nothing is told yet");
    backfill.handle(Event::Applied, 0);
    assert_eq!(backfill.poll(0), Some(Command::Notify(Notice::Canceling)));
}

#[test]
fn a_timeout_counts_from_the_start_that_an_engine_reports() {
    let options = Options { run_timeout: Some(1_000), reports_start: true, ..PLAIN };
    let mut backfill = Backfill::new(1, options);
    backfill.begin();
    drain(&mut backfill, 0);
    assert_eq!(backfill.wake(5_000), None, "it waits in the engine's queue");
    backfill.handle(Event::Began { run: 0, attempt: 1, at: 5_000 }, 5_200);
    assert_eq!(backfill.wake(5_200), Some(6_000));
}

#[test]
fn a_run_that_is_left_has_no_end_and_nothing_starts_behind_it() {
    let mut backfill = Backfill::new(3, Options { max_parallel_runs: 2, ..PLAIN });
    backfill.begin();
    drain(&mut backfill, 0);
    backfill.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Partly(0) }, 0);
    assert_eq!(backfill.poll(0), None, "the other run is waited for, and nothing is stored");
    backfill.handle(Event::Settled { run: 1, attempt: 1, outcome: Outcome::Success }, 0);
    let end = Change::End { run: 1, attempt: 1, end: End::Success };
    assert_eq!(backfill.poll(0), Some(Command::Apply(vec![end])));
    backfill.handle(Event::Applied, 0);
    assert_eq!(backfill.poll(0), Some(Command::Notify(Notice::RunSucceeded(1))));
    assert_eq!(backfill.poll(0), Some(Command::Finish(None)));
}
