//! What becomes of the dates when one schedule takes the place of another.

use crate::error::{Error, Result};
use crate::schedule::{Kind, Timetable};
use crate::sort::sort_by;
use crate::time::{Instant, Range};

/// What became of a date. The numbers are those of the column `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is a date of both schedules.
    Kept,
    /// Another date takes its place.
    Moved,
    /// A date of the schedule before that none takes the place of.
    Orphaned,
    /// A date of the schedule after that takes the place of none.
    Missing,
    /// Several dates take its place.
    Split,
    /// One date takes the place of several.
    Merged,
}

impl Change {
    /// Every change with its name, in the order of its number.
    pub const ALL: [(&'static str, Change); 6] = [
        ("kept", Change::Kept),
        ("moved", Change::Moved),
        ("orphaned", Change::Orphaned),
        ("missing", Change::Missing),
        ("split", Change::Split),
        ("merged", Change::Merged),
    ];
}

/// Rows as columns, ascending by their first date.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Numbers of [`Change`].
    pub kind: Vec<u8>,
    /// How many dates before and after each row has, in turn.
    pub sizes: Vec<u32>,
    /// The dates before of all rows, one row after the other, as milliseconds since 1970.
    pub before: Vec<f64>,
    /// The dates after of all rows.
    pub after: Vec<f64>,
    /// Seconds of the row's new runs that old runs have covered already.
    pub overlap_seconds: Vec<f64>,
    /// Seconds of the row's old runs that no new run covers, and of its new runs that no old run has covered.
    pub uncovered_seconds: Vec<f64>,
}

/// Dates of a schedule with what their runs cover, both ascending; at least a millisecond each.
struct Spans {
    dates: Vec<f64>,
    starts: Vec<f64>,
    ends: Vec<f64>,
}

impl Spans {
    fn new(timetable: &Timetable, range: Range, as_points: bool) -> Result<Spans> {
        let dates = timetable.expand(range, None)?;
        let (starts, ends) = if as_points {
            (dates.clone(), dates.clone())
        } else {
            (timetable.interval_starts(&dates), timetable.interval_ends(&dates))
        };
        let ends = starts.iter().zip(&ends).map(|(start, end)| end.max(start + 1.0)).collect();
        Ok(Spans { dates, starts, ends })
    }

    fn span(&self, index: usize) -> Option<(f64, f64)> {
        Some((*self.starts.get(index)?, *self.ends.get(index)?))
    }

    /// For each span of `self` the one of `others` that shares most of it, the earliest of equal ones.
    fn best_of(&self, others: &Spans) -> Vec<Option<usize>> {
        let mut first = 0;
        let mut best = Vec::with_capacity(self.dates.len());
        for (start, end) in self.starts.iter().zip(&self.ends) {
            while others.ends.get(first).is_some_and(|other| other <= start) {
                first += 1;
            }
            let mut found: Option<(usize, f64)> = None;
            let mut index = first;
            while let Some((from, to)) = others.span(index).filter(|(from, _)| from < end) {
                let shared = end.min(to) - start.max(from);
                if shared > 0.0 && found.is_none_or(|(_, most)| shared > most) {
                    found = Some((index, shared));
                }
                index += 1;
            }
            best.push(found.map(|(index, _)| index));
        }
        best
    }
}

/// Time that is covered, as disjoint spans, each with the length of all before it.
struct Cover(Vec<(f64, f64, f64)>);

impl Cover {
    fn new(mut spans: Vec<(f64, f64)>) -> Cover {
        sort_by(&mut spans, |a, b| a.0 < b.0);
        let mut cover: Vec<(f64, f64, f64)> = Vec::new();
        for (start, end) in spans.into_iter().filter(|(start, end)| start < end) {
            match cover.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                Some((from, to, before)) => {
                    let before = *before + (*to - *from);
                    cover.push((start, end, before));
                }
                None => cover.push((start, end, 0.0)),
            }
        }
        Cover(cover)
    }

    /// How much is covered before `at`.
    fn until(&self, at: f64) -> f64 {
        let index = self.0.partition_point(|(start, ..)| *start < at);
        let last = index.checked_sub(1).and_then(|index| self.0.get(index));
        last.map_or(0.0, |(start, end, before)| before + (end.min(at) - start))
    }

    fn shared(&self, (start, end): (f64, f64)) -> f64 {
        self.until(end) - self.until(start)
    }
}

