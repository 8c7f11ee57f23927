//! Canary, breaker and start windows of the backfill's machine, and that they hold across a crash.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(not(target_arch = "wasm32"))]

use dagfill::plan::{Action, Pace, Random, RunState, estimate_within, spread_within};
use dagfill::run::backfill::{Backfill, Breaker, Lost, Options, Stored, Trip};
use dagfill::run::event::{Command, Event, Notice, Outcome, State};
use dagfill::run::machine::Machine;
use dagfill::run::retry::Retry;
use dagfill::schedule::{Dialect, ScheduleInput, StartWindows, Timetable, TimetableOptions};
use dagfill::time::Instant;

const HOUR: i64 = 3_600_000;

fn options(max_parallel_runs: u32) -> Options {
    Options {
        max_parallel_runs,
        rate: None,
        retry: Retry::NEVER,
        run_timeout: None,
        reports_start: false,
        abort_grace: 30_000,
        max_failures: None,
        depends_on_past: false,
    }
}

fn nights(hour: u32, hours: i64) -> StartWindows {
    let schedule =
        ScheduleInput::Cron { texts: vec![format!("0 {hour} * * *")], dialect: Dialect::Unix, day_match: None };
    let mut windows = StartWindows::default();
    windows.add(Timetable::new(&schedule, &TimetableOptions::default()).unwrap(), hours * HOUR);
    windows
}

/// Runs one minute each; the store answers at once. Ends when there is nothing to do until somebody asks for something.
struct Play {
    starts: Vec<(i64, u32)>,
    notices: Vec<Notice>,
    aborts: Vec<u32>,
    finished: Option<State>,
    now: i64,
}

fn play(backfill: &mut Backfill, now: i64, fails: impl Fn(u32) -> bool) -> Play {
    let mut play = Play { starts: vec![], notices: vec![], aborts: vec![], finished: None, now };
    let mut ends = std::collections::BTreeSet::new();
    loop {
        while let Some(command) = backfill.poll(play.now) {
            match command {
                Command::Apply(_) => backfill.handle(Event::Applied, play.now),
                Command::Start { run, attempt } => {
                    play.starts.push((play.now, run));
                    ends.insert((play.now + 60_000, run, attempt));
                }
                Command::Notify(notice) => play.notices.push(notice),
                Command::Finish(state) => play.finished = state,
                Command::Abort { run, .. } => play.aborts.push(run),
            }
        }
        let next = [ends.first().map(|end| end.0), backfill.wake(play.now)].into_iter().flatten().min();
        let Some(next) = next.filter(|_| play.finished.is_none()) else { return play };
        play.now = next;
        while let Some((_, run, attempt)) = ends.first().copied().filter(|(at, ..)| *at <= next) {
            ends.pop_first();
            let outcome = if fails(run) { Outcome::Failed } else { Outcome::Success };
            backfill.handle(Event::Settled { run, attempt, outcome }, next);
        }
    }
}

fn runs(play: &Play) -> Vec<u32> {
    play.starts.iter().map(|(_, run)| *run).collect()
}

#[test]
fn the_canary_runs_alone_until_it_is_approved() {
    let mut backfill = Backfill::new(6, options(4));
    for run in 0..6 {
        let skip = run == 1;
        backfill.plan_row(run, if skip { Action::Skip } else { Action::Create }, None, None);
    }
    backfill.set_canary(2);
    backfill.begin();
    let first = play(&mut backfill, 0, |_| false);
    // Rows that the plan skips are none of the canary.
    assert_eq!((runs(&first), first.finished), (vec![0, 2], None));
    assert_eq!(first.notices.last(), Some(&Notice::AwaitingApproval));
    backfill.handle(Event::Verdict(true), first.now);
    let second = play(&mut backfill, first.now, |_| false);
    assert_eq!((runs(&second), second.finished), (vec![3, 4, 5], Some(State::Success)));
    assert_eq!(second.notices.first(), Some(&Notice::Resumed));
}

