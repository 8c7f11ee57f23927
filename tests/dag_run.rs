//! The state machine of one DAG run, on a simulated clock.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

#[path = "dag_run/model.rs"]
mod model;
#[path = "dag_run/year.rs"]
mod year;

use std::rc::Rc;

use dagfill::dag::{Dag, TaskSpec, TriggerRule};
use dagfill::run::dag_run::{Command, DagRun, Event, Limits, Lost, Past, Prior, TaskOutcome, TaskState};
use dagfill::run::event::{AbortReason, CancelMode, End};
use dagfill::run::machine::Machine;

/// `"extract; load: extract; alarm one_failed: load"`
fn dag(text: &str) -> Rc<Dag> {
    let specs = text.split(';').filter(|part| !part.trim().is_empty()).map(|part| {
        let (head, after) = part.split_once(':').unwrap_or((part, ""));
        let mut head = head.split_whitespace();
        TaskSpec {
            id: head.next().unwrap().into(),
            trigger_rule: head.next().map_or(TriggerRule::AllSuccess, |name| TriggerRule::from_name(name).unwrap()),
            depends_on: after.split_whitespace().map(String::from).collect(),
            ..TaskSpec::default()
        }
    });
    Rc::new(Dag::new(specs.collect()).unwrap())
}

/// The same DAG with other settings for each task.
fn with(dag: &Dag, change: impl Fn(&mut TaskSpec)) -> Rc<Dag> {
    let mut tasks = dag.tasks().to_vec();
    tasks.iter_mut().for_each(change);
    Rc::new(Dag::new(tasks).unwrap())
}

/// A run and its host, which acknowledges when told to.
struct Host {
    run: DagRun,
    dag: Rc<Dag>,
    now: i64,
    unacknowledged: u32,
}

impl Host {
    fn new(dag: &Rc<Dag>, max_active_tasks: u32) -> Host {
        Host::again(dag, max_active_tasks, &[], &[])
    }

    fn again(dag: &Rc<Dag>, max_active_tasks: u32, prior: &[Prior], past: &[Past]) -> Host {
        let limits = Limits { max_active_tasks, abort_grace_ms: 5_000 };
        Host { run: DagRun::new(Rc::clone(dag), limits, prior, past), dag: Rc::clone(dag), now: 0, unacknowledged: 0 }
    }

    /// One drain as text: `load:running` is a record, `>load` a start, `!load` an abort, `?load` one that was given up,
    /// `=success` the end; the attempt is named from the second on.
    fn drain(&mut self) -> String {
        let mut words = Vec::new();
        while let Some(command) = self.run.poll(self.now) {
            if matches!(command, Command::Commit { .. }) {
                continue;
            }
            self.unacknowledged += u32::from(matches!(command, Command::Record { .. }));
            words.push(self.word(command));
        }
        words.join(" ")
    }

    fn word(&self, command: Command) -> String {
        let name = |task: u32, attempt: u32| {
            let id = &self.dag.task(task).unwrap().id;
            if attempt > 1 { format!("{id}#{attempt}") } else { id.clone() }
        };
        match command {
            Command::Commit { records } => format!("+{records}"),
            Command::Record { task, state, attempt, .. } => format!("{}:{}", name(task, attempt), state.as_str()),
            Command::Start { task, attempt } => format!(">{}", name(task, attempt)),
            Command::Abort { task, attempt, reason } => format!("!{}({reason:?})", name(task, attempt)),
            Command::Abandon { task, attempt } => format!("?{}", name(task, attempt)),
            Command::Finished { end } => format!("={end:?}").to_lowercase(),
        }
    }

    /// Everything recorded so far is durable.
    fn store(&mut self) -> String {
        let records = std::mem::take(&mut self.unacknowledged);
        self.run.take(Event::Stored { records }, self.now);
        self.drain()
    }

