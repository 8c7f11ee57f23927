//! What holds for every plan.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(not(target_arch = "wasm32"))]

use dagfill::plan::*;
use dagfill::schedule::{Dialect, Exclude, Kind, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Bounds, Date, Instant, Range};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

/// A plan's input, small enough to print.
#[derive(Debug, Clone)]
struct Case {
    cron: &'static str,
    options: TimetableOptions,
    request: Request,
    /// Records by hour of the range; those off the schedule stand on no date.
    records: Vec<(i64, RunState, bool, bool)>,
}

impl Case {
    fn timetable(&self) -> Timetable {
        let schedule = ScheduleInput::Cron { texts: vec![self.cron.into()], dialect: Dialect::Unix, day_match: None };
        Timetable::new(&schedule, &self.options).unwrap()
    }

    fn history(&self) -> History {
        let mut records = self.records.clone();
        records.sort_by_key(|record| record.0);
        records.dedup_by_key(|record| record.0);
        let start = self.request.bounds.range.start.ms();
        let mut history = History::default();
        for (hour, state, abandoned, own) in records {
            history.dates.push((start + hour * HOUR) as f64);
            history.states.push(state);
            history.abandoned.push(abandoned);
            history.run_ids.push(own.then(|| format!("mine_{hour}")));
        }
        history
    }

    fn build(&self) -> Plan {
        Plan::build(&self.timetable(), &self.request, &self.history()).unwrap()
    }
}