#[test]
fn a_rejected_canary_cancels_and_one_that_is_everything_asks_nobody() {
    let mut backfill = Backfill::new(5, options(1));
    backfill.set_canary(2);
    backfill.begin();
    let first = play(&mut backfill, 0, |_| false);
    backfill.handle(Event::Verdict(false), first.now);
    let second = play(&mut backfill, first.now, |_| false);
    assert_eq!((runs(&second), second.finished), (vec![], Some(State::Canceled)));
    assert_eq!((backfill.progress().completed, backfill.progress().canceled), (2, 3));
    for dates in [5, 9] {
        let mut all = Backfill::new(5, options(2));
        all.set_canary(dates);
        all.begin();
        assert_eq!(play(&mut all, 0, |_| false).finished, Some(State::Success));
    }
}

#[test]
fn waiting_for_approval_comes_back_after_a_crash() {
    let mut backfill = Backfill::new(4, options(2));
    backfill.set_canary(2);
    let ended = |finished| Stored {
        state: RunState::Success,
        attempt: 1,
        failures: Some(0),
        own: true,
        started: Some(0),
        finished: Some(finished),
    };
    backfill.restore_stored(0, ended(5), Lost::Restart);
    backfill.restore_stored(1, ended(6), Lost::Restart);
    backfill.begin();
    let again = play(&mut backfill, 100, |_| false);
    assert_eq!((runs(&again), again.finished), (vec![], None));
    assert_eq!(again.notices, [Notice::Started, Notice::AwaitingApproval]);
}

fn breaker(failures: Option<u32>, ratio: Option<f64>, window: usize, action: Trip) -> Breaker {
    Breaker { failures, ratio, window, action }
}

#[test]
fn a_breaker_stops_by_count_or_by_ratio_over_a_full_window() {
    // Every third run fails: the third failure is that of run 8.
    let mut by_count = Backfill::new(30, options(1));
    by_count.set_breaker(breaker(Some(3), None, 20, Trip::Stop), i64::MIN);
    by_count.begin();
    let found = play(&mut by_count, 0, |run| run % 3 == 2);
    assert_eq!((runs(&found).len(), found.finished), (9, Some(State::Failed)));
    assert!(found.notices.contains(&Notice::BreakerTripped));
    // Within a window of five there are never three.
    let mut narrow = Backfill::new(30, options(1));
    narrow.set_breaker(breaker(Some(3), None, 5, Trip::Stop), i64::MIN);
    narrow.begin();
    assert_eq!(runs(&play(&mut narrow, 0, |run| run % 3 == 2)).len(), 30);
    // The first two fail, which is a ratio of one, but the window is not full before the fourth.
    let mut by_ratio = Backfill::new(30, options(1));
    by_ratio.set_breaker(breaker(None, Some(0.5), 4, Trip::Stop), i64::MIN);
    by_ratio.begin();
    assert_eq!(runs(&play(&mut by_ratio, 0, |run| run < 2)).len(), 4);
}

#[test]
fn a_breaker_aborts_what_runs() {
    let mut backfill = Backfill::new(9, options(3));
    backfill.set_breaker(breaker(Some(1), None, 20, Trip::Abort), i64::MIN);
    backfill.begin();
    // The first run fails while two others are in flight: the world settles them one by one, in one turn.
    let mut commands = Vec::new();
    while let Some(command) = backfill.poll(0) {
        if matches!(command, Command::Apply(_)) {
            backfill.handle(Event::Applied, 0);
        }
        commands.push(command);
    }
    backfill.handle(Event::Settled { run: 0, attempt: 1, outcome: Outcome::Failed }, 10);
    let mut aborted = Vec::new();
    while let Some(command) = backfill.poll(10) {
        match command {
            Command::Apply(_) => backfill.handle(Event::Applied, 10),
            Command::Abort { run, .. } => aborted.push(run),
            Command::Start { run, .. } => panic!("{run} starts behind a breaker that has tripped"),
            _ => {}
        }
    }
    assert_eq!(aborted, [1, 2]);
    assert_eq!(backfill.progress().canceled, 6);
}