    /// Drains, acknowledges, drains: what a driver does in one turn when the store is quick.
    fn turn(&mut self) -> String {
        let mut text = self.drain();
        while self.unacknowledged > 0 {
            let more = self.store();
            if !more.is_empty() {
                text = format!("{text} | {more}");
            }
        }
        text
    }

    fn settle(&mut self, id: &str, outcome: TaskOutcome) -> bool {
        let task = self.dag.find(id).unwrap();
        self.run.take(Event::Settled { task, attempt: self.attempt(id), outcome }, self.now)
    }

    fn attempt(&self, id: &str) -> u32 {
        self.run.attempt(self.dag.find(id).unwrap())
    }

    fn ends(&mut self, id: &str, outcome: TaskOutcome) -> String {
        assert!(self.settle(id, outcome), "{id} does not run");
        self.turn()
    }

    fn stop(&mut self, reason: AbortReason, mode: CancelMode) -> String {
        assert!(self.run.take(Event::Stop { reason, mode }, self.now));
        self.turn()
    }

    fn at(&mut self, now: i64) -> String {
        self.now = now;
        self.turn()
    }
}

use AbortReason::{Cancel, Timeout};
use CancelMode::{Abort, Finish};
use TaskOutcome::{Failed, GivenUp, Skipped, Success};

fn prior(task: u32, state: TaskState, attempt: u32) -> Prior {
    // A running one was lost with its process, and only what came before it can have failed.
    let failures = if state == TaskState::Running { attempt.saturating_sub(1) } else { attempt };
    Prior { task, state, attempt, failures, started: None, finished: None, lost: Lost::Restart }
}

#[test]
fn nothing_starts_before_it_is_on_record() {
    let mut host = Host::new(&dag("a; b; c: a"), 16);
    assert_eq!(host.drain(), "a:running b:running");
    assert_eq!(host.drain(), "", "no acknowledgement, no start");
    host.run.take(Event::Stored { records: 1 }, 0);
    assert_eq!(host.drain(), ">a", "the record of b is not durable");
    assert!(host.settle("a", Success), "a start may end before the rest of its batch is acknowledged");
    assert_eq!(host.drain(), "a:success c:running");
    host.run.take(Event::Stored { records: 1 }, 0);
    assert_eq!(host.drain(), ">b", "the second acknowledgement is for the second record");
    host.run.take(Event::Stored { records: 2 }, 0);
    assert_eq!(host.drain(), ">c");
    host.settle("b", Success);
    assert_eq!(host.drain(), "b:success");
    host.settle("c", Success);
    assert_eq!(host.drain(), "c:success =success", "the last record and the end of the run fit into one batch");
    assert_eq!((host.drain(), host.run.wake(0), host.run.is_finished()), (String::new(), None, true));
}

#[test]
fn an_acknowledgement_is_no_licence_for_later_records() {
    let mut host = Host::new(&dag("a; b: a; c"), 16);
    host.drain();
    host.run.take(Event::Stored { records: 99 }, 0);
    assert_eq!(host.drain(), ">a >c");
    host.settle("a", Success);
    assert_eq!(host.drain(), "a:success b:running");
    host.settle("c", Success);
    assert_eq!(host.drain(), "c:success", "nothing of b starts, whatever else happens");
}

#[test]
fn a_run_without_tasks_succeeds() {
    assert_eq!(Host::new(&dag(""), 16).turn(), "=success");
}

#[test]
fn slots_go_to_tasks_in_the_order_of_declaration() {
    let mut host = Host::new(&dag("e; d; c: e; b: e; a"), 2);
    assert_eq!(host.turn(), "e:running d:running | >e >d");
    assert_eq!(host.ends("e", Success), "e:success c:running | >c");
    assert_eq!(host.ends("c", Success), "c:success b:running | >b");
    assert_eq!(host.run.active(), 2);
    assert_eq!(host.ends("d", Success), "d:success a:running | >a");
}

