//! Estimates from past durations: a spread that holds the truth, and runs made of their tasks.
#![allow(clippy::unwrap_used)]

use dagfill::dag::{Dag, TaskSpec};
use dagfill::plan::{Pace, Random, estimate, run_durations, spread};
use dagfill::time::Instant;

fn pace(lanes: usize, rate: Option<(usize, f64)>) -> Pace {
    Pace { run_duration: 0.0, max_parallel_runs: lanes, rate }
}

#[test]
fn equal_durations_give_the_estimate_without_spread() {
    let now = Instant::new(0).unwrap();
    for (runs, lanes, rate) in
        [(7, 3, None), (20, 4, Some((2, 10_000.0))), (1, 1, None), (0, 5, None), (100, 7, Some((3, 500.0)))]
    {
        let fixed = estimate(runs, now, Pace { run_duration: 1500.0, ..pace(lanes, rate) });
        let found = spread(runs, &[1500.0; 5], pace(lanes, rate), Random::new(1));
        assert_eq!(
            (found.quantile(0.0), found.quantile(1.0), found.peak),
            (fixed.makespan, fixed.makespan, fixed.peak)
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_spread() {
    let past: Vec<f64> = (1..200).map(|n| f64::from(n * n % 97) * 100.0).collect();
    let draw = |seed| spread(365, &past, pace(4, None), Random::new(seed));
    assert_eq!(draw(3), draw(3));
    assert_ne!(draw(3), draw(4));
}

#[test]
fn the_median_lies_where_the_mean_says() {
    let past: Vec<f64> = (0..1000).map(|n| f64::from(n) * 2.0).collect();
    let found = spread(1000, &past, pace(1, None), Random::new(11));
    let mean = 999.0 * 1000.0;
    assert!((found.quantile(0.5) - mean).abs() < mean * 0.01, "{}", found.quantile(0.5));
    // The standard deviation of a sum of 1,000 runs is the root of 1,000 times that of one.
    let sigma = 577.0 * 1000.0_f64.sqrt();
    let late = found.quantile(0.9) - found.quantile(0.5);
    assert!(late > 0.9 * sigma && late < 1.7 * sigma, "{late} {sigma}");
}

#[test]
fn a_large_plan_ends_soon() {
    let found = spread(200_000, &[1000.0, 2000.0, 3000.0], pace(64, None), Random::new(5));
    assert!((found.quantile(0.5) / (2_000.0 * 200_000.0 / 64.0) - 1.0).abs() < 0.01);
}

fn dag(tasks: &[(&str, &[&str])]) -> Dag {
    let spec = |(id, after): &(&str, &[&str])| TaskSpec {
        id: (*id).to_owned(),
        depends_on: after.iter().map(|id| (*id).to_owned()).collect(),
        ..TaskSpec::default()
    };
    Dag::new(tasks.iter().map(spec).collect()).unwrap()
}

#[test]
fn a_run_takes_as_long_as_its_critical_path() {
    let diamond = dag(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])]);
    let past = [vec![10.0], vec![20.0], vec![50.0], vec![5.0]];
    let took = |slots| run_durations(&diamond, slots, &past, 3, Random::new(1));
    assert_eq!(took(16), [65.0; 3]);
    assert_eq!(took(1), [85.0; 3]);
    // A task that waits for others does not hold a slot: b runs while the chain of c goes on.
    let chain = dag(&[("x", &[]), ("y", &["x"]), ("z", &["y"]), ("b", &[])]);
    let past = [vec![10.0], vec![10.0], vec![10.0], vec![25.0]];
    assert_eq!(run_durations(&chain, 2, &past, 1, Random::new(1)), [30.0]);
    assert_eq!(run_durations(&dag(&[]), 2, &[], 1, Random::new(1)), [0.0]);
}