/// A row before its columns: indices of dates before and after.
struct Row {
    change: Change,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Compares two schedules over `range`. A period without an anchor counts from its start. `existing`: what runs that exist cover;
/// without it every date before is taken to have run. RANGE_TOO_LARGE for more than 10,000,000 dates.
///
/// Dates belong together whose runs cover most of the same time; where one of the schedules covers nothing (kind trigger without a
/// window), or only one has a window, equal dates, and then those that are nearest to each other: nothing is covered then.
pub fn compare(
    before: &Timetable,
    after: &Timetable,
    range: Range,
    existing: Option<&[(f64, f64)]>,
) -> Result<Comparison> {
    let scheduled = |timetable: &Timetable, field| {
        timetable
            .scheduled()
            .map(|timetable| timetable.anchored(range.start))
            .map_err(|error: Error| error.field(field))
    };
    let (before, after) = (scheduled(before, "before")?, scheduled(after, "after")?);
    let covers_nothing = |timetable: &Timetable| timetable.kind() == Kind::Trigger && !timetable.has_window();
    let as_points = covers_nothing(&before) || covers_nothing(&after) || before.has_window() != after.has_window();
    // What a date at the edge belongs to lies up to three dates away.
    let mut wide = range;
    for _ in 0..3 {
        let previous = [before.previous(wide.start), after.previous(wide.start)];
        let next = [before.next(wide.end), after.next(wide.end)];
        wide.start = previous.into_iter().flatten().fold(wide.start, Instant::min);
        wide.end = next.into_iter().flatten().fold(wide.end, Instant::max);
    }
    let (old, new) = (Spans::new(&before, wide, as_points)?, Spans::new(&after, wide, as_points)?);
    let mut rows = rows_of(&old, &new);
    if as_points {
        pair_nearest(&mut rows, &old, &new);
    }
    let all = |spans: &Spans| spans.starts.iter().copied().zip(spans.ends.iter().copied()).collect();
    let covers =
        (!as_points).then(|| (Cover::new(existing.map_or_else(|| all(&old), <[_]>::to_vec)), Cover::new(all(&new))));
    Ok(columns(&rows, &old, &new, range, covers))
}

fn rows_of(old: &Spans, new: &Spans) -> Vec<Row> {
    let takes = new.best_of(old);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); old.dates.len()];
    let mut rows = Vec::new();
    for (index, best) in takes.iter().enumerate() {
        match best.and_then(|best| after.get_mut(best)) {
            Some(after) => after.push(index),
            None => rows.push(Row { change: Change::Missing, before: Vec::new(), after: vec![index] }),
        }
    }
    // A date that none takes the place of goes with the one that shares most of its time, unless that one splits.
    let mut joined: Vec<Vec<usize>> = vec![Vec::new(); old.dates.len()];
    for (index, best) in old.best_of(new).into_iter().enumerate() {
        if after.get(index).is_some_and(|after| !after.is_empty()) {
            continue;
        }
        let host = best.and_then(|best| takes.get(best).copied().flatten());
        let host = host.filter(|host| after.get(*host).is_some_and(|after| after.len() == 1));
        match host.and_then(|host| joined.get_mut(host)) {
            Some(joined) => joined.push(index),
            None => rows.push(Row { change: Change::Orphaned, before: vec![index], after: Vec::new() }),
        }
    }
    for (index, (after, mut before)) in after.into_iter().zip(joined).enumerate() {
        let same = after.first().and_then(|first| new.dates.get(*first)) == old.dates.get(index);
        let change = match (after.len(), before.len()) {
            (0, _) => continue,
            (1, 0) if same => Change::Kept,
            (1, 0) => Change::Moved,
            (1, _) => Change::Merged,
            _ => Change::Split,
        };
        before.push(index);
        sort_by(&mut before, |a, b| a < b);
        rows.push(Row { change, before, after });
    }
    let first = |row: &Row| {
        let date = |dates: &[f64], index: Option<&usize>| index.and_then(|index| dates.get(*index)).copied();
        let (before, after) = (date(&old.dates, row.before.first()), date(&new.dates, row.after.first()));
        before.unwrap_or(f64::INFINITY).min(after.unwrap_or(f64::INFINITY))
    };
    sort_by(&mut rows, |a, b| first(a) < first(b));
    rows
}