#[test]
fn failure_spreads_without_waiting() {
    let mut host = Host::new(&dag("a; b; c: a b; d: c; e all_done: d b"), 16);
    host.turn();
    assert_eq!(host.ends("a", Failed), "a:failed c:upstream_failed d:upstream_failed");
    assert_eq!(host.ends("b", Success), "b:success e:running | >e");
    assert_eq!(host.ends("e", Success), "e:success =success", "the only leaf succeeded");
}

#[test]
fn a_leaf_that_could_not_run_fails_the_run() {
    let mut host = Host::new(&dag("a; b: a; c all_done: a"), 16);
    host.turn();
    assert_eq!(host.ends("a", Failed), "a:failed b:upstream_failed c:running | >c");
    assert_eq!(host.ends("c", Success), "c:success =failed");
}

#[test]
fn a_skip_is_no_failure() {
    let mut host = Host::new(&dag("a; b: a; c none_failed: b; d one_failed: b"), 16);
    host.turn();
    assert_eq!(
        host.ends("a", Skipped),
        "a:skipped b:skipped d:skipped c:running | >c",
        "ends spread before slots are filled"
    );
    assert_eq!(host.ends("c", Success), "c:success =success");
}

#[test]
fn a_failure_outweighs_a_skip_of_the_same_moment() {
    let mut host = Host::new(&dag("a; b; c: a b"), 16);
    host.turn();
    host.settle("a", Skipped);
    host.settle("b", Failed);
    assert_eq!(host.turn(), "a:skipped b:failed c:upstream_failed =failed");
    // One after the other: the skip was certain first, and stays.
    let mut host = Host::new(&dag("a; b; c: a b"), 16);
    host.turn();
    assert_eq!(host.ends("a", Skipped), "a:skipped c:skipped");
    assert_eq!(host.ends("b", Failed), "b:failed =success", "c, the only leaf, was skipped");
}

#[test]
fn early_rules_fire_early_and_once() {
    let mut host = Host::new(&dag("a; b; any one_success: a b; alarm one_failed: a b; at_once always: a"), 16);
    assert_eq!(host.turn(), "a:running b:running at_once:running | >a >b >at_once");
    assert_eq!(host.ends("a", Success), "a:success any:running | >any");
    assert_eq!(host.ends("b", Failed), "b:failed alarm:running | >alarm");
    host.ends("any", Success);
    host.ends("alarm", Success);
    assert_eq!(host.ends("at_once", Success), "at_once:success =success");
}

#[test]
fn retries_wait_their_delay_and_give_their_slot_away() {
    let dag = with(&dag("a; b; c: a"), |task| (task.retries, task.retry_delay) = (2, 1_000));
    let mut host = Host::new(&dag, 1);
    assert_eq!(host.turn(), "a:running | >a");
    assert_eq!(host.ends("a", Failed), "a:up_for_retry b:running | >b");
    assert_eq!(host.run.wake(0), Some(1_000));
    assert_eq!(host.at(999), "");
    assert_eq!((host.at(1_000).as_str(), host.run.wake(0)), ("", None), "due, but b holds the only slot");
    assert_eq!(host.ends("b", Success), "b:success a#2:running | >a#2");
    assert_eq!(host.ends("a", Failed), "a#2:up_for_retry");
    assert_eq!(host.at(2_000), "a#3:running | >a#3");
    assert_eq!(host.ends("a", Failed), "a#3:failed c:upstream_failed =failed");
}

#[test]
fn pauses_between_retries_may_grow() {
    let dag = with(&dag("a"), |task| (task.retries, task.retry_delay, task.retry_backoff) = (3, 1_000, 3.0));
    let mut host = Host::new(&dag, 1);
    host.turn();
    for due in [1_000, 4_000, 13_000] {
        host.ends("a", Failed);
        assert_eq!((host.run.wake(0), host.at(due - 1)), (Some(due), String::new()));
        host.at(due);
    }
    assert_eq!(host.ends("a", Failed), "a#4:failed =failed");
}

