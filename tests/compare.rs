//! Comparisons of schedules against a model that looks at every pair of dates.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use dagfill::plan::{Change, compare};
use dagfill::schedule::{Date, Dialect, Exclude, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Instant, Range};
use proptest::prelude::*;

type Row = (u8, Vec<f64>, Vec<f64>);

/// The rows of two lists of spans: every pair is looked at.
fn model(old: &[(f64, f64)], new: &[(f64, f64)]) -> Vec<Row> {
    let shared = |a: (f64, f64), b: (f64, f64)| (a.1.min(b.1) - a.0.max(b.0)).max(0.0);
    let best = |one: (f64, f64), others: &[(f64, f64)]| {
        let most = others.iter().map(|other| shared(one, *other)).fold(0.0, f64::max);
        (most > 0.0).then(|| others.iter().position(|other| shared(one, *other) == most).unwrap())
    };
    let takes: Vec<Option<usize>> = new.iter().map(|span| best(*span, old)).collect();
    let after = |index: usize| -> Vec<usize> { (0..new.len()).filter(|at| takes[*at] == Some(index)).collect() };
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(
        (0..new.len()).filter(|at| takes[*at].is_none()).map(|at| (Change::Missing as u8, vec![], vec![new[at].0])),
    );
    let mut joined = vec![Vec::new(); old.len()];
    for index in (0..old.len()).filter(|index| after(*index).is_empty()) {
        let host = best(old[index], new).and_then(|at| takes[at]).filter(|host| after(*host).len() == 1);
        match host {
            Some(host) => joined[host].push(old[index].0),
            None => rows.push((Change::Orphaned as u8, vec![old[index].0], vec![])),
        }
    }
    for index in 0..old.len() {
        let dates: Vec<f64> = after(index).into_iter().map(|at| new[at].0).collect();
        let mut before = joined[index].clone();
        let kind = match (dates.len(), before.len()) {
            (0, _) => continue,
            (1, 0) if dates[0] == old[index].0 => Change::Kept,
            (1, 0) => Change::Moved,
            (1, _) => Change::Merged,
            _ => Change::Split,
        };
        before.push(old[index].0);
        before.sort_by(f64::total_cmp);
        rows.push((kind as u8, before, dates));
    }
    rows
}

fn text() -> impl Strategy<Value = ScheduleInput> {
    let cron = |text: String| ScheduleInput::Cron { texts: vec![text], dialect: Dialect::Unix, day_match: None };
    prop_oneof![
        3 => (0..60u32, 0..24u32).prop_map(move |(minute, hour)| cron(format!("{minute} {hour} * * *"))),
        2 => (0..60u32, 1..13u32).prop_map(move |(minute, step)| cron(format!("{minute} */{step} * * *"))),
        1 => (0..7u32, 0..7u32).prop_map(move |(a, b)| cron(format!("0 9 * * {a},{b}"))),
        1 => (1..29u32).prop_map(move |day| cron(format!("0 0 {day} * *"))),
        2 => (1..70i64).prop_map(|hours| ScheduleInput::Every { period: format!("PT{hours}H"), anchor: Some(Date::Number(0.0)) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rows_are_those_of_the_model(before in text(), after in text(), start in 19_700..19_760i64, days in 1..12i64, exclude: bool) {
        let exclude = exclude.then(|| Exclude::Cron("* * * * 6,0".into()));
        let options = TimetableOptions { exclude, time_zone: Some("Europe/London".into()), ..Default::default() };
        let before = Timetable::new(&before, &TimetableOptions::default()).unwrap();
        let after = Timetable::new(&after, &options).unwrap();
        let day = |day: i64| Instant::clamped(day * 86_400_000);
        let range = Range { start: day(start), end: day(start + days) };
        let found = compare(&before, &after, range, None).unwrap();
        let wide = Range { start: day(start - 150), end: day(start + days + 150) };
        let spans = |timetable: &Timetable| -> Vec<(f64, f64)> {
            let dates = timetable.expand(wide, None).unwrap();
            let ends = timetable.interval_ends(&dates);
            dates.into_iter().zip(ends).collect()
        };
        let inside = |date: &f64| range.start.js() <= *date && *date <= range.end.js();
        let clipped = |dates: Vec<f64>| match dates.iter().any(inside) {
            true => dates.into_iter().filter(inside).collect(),
            false => dates.into_iter().take(1).collect::<Vec<_>>(),
        };
        let mut expected: Vec<Row> = model(&spans(&before), &spans(&after)).into_iter()
            .filter(|(_, before, after)| before.iter().chain(after).any(inside))
            .map(|(kind, before, after)| (kind, clipped(before), clipped(after)))
            .collect();
        let (mut old, mut new) = (found.before.iter().copied(), found.after.iter().copied());
        let mut rows: Vec<Row> = Vec::new();
        for (row, kind) in found.kind.iter().enumerate() {
            let take = |dates: &mut dyn Iterator<Item = f64>, count: u32| dates.take(count as usize).collect::<Vec<_>>();
            rows.push((*kind, take(&mut old, found.sizes[2 * row]), take(&mut new, found.sizes[2 * row + 1])));
        }
        let order = |a: &Row, b: &Row| format!("{a:?}").cmp(&format!("{b:?}"));
        rows.sort_by(order);
        expected.sort_by(order);
        prop_assert_eq!(rows, expected);
        // Every date of the range is in one row.
        let count = |timetable: &Timetable, dates: &[f64]| (timetable.count(range), dates.iter().filter(|date| inside(date)).count() as u64);
        let (all, listed) = count(&before, &found.before);
        prop_assert_eq!(all, listed);
        let (all, listed) = count(&after, &found.after);
        prop_assert_eq!(all, listed);
    }
}
