//! Where dates come from, whatever the schedule: all in a range, how many, the next, the previous.

use std::rc::Rc;

use super::Dst;
use super::every::Every;
use super::expand;
use super::pattern::Pattern;
use crate::time::{DAY_MS, Instant, Range, Zone};

/// The dates of a schedule before anything is excluded.
#[derive(Debug, Clone)]
pub(super) enum Source {
    None,
    Once(Option<Instant>),
    Cron(Rc<[Rc<Pattern>]>),
    Every(Every, Option<Instant>),
    Dates(Rc<[f64]>),
}

/// So many dates are made at a time where only some of them are kept.
pub(super) const PAGE: usize = 65_536;

impl Source {
    /// All dates in `range`, ascending, without duplicates, at most `limit`. A period without an anchor counts from the
    /// range's start.
    pub(super) fn expand(&self, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
        if range.is_empty() {
            return Vec::new();
        }
        match self {
            Source::None => Vec::new(),
            Source::Once(at) => Some(at.unwrap_or(range.start))
                .filter(|at| range.contains(*at))
                .map(Instant::js)
                .into_iter()
                .take(limit)
                .collect(),
            Source::Every(every, anchor) => every.expand(anchor.unwrap_or(range.start), zone, dst, range, limit),
            Source::Dates(dates) => {
                let start = dates.partition_point(|date| *date < range.start.js());
                let end = dates.partition_point(|date| *date <= range.end.js());
                dates.get(start..end).unwrap_or_default().iter().take(limit).copied().collect()
            }
            Source::Cron(patterns) => {
                let mut all = patterns.iter().map(|pattern| expand::expand(pattern, zone, dst, range, limit));
                let mut dates = all.next().unwrap_or_default();
                for more in all {
                    expand::merge(&mut dates, 0, &more);
                }
                dates.truncate(limit);
                dates
            }
        }
    }

    /// How many dates there are, without holding them all.
    pub(super) fn count(&self, zone: &Zone, dst: Dst, range: Range) -> u64 {
        match self {
            Source::Cron(patterns) => match &**patterns {
                [pattern] => expand::count(pattern, zone, dst, range),
                _ => pages(range, |range| self.expand(zone, dst, range, PAGE), |page| page.len() as u64),
            },
            Source::Every(every, anchor) if every.is_elapsed() => every.estimate(anchor.unwrap_or(range.start), range),
            Source::Every(every, None) => Source::Every(*every, Some(range.start)).count(zone, dst, range),
            Source::Every(..) => pages(range, |range| self.expand(zone, dst, range, PAGE), |page| page.len() as u64),
            _ => self.expand(zone, dst, range, usize::MAX).len() as u64,
        }
    }

    /// About how many dates there are, and hardly ever fewer than there are. Costs microseconds.
    pub(super) fn estimate(&self, range: Range) -> u64 {
        match self {
            Source::None => 0,
            Source::Once(_) => 1,
            Source::Dates(dates) => dates.len() as u64,
            Source::Every(every, anchor) => every.estimate(anchor.unwrap_or(range.start), range),
            Source::Cron(patterns) => patterns.iter().map(|pattern| expand::estimate(pattern, range)).sum(),
        }
    }

    /// The last `n` dates before `before`, ascending. The window grows until it holds them: the fourteen kinds of year all
    /// come back within forty years, so that for most schedules a few steps reach a date or the end of the search.
    pub(super) fn last(&self, zone: &Zone, dst: Dst, before: Instant, n: usize) -> Vec<f64> {
        let end = before.ms() - 1;
        let mut width = DAY_MS / 24;
        if let Source::Every(every, _) = self {
            // An hour of milliseconds would be 3.6 million dates.
            width = width.min(every.0.ms.max(1).saturating_mul(n as i64)).max(1);
        }
        loop {
            let range = Range { start: Instant::clamped(end - width), end: Instant::clamped(end) };
            if end < Instant::MIN.ms() {
                return Vec::new();
            }
            let whole = range.start == Instant::MIN;
            // A window that would hold far more than is asked for is never expanded: the smaller one before it was too small.
            let mut dates = self.expand(zone, dst, range, usize::MAX);
            if dates.len() >= n || whole {
                return dates.split_off(dates.len().saturating_sub(n));
            }
            let grow = if dates.is_empty() { 8 } else { (n as i64 / dates.len() as i64 + 1).clamp(2, 4_096) };
            width = width.saturating_mul(grow);
        }
    }
}

/// Adds up `size` of all pages of a range.
pub(super) fn pages(range: Range, page: impl Fn(Range) -> Vec<f64>, size: impl Fn(&[f64]) -> u64) -> u64 {
    let (mut total, mut start) = (0, range.start);
    loop {
        let dates = page(Range { start, ..range });
        total += size(&dates);
        match dates.last() {
            Some(last) if dates.len() >= PAGE => start = Instant::clamped(*last as i64 + 1),
            _ => return total,
        }
    }
}