#[test]
fn a_retry_without_delay_is_still_on_record() {
    let dag = with(&dag("a"), |task| task.retries = 1);
    let mut host = Host::new(&dag, 1);
    host.turn();
    assert_eq!(host.ends("a", Failed), "a:up_for_retry a#2:running | >a#2");
    assert_eq!(host.ends("a", Success), "a#2:success =success");
}

#[test]
fn an_attempt_that_takes_too_long_is_aborted_and_retried() {
    let dag = with(&dag("a"), |task| (task.timeout, task.retries) = (Some(60_000), 1));
    let mut host = Host::new(&dag, 1);
    assert_eq!(host.drain(), "a:running");
    host.now = 10_000;
    assert_eq!((host.store().as_str(), host.run.wake(0)), (">a", Some(70_000)), "the time of the store does not count");
    assert_eq!(host.at(69_999), "");
    assert_eq!(host.at(70_000), "!a(Timeout)");
    assert_eq!(host.run.wake(0), Some(75_000));
    host.now = 71_000;
    assert_eq!(host.ends("a", Failed), "a:up_for_retry a#2:running | >a#2");
    assert_eq!(host.run.wake(0), Some(131_000), "the deadlines of the first attempt are gone");
    assert_eq!(host.at(131_000), "!a#2(Timeout)");
    assert_eq!(host.ends("a", Success), "a#2:success =success", "its work is done");
}

#[test]
fn an_attempt_that_the_host_has_given_up_is_not_retried() {
    let dag = with(&dag("a; b: a"), |task| task.retries = 3);
    let mut host = Host::new(&dag, 1);
    host.turn();
    assert_eq!(host.ends("a", GivenUp), "a:failed b:upstream_failed =failed");
    let mut host = Host::new(&dag, 1);
    host.turn();
    assert_eq!(host.stop(Cancel, Abort), "b:canceled !a(Cancel)");
    assert_eq!(host.ends("a", GivenUp), "a:canceled =canceled");
}

#[test]
fn an_attempt_that_ignores_its_signal_is_given_up() {
    let dag = with(&dag("a; b; c: a"), |task| (task.timeout, task.retries) = (Some(60_000), 3));
    let mut host = Host::new(&dag, 1);
    host.turn();
    assert_eq!(host.at(60_000), "!a(Timeout)");
    assert_eq!(host.at(64_999), "");
    assert_eq!(host.at(65_000), "a:failed ?a c:upstream_failed b:running | >b", "no retry, and its slot is free");
    assert!(!host.settle("a", Success), "whatever it says later changes nothing");
    assert_eq!(host.turn(), "");
    assert_eq!(host.ends("b", Success), "b:success =failed");
}

#[test]
fn late_and_double_ends_change_nothing() {
    let dag = with(&dag("a; b: a"), |task| task.retries = 1);
    let mut host = Host::new(&dag, 16);
    host.turn();
    host.ends("a", Failed);
    let old = Event::Settled { task: 0, attempt: 1, outcome: Success };
    assert!(!host.run.take(old, 0), "attempt 2 runs");
    assert!(!host.run.take(Event::Settled { task: 1, attempt: 0, outcome: Success }, 0), "b does not run");
    assert!(!host.run.take(Event::Settled { task: 77, attempt: 1, outcome: Success }, 0));
    assert_eq!(host.turn(), "");
    host.ends("a", Success);
    assert!(!host.settle("a", Failed));
    assert_eq!(host.turn(), "");
}