#[test]
fn a_breaker_pauses_and_counts_afresh_when_it_is_resumed() {
    let mut backfill = Backfill::new(20, options(1));
    backfill.set_breaker(breaker(Some(2), None, 20, Trip::Pause), i64::MIN);
    backfill.begin();
    let fails = |run| run < 4;
    let first = play(&mut backfill, 0, fails);
    assert_eq!((runs(&first), first.finished), (vec![0, 1], None));
    assert_eq!(first.notices.last(), Some(&Notice::Paused));
    backfill.handle(Event::Resume, first.now);
    let second = play(&mut backfill, first.now, fails);
    assert_eq!((runs(&second), second.finished), (vec![2, 3], None));
    backfill.handle(Event::Resume, second.now);
    assert_eq!(play(&mut backfill, second.now, fails).finished, Some(State::Failed));
}

#[test]
fn a_breaker_that_has_tripped_stays_so_after_a_crash_and_ends_before_a_pause_do_not_count() {
    let failed = |finished| Stored {
        state: RunState::Failed,
        attempt: 1,
        failures: Some(0),
        own: true,
        started: Some(0),
        finished: Some(finished),
    };
    let restored = |action, since| {
        let mut backfill = Backfill::new(6, options(1));
        backfill.set_breaker(breaker(Some(2), None, 2, action), since);
        backfill.restore_stored(0, failed(10), Lost::Restart);
        backfill.restore_stored(1, failed(20), Lost::Restart);
        // It has tripped by then, although the latest two would not do it.
        backfill.restore_stored(2, Stored { state: RunState::Success, ..failed(30) }, Lost::Restart);
        backfill.begin();
        backfill
    };
    for action in [Trip::Stop, Trip::Abort] {
        let stopped = play(&mut restored(action, i64::MIN), 100, |_| false);
        assert_eq!((runs(&stopped), stopped.finished), (vec![], Some(State::Failed)));
    }
    let resumed = play(&mut restored(Trip::Pause, 20), 100, |_| false);
    assert_eq!(runs(&resumed), [3, 4, 5]);
}

#[test]
fn runs_start_only_inside_the_windows() {
    // 22:00 to 23:00, and a run takes a minute: sixty of them a night, one at a time.
    let mut backfill = Backfill::new(100, options(1));
    backfill.set_start_windows(nights(22, 1));
    backfill.begin();
    let found = play(&mut backfill, 12 * HOUR, |_| false);
    assert_eq!(found.finished, Some(State::Success));
    assert_eq!(found.starts[0].0, 22 * HOUR);
    assert_eq!(found.starts[60].0, 46 * HOUR);
    for (at, run) in &found.starts {
        assert_eq!(at / HOUR % 24, 22, "{run} starts at {at}");
    }
    // The estimate says the same.
    let now = Instant::new(12 * HOUR).unwrap();
    let pace = Pace { run_duration: 60_000.0, max_parallel_runs: 1, rate: None };
    let fixed = estimate_within(100, now, pace, Some(&nights(22, 1)));
    assert_eq!(fixed.makespan as i64, found.now - 12 * HOUR);
    let drawn = spread_within(100, &[60_000.0; 5], pace, Random::new(1), now, Some(&nights(22, 1)));
    assert_eq!((drawn.quantile(0.0), drawn.quantile(1.0)), (fixed.makespan, fixed.makespan));
}

#[test]
fn a_window_over_midnight_and_several_that_overlap() {
    let over = nights(22, 8);
    for (hour, opens) in [(0, 0), (5, 5), (6, 22), (21, 22), (22, 22), (29, 29), (30, 46)] {
        assert_eq!(over.opens(hour * HOUR), Some(opens * HOUR), "{hour}");
    }
    let mut two = nights(8, 2);
    let noon = ScheduleInput::Cron { texts: vec!["0 9 * * *".into()], dialect: Dialect::Unix, day_match: None };
    two.add(Timetable::new(&noon, &TimetableOptions::default()).unwrap(), 3 * HOUR);
    for (hour, opens) in [(7, 8), (9, 9), (11, 11), (12, 32)] {
        assert_eq!(two.opens(hour * HOUR), Some(opens * HOUR), "{hour}");
    }
    assert_eq!(StartWindows::default().opens(7), Some(7));
}
