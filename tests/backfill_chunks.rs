//! Rows of several dates: limits count rows, progress counts dates, and a row may fail for some of them.
#![allow(clippy::unwrap_used)]
#![cfg(not(target_arch = "wasm32"))]

use dagfill::plan::RunState;
use dagfill::run::backfill::{Backfill, Lost, Options, Status, Stored};
use dagfill::run::event::{Change, Command, Event, Outcome, State};
use dagfill::run::machine::Machine;
use dagfill::run::retry::Retry;

fn backfill(weights: &[u32], depends_on_past: bool) -> Backfill {
    let options = Options {
        max_parallel_runs: 1,
        rate: None,
        retry: Retry { retries: 3, delay_ms: 0, backoff: 1.0 },
        run_timeout: None,
        reports_start: false,
        abort_grace: 0,
        max_failures: None,
        depends_on_past,
    };
    let mut backfill = Backfill::new(weights.len(), options);
    backfill.set_weights(weights);
    backfill
}

/// Runs it to its end; the attempts that were started, and the state.
fn run(backfill: &mut Backfill, outcome: impl Fn(u32) -> Outcome) -> (Vec<(u32, u32)>, Option<State>) {
    let mut starts = Vec::new();
    while let Some(command) = backfill.poll(0) {
        match command {
            Command::Apply(_) => backfill.handle(Event::Applied, 0),
            Command::Start { run, attempt } => {
                starts.push((run, attempt));
                backfill.handle(Event::Settled { run, attempt, outcome: outcome(run) }, 0);
            }
            Command::Finish(state) => return (starts, state),
            _ => {}
        }
    }
    (starts, None)
}

#[test]
fn progress_counts_dates_and_a_row_that_failed_in_part_is_tried_again_as_a_whole() {
    let mut chunks = backfill(&[31, 29, 31], false);
    chunks.begin();
    let (starts, state) = run(&mut chunks, |run| if run == 1 { Outcome::Partly(2) } else { Outcome::Success });
    assert_eq!((starts.len(), state), (6, Some(State::Failed)));
    assert_eq!(starts.iter().filter(|(run, _)| *run == 1).count(), 4);
    let progress = chunks.progress();
    assert_eq!((progress.total, progress.completed, progress.failed, progress.remaining()), (91, 89, 2, 0));
}

#[test]
fn what_the_last_attempt_of_a_row_says_counts() {
    let mut chunks = backfill(&[3], false);
    chunks.begin();
    let attempts = std::cell::Cell::new(0);
    let outcome = |_| {
        attempts.set(attempts.get() + 1);
        if attempts.get() < 3 { Outcome::Partly(2) } else { Outcome::Success }
    };
    let (starts, state) = run(&mut chunks, outcome);
    assert_eq!((starts.len(), state), (3, Some(State::Success)));
    assert_eq!((chunks.progress().completed, chunks.progress().failed), (3, 0));
}

#[test]
fn a_row_of_which_somebody_else_took_a_date_is_no_success() {
    for (weights, state) in [(&[3, 2][..], State::Failed), (&[1, 2][..], State::Success)] {
        let mut chunks = backfill(weights, false);
        chunks.begin();
        let begins = |change: &Change| matches!(change, Change::Begin { run: 0, .. });
        let index = match chunks.poll(0) {
            Some(Command::Apply(batch)) => batch.iter().position(begins).unwrap(),
            _ => usize::MAX,
        };
        chunks.handle(Event::Refused { index }, 0);
        let (starts, end) = run(&mut chunks, |_| Outcome::Success);
        assert_eq!((starts.len(), end), (1, Some(state)));
        assert_eq!(chunks.status().first(), Some(&Status::InFlight));
    }
}

#[test]
fn what_depends_on_a_row_that_failed_in_part_is_blocked() {
    let mut chunks = backfill(&[3, 3, 2], true);
    chunks.begin();
    let (starts, _) = run(&mut chunks, |_| Outcome::Partly(1));
    assert_eq!(starts, [(0, 1), (0, 2), (0, 3), (0, 4)]);
    let progress = chunks.progress();
    assert_eq!((progress.completed, progress.failed, progress.skipped), (2, 1, 5));
}

#[test]
fn a_row_that_failed_in_part_is_restored_so() {
    let mut chunks = backfill(&[3, 2], false);
    chunks.restore_partly(0, 2);
    let stored = Stored {
        state: RunState::Failed,
        attempt: 1,
        failures: Some(0),
        own: true,
        started: Some(0),
        finished: Some(5),
    };
    chunks.restore_stored(0, stored, Lost::Restart);
    chunks.begin();
    let (starts, _) = run(&mut chunks, |_| Outcome::Success);
    assert_eq!(starts, [(1, 1)]);
    let progress = chunks.progress();
    assert_eq!((progress.completed, progress.failed, chunks.status().first()), (3, 2, Some(&Status::Failed)));
}