#[test]
fn cancel_lets_running_tasks_finish() {
    let dag = with(&dag("a; b; c: a; d; e"), |task| (task.retries, task.retry_delay) = (5, 1_000));
    let mut host = Host::new(&dag, 3);
    host.turn();
    assert_eq!(host.ends("a", Failed), "a:up_for_retry e:running | >e");
    assert_eq!(host.stop(Cancel, Finish), "a:canceled c:canceled");
    assert_eq!(host.ends("b", Failed), "b:failed", "no retry");
    assert_eq!(host.ends("d", Success), "d:success");
    assert_eq!(host.ends("e", Success), "e:success =canceled");
}

#[test]
fn cancel_before_the_record_is_durable_starts_nothing() {
    let mut host = Host::new(&dag("a; b: a"), 16);
    assert_eq!(host.drain(), "a:running");
    host.run.take(Event::Stop { reason: Cancel, mode: Finish }, 0);
    assert_eq!(host.turn(), "a:canceled b:canceled =canceled");
}

#[test]
fn cancel_can_abort() {
    let mut host = Host::new(&dag("a; b; c: a"), 16);
    host.turn();
    assert_eq!(host.stop(Cancel, Finish), "c:canceled");
    assert_eq!(host.stop(Cancel, Abort), "!a(Cancel) !b(Cancel)", "harder than before");
    assert!(!host.run.take(Event::Stop { reason: Cancel, mode: Finish }, 0), "but not softer");
    assert_eq!(host.ends("a", Failed), "a:canceled");
    assert_eq!(host.ends("b", Success), "b:success =canceled");
}

#[test]
fn a_cancel_that_comes_too_late_cancels_nothing() {
    let mut host = Host::new(&dag("a"), 16);
    host.turn();
    assert_eq!(host.stop(Cancel, Abort), "!a(Cancel)");
    assert_eq!(host.ends("a", Success), "a:success =success");
    assert!(!host.run.take(Event::Stop { reason: Cancel, mode: Abort }, 0));
}

#[test]
fn an_aborted_task_that_never_settles_fails_the_canceled_run() {
    let mut host = Host::new(&dag("a; b: a"), 16);
    host.turn();
    assert_eq!(host.stop(Cancel, Abort), "b:canceled !a(Cancel)");
    assert_eq!(host.run.wake(0), Some(5_000));
    assert_eq!(host.at(5_000), "a:failed ?a =failed");
}

#[test]
fn a_run_that_takes_too_long_fails() {
    let dag = with(&dag("a; b: a"), |task| task.retries = 1);
    let mut host = Host::new(&dag, 16);
    host.turn();
    assert_eq!(host.stop(Timeout, Abort), "b:canceled !a(Timeout)");
    assert_eq!(host.ends("a", Failed), "a:failed =failed", "no retry");
}

#[test]
fn a_rerun_keeps_what_was_done() {
    let dag = dag("a; b: a; c: b; off; after none_failed: off b");
    let states = [
        prior(0, TaskState::Success, 1),
        prior(1, TaskState::Failed, 3),
        prior(2, TaskState::UpstreamFailed, 0),
        prior(3, TaskState::Skipped, 1),
        prior(4, TaskState::Canceled, 1),
    ];
    let mut host = Host::again(&dag, 16, &states, &[]);
    assert_eq!(host.turn(), "b#4:running | >b#4");
    assert_eq!(host.ends("b", Success), "b#4:success c:running after#2:running | >c >after#2");
    host.ends("c", Success);
    assert_eq!(host.ends("after", Success), "after#2:success =success");
}

#[test]
fn a_rerun_of_a_complete_run_ends_at_once() {
    let all = [prior(0, TaskState::Success, 1), prior(1, TaskState::Skipped, 0), prior(1, TaskState::Skipped, 0)];
    assert_eq!(Host::again(&dag("a; b: a"), 16, &all, &[]).turn(), "=success");
}

