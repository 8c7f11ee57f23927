//! What the backfill's state machine keeps books of: attempts, clears of runs that are reset, the time that is left.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(not(target_arch = "wasm32"))]

use dagfill::plan::{Action, RunState};
use dagfill::run::backfill::{Backfill, Lost, Options, Status, Stored};
use dagfill::run::event::{CancelMode, Change, Command, End, Event, Origin, Outcome};
use dagfill::run::machine::Machine;
use dagfill::run::retry::Retry;
use dagfill::run::throttle::Rate;

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

/// Everything until nothing is left to do; every batch is stored at once.
fn drain(backfill: &mut Backfill, now: i64) -> (Vec<Change>, Vec<(u32, u32)>) {
    let (mut changes, mut starts) = (Vec::new(), Vec::new());
    while let Some(command) = backfill.poll(now) {
        match command {
            Command::Apply(batch) => {
                changes.extend(batch);
                backfill.handle(Event::Applied, now);
            }
            Command::Start { run, attempt } => starts.push((run, attempt)),
            _ => {}
        }
    }
    (changes, starts)
}

fn origins(changes: &[Change]) -> Vec<(u32, Origin)> {
    let begins = changes.iter().filter_map(|change| match change {
        Change::Begin { attempt, origin, .. } => Some((*attempt, *origin)),
        _ => None,
    });
    begins.collect()
}

/// Cleared again, a run would lose what its tasks did before the failure, with their XCom.
#[test]
fn a_run_that_is_reset_is_cleared_once_and_its_retry_keeps_what_its_tasks_did() {
    let retry = Retry { retries: 1, delay_ms: 0, backoff: 1.0 };
    let mut backfill = Backfill::new(1, Options { retry, ..PLAIN });
    backfill.plan_row(0, Action::Reset, None, Some((RunState::Success, 3)));
    backfill.begin();
    let (changes, starts) = drain(&mut backfill, 0);
    assert_eq!((origins(&changes), starts), (vec![(4, Origin::Reset)], vec![(0, 4)]));
    backfill.handle(Event::Settled { run: 0, attempt: 4, outcome: Outcome::Failed }, 1);
    let (changes, starts) = drain(&mut backfill, 1);
    assert_eq!((origins(&changes), starts), (vec![(5, Origin::Own)], vec![(0, 5)]));
}

/// A row that never started has had no attempt: results and records would tell of one that nobody has seen.
#[test]
fn an_attempt_that_the_store_did_not_take_is_none() {
    let mut backfill = Backfill::new(2, Options { max_parallel_runs: 2, ..PLAIN });
    backfill.begin();
    let Some(Command::Apply(batch)) = backfill.poll(0) else { panic!("a batch is expected") };
    assert_eq!(origins(&batch).len(), 2);
    backfill.handle(Event::StoreFailed, 0);
    drain(&mut backfill, 0);
    assert_eq!(backfill.attempts(), [0, 0]);
}

/// Nobody is told that a minute of starts is left when the rate lets through one in ten seconds.
#[test]
fn the_time_left_is_that_of_the_rate_where_the_rate_binds() {
    let rate = Some(Rate { count: 1, per_ms: 10_000 });
    let mut backfill = Backfill::new(8, Options { max_parallel_runs: 8, rate, ..PLAIN });
    backfill.begin();
    assert_eq!(drain(&mut backfill, 0).1, [(0, 1)]);
    assert_eq!(backfill.eta(0), None);
    backfill.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Success }, 1_000);
    drain(&mut backfill, 1_000);
    // Seven wait for their window: the last one starts six windows behind the first of them.
    assert_eq!(backfill.eta(1_000), Some(60_000));
    let mut unbound = Backfill::new(8, Options { max_parallel_runs: 8, ..PLAIN });
    unbound.begin();
    drain(&mut unbound, 0);
    unbound.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Success }, 1_000);
    drain(&mut unbound, 1_000);
    assert!(unbound.eta(1_000).unwrap() <= 1_000);
}

/// Else the estimate is as long as if runs went one by one.
#[test]
fn the_time_left_is_shared_by_the_slots() {
    let mut backfill = Backfill::new(8, Options { max_parallel_runs: 2, ..PLAIN });
    backfill.begin();
    drain(&mut backfill, 0);
    backfill.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Success }, 1_000);
    drain(&mut backfill, 1_000);
    // One run ends now, one has just begun, and five wait: six seconds of work for two slots.
    assert_eq!(backfill.eta(1_000), Some(3_000));
    backfill.handle(Event::SetMaxParallelRuns(3), 1_000);
    drain(&mut backfill, 1_000);
    // Another one has begun instead of waiting.
    assert_eq!(backfill.eta(1_000), Some(2_000));
}

