//! Where dates come from, whatever the schedule: all in a range, how many, the next, the previous.

use std::rc::Rc;

use super::Dst;
use super::every::Every;
use super::expand;
use super::pattern::Pattern;
use super::rolled::Rolled;
use crate::time::{DAY_MS, Instant, Range, Zone};

/// The dates of a schedule before anything is excluded.
#[derive(Debug, Clone)]
pub(super) enum Source {
    None,
    Once(Option<Instant>),
    Cron(Rc<Vec<Rc<Pattern>>>),
    Every(Every, Option<Instant>),
    Dates(Rc<[f64]>),
    /// None of them is a union itself.
    Union(Rc<[Source]>),
    /// Dates that move one by one.
    Rolled(Rc<Rolled>),
}

/// So many dates are made at a time where only some of them are kept.
pub(super) const PAGE: usize = 65_536;

impl Source {
    /// What it is made of: the members of a union, or itself.
    pub(super) fn members(&self) -> &[Source] {
        match self {
            Source::Union(members) => members,
            one => std::slice::from_ref(one),
        }
    }

    /// All cron texts.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Rc<Pattern>> {
        self.members().iter().flat_map(|member| match member {
            Source::Cron(patterns) => patterns.as_slice(),
            _ => &[],
        })
    }

    /// The same, with `change` made to each member.
    pub(super) fn map(&self, change: &dyn Fn(&Source) -> Source) -> Source {
        match self {
            Source::Union(members) => Source::Union(members.iter().map(change).collect()),
            one => change(one),
        }
    }

    /// A source of the same kind, union or not, with other members.
    pub(super) fn with_members(&self, members: Vec<Source>) -> Source {
        match self {
            Source::Union(_) => Source::Union(members.into()),
            one => members.into_iter().next().unwrap_or_else(|| one.clone()),
        }
    }

    /// All dates in `range`, ascending, without duplicates, at most `limit`. A period without an anchor counts from the
    /// range's start.
    pub(super) fn expand(&self, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
        if range.is_empty() {
            return Vec::new();
        }
        match self {
            Source::None => Vec::new(),
            Source::Once(at) => {
                let at = at.unwrap_or(range.start);
                if limit > 0 && range.contains(at) { vec![at.js()] } else { Vec::new() }
            }
            Source::Every(every, anchor) => every.expand(anchor.unwrap_or(range.start), zone, dst, range, limit),
            Source::Dates(dates) => {
                let start = dates.partition_point(|date| *date < range.start.js());
                let end = dates.partition_point(|date| *date <= range.end.js());
                dates.get(start..end.min(start.saturating_add(limit))).unwrap_or_default().to_vec()
            }
            Source::Cron(patterns) => {
                let parts = patterns.iter().map(|pattern| expand::expand(pattern, zone, dst, range, limit));
                merged(parts.collect(), limit)
            }
            Source::Rolled(rolled) => rolled.expand(zone, dst, range, limit),
            Source::Union(members) => {
                let parts = members.iter().map(|member| member.expand(zone, dst, range, limit));
                merged(parts.collect(), limit)
            }
        }
    }

    /// The same, with `at` as the date that a period without an anchor counts from, and as the one date of `@once`.
    pub(super) fn anchored(&self, at: Instant) -> Source {
        self.map(&|member| match member {
            Source::Every(every, None) => Source::Every(*every, Some(at)),
            Source::Once(None) => Source::Once(Some(at)),
            Source::Rolled(rolled) => {
                Source::Rolled(Rc::new(Rolled { source: rolled.source.anchored(at), ..Rolled::clone(rolled) }))
            }
            other => other.clone(),
        })
    }

    /// Whether there are dates that count from an anchor which is not known yet.
    pub(super) fn needs_anchor(&self) -> bool {
        self.members().iter().any(|member| match member {
            Source::Every(_, None) | Source::Once(None) => true,
            Source::Rolled(rolled) => rolled.source.needs_anchor(),
            _ => false,
        })
    }

    /// Whether there is any date in the years 1 to 9999, as far as days decide that.
    pub(super) fn ever_fires(&self) -> bool {
        self.members().iter().any(|member| match member {
            Source::Cron(patterns) => patterns.iter().any(|pattern| pattern.ever_fires()),
            Source::Rolled(rolled) => rolled.source.ever_fires(),
            _ => true,
        })
    }

    /// How many dates there are, without holding them all.
    pub(super) fn count(&self, zone: &Zone, dst: Dst, range: Range) -> u64 {
        if let Source::Cron(patterns) = self
            && let [pattern] = patterns.as_slice()
        {
            return expand::count(pattern, zone, dst, range);
        }
        match self {
            Source::Every(every, anchor) if every.is_elapsed() => every.estimate(anchor.unwrap_or(range.start), range),
            Source::Cron(_) | Source::Every(..) | Source::Union(_) | Source::Rolled(_) => {
                let this = self.anchored(range.start);
                let most = this.page_size();
                let page = |range| this.expand(zone, dst, range, most);
                pages(range, most, &|range| this.estimate(range), &page, &|page| page.len() as u64)
            }
            _ => self.expand(zone, dst, range, usize::MAX).len() as u64,
        }
    }

    /// The cron texts, periods and lists that it is made of.
    pub(super) fn part_count(&self) -> usize {
        match self {
            Source::Cron(patterns) => patterns.len(),
            Source::Union(members) => members.iter().map(Source::part_count).sum(),
            _ => 1,
        }
    }

    /// How many dates to look at in one go: a page costs some time for each part, however few of its dates are in it.
    pub(super) fn page_size(&self) -> usize {
        (self.part_count() * 1_024).clamp(PAGE, 16 * PAGE)
    }

    /// Whether `count` needs no look at the single dates.
    pub(super) fn is_counted_at_once(&self) -> bool {
        match self {
            Source::Cron(patterns) => patterns.len() == 1,
            Source::Every(every, _) => every.is_elapsed(),
            Source::Union(_) | Source::Rolled(_) => false,
            Source::None | Source::Once(_) | Source::Dates(_) => true,
        }
    }

    /// More dates than there can be, where that is known without a walk.
    pub(super) fn bound(&self, range: Range) -> Option<u64> {
        match self {
            Source::Cron(patterns) => Some(patterns.iter().map(|pattern| expand::bound(pattern, range)).sum()),
            _ => None,
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
            Source::Union(members) => members.iter().map(|member| member.estimate(range)).sum(),
            Source::Rolled(rolled) => rolled.source.estimate(range),
        }
    }

    /// The last `n` dates before `before`, ascending. Window after window is expanded, each before the one before it and as a
    /// rule larger: the fourteen kinds of year all come back within forty years, so that for most schedules a few steps reach a
    /// date or the end of the search.
    pub(super) fn last(&self, zone: &Zone, dst: Dst, before: Instant, n: usize) -> Vec<f64> {
        let mut smallest = DAY_MS / 24;
        for member in self.members() {
            let named = if let Source::Rolled(rolled) = member { &rolled.source } else { member };
            if let Source::Every(every, _) = named {
                // An hour of milliseconds would be 3.6 million dates.
                smallest = smallest.min(every.0.ms.max(1).saturating_mul(n as i64)).max(1);
            }
        }
        let most = PAGE.max(4 * n) as u64;
        let (mut found, mut width) = (Vec::new(), smallest);
        let mut end = before.ms() - 1;
        while end >= Instant::MIN.ms() && found.len() < n {
            let window = |width: i64| Range { start: Instant::clamped(end - width), end: Instant::clamped(end) };
            // Behind a long hole, such as years that are not named, a large window may hold far more than is asked for.
            while width > smallest && self.estimate(window(width)) > most {
                width = (width / 8).max(smallest);
            }
            let range = window(width);
            let mut dates = self.expand(zone, dst, range, usize::MAX);
            let grow = if dates.is_empty() { 8 } else { (n as i64 / dates.len() as i64 + 1).clamp(2, 4_096) };
            width = width.saturating_mul(grow);
            end = range.start.ms() - 1;
            dates.append(&mut found);
            found = dates;
        }
        found.split_off(found.len().saturating_sub(n))
    }
}