/// Between two dates that stay, an orphaned and a missing one that are nearest to each other are one that moved.
fn pair_nearest(rows: &mut Vec<Row>, old: &Spans, new: &Spans) {
    let date = |row: &Row| {
        let (before, after) = (row.before.first(), row.after.first());
        let before = before.and_then(|index| old.dates.get(*index));
        before.or_else(|| after.and_then(|index| new.dates.get(*index))).copied()
    };
    let distance = |a: Option<&Row>, b: Option<&Row>| {
        let pair = a.zip(b).filter(|(a, b)| {
            matches!((a.change, b.change), (Change::Orphaned, Change::Missing) | (Change::Missing, Change::Orphaned))
        });
        pair.and_then(|(a, b)| Some((date(b)? - date(a)?).abs())).unwrap_or(f64::INFINITY)
    };
    let mut paired = Vec::with_capacity(rows.len());
    let mut rest = std::mem::take(rows).into_iter().peekable();
    let mut next = rest.next();
    while let Some(row) = next {
        let here = distance(Some(&row), rest.peek());
        let partner = if here.is_finite() { rest.next() } else { None };
        // The partner may be nearer to the one behind it.
        match partner {
            Some(partner) if here <= distance(Some(&partner), rest.peek()) => {
                let (before, after) =
                    if row.before.is_empty() { (partner.before, row.after) } else { (row.before, partner.after) };
                paired.push(Row { change: Change::Moved, before, after });
                next = rest.next();
            }
            Some(partner) => {
                paired.push(row);
                next = Some(partner);
            }
            None => {
                paired.push(row);
                next = rest.next();
            }
        }
    }
    *rows = paired;
}

fn columns(rows: &[Row], old: &Spans, new: &Spans, range: Range, covers: Option<(Cover, Cover)>) -> Comparison {
    let inside = |date: f64| range.start.js() <= date && date <= range.end.js();
    let mut found = Comparison::default();
    for row in rows {
        let dates = |spans: &Spans, indices: &[usize]| -> Vec<f64> {
            indices.iter().filter_map(|index| spans.dates.get(*index)).copied().collect()
        };
        let (mut before, mut after) = (dates(old, &row.before), dates(new, &row.after));
        if !before.iter().chain(&after).any(|date| inside(*date)) {
            continue;
        }
        for dates in [&mut before, &mut after] {
            // Of those beyond the range one is enough to say where a date belongs.
            if dates.iter().any(|date| inside(*date)) {
                dates.retain(|date| inside(*date));
            } else {
                dates.truncate(1);
            }
        }
        let (mut overlap, mut uncovered) = (0.0, 0.0);
        if let Some((covered_before, covered_after)) = &covers {
            for (spans, indices, cover, is_new) in
                [(old, &row.before, covered_after, false), (new, &row.after, covered_before, true)]
            {
                let kept = indices.iter().filter(|index| spans.dates.get(**index).is_some_and(|date| inside(*date)));
                for span in kept.filter_map(|index| spans.span(*index)) {
                    let shared = cover.shared(span);
                    uncovered += span.1 - span.0 - shared;
                    overlap += if is_new && row.change != Change::Kept { shared } else { 0.0 };
                }
            }
        }
        found.kind.push(row.change as u8);
        found.sizes.extend([before.len() as u32, after.len() as u32]);
        found.before.append(&mut before);
        found.after.append(&mut after);
        found.overlap_seconds.push(overlap / 1000.0);
        found.uncovered_seconds.push(uncovered / 1000.0);
    }
    found
}
