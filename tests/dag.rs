//! The graph of tasks: order, rows, subsets, and what is refused, where.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

use dagfill::dag::{Dag, Decision, TaskSpec, TriggerRule, Upstreams};
use dagfill::error::{Detail, Error};
use proptest::prelude::*;

fn task(id: &str, after: &[&str]) -> TaskSpec {
    TaskSpec { id: id.into(), depends_on: after.iter().map(|id| (*id).into()).collect(), ..TaskSpec::default() }
}

/// `"a; b: a; c: a b"`
fn tasks(text: &str) -> Vec<TaskSpec> {
    text.split(';')
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            let (id, after) = part.split_once(':').unwrap_or((part, ""));
            task(id.trim(), &after.split_whitespace().collect::<Vec<_>>())
        })
        .collect()
}

fn dag(text: &str) -> Dag {
    Dag::new(tasks(text)).unwrap()
}

fn refusal(text: &str) -> Error {
    Dag::new(tasks(text)).unwrap_err()
}

fn names<'a>(dag: &'a Dag, order: &[u32]) -> Vec<&'a str> {
    order.iter().map(|at| dag.task(*at).unwrap().id.as_str()).collect()
}

#[test]
fn order_is_by_dependency_then_by_declaration() {
    let dag = dag("report: load check; check: load; extract; load: extract; alone");
    assert_eq!(names(&dag, dag.order()), ["extract", "load", "check", "report", "alone"]);
    let rows: Vec<Vec<&str>> = dag.layers().iter().map(|row| names(&dag, row)).collect();
    assert_eq!(rows, [vec!["extract", "alone"], vec!["load"], vec!["check"], vec!["report"]]);
    assert_eq!(names(&dag, dag.upstream(0)), ["load", "check"]);
    assert_eq!(names(&dag, dag.downstream(3)), ["report", "check"]);
    assert_eq!((dag.len(), dag.find("load"), dag.find("lod")), (5, Some(3), None));
    assert_eq!((dag.upstream(99), dag.downstream(99), dag.task(99)), (&[][..], &[][..], None));
}

#[test]
fn empty_is_a_dag() {
    let dag = Dag::new(Vec::new()).unwrap();
    assert!(dag.is_empty() && dag.order().is_empty() && dag.layers().is_empty());
}

#[test]
fn a_cycle_is_shown_as_a_path() {
    let error = refusal("start; load: check; check: start load; report: check");
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("CYCLE", Some("tasks[1].dependsOn[0]")));
    assert!(error.message.contains("load -> check -> load"), "{}", error.message);
    let path = ["load", "check", "load"].map(String::from).to_vec();
    assert_eq!(error.details, [("path", Detail::Texts(path))]);
}

#[test]
fn the_path_runs_in_the_direction_of_work() {
    // b after a, c after b, a after c; d hangs below and is no part of it.
    let error = refusal("d: c; a: c; b: a; c: b");
    let path = ["a", "b", "c", "a"].map(String::from).to_vec();
    assert_eq!(error.details, [("path", Detail::Texts(path))]);
    assert_eq!(error.field.as_deref(), Some("tasks[1].dependsOn[0]"));
}

#[test]
fn a_task_cannot_wait_for_itself() {
    let error = refusal("a; b: a b");
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("CYCLE", Some("tasks[1].dependsOn[1]")));
    assert!(error.message.contains("b -> b"), "{}", error.message);
}

#[test]
fn names_must_exist_and_be_unique() {
    let error = refusal("extract; load: extrct");
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("UNKNOWN_TASK", Some("tasks[1].dependsOn[0]")));
    assert_eq!(error.hint.as_deref(), Some("Did you mean extract?"));

    let error = refusal("a; b; a");
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("DUPLICATE_TASK", Some("tasks[2].taskId")));

    let error = refusal("a; b: a a");
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DAG", Some("tasks[1].dependsOn[1]")));

    let error = Dag::new(vec![task("a", &[]), task("", &[])]).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("INVALID_DAG", Some("tasks[1].taskId")));
}

#[test]
fn messages_stay_small() {
    let long = "x".repeat(100_000);
    let error = Dag::new(vec![task("a", &[&long])]).unwrap_err();
    assert!(error.message.len() < 300, "{}", error.message.len());

    let ring = (0..1000).map(|at| task(&format!("t{at}"), &[&format!("t{}", (at + 999) % 1000)])).collect();
    let error = Dag::new(ring).unwrap_err();
    assert!(error.message.contains("t0 -> t1 -> ") && error.message.contains("(988 more) -> t0"), "{}", error.message);
    assert!(matches!(&error.details[0].1, Detail::Texts(path) if path.len() == 1001));
}

#[test]
fn a_subset_takes_its_upstreams_along() {
    let whole = dag("extract; load: extract; check: load; report: load check; alone");
    let with = whole.subset(&["check"], true).unwrap();
    assert_eq!((names(&with.dag, with.dag.order()), with.origin), (vec!["extract", "load", "check"], vec![0, 1, 2]));

    let without = whole.subset(&["report", "extract", "check", "report"], false).unwrap();
    assert_eq!(without.origin, [0, 2, 3]);
    assert_eq!(without.dag.tasks()[2].depends_on, ["check"]);
    assert!(without.dag.tasks()[1].depends_on.is_empty());

    let error = whole.subset(&["load", "chek"], true).unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("UNKNOWN_TASK", Some("taskIds[1]")));
    assert_eq!(error.hint.as_deref(), Some("Did you mean check?"));
    assert_eq!(whole.subset::<&str>(&[], true).unwrap_err().code.as_str(), "INVALID_OPTION");
}