/// The first `limit` dates of all parts, each once. Neighbours are merged, then their neighbours: one after the other into a
/// growing list would look at each date as often as there are parts.
fn merged(mut parts: Vec<Vec<f64>>, limit: usize) -> Vec<f64> {
    while parts.len() > 1 {
        let mut pairs = std::mem::take(&mut parts).into_iter();
        while let Some(mut dates) = pairs.next() {
            if let Some(more) = pairs.next() {
                expand::merge(&mut dates, 0, &more);
            }
            dates.truncate(limit);
            parts.push(dates);
        }
    }
    // A single part may hold more than it was asked for.
    let mut dates = parts.pop().unwrap_or_default();
    dates.truncate(limit);
    dates
}

/// Adds up `size` of all pages of a range. By `estimate` a page holds about the `most` dates that `page` makes at a time: what each
/// of many parts has behind the end of the page would be made again for the next one.
pub(super) fn pages(
    range: Range,
    most: usize,
    estimate: &dyn Fn(Range) -> u64,
    page: &dyn Fn(Range) -> Vec<f64>,
    size: &dyn Fn(Vec<f64>) -> u64,
) -> u64 {
    let (mut total, mut start) = (0, range.start);
    while start.ms() <= range.end.ms() {
        let mut window = Range { start, ..range };
        while estimate(window) > most as u64 && window.end.ms() - start.ms() > DAY_MS / 24 {
            window.end = Instant::clamped(start.ms() + (window.end.ms() - start.ms()) / 2);
        }
        let dates = page(window);
        let last = dates.last().copied().filter(|_| dates.len() >= most);
        total += size(dates);
        let end = last.map_or(window.end.ms(), |last| last as i64);
        // Behind the last instant there is none.
        if end >= range.end.ms() {
            break;
        }
        start = Instant::clamped(end + 1);
    }
    total
}
