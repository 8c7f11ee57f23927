//! The hot loop: the dates of one pattern in one zone, as epoch milliseconds.
//!
//! Clock changes cut time into segments of constant offset. A day that no change touches lies in one segment, and its dates
//! are its midnight plus the pattern's table of times. Days near a change wait until the last of them is known; then each
//! segment around the changes writes what its wall clock shows of them. A fold is where two segments show the same wall
//! clock: one of them, or both, writes it. A gap is a stretch of wall clock that no segment shows: it is a segment of its own,
//! read with the offset before or after the change, or put down as one date at its end.

use std::ops::ControlFlow;

use super::dst::{Dst, Fold, Gap};
use super::pattern::Pattern;
use crate::time::{Change, DAY_MS, Instant, Range, Steady, Zone};

/// No offset was ever further than 16 hours from UTC, and no change moved a clock by more than a day: two days from a day,
/// nothing that a change does can reach it.
const REACH: i64 = 2 * DAY_MS;

/// A span of wall-clock time without bounds, in milliseconds.
const UNBOUNDED: (i64, i64) = (i64::MIN / 4, i64::MAX / 4);

/// The dates of `pattern` in `range`, ascending, without duplicates: all, or the first `limit` and maybe some more near a
/// clock change.
pub(super) fn expand(pattern: &Pattern, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
    // Few dates of a long range: a walk that counts first would cost more than it saves.
    const FEW: usize = 1_024;
    const LITTLE: u64 = 16_384;
    let at_most = |dates: u64| usize::try_from(dates).map_or(limit, |dates| dates.min(limit));
    let capacity = match bound(pattern, range) {
        _ if limit <= FEW => limit,
        bound @ ..=LITTLE => at_most(bound),
        _ => at_most(estimate(pattern, range)),
    };
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
fn up_to(last: i64) -> u32 {
    if last < 0 { 0 } else { u32::MAX >> (31 - last.min(31)) }
}

/// More dates than there can be, without a walk: as if every day of the months were one.
pub(super) fn bound(pattern: &Pattern, range: Range) -> u64 {
    let (from, to) = days(range);
    let years = (to - from).max(0) as u64 / 365 + 2;
    years * u64::from(pattern.fields.months.count_ones()) * 31 * pattern.times.len() as u64
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
    /// The rule of this pattern.
    dst: Dst,
    range: Range,
    limit: usize,
    dates: Vec<f64>,
    /// Dates are only counted, except near a clock change, where they are held for a moment.
    write: bool,
    count: u64,
    /// The first and the last day whose every date is in the range, in any zone.
    inner: (i64, i64),
    /// The current segment: its first and last day that no change touches, and its offset in milliseconds.
    segment: (i64, i64),
    offset: i64,
    /// Days within reach of a change, until the last of them is known.
    waiting: Vec<i64>,
}

impl<'a> Writer<'a> {
    fn new(pattern: &'a Pattern, zone: &'a Zone, dst: Dst, range: Range, limit: usize, write: bool) -> Self {
        let (from, to) = days(range);
        Writer {
            pattern,
            zone,
            dst: pattern.dst(dst),
            range,
            limit,
            dates: Vec::new(),
            write,
            count: 0,
            inner: (from + 3, to - 3),
            segment: if zone.is_utc() { UNBOUNDED } else { (0, -1) },
            offset: 0,
            waiting: Vec::new(),
        }
    }

    fn run(&mut self) {
        if self.range.is_empty() || self.limit == 0 {
            return;
        }
        let (from, to) = days(self.range);
        let pattern = self.pattern;
        pattern.walk(from, to, &mut |first, days| self.month(first, days));
        self.write_waiting();
    }

    /// The days of a month, as bits from its first day: those near a change wait, the others are written, as many at once
    /// as lie in one segment.
    fn month(&mut self, first: i64, mut days: u32) -> ControlFlow<()> {
        while days != 0 {
            let day = first + i64::from(days.trailing_zeros());
            let known = self.segment.0 <= day && day <= self.segment.1;
            if !known && !self.find_segment(day) {
                // What waits for another change is none of this one's.
                if self.waiting.last().is_some_and(|last| *last < day - 7) {
                    self.write_waiting();
                }
                self.waiting.push(day);
                days &= days - 1;
                continue;
            }
            self.write_waiting();
            let together = days & up_to(self.segment.1.min(self.inner.1) - first);
            let fits = self.dates.len() + together.count_ones() as usize * self.pattern.times.len() <= self.limit;
            if fits && together != 0 && day >= self.inner.0 {
                self.whole_days(first, together);
                days &= !together;
            } else {
                self.day(day, self.offset, UNBOUNDED);
                days &= days - 1;
            }
            if self.dates.len() >= self.limit {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Days of a month that lie inside the range and in one segment.
    fn whole_days(&mut self, first: i64, mut days: u32) {
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
        if let [time] = times {
            // A length that is known ahead is written without looking for room at each date.
            let first = midnight as f64 + time;
            self.dates.extend((0..days.count_ones()).map(|_| {
                let date = first + f64::from(days.trailing_zeros()) * DAY_MS as f64;
                days &= days.wrapping_sub(1);
                date
            }));
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

    /// Finds the segment of `day`: false when a change may touch it.
    fn find_segment(&mut self, day: i64) -> bool {
        let mut at = Instant::clamped(day * DAY_MS);
        // Midnight in UTC may lie in the segment before or behind that of the day.
        for _ in 0..2 {
            let steady = self.zone.steady(at);
            self.offset = ms(steady.offset);
            self.segment = untouched(&steady);
            if self.segment.0 <= day && day <= self.segment.1 {
                return true;
            }
            at = if day > self.segment.1 { steady.to } else { Instant::clamped(steady.from.ms() - 1) };
        }
        // A segment also ends where the zone was not asked yet: there need be no change.
        let (from, to) = (day * DAY_MS - REACH, (day + 1) * DAY_MS + REACH);
        let is_steady = self.zone.changes(Instant::clamped(from), Instant::clamped(to)).is_empty();
        if is_steady {
            self.offset = ms(self.zone.offset_at(Instant::clamped(from)));
            self.segment = (day, day);
        }
        is_steady
    }

    /// The dates of one day at one offset, as far as its wall clock is in `wall` and the date in the range.
    fn day(&mut self, day: i64, offset: i64, wall: (i64, i64)) {
        let midnight = day * DAY_MS;
        let base = midnight - offset;
        let from = (wall.0 - midnight).max(self.range.start.ms() - base);
        let to = (wall.1 - midnight).min(self.range.end.ms() + 1 - base);
        let inside = self.pattern.times_between(from, to);
        if self.write || !self.waiting.is_empty() {
            let base = base as f64;
            let full = self.limit - self.dates.len().min(self.limit);
            let room = if self.waiting.is_empty() { full } else { inside.len() };
            self.dates.extend(inside.iter().take(room).map(|time| base + time));
        } else {
            self.count += inside.len() as u64;
        }
    }

    /// Writes the days that waited: what each segment around the changes shows of them, then what the gaps removed.
    fn write_waiting(&mut self) {
        let (Some(first), Some(last)) = (self.waiting.first(), self.waiting.last()) else { return };
        let from = Instant::clamped(first * DAY_MS - REACH);
        let changes = self.zone.changes(from, Instant::clamped((last + 1) * DAY_MS + REACH));
        let start = self.dates.len();
        let days = self.waiting.clone();
        let mut offset = ms(changes.first().map_or_else(|| self.zone.offset_at(from), |change| change.before));
        let mut wall_from = UNBOUNDED.0;
        for change in &changes {
            let (at, before, after) = (change.at.ms(), ms(change.before), ms(change.after));
            let repeats = after < before;
            // In a fold the segment before the change ends early, or the one after it starts late, or they overlap.
            let wall_to = at + if repeats && self.dst.fold == Fold::Second { after } else { before };
            days.iter().for_each(|day| self.day(*day, offset, (wall_from, wall_to)));
            wall_from = at + if repeats && self.dst.fold == Fold::First { before } else { after };
            offset = after;
        }
        days.iter().for_each(|day| self.day(*day, offset, (wall_from, UNBOUNDED.1)));
        for change in changes.iter().filter(|change| change.after > change.before) {
            let moved = self.dates.len();
            self.gap(change, &days);
            let moved = self.dates.split_off(moved);
            merge(&mut self.dates, start, &moved);
        }
        self.waiting.clear();
        if !self.write {
            self.count += (self.dates.len() - start) as u64;
            self.dates.truncate(start);
        }
    }

    /// The dates that become of the wall clock that `change` removed.
    fn gap(&mut self, change: &Change, days: &[i64]) {
        let (at, before, after) = (change.at.ms(), ms(change.before), ms(change.after));
        let wall = (at + before, at + after);
        match self.dst.gap {
            Gap::Skip => {}
            Gap::Forward => days.iter().for_each(|day| self.day(*day, before, wall)),
            Gap::Backward => days.iter().for_each(|day| self.day(*day, after, wall)),
            Gap::End => {
                let removed = |day: &i64| {
                    let midnight = day * DAY_MS;
                    !self.pattern.times_between(wall.0 - midnight, wall.1 - midnight).is_empty()
                };
                if self.range.contains(change.at) && days.iter().any(removed) {
                    self.dates.push(at as f64);
                }
            }
        }
    }
}

/// The first and the last day of a segment that the changes at its ends do not touch, nor the dates that they move. Others are
/// too far away: no two changes were ever less than three days apart.
fn untouched(steady: &Steady) -> (i64, i64) {
    let offset = ms(steady.offset);
    let first = match steady.before.map(ms) {
        Some(before) => (steady.from.ms() + before.max(offset) + (before - offset).abs()).div_euclid(DAY_MS) + 1,
        None if steady.from == Instant::MIN => UNBOUNDED.0,
        None => (steady.from.ms() + REACH).div_euclid(DAY_MS) + 1,
    };
    let last = match steady.after.map(ms) {
        Some(after) => (steady.to.ms() + after.min(offset) - (after - offset).abs()).div_euclid(DAY_MS) - 1,
        None if steady.to == Instant::MAX => UNBOUNDED.1,
        None => (steady.to.ms() - REACH).div_euclid(DAY_MS) - 2,
    };
    (first, last)
}

/// An offset in milliseconds.
fn ms(seconds: i32) -> i64 {
    i64::from(seconds) * 1000
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
