//! A DAG of twelve tasks with every trigger rule over the 365 dates of a year: the exact commands of every run.

use std::collections::BTreeMap;
use std::rc::Rc;

use dagfill::dag::{Dag, TaskSpec};
use dagfill::run::dag_run::TaskOutcome;
use dagfill::run::machine::Machine;

use super::{Host, dag};

/// Three tasks at a time. `extract` has one retry after 10 s, the others none; `deep` may take 30 s.
fn example() -> Rc<Dag> {
    let text = "extract; clean: extract; audit: extract; load: clean audit; branch: extract; deep: branch; \
        either one_success: load deep; alarm one_failed: clean audit; salvage all_failed: clean audit; \
        summary none_failed: load branch; heartbeat always: extract; close all_done: either summary alarm";
    let mut tasks: Vec<TaskSpec> = dag(text).tasks().to_vec();
    (tasks[0].retries, tasks[0].retry_delay) = (1, 10_000);
    tasks[5].timeout = Some(30_000);
    Rc::new(Dag::new(tasks).unwrap())
}

/// What happens on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Day {
    Plain,
    /// `branch` has nothing to do.
    Weekend,
    /// `audit` fails.
    BadAudit,
    /// `clean`, `audit` and then `salvage` fail.
    BadData,
    /// The first attempt of `extract` fails.
    Flaky,
    /// Both do.
    Outage,
    /// `deep` hangs, and goes on hanging when it is aborted.
    Stuck,
}

fn day(date: u32) -> Day {
    match date {
        _ if date % 30 == 29 => Day::Outage,
        _ if date % 17 == 16 => Day::Flaky,
        _ if date % 13 == 12 => Day::BadData,
        _ if date % 11 == 10 => Day::BadAudit,
        _ if date % 19 == 18 => Day::Stuck,
        _ if date % 7 >= 5 => Day::Weekend,
        _ => Day::Plain,
    }
}

/// Seconds that a task works, and how it ends; `None` = never.
fn work(day: Day, id: &str, attempt: u32) -> Option<(i64, TaskOutcome)> {
    let seconds = match id {
        "extract" | "audit" => 5,
        "load" => 20,
        _ => 10,
    };
    let outcome = match (day, id, attempt) {
        (Day::Stuck, "deep", _) => return None,
        (Day::Weekend, "branch", _) => TaskOutcome::Skipped,
        (Day::BadAudit | Day::BadData, "audit", _) | (Day::BadData, "clean" | "salvage", _) => TaskOutcome::Failed,
        (Day::Flaky, "extract", 1) | (Day::Outage, "extract", _) => TaskOutcome::Failed,
        _ => TaskOutcome::Success,
    };
    Some((seconds, outcome))
}

/// One line for each second in which something is commanded.
fn trace(dag: &Rc<Dag>, day: Day) -> String {
    let mut host = Host::new(dag, 3);
    let mut lines = Vec::new();
    // Ends to come: when, task, attempt, how.
    let mut working: Vec<(i64, u32, u32, TaskOutcome)> = Vec::new();
    loop {
        let text = host.turn();
        for start in text.split_whitespace().filter_map(|word| word.strip_prefix('>')) {
            let (id, attempt) =
                start.split_once('#').map_or((start, 1), |(id, attempt)| (id, attempt.parse().unwrap()));
            if let Some((seconds, outcome)) = work(day, id, attempt) {
                working.push((host.now + seconds * 1_000, dag.find(id).unwrap(), attempt, outcome));
            }
        }
        if !text.is_empty() {
            lines.push(format!("{} {text}", host.now / 1_000));
        }
        if host.run.is_finished() {
            return lines.join("\n");
        }
        let end = working.iter().map(|(at, ..)| *at).min();
        host.now = end.into_iter().chain(host.run.wake(host.now)).min().expect("something is to come");
        working.sort_by_key(|(at, task, ..)| (*at, *task));
        for (_, task, ..) in working.extract_if(.., |(at, ..)| *at == host.now).collect::<Vec<_>>() {
            let id = dag.task(task).unwrap().id.clone();
            let (_, outcome) = work(day, &id, host.run.attempt(task)).unwrap();
            assert!(host.settle(&id, outcome));
        }
    }
}

