//! When a plan would be done, as a spread: each run takes one of the durations that past runs took, drawn again and again.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Pace;
use super::estimate::opening;
use crate::dag::Dag;
use crate::schedule::StartWindows;
use crate::sort::sort_by;
use crate::time::Instant;

/// Starts that are simulated for one answer: more draws would take longer than a person waits.
const MOST_STARTS: usize = 10_000_000;
const MOST_DRAWS: usize = 500;
const FEWEST_DRAWS: usize = 20;

/// Random numbers that are the same for the same seed (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone, Copy)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of the values; zero where there is none.
    fn pick(&mut self, values: &[f64]) -> f64 {
        let at = (u128::from(self.next()) * values.len() as u128) >> 64;
        values.get(at as usize).copied().unwrap_or(0.0)
    }
}

/// Equal parts of the longest makespan, of each of which the load is told.
const PARTS: usize = 50;
/// Draws that the load is the mean of.
const LOAD_DRAWS: usize = 20;

/// Makespans of many draws, ascending, and the most runs at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    makespans: Vec<f64>,
    /// Most runs in flight at once, over all draws.
    pub peak: usize,
    /// How many runs are in flight on average in each of equal parts of the longest makespan; empty where that is none, or has no end.
    pub load: Vec<f64>,
}

impl Spread {
    /// Milliseconds of the longest draw.
    pub fn longest(&self) -> f64 {
        self.makespans.last().copied().unwrap_or(0.0)
    }

    /// The makespan that a share of the draws does not exceed: 0.5 is the median, 0.9 is late nine times in ten.
    pub fn quantile(&self, share: f64) -> f64 {
        let last = self.makespans.len().saturating_sub(1);
        let at = (share.clamp(0.0, 1.0) * self.makespans.len() as f64).ceil() as usize;
        self.makespans.get(at.saturating_sub(1).min(last)).copied().unwrap_or(0.0)
    }
}

/// Sends `runs` runs through the lanes, each time with durations drawn from those of past runs (a bootstrap). `pace.run_duration` is
/// not looked at.
///
/// ```
/// use dagfill::plan::{Pace, Random, spread};
/// let pace = Pace { run_duration: 0.0, max_parallel_runs: 2, rate: None };
/// let found = spread(100, &[1000.0, 3000.0], pace, Random::new(7));
/// assert_eq!(found.peak, 2);
/// assert!(found.quantile(0.1) < found.quantile(0.9));
/// // The mean run takes two seconds, and two run at once.
/// assert!((found.quantile(0.5) - 100_000.0).abs() < 10_000.0);
/// ```
pub fn spread(runs: usize, durations: &[f64], pace: Pace, random: Random) -> Spread {
    spread_within(runs, durations, pace, random, Instant::clamped(0), None)
}

/// The same where runs start only inside of windows, the first of them at `now` or when a window opens.
pub fn spread_within(
    runs: usize,
    durations: &[f64],
    pace: Pace,
    mut random: Random,
    now: Instant,
    windows: Option<&StartWindows>,
) -> Spread {
    let draws = (MOST_STARTS / runs.max(1)).clamp(FEWEST_DRAWS, MOST_DRAWS);
    let mut found = Spread { makespans: Vec::with_capacity(draws), peak: 0, load: Vec::new() };
    let mut draw = |saw: &mut dyn FnMut(u64, u64)| {
        let opens = |start| opening(windows, now, start as f64) as u64;
        simulate(runs, pace, || random.pick(durations), opens, saw)
    };
    for _ in 0..draws {
        let (makespan, peak) = draw(&mut |_, _| {});
        found.makespans.push(makespan);
        found.peak = found.peak.max(peak);
    }
    sort_by(&mut found.makespans, |a, b| a.total_cmp(b).is_lt());
    let part = found.longest() / PARTS as f64;
    if part > 0.0 && found.longest() < END_OF_TIME {
        let mut busy = vec![0.0; PARTS];
        for _ in 0..LOAD_DRAWS {
            draw(&mut |start, end| spread_over(&mut busy, part, start as f64, end as f64));
        }
        found.load = busy.iter().map(|ms| ms / (part * LOAD_DRAWS as f64)).collect();
    }
    found
}