/// Of a part of a DAG: a task at the end of the whole that is not in it decides with those that are how the run ends.
#[test]
fn an_end_of_the_dag_that_does_not_run_counts_as_it_stands() {
    use TaskState::{Canceled, Failed, Queued, Running, Skipped, Success, UpForRetry, UpstreamFailed};
    for state in [Success, Skipped, Failed, UpstreamFailed, Canceled, Queued, Running, UpForRetry] {
        let end = if matches!(state, Success | Skipped) { "success" } else { "failed" };
        let mut host = Host::again(&dag("a; b: a"), 16, &[prior(2, state, 1)], &[]);
        host.turn();
        host.ends("a", TaskOutcome::Success);
        assert_eq!(host.ends("b", TaskOutcome::Success), format!("b:success ={end}"), "{state:?}");
        let done = [Prior { lost: Lost::Start, ..prior(0, Success, 1) }, prior(1, state, 1)];
        let told = DagRun::new(dag("a"), Limits::default(), &done, &[]).outcome();
        assert_eq!(told, if end == "success" { End::Success } else { End::Failed }, "{state:?}");
    }
}

#[test]
fn a_crash_counts_as_no_failure_and_the_next_attempt_follows() {
    let dag = with(&dag("a; b; c; d: a"), |task| task.retries = 2);
    let states = [
        prior(0, TaskState::Running, 2),    // one failure before the attempt that was lost
        prior(1, TaskState::UpForRetry, 2), // two failures
        Prior { failures: 2, ..prior(2, TaskState::Running, 9) }, // six attempts were lost with their processes
    ];
    let mut host = Host::again(&dag, 16, &states, &[]);
    assert_eq!(host.turn(), "a#3:running b#3:running c#10:running | >a#3 >b#3 >c#10");
    assert_eq!(host.ends("a", Failed), "a#3:up_for_retry a#4:running | >a#4");
    assert_eq!(host.ends("a", Failed), "a#4:failed d:upstream_failed");
    assert_eq!(host.ends("b", Failed), "b#3:failed");
    assert_eq!(host.ends("c", Failed), "c#10:failed =failed");
}

/// A branch that skips a task one day would stop it for ever: a skip is no failure of the past.
#[test]
fn a_task_that_was_skipped_for_the_date_before_does_not_block_this_one() {
    assert_eq!(Past::of(Some(TaskState::Success)), Past::Met);
    assert_eq!(Past::of(Some(TaskState::Skipped)), Past::Met);
    for state in [TaskState::Failed, TaskState::UpstreamFailed, TaskState::Canceled, TaskState::Running] {
        assert_eq!(Past::of(Some(state)), Past::Unmet, "{state:?}");
    }
    assert_eq!(Past::of(None), Past::Unmet);
}

#[test]
fn a_task_that_depends_on_its_past() {
    let dag = with(&dag("a; b: a; c; d: c; e: c"), |task| task.depends_on_past = task.id != "c");
    let past = [Past::Met, Past::Unmet, Past::Unmet, Past::Pending];
    let mut host = Host::again(&dag, 16, &[], &past);
    assert_eq!(host.turn(), "a:running c:running | >a >c", "c does not depend on it");
    assert_eq!(host.ends("a", Success), "a:success b:upstream_failed");
    assert_eq!(host.ends("c", Success), "c:success e:running | >e");
    assert_eq!(host.ends("e", Success), "e:success", "d waits for the run before");
    assert!(!host.run.take(Event::PastKnown { task: 3, past: Past::Pending }, 0));
    assert!(host.run.take(Event::PastKnown { task: 3, past: Past::Met }, 0));
    assert!(!host.run.take(Event::PastKnown { task: 3, past: Past::Unmet }, 0), "said once");
    assert_eq!(host.turn(), "d:running | >d");
    assert_eq!(host.ends("d", Success), "d:success =failed");

    let mut host = Host::again(&dag, 16, &[prior(2, TaskState::Success, 1)], &past);
    assert!(host.run.take(Event::PastKnown { task: 3, past: Past::Unmet }, 0), "known before it is asked");
    assert_eq!(host.turn(), "d:upstream_failed a:running e:running | >a >e");
}

