//! The hot loop: the dates of one pattern in one zone, as epoch milliseconds.
//!
//! While the zone's offset is steady a day's dates are its midnight plus a table. Within days of a clock change the same
//! table is cut at the change instead: one piece for each offset, and the pieces that a gap removed, moved or dropped.

use std::ops::ControlFlow;

use super::Dst;
use super::pattern::Pattern;
use crate::time::{DAY_MS, Instant, Range, Zone};

/// What becomes of a wall-clock time in a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Drop,
    Forward,
    Back,
}

/// Which reading of a repeated wall-clock time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    First,
    Second,
    Both,
}

/// The rule of `dst` for an expression that covers every hour, or does not.
pub(super) fn readings(dst: Dst, covers_every_hour: bool) -> (Gap, Fold) {
    match dst {
        Dst::Airflow if covers_every_hour => (Gap::Drop, Fold::Both),
        Dst::Airflow | Dst::Later => (Gap::Forward, Fold::Second),
        Dst::Earlier => (Gap::Back, Fold::First),
        Dst::Skip => (Gap::Drop, Fold::Second),
        Dst::Both => (Gap::Forward, Fold::Both),
    }
}

/// No offset was ever further than 16 hours from UTC, and no change moved a clock by more than a day: two days from a day,
/// nothing that a change does can reach it.
const REACH: i64 = 2 * DAY_MS;

/// Wall clocks that no change cuts.
const ALWAYS: (i64, i64) = (i64::MIN / 4, i64::MAX / 4);

/// The dates of `pattern` in `range`, ascending, without duplicates: all, or the first `limit` and maybe some more near a
/// clock change.
pub(super) fn expand(pattern: &Pattern, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
    // Few dates of a long range: counting first would cost more than it saves.
    const FEW: usize = 1_024;
    let estimated = || usize::try_from(estimate(pattern, range)).map_or(limit, |dates| dates.min(limit));
    let capacity = if limit <= FEW { limit } else { estimated() };
    let mut writer = Writer::new(pattern, zone, dst, range, limit, true);
    writer.dates.reserve_exact(capacity);
    writer.run();
    writer.dates
}

/// How many dates [`expand`] would find, without holding them.
pub(super) fn count(pattern: &Pattern, zone: &Zone, dst: Dst, range: Range) -> u64 {
    let mut writer = Writer::new(pattern, zone, dst, range, usize::MAX, false);
    writer.run();
    writer.count
}

/// Civil days whose dates may lie in `range`, whatever the zone.
fn days(range: Range) -> (i64, i64) {
    const FARTHEST: i64 = 16 * 3_600_000;
    ((range.start.ms() - FARTHEST).div_euclid(DAY_MS), (range.end.ms() + FARTHEST).div_euclid(DAY_MS))
}

/// The bits of the days 0 to `last` of a month.
fn upto(last: i64) -> u32 {
    if last < 0 { 0 } else { u32::MAX >> (31 - last.min(31)) }
}

/// About how many dates there are, and hardly ever fewer than there are: asks no zone.
pub(super) fn estimate(pattern: &Pattern, range: Range) -> u64 {
    let mut found = 0;
    let (from, to) = days(range);
    pattern.walk(from, to, &mut |_, days| {
        found += u64::from(days.count_ones());
        ControlFlow::Continue(())
    });
    found * pattern.times.len() as u64
}

struct Writer<'a> {
    pattern: &'a Pattern,
    zone: &'a Zone,
    gap: Gap,
    fold: Fold,
    range: Range,
    limit: usize,
    dates: Vec<f64>,
    /// Dates are only counted, except near a clock change, where they are held for a moment.
    write: bool,
    count: u64,
    /// The first and the last day whose every date is in the range, in any zone.
    inner: (i64, i64),
    /// Days within reach of a clock change that wait until the last of them is known.
    near: Vec<i64>,
    /// The first and the last day that are out of reach of every change, and their offset in milliseconds.
    calm: (i64, i64),
    offset: i64,
    /// Up to this day a change is known to be within reach.
    rough: i64,
}