/// More milliseconds than there are between the first year and the last: a window that never opens.
const END_OF_TIME: f64 = 1e15;

/// Adds the time from `start` to `end` to the parts that it lies in.
fn spread_over(busy: &mut [f64], part: f64, start: f64, end: f64) {
    let first = (start / part) as usize;
    for (at, busy) in busy.iter_mut().enumerate().skip(first) {
        let from = at as f64 * part;
        if from >= end {
            break;
        }
        *busy += (end.min(from + part) - start.max(from)).max(0.0);
    }
}

/// One draw: a run starts when a lane is free and the rate lets it. `saw` hears of each start and end.
fn simulate(
    runs: usize,
    pace: Pace,
    mut duration: impl FnMut() -> f64,
    opens: impl Fn(u64) -> u64,
    saw: &mut dyn FnMut(u64, u64),
) -> (f64, usize) {
    let lanes = pace.max_parallel_runs.max(1);
    let rate = pace.rate.filter(|(_, per)| *per > 0.0);
    let mut in_flight: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    let mut window: VecDeque<u64> = VecDeque::new();
    let (mut start, mut last, mut peak) = (0_u64, 0_u64, 0);
    for _ in 0..runs {
        if let Some((count, per)) = rate
            && window.len() >= count.max(1)
        {
            start = window.pop_front().map_or(start, |first| start.max(first.saturating_add(per as u64)));
        }
        if in_flight.len() == lanes
            && let Some(Reverse(end)) = in_flight.pop()
        {
            start = start.max(end);
        }
        start = opens(start);
        if rate.is_some() {
            window.push_back(start);
        }
        while in_flight.peek().is_some_and(|Reverse(end)| *end <= start) {
            in_flight.pop();
        }
        // Whole milliseconds: they compare as integers, and nobody plans finer.
        let end = start.saturating_add(duration().max(0.0) as u64);
        saw(start, end);
        in_flight.push(Reverse(end));
        last = last.max(end);
        peak = peak.max(in_flight.len());
    }
    (last as f64, peak)
}

/// How long runs would take whose tasks take as long as theirs did: `draws` durations of whole runs. `tasks` holds the past durations of
/// each task; those of a task without any count as none.
pub fn run_durations(
    dag: &Dag,
    max_active_tasks: usize,
    tasks: &[Vec<f64>],
    draws: usize,
    mut random: Random,
) -> Vec<f64> {
    (0..draws)
        .map(|_| {
            let drawn: Vec<f64> = tasks.iter().map(|past| random.pick(past)).collect();
            makespan_of_run(dag, max_active_tasks.max(1), &drawn)
        })
        .collect()
}

/// When the last task of one run ends: a task starts when those before it have ended and a slot is free, earlier ones of the order first.
fn makespan_of_run(dag: &Dag, slots: usize, durations: &[f64]) -> f64 {
    let mut waits_for: Vec<usize> = (0..dag.len()).map(|task| dag.upstream(task as u32).len()).collect();
    let mut place = vec![0_u32; dag.len()];
    for (at, task) in (0_u32..).zip(dag.order()) {
        if let Some(place) = place.get_mut(*task as usize) {
            *place = at;
        }
    }
    let key = |task: u32| Reverse((place.get(task as usize).copied().unwrap_or(0), task));
    let without_upstream = dag.order().iter().filter(|task| dag.upstream(**task).is_empty());
    let mut ready: BinaryHeap<_> = without_upstream.map(|task| key(*task)).collect();
    let mut running: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    let mut now = 0_u64;
    loop {
        while running.len() < slots
            && let Some(Reverse((_, task))) = ready.pop()
        {
            let duration = durations.get(task as usize).map_or(0, |ms| ms.max(0.0) as u64);
            running.push(Reverse((now.saturating_add(duration), task)));
        }
        let Some(Reverse((end, task))) = running.pop() else { return now as f64 };
        now = end;
        for after in dag.downstream(task) {
            if let Some(count) = waits_for.get_mut(*after as usize) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(key(*after));
                }
            }
        }
    }
}
