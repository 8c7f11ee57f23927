//! Plans: a request and a history in, columns out. JavaScript owns the columns; nothing of a plan stays here.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{answer, thrown};
use super::dag::RawDag;
use super::timetable::RawTimetable;
use crate::plan::{
    Coverage, Cut, History, MissingRequest, Pace, Plan, Random, Request, Rows, RunState, RunType, Unit, days,
    estimate_within, history_range, missing, run_durations, spread_within,
};
use crate::time::{Instant, Range};
use crate::wire::{Input, days_shape, read_request, read_start_windows, summary_shape};

type Answer<T> = Result<T, JsValue>;

/// A request that is being planned: first it says which records it needs, then it builds.
#[wasm_bindgen]
pub struct RawPlan {
    timetable: crate::schedule::Timetable,
    request: Request,
    plan: Option<Plan>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawPlan {
    #[wasm_bindgen(constructor)]
    pub fn new(timetable: &RawTimetable, request: &JsValue) -> Answer<RawPlan> {
        let timetable = timetable.0.clone();
        let request = read_request(request, &timetable);
        Ok(RawPlan { request: request.map_err(thrown)?, timetable, plan: None })
    }

    /// First and last execution date of the records that `build` needs.
    #[wasm_bindgen(js_name = historyRange)]
    pub fn history_range(&self) -> Vec<f64> {
        let range = history_range(&self.timetable, &self.request);
        vec![range.start.js(), range.end.js()]
    }

    /// Where periods without an anchor count from.
    pub fn origin(&self) -> f64 {
        self.request.dag_start.unwrap_or(self.request.bounds.range.start).js()
    }

    /// `states` are numbers of `RunState`; of `flags`, bit 0 says abandoned and the bits above are the number of a `RunType`. `ids` are
    /// the run ids of the records at `places`, ascending; the others have the default id of their type and date.
    /// `confs` has the conf of each as JSON text, for a request that brings none.
    #[allow(clippy::too_many_arguments)]
    pub fn build(
        &mut self,
        dates: Vec<f64>,
        states: Vec<u8>,
        flags: Vec<u8>,
        interval_starts: Vec<f64>,
        interval_ends: Vec<f64>,
        places: Vec<u32>,
        ids: &JsValue,
        confs: Option<js_sys::Array>,
    ) -> Answer<JsValue> {
        let mut history = History { dates, interval_starts, interval_ends, ..History::default() };
        for number in states {
            history.states.push(RunState::ALL.get(usize::from(number)).copied().unwrap_or(RunState::Queued));
        }
        for flag in flags {
            history.abandoned.push(flag & 1 != 0);
            history.types.push(RunType::ALL.get(usize::from(flag >> 1)).copied().unwrap_or_default());
        }
        for (place, id) in places.into_iter().zip(ids.as_texts()) {
            history.run_ids.resize(place as usize, None);
            history.run_ids.push(Some(id));
        }
        let plan = self.plan.insert(Plan::build(&self.timetable, &self.request, &history).map_err(thrown)?);
        if let Some(confs) = confs {
            plan.keep_confs(|record| confs.get(record as u32).as_string());
        }
        answer(summary_shape(plan))
    }

    /// PLAN_CHANGED unless this is the plan with that hash.
    pub fn insist(&self, seen: &str) -> Answer<()> {
        self.plan.as_ref().map_or(Ok(()), |plan| plan.insist(seen)).map_err(thrown)
    }

    /// The first row of each chunk: of so many dates, or of a period.
    pub fn chunks(&self, dates: Option<u32>, period: Option<String>) -> Answer<Vec<u32>> {
        let unit = Unit::ALL.iter().find(|(name, _)| Some(*name) == period.as_deref());
        let cut = unit.map_or(Cut::Dates(dates.unwrap_or(1)), |(_, unit)| Cut::Unit(*unit));
        self.plan.as_ref().map_or(Ok(Vec::new()), |plan| plan.chunks(cut)).map_err(thrown)
    }

    pub fn dates(&self) -> Vec<f64> {
        self.plan.as_ref().map_or(&[][..], Plan::dates).to_vec()
    }

    pub fn actions(&self) -> Vec<u8> {
        self.plan.as_ref().map_or(&[][..], Plan::actions).to_vec()
    }

    pub fn reasons(&self) -> Vec<u8> {
        self.plan.as_ref().map_or(&[][..], Plan::reasons).to_vec()
    }

    pub fn offsets(&self) -> Vec<i32> {
        self.plan.as_ref().map(Plan::offsets).unwrap_or_default()
    }

    /// Indices of the records that stand on a date of the plan.
    #[wasm_bindgen(js_name = existingRuns)]
    pub fn existing_runs(&self) -> Vec<u32> {
        self.plan.as_ref().map(Plan::existing_runs).unwrap_or_default()
    }
}

/// The columns of `RowColumn` behind each other, for neighbouring dates.
#[wasm_bindgen(js_name = planRows)]
pub fn plan_rows(timetable: &RawTimetable, dates: &[f64]) -> Vec<f64> {
    let rows = Rows::of(&timetable.0, dates);
    let mut columns = rows.interval_start;
    for column in [rows.interval_end, rows.run_after, rows.previous, rows.next] {
        columns.extend_from_slice(&column);
    }
    columns
}

/// The number of runs beside the dates, how many of these are named, and their dates; then the numbers of `GapNumber` for each gap.
#[allow(clippy::too_many_arguments)]
#[wasm_bindgen(js_name = planMissing)]
pub fn plan_missing(
    timetable: &RawTimetable,
    start: f64,
    end: f64,
    dag_start: Option<f64>,
    now: Option<f64>,
    failed_is_missing: bool,
    by_interval: bool,
    dates: Vec<f64>,
    states: Vec<u8>,
    interval_starts: Vec<f64>,
    interval_ends: Vec<f64>,
) -> Answer<Vec<f64>> {
    let at = |ms: f64| Instant::clamped(ms as i64);
    let range = Range { start: at(start), end: at(end) };
    let timetable = match timetable.0.needs_anchor() {
        true => timetable.0.anchored(dag_start.map_or(range.start, at)),
        false => timetable.0.clone(),
    };
    let coverage = if by_interval { Coverage::Interval } else { Coverage::Date };
    let request = MissingRequest { range, failed_is_missing, coverage, now: now.map(at) };
    let mut history = History { dates, interval_starts, interval_ends, ..History::default() };
    for number in states {
        history.states.push(RunState::ALL.get(usize::from(number)).copied().unwrap_or(RunState::Queued));
    }
    let (gaps, off_grid) = missing(&timetable, request, &history).map_err(thrown)?;
    let mut told = vec![off_grid.count as f64, off_grid.first.len() as f64];
    told.extend(off_grid.first);
    for gap in gaps {
        told.extend([gap.start, gap.end, f64::from(gap.count), f64::from(gap.lack as u8)]);
    }
    Ok(told)
}

/// Sums by civil day, oldest first.
#[wasm_bindgen(js_name = planDays)]
pub fn plan_days(timetable: &RawTimetable, dates: &[f64], actions: &[u8]) -> Answer<JsValue> {
    answer(days_shape(&days(timetable.0.zone(), dates, actions)))
}

/// Most runs at once, then a makespan for each quantile, from durations of past runs; then the longest, and the load in equal parts of it.
#[wasm_bindgen(js_name = planSpread)]
#[allow(clippy::too_many_arguments)]
pub fn plan_spread(
    runs: u32,
    durations: &[f64],
    seed: f64,
    lanes: u32,
    rate_count: Option<u32>,
    rate_per: Option<f64>,
    quantiles: &[f64],
    now: f64,
    windows: &JsValue,
) -> Vec<f64> {
    let rate = rate_count.zip(rate_per).map(|(count, per)| (count as usize, per));
    let pace = Pace { run_duration: 0.0, max_parallel_runs: lanes as usize, rate };
    let (random, now) = (Random::new(seed as u64), Instant::clamped(now as i64));
    let found = spread_within(runs as usize, durations, pace, random, now, read_start_windows(windows).as_ref());
    let mut told = vec![found.peak as f64];
    for share in quantiles {
        told.push(found.quantile(*share));
    }
    told.push(found.longest());
    told.extend_from_slice(&found.load);
    told
}

/// Durations of whole runs, from those of their tasks: `durations` one task after another, `ends` where each one's end.
#[wasm_bindgen(js_name = planRunDurations)]
pub fn plan_run_durations(
    dag: &RawDag,
    slots: u32,
    durations: &[f64],
    ends: &[u32],
    draws: u32,
    seed: f64,
) -> Vec<f64> {
    let mut from = 0;
    let tasks = ends.iter().map(|end| {
        let own = durations.get(from..*end as usize).unwrap_or_default().to_vec();
        from = *end as usize;
        own
    });
    let tasks: Vec<Vec<f64>> = tasks.collect();
    run_durations(&dag.dag, slots as usize, &tasks, draws as usize, Random::new(seed as u64))
}

/// Makespan in milliseconds, end, and most runs at once, in the places of `EstimateNumber`.
#[wasm_bindgen(js_name = planEstimate)]
pub fn plan_estimate(
    runs: u32,
    now: f64,
    duration: f64,
    lanes: u32,
    rate_count: Option<u32>,
    rate_per: Option<f64>,
    windows: &JsValue,
) -> Vec<f64> {
    let rate = rate_count.zip(rate_per).map(|(count, per)| (count as usize, per));
    let pace = Pace { run_duration: duration, max_parallel_runs: lanes as usize, rate };
    let windows = read_start_windows(windows);
    let estimate = estimate_within(runs as usize, Instant::clamped(now as i64), pace, windows.as_ref());
    vec![estimate.makespan, estimate.finish_at.js(), estimate.peak as f64]
}