/// For each kind of day how often it comes, and what is commanded, by the second from the start of the run.
const EXPECTED: [(Day, u32, &str); 7] = [
    (
        Day::Plain,
        185,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:success clean:running audit:running | >clean >audit
        10 audit:success heartbeat:success salvage:skipped branch:running | >branch
        15 clean:success alarm:skipped load:running | >load
        20 branch:success deep:running | >deep
        30 deep:success either:running | >either
        35 load:success summary:running | >summary
        40 either:success
        45 summary:success close:running | >close
        55 close:success =success
        ",
    ),
    (
        Day::Weekend,
        75,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:success clean:running audit:running | >clean >audit
        10 audit:success heartbeat:success salvage:skipped branch:running | >branch
        15 clean:success alarm:skipped load:running | >load
        20 branch:skipped deep:skipped
        35 load:success either:running summary:running | >either >summary
        45 either:success summary:success close:running | >close
        55 close:success =success
        ",
    ),
    (
        Day::BadAudit,
        29,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:success clean:running audit:running | >clean >audit
        10 audit:failed heartbeat:success load:upstream_failed summary:upstream_failed branch:running alarm:running | >branch >alarm
        15 clean:success salvage:skipped
        20 branch:success alarm:success deep:running | >deep
        30 deep:success either:running | >either
        40 either:success close:running | >close
        50 close:success =success
        ",
    ),
    (
        Day::BadData,
        27,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:success clean:running audit:running | >clean >audit
        10 audit:failed heartbeat:success load:upstream_failed summary:upstream_failed branch:running alarm:running | >branch >alarm
        15 clean:failed salvage:running | >salvage
        20 branch:success alarm:success deep:running | >deep
        25 salvage:failed
        30 deep:success either:running | >either
        40 either:success close:running | >close
        50 close:success =failed
        ",
    ),
    (
        Day::Flaky,
        21,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:up_for_retry
        10 heartbeat:success
        15 extract#2:running | >extract#2
        20 extract#2:success clean:running audit:running branch:running | >clean >audit >branch
        25 audit:success salvage:skipped
        30 clean:success branch:success alarm:skipped load:running deep:running | >load >deep
        40 deep:success either:running | >either
        50 load:success either:success summary:running | >summary
        60 summary:success close:running | >close
        70 close:success =success
        ",
    ),
    (
        Day::Outage,
        12,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:up_for_retry
        10 heartbeat:success
        15 extract#2:running | >extract#2
        20 extract#2:failed clean:upstream_failed audit:upstream_failed branch:upstream_failed load:upstream_failed deep:upstream_failed summary:upstream_failed either:upstream_failed alarm:running salvage:running | >alarm >salvage
        30 alarm:success salvage:success close:running | >close
        40 close:success =success
        ",
    ),
    (
        Day::Stuck,
        16,
        "
        0 extract:running heartbeat:running | >extract >heartbeat
        5 extract:success clean:running audit:running | >clean >audit
        10 audit:success heartbeat:success salvage:skipped branch:running | >branch
        15 clean:success alarm:skipped load:running | >load
        20 branch:success deep:running | >deep
        35 load:success either:running summary:running | >either >summary
        45 either:success summary:success close:running | >close
        50 !deep(Timeout)
        55 close:success deep:failed ?deep =success
        ",
    ),
];

#[test]
fn a_year_of_runs() {
    let dag = example();
    let mut seen: BTreeMap<Day, u32> = BTreeMap::new();
    for date in 0..365 {
        let day = day(date);
        let (_, _, expected) = EXPECTED.iter().find(|(known, ..)| *known == day).unwrap();
        assert_eq!(trace(&dag, day), expected.trim().replace("\n        ", "\n"), "date {date}: {day:?}");
        *seen.entry(day).or_default() += 1;
    }
    assert_eq!(seen, EXPECTED.iter().map(|(day, count, _)| (*day, *count)).collect());
}