#[test]
fn a_hundred_thousand_tasks() {
    let chain: Vec<TaskSpec> = (0..100_000_u32)
        .rev()
        .map(|at| task(&at.to_string(), at.checked_sub(1).map(|before| before.to_string()).as_deref().as_slice()))
        .collect();
    let dag = Dag::new(chain.clone()).unwrap();
    assert_eq!(dag.layers().len(), 100_000);
    assert_eq!(dag.order()[0], 99_999);
    assert_eq!(dag.subset(&["99999"], true).unwrap().dag.len(), 100_000);

    let mut ring = chain;
    ring[99_999].depends_on.push("99999".into());
    assert_eq!(Dag::new(ring).unwrap_err().code.as_str(), "CYCLE");
}

/// Airflow's trigger_rule_dep, written as its tables say: an early mark first, then the condition to run.
fn airflow(rule: TriggerRule, ups: Upstreams) -> Decision {
    let Upstreams { total, succeeded: success, failed, skipped } = ups;
    let done = success + failed + skipped;
    if total == 0 || rule == TriggerRule::Always {
        return Decision::Run;
    }
    let mark = match rule {
        TriggerRule::AllSuccess if failed > 0 => Some(Decision::UpstreamFailed),
        TriggerRule::AllSuccess if skipped > 0 => Some(Decision::Skip),
        TriggerRule::AllFailed if success > 0 || skipped > 0 => Some(Decision::Skip),
        TriggerRule::OneSuccess if done >= total && done == skipped => Some(Decision::Skip),
        TriggerRule::OneSuccess if done >= total && success == 0 => Some(Decision::UpstreamFailed),
        TriggerRule::OneFailed if done >= total && failed == 0 => Some(Decision::Skip),
        TriggerRule::NoneFailed if failed > 0 => Some(Decision::UpstreamFailed),
        _ => None,
    };
    let passes = match rule {
        TriggerRule::AllSuccess => success == total,
        TriggerRule::AllDone => done >= total,
        TriggerRule::AllFailed => failed == total,
        TriggerRule::OneSuccess => success > 0,
        TriggerRule::OneFailed => failed > 0,
        TriggerRule::NoneFailed => success + skipped == total,
        TriggerRule::Always => true,
    };
    mark.unwrap_or(if passes { Decision::Run } else { Decision::Wait })
}

#[test]
fn every_rule_decides_as_airflow_does() {
    for (name, rule) in TriggerRule::ALL {
        assert_eq!(TriggerRule::from_name(name), Some(rule));
        for (succeeded, failed, skipped, open) in counts(4) {
            let ups = Upstreams { total: succeeded + failed + skipped + open, succeeded, failed, skipped };
            assert_eq!(rule.decide(ups), airflow(rule, ups), "{name} {ups:?}");
            if open == 0 {
                assert_ne!(rule.decide(ups), Decision::Wait, "{name} {ups:?}: nobody is left to wait for");
            }
        }
    }
    assert_eq!(TriggerRule::from_name("all_succes"), None);
}

fn counts(most: u32) -> impl Iterator<Item = (u32, u32, u32, u32)> {
    let each = 0..=most;
    let pairs = move || {
        each.clone().flat_map({
            let each = each.clone();
            move |a| each.clone().map(move |b| (a, b))
        })
    };
    let inner = pairs.clone();
    pairs().flat_map(move |(a, b)| inner().map(move |(c, d)| (a, b, c, d)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Dependencies on any task: either the order keeps them all, or the path really is a cycle.
    #[test]
    fn ordered_or_cyclic(lists in prop::collection::vec(prop::collection::btree_set(0..12_usize, 0..3), 1..12)) {
        let count = lists.len();
        let specs: Vec<TaskSpec> = lists.iter().enumerate().map(|(at, list)| {
            let after: Vec<String> = list.iter().filter(|to| **to < count && **to != at).map(usize::to_string).collect();
            TaskSpec { id: at.to_string(), depends_on: after, ..TaskSpec::default() }
        }).collect();
        match Dag::new(specs.clone()) {
            Ok(dag) => {
                let mut place = vec![usize::MAX; count];
                dag.order().iter().enumerate().for_each(|(at, task)| place[*task as usize] = at);
                let layer_of = |task: u32| dag.layers().iter().position(|row| row.contains(&task)).unwrap();
                for task in 0..count as u32 {
                    for up in dag.upstream(task) {
                        prop_assert!(place[*up as usize] < place[task as usize]);
                        prop_assert!(layer_of(*up) < layer_of(task));
                        prop_assert!(dag.downstream(*up).contains(&task));
                    }
                }
            }
            Err(error) => {
                prop_assert_eq!(error.code.as_str(), "CYCLE");
                let Detail::Texts(path) = &error.details[0].1 else { panic!("no path") };
                prop_assert_eq!(path.first(), path.last());
                for step in path.windows(2) {
                    let later: usize = step[1].parse().unwrap();
                    prop_assert!(specs[later].depends_on.contains(&step[0]), "{:?}", path);
                }
            }
        }
    }
}