/// Else it would be `running` for ever, in a backfill that has ended.
#[test]
fn a_run_that_a_dead_process_left_is_recorded_as_canceled_when_it_is_given_up() {
    let stored =
        Stored { state: RunState::Running, attempt: 2, failures: Some(0), own: true, started: Some(0), finished: None };
    let canceled = [Change::End { run: 1, attempt: 2, end: End::Canceled }];
    let ends = |changes: Vec<Change>| -> Vec<Change> {
        changes.into_iter().filter(|change| matches!(change, Change::End { .. })).collect()
    };
    for depends_on_past in [false, true] {
        let mut backfill = Backfill::new(4, Options { depends_on_past, ..PLAIN });
        backfill.restore(0, Status::Success, 1);
        backfill.restore_stored(1, stored, Lost::Restart);
        backfill.begin();
        backfill.handle(Event::Cancel(CancelMode::Finish), 1);
        let (changes, starts) = drain(&mut backfill, 1);
        assert_eq!((ends(changes), starts), (canceled.to_vec(), vec![]));
        assert_eq!(backfill.status(), [Status::Success, Status::Canceled, Status::Canceled, Status::Canceled]);
        assert_eq!((backfill.progress().canceled, backfill.progress().remaining()), (3, 0));
    }
    // And where too much had failed before the process died.
    let mut backfill = Backfill::new(4, Options { max_failures: Some(1), ..PLAIN });
    backfill.restore(0, Status::Failed, 1);
    backfill.restore_stored(1, stored, Lost::Restart);
    backfill.begin();
    assert_eq!(ends(drain(&mut backfill, 1).0), canceled);
}

/// Version 0.1 did not count failures. A run that waited for its next attempt goes on with the retries that it has left.
#[test]
fn a_record_of_version_0_1_that_waits_has_failed_with_all_of_its_attempts() {
    let retry = Retry { retries: 2, delay_ms: 1_000, backoff: 1.0 };
    let waits = |failures| Stored {
        state: RunState::Queued,
        attempt: 5,
        failures,
        own: true,
        started: Some(0),
        finished: Some(10),
    };
    // Three attempts of before, two of this backfill, both failed: the third is the last.
    for (failures, waits_until) in [(None, Some(1_010)), (Some(2), Some(1_010)), (Some(0), None)] {
        let mut backfill = Backfill::new(1, Options { retry, ..PLAIN });
        backfill.plan_row(0, Action::Rerun, None, Some((RunState::Failed, 3)));
        backfill.restore_stored(0, waits(failures), Lost::Restart);
        backfill.begin();
        let (_, starts) = drain(&mut backfill, 10);
        assert_eq!(backfill.wake(10), waits_until, "{failures:?}");
        assert_eq!(starts.len(), usize::from(waits_until.is_none()), "{failures:?}");
        let (_, starts) = drain(&mut backfill, 1_010);
        if waits_until.is_some() {
            assert_eq!(starts, [(0, 6)]);
            backfill.handle(Event::Settled { run: 0, attempt: 6, outcome: Outcome::Failed }, 1_020);
            drain(&mut backfill, 1_020);
            assert_eq!(backfill.status(), [Status::Failed]);
        }
    }
    // One that runs has failed with none of them, as far as its record says.
    let mut backfill = Backfill::new(1, Options { retry, ..PLAIN });
    backfill.restore_stored(0, Stored { state: RunState::Running, ..waits(None) }, Lost::Restart);
    backfill.begin();
    assert_eq!(drain(&mut backfill, 10).1, [(0, 6)]);
    backfill.handle(Event::Settled { run: 0, attempt: 6, outcome: Outcome::Failed }, 20);
    drain(&mut backfill, 20);
    assert_eq!(backfill.status(), [Status::Retrying]);
}

/// Otherwise a run that somebody else has taken since the plan was made would be written over.
#[test]
fn a_record_is_written_over_in_the_state_that_the_plan_has_seen_only() {
    use RunState::{Canceled, Failed, Queued, Running, Success};
    let replaces = |origin: Origin, planned| -> Vec<RunState> {
        RunState::ALL.into_iter().filter(|stored| origin.may_replace(*stored, planned)).collect()
    };
    for planned in [None, Some(Failed)] {
        assert_eq!(replaces(Origin::New, planned), []);
        assert_eq!(replaces(Origin::Own, planned), [Queued, Running]);
    }
    for origin in [Origin::Rerun, Origin::Reset] {
        for planned in [Success, Failed, Canceled] {
            assert_eq!(replaces(origin, Some(planned)), [planned]);
        }
        assert_eq!(replaces(origin, None), [Queued, Running]);
    }
    let origins = [None, Some(Action::Create), Some(Action::Rerun), Some(Action::Reset), Some(Action::Skip)];
    assert_eq!(origins.map(Origin::of), [Origin::New, Origin::New, Origin::Rerun, Origin::Reset, Origin::New]);
}