fn case() -> impl Strategy<Value = Case> {
    let reprocess = prop::sample::select(vec![
        Reprocess::Missing,
        Reprocess::RerunFailed,
        Reprocess::ResetAll,
        Reprocess::ResetFailed,
        Reprocess::Failed,
        Reprocess::Completed,
    ]);
    let options = (
        prop::sample::select(vec!["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
        prop::sample::select(vec![Kind::Interval, Kind::Trigger]),
        prop::sample::select(vec![None, Some(Exclude::Cron("0 * * * 6".into()))]),
    );
    let cron =
        prop::sample::select(vec!["@daily", "@hourly", "0 */6 * * *", "30 2 * * *", "0 9 * * 1-5", "0 0 31 * *"]);
    let records = prop::collection::vec(
        (-30_i64..700, prop::sample::select(RunState::ALL.to_vec()), any::<bool>(), any::<bool>()),
        0..40,
    );
    // Hours since 2011: Apia skips a day at the end of it.
    let bounds = (0_i64..120_000, 0_i64..600);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let excluded = prop::collection::vec(0_i64..600, 0..4);
    (cron, options, bounds, reprocess, flags, records, excluded, 0_i64..700).prop_map(
        |(cron, (zone, kind, exclude), (start, hours), reprocess, flags, records, excluded, now)| {
            let start = 1_293_840_000_000 + start * HOUR;
            let at = |hour: i64| Instant::new(start + hour * HOUR).unwrap();
            let range = Range { start: at(0), end: at(hours) };
            let bounds = Bounds { range, start_is_day: false, end_is_day: false };
            let mut request = Request::new("sales", bounds, at(now));
            request.reprocess = reprocess;
            (request.order, request.include_not_due) = (if flags.0 { Order::Newest } else { Order::Oldest }, flags.1);
            request.depends_on_past = flags.2 && !flags.0;
            request.exclude_dates = excluded.into_iter().map(|hour| Date::Number(at(hour).js())).collect();
            let options =
                TimetableOptions { time_zone: Some(zone.into()), kind, exclude, ..TimetableOptions::default() };
            Case { cron, options, request, records }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_keeps_its_word(case in case()) {
        let (timetable, history, plan) = (case.timetable(), case.history(), case.build());
        let mut dates = timetable.expand(case.request.bounds.range, None).unwrap();
        if case.request.order == Order::Newest {
            dates.reverse();
        }
        prop_assert_eq!(plan.dates(), &dates[..]);
        prop_assert_eq!(plan.counts().total() as usize, plan.len());
        let excluded = |date: f64| case.request.exclude_dates.contains(&Date::Number(date));
        let mut starts = 0;
        for (row, date) in dates.iter().enumerate() {
            let record = history.dates.iter().position(|at| at == date);
            prop_assert_eq!(plan.existing(row), record);
            let existing = record.map_or(Existing::None, |index| history.standing(index));
            let (action, reason) = (plan.action(row), plan.reason(row));
            prop_assert_eq!(reason.is_some(), action == Action::Skip);
            prop_assert_eq!(reason == Some(SkipReason::Excluded), excluded(*date));
            if action == Action::Skip {
                continue;
            }
            starts += 1;
            prop_assert_eq!((action, reason), decide(existing, case.request.reprocess));
            prop_assert_eq!(action == Action::Create, existing == Existing::None);
            prop_assert_ne!(existing, Existing::InFlight);
            let due = timetable.run_after(Instant::new(*date as i64).unwrap()) <= case.request.now;
            prop_assert!(due || case.request.include_not_due);
        }
        prop_assert_eq!(plan.counts().starts(), starts);
    }

    /// Read from its rows alone, without the pass that made them: nothing starts behind a record that has not succeeded.
    #[test]
    fn nothing_starts_behind_what_did_not_succeed(mut case in case()) {
        case.request.order = Order::Oldest;
        case.request.depends_on_past = true;
        let history = case.history();
        let plan = case.build();
        let mut free = case.clone();
        free.request.depends_on_past = false;
        let free = free.build();
        for row in 0..plan.len() {
            // The last date before this one that has a record, or would have one by now.
            let before = (0..row).rev().find(|row| plan.existing(*row).is_some() || free.action(*row) != Action::Skip);
            let succeeds = |row: usize| match (plan.action(row), free.action(row)) {
                (Action::Skip, Action::Skip) => plan.existing(row).is_some_and(|index| history.standing(index) == Existing::Success),
                (action, _) => action != Action::Skip,
            };
            // The first row is let through if it starts.
            if row == 0 {
                prop_assert_eq!(plan.action(0), free.action(0));
            }
            match before {
                Some(before) if succeeds(before) => prop_assert_eq!(plan.action(row), free.action(row)),
                Some(_) => prop_assert_eq!(plan.action(row), Action::Skip),
                None => {}
            }
            prop_assert!(plan.action(row) == free.action(row) || plan.reason(row) == Some(SkipReason::DependsOnPast));
        }
    }

    #[test]
    fn existing_runs_and_days_add_up(case in case()) {
        let (history, plan) = (case.history(), case.build());
        let on_dates: Vec<u32> = (0..history.dates.len() as u32)
            .filter(|index| plan.dates().contains(&history.dates[*index as usize]))
            .collect();
        prop_assert_eq!(plan.existing_runs(), on_dates);
        let mut sum = Counts::default();
        let days = plan.days();
        for day in &days {
            sum.create += day.counts.create;
            sum.rerun += day.counts.rerun;
            sum.reset += day.counts.reset;
            sum.skip += day.counts.skip;
        }
        prop_assert_eq!(sum, plan.counts());
        prop_assert!(days.windows(2).all(|pair| pair[0].day < pair[1].day));
    }

    #[test]
    fn equal_plans_have_equal_hashes_and_others_do_not(case in case(), mut other in case()) {
        let plan = case.build();
        let again = case.build();
        prop_assert_eq!(plan.hash(), again.hash());
        // The same range over another history.
        other.request = Request { reprocess: other.request.reprocess, ..case.request.clone() };
        (other.cron, other.options) = (case.cron, case.options.clone());
        let others = other.build();
        let ids = |plan: &Plan, history: &History| -> Vec<Option<String>> {
            let own = |row: usize| plan.existing(row).filter(|_| plan.action(row) != Action::Skip);
            (0..plan.len()).map(|row| own(row).and_then(|index| history.run_ids[index].clone())).collect()
        };
        let same = plan.actions() == others.actions() && ids(&plan, &case.history()) == ids(&others, &other.history());
        prop_assert_eq!(plan.hash() == others.hash(), same);
        prop_assert_eq!(plan.insist(others.hash()).is_ok(), same);
    }

    #[test]
    fn rows_in_parts_are_the_rows(case in case(), cut in 0_usize..100) {
        let plan = case.build();
        let (whole, first, rest) = (plan.rows(0..plan.len()), plan.rows(0..cut), plan.rows(cut..plan.len()));
        let bits = |column: &[f64]| column.iter().map(|ms| ms.to_bits()).collect::<Vec<_>>();
        for (whole, first, rest) in [
            (&whole.previous, &first.previous, &rest.previous),
            (&whole.next, &first.next, &rest.next),
            (&whole.interval_start, &first.interval_start, &rest.interval_start),
            (&whole.interval_end, &first.interval_end, &rest.interval_end),
            (&whole.run_after, &first.run_after, &rest.run_after),
            (&whole.offset_seconds, &first.offset_seconds, &rest.offset_seconds),
        ] {
            prop_assert_eq!(bits(whole), [bits(first), bits(rest)].concat());
        }
    }

    /// Against a simulation that looks for the first free lane each time.
    #[test]
    fn estimates_are_those_of_a_plain_simulation(
        runs in 0_usize..60, lanes in 1_usize..8, duration in 1_u32..50, count in 1_usize..6, per in 1_u32..50,
    ) {
        let now = Instant::new(0).unwrap();
        let (duration, per) = (f64::from(duration), f64::from(per));
        let plain = |rate: Option<(usize, f64)>| {
            let (mut free, mut starts) = (vec![0.0_f64; lanes], Vec::<f64>::new());
            for _ in 0..runs {
                let lane = (0..lanes).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap();
                let window = rate.and_then(|(count, per)| Some(starts.get(starts.len().checked_sub(count)?)? + per));
                let start = free[lane].max(window.unwrap_or(0.0));
                free[lane] = start + duration;
                starts.push(start);
            }
            let end = if runs == 0 { 0.0 } else { free.iter().copied().fold(0.0, f64::max) };
            let running = |at: f64| starts.iter().filter(|start| **start <= at && at < **start + duration).count();
            (end, starts.iter().map(|start| running(*start)).max().unwrap_or(0))
        };
        for rate in [None, Some((count, per))] {
            let found = estimate(runs, now, Pace { run_duration: duration, max_parallel_runs: lanes, rate });
            prop_assert_eq!((found.makespan, found.peak), plain(rate));
        }
    }
}