#[test]
fn a_skip_does_not_wait_for_the_past() {
    let dag = with(&dag("a; b: a"), |task| task.depends_on_past = task.id == "b");
    let mut host = Host::again(&dag, 16, &[], &[Past::Met, Past::Pending]);
    host.turn();
    assert_eq!(host.ends("a", Skipped), "a:skipped b:skipped =success");
}

#[test]
fn many_tasks() {
    // A fan of 50,000 over a chain of 50,000: linear, and nothing recurses.
    let task = |id: u32, after: Option<u32>| TaskSpec {
        id: id.to_string(),
        depends_on: after.iter().map(u32::to_string).collect(),
        ..TaskSpec::default()
    };
    let chain = (0..50_000).map(|at: u32| task(at, at.checked_sub(1)));
    let fan = (50_000..100_000).map(|at| task(at, Some(0)));
    let dag = Rc::new(Dag::new(chain.chain(fan).collect()).unwrap());
    let mut host = Host::new(&dag, u32::MAX);
    host.turn();
    host.settle("0", Failed);
    let text = host.drain();
    assert_eq!(text.matches("upstream_failed").count(), 99_999);
    assert!(text.ends_with("=failed"));
}

#[test]
fn states_have_the_names_of_the_store() {
    for (name, state) in TaskState::ALL {
        assert_eq!((TaskState::from_name(name), state.as_str()), (Some(state), name));
    }
    assert_eq!(TaskState::from_name("done"), None);
    let mut host = Host::new(&dag("a"), 1);
    assert_eq!((host.run.state(0), host.run.state(7)), (None, None));
    host.turn();
    assert_eq!(host.run.state(0), Some(TaskState::Running));
    host.settle("a", Success);
    assert!(matches!(host.run.poll(0), Some(Command::Record { state: TaskState::Success, .. })));
    assert_eq!(host.run.poll(0), Some(Command::Commit { records: 1 }));
    assert_eq!(host.run.poll(0), Some(Command::Finished { end: End::Success }));
}

/// A run whose process died when its last task had ended, and before it could say so, is not canceled for that.
#[test]
fn a_run_that_is_not_gone_on_with_has_ended_as_its_tasks_say() {
    use TaskState::{Canceled, Failed, Skipped, Success, UpstreamFailed};
    let outcome = |text: &str, tasks: &[(TaskState, Lost)]| {
        let prior = |(task, (state, lost)): (usize, &(TaskState, Lost))| Prior {
            task: task as u32,
            state: *state,
            attempt: 1,
            failures: 0,
            started: None,
            finished: None,
            lost: *lost,
        };
        let prior: Vec<Prior> = tasks.iter().enumerate().map(prior).collect();
        DagRun::new(dag(text), Limits::default(), &prior, &[]).outcome()
    };
    let now = |state| (state, Lost::Start);
    let before = |state| (state, Lost::Restart);
    let chain = "a; b: a";
    assert_eq!(outcome(chain, &[now(Success), now(Success)]), End::Success);
    // What succeeded in an attempt before stands.
    assert_eq!(outcome(chain, &[before(Success), now(Skipped)]), End::Success);
    assert_eq!(outcome(chain, &[now(Success), now(Failed)]), End::Failed);
    assert_eq!(outcome(chain, &[now(Failed), now(UpstreamFailed)]), End::Failed);
    // What failed in an attempt before was to be done again.
    assert_eq!(outcome(chain, &[before(Success), before(Failed)]), End::Canceled);
    assert_eq!(outcome(chain, &[now(Success), now(Canceled)]), End::Canceled);
    assert_eq!(outcome(chain, &[now(Success)]), End::Canceled);
    assert_eq!(outcome(chain, &[]), End::Canceled);
    assert_eq!(outcome("a; b all_done: a", &[now(Failed), now(Success)]), End::Success);
}