impl<'a> Writer<'a> {
    fn new(pattern: &'a Pattern, zone: &'a Zone, dst: Dst, range: Range, limit: usize, write: bool) -> Self {
        let (gap, fold) = readings(dst, pattern.covers_every_hour());
        let (calm, offset) = (if zone.is_utc() { ALWAYS } else { (0, -1) }, 0);
        let (from, to) = days(range);
        Writer {
            pattern,
            zone,
            gap,
            fold,
            range,
            limit,
            dates: Vec::new(),
            write,
            count: 0,
            inner: (from + 3, to - 3),
            near: Vec::new(),
            calm,
            offset,
            rough: i64::MIN,
        }
    }

    fn run(&mut self) {
        if self.range.is_empty() || self.limit == 0 {
            return;
        }
        let (from, to) = days(self.range);
        let pattern = self.pattern;
        pattern.walk(from, to, &mut |first, days| self.month(first, days));
        self.flush();
    }

    /// The days of a month: those near a change wait, the others are written, as many at once as no change cuts.
    fn month(&mut self, first: i64, mut days: u32) -> ControlFlow<()> {
        while days != 0 {
            let day = first + i64::from(days.trailing_zeros());
            if day <= self.rough || (day < self.calm.0 || day > self.calm.1) && !self.look(day) {
                self.near.push(day);
                days &= days - 1;
                continue;
            }
            self.flush();
            let calm = days & upto(self.calm.1.min(self.inner.1) - first);
            let fits = self.dates.len() + calm.count_ones() as usize * self.pattern.times.len() <= self.limit;
            if fits && calm != 0 && day >= self.inner.0 {
                self.calm_days(first, calm);
                days &= !calm;
            } else {
                self.piece(day, self.offset, ALWAYS);
                days &= days - 1;
            }
            if self.dates.len() >= self.limit {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Days of a month that lie inside the range and far from every change.
    fn calm_days(&mut self, first: i64, mut days: u32) {
        if !self.write {
            self.count += u64::from(days.count_ones()) * self.pattern.times.len() as u64;
            return;
        }
        let midnight = first * DAY_MS - self.offset;
        let times = &*self.pattern.times;
        if times.len() > 8 {
            while days != 0 {
                let base = (midnight + i64::from(days.trailing_zeros()) * DAY_MS) as f64;
                self.dates.extend(times.iter().map(|time| base + time));
                days &= days - 1;
            }
            return;
        }
        // With few dates a day, growing day by day would cost more than writing: room for all the days at once.
        let start = self.dates.len();
        self.dates.resize(start + days.count_ones() as usize * times.len(), 0.0);
        let mut slots = self.dates.get_mut(start..).unwrap_or_default();
        while days != 0 {
            let base = (midnight + i64::from(days.trailing_zeros()) * DAY_MS) as f64;
            days &= days - 1;
            let Some((day, rest)) = slots.split_at_mut_checked(times.len()) else { break };
            for (slot, time) in day.iter_mut().zip(times) {
                *slot = base + time;
            }
            slots = rest;
        }
    }

    /// Learns the offset around `day`: false when a change is within reach.
    fn look(&mut self, day: i64) -> bool {
        let (from, to, offset) = self.zone.steady(Instant::clamped(day * DAY_MS));
        self.offset = i64::from(offset) * 1000;
        let calm_from = if from == Instant::MIN { ALWAYS.0 } else { (from.ms() + REACH).div_euclid(DAY_MS) + 1 };
        let calm_to = if to == Instant::MAX { ALWAYS.1 } else { (to.ms() - REACH).div_euclid(DAY_MS) - 2 };
        self.calm = (calm_from, calm_to);
        if calm_from <= day && day <= calm_to {
            return true;
        }
        // Near the border of what the zone had at hand there need be no change.
        let border = Instant::clamped(day * DAY_MS - REACH)..Instant::clamped((day + 1) * DAY_MS + REACH);
        let changes = self.zone.changes(border.start, border.end);
        let Some(last) = changes.last() else { return true };
        self.rough = (last.at.ms() + REACH).div_euclid(DAY_MS);
        false
    }

    /// The dates of one day at one offset, as far as its wall clock is in `wall` and the date in the range.
    fn piece(&mut self, day: i64, offset: i64, wall: (i64, i64)) {
        let midnight = day * DAY_MS;
        let base = midnight - offset;
        let from = (wall.0 - midnight).max(self.range.start.ms() - base);
        let to = (wall.1 - midnight).min(self.range.end.ms() + 1 - base);
        let times = &self.pattern.times;
        let inside = if from <= 0 && to >= DAY_MS {
            &**times
        } else {
            let (from, to) = (from as f64, to as f64);
            let (start, end) = (times.partition_point(|time| *time < from), times.partition_point(|time| *time < to));
            times.get(start..end).unwrap_or_default()
        };
        if self.write || !self.near.is_empty() {
            let base = base as f64;
            let room = if self.near.is_empty() { self.limit - self.dates.len().min(self.limit) } else { inside.len() };
            self.dates.extend(inside.iter().take(room).map(|time| base + time));
        } else {
            self.count += inside.len() as u64;
        }
    }

    /// Writes the days that waited: first what each offset shows of them, then what the gaps removed.
    fn flush(&mut self) {
        let (Some(first), Some(last)) = (self.near.first(), self.near.last()) else { return };
        let from = Instant::clamped(first * DAY_MS - REACH);
        let changes = self.zone.changes(from, Instant::clamped((last + 1) * DAY_MS + REACH));
        let start = self.dates.len();
        let near = self.near.clone();
        let ms = |seconds: i32| i64::from(seconds) * 1000;
        let mut offset = ms(changes.first().map_or_else(|| self.zone.offset_at(from), |change| change.before));
        let mut wall_from = ALWAYS.0;
        for change in &changes {
            let (at, before, after) = (change.at.ms(), ms(change.before), ms(change.after));
            let repeats = after < before;
            let wall_to = at + if repeats && self.fold == Fold::Second { after } else { before };
            near.iter().for_each(|day| self.piece(*day, offset, (wall_from, wall_to)));
            wall_from = at + if repeats && self.fold == Fold::First { before } else { after };
            offset = after;
        }
        near.iter().for_each(|day| self.piece(*day, offset, (wall_from, ALWAYS.1)));
        for change in changes.iter().filter(|change| change.after > change.before) {
            let (at, before, after) = (change.at.ms(), ms(change.before), ms(change.after));
            let offset = match self.gap {
                Gap::Drop => continue,
                Gap::Forward => before,
                Gap::Back => after,
            };
            let moved = self.dates.len();
            near.iter().for_each(|day| self.piece(*day, offset, (at + before, at + after)));
            let moved = self.dates.split_off(moved);
            merge(&mut self.dates, start, &moved);
        }
        self.near.clear();
        if !self.write {
            self.count += (self.dates.len() - start) as u64;
            self.dates.truncate(start);
        }
    }
}

/// Merges ascending `more` into the ascending dates from `start` on; what both have is kept once.
pub(super) fn merge(dates: &mut Vec<f64>, start: usize, more: &[f64]) {
    if more.is_empty() {
        return;
    }
    let old = dates.split_off(start);
    dates.reserve_exact(old.len() + more.len());
    let (mut a, mut b) = (old.iter().copied().peekable(), more.iter().copied().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x == y => {
                b.next();
                a.next()
            }
            (Some(x), Some(y)) if x < y => a.next(),
            (_, Some(_)) => b.next(),
            (Some(_), None) => a.next(),
            (None, None) => return,
        };
        dates.extend(next);
    }
}
