//! Rolled dates one by one: for calendars of another zone, for periods and lists of dates, and beside exclusions that take single
//! times. Cron texts in the calendar's zone move by whole days instead, in [`super::roll`]; both give the same dates.

use std::rc::Rc;

use super::calendar::Days;
use super::dst::Dst;
use super::every::{nearest, read};
use super::exclude::Exclusion;
use super::expand;
use super::roll::{RollTo, Rolling};
use super::source::Source;
use super::words::Words;
use crate::sort::sort_by;
use crate::time::{Civil, Clock, DAY_MS, Instant, Range, Zone};

/// Dates of a source, no union, some of which move.
#[derive(Debug, Clone)]
pub(super) struct Rolled {
    pub(super) source: Source,
    pub(super) roll: Rolling,
    /// Dates that are left out before they move.
    pub(super) exclusion: Rc<Exclusion>,
}

/// A date that the source names, and where it goes.
pub(super) struct Placed {
    /// The wall clock that the source names.
    pub(super) named: Civil,
    /// The same where it runs; none when it is dropped.
    pub(super) wall: Option<Civil>,
    /// The rule that reads it.
    pub(super) rule: Dst,
    /// Its only instant, where that is known already.
    fixed: Option<Instant>,
    /// It was named as an instant, and stays.
    is_instant: bool,
}

impl Placed {
    pub(super) fn moves(&self) -> bool {
        self.wall != Some(self.named)
    }

    /// The instants at which it runs.
    pub(super) fn instants(&self, zone: &Zone) -> [Option<Instant>; 2] {
        match (self.fixed, self.wall) {
            (Some(instant), _) => [Some(instant), None],
            (None, Some(wall)) => read(zone, self.rule, wall).into(),
            (None, None) => [None, None],
        }
    }
}

/// A search looks at so many days at a time, at more while they name fewer dates than this, and gives up after so many dates that
/// are dropped.
const CHUNK: i64 = 64 * DAY_MS;
const FEW: usize = 1_000;
const MOST_DROPPED: usize = 5_000_000;

impl Rolled {
    /// The dates in `range`, ascending, without duplicates, at most `limit`.
    pub(super) fn expand(&self, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
        let (mut dates, mut start, mut chunk, mut dropped) = (Vec::new(), range.start.ms(), CHUNK, 0);
        while start <= range.end.ms() && dates.len() < limit && dropped < MOST_DROPPED {
            let most = limit.saturating_mul(4).max(FEW) as u64;
            let ahead = |chunk| Range { start: Instant::clamped(start), end: Instant::clamped(start + chunk) };
            while limit < usize::MAX && chunk > DAY_MS && self.source.estimate(ahead(chunk)) > most {
                chunk /= 8;
            }
            let end = range.end.ms().min(start + chunk - 1);
            let (mut found, mut named) = (Vec::new(), 0);
            let days = (start.div_euclid(DAY_MS) - 1, end.div_euclid(DAY_MS) + 1);
            self.each(zone, dst, days, &mut |placed| {
                let instants = placed.instants(zone).into_iter().flatten();
                let before = found.len();
                named += 1;
                found.extend(instants.map(Instant::ms).filter(|ms| (start..=end).contains(ms)).map(|ms| ms as f64));
                dropped += usize::from(found.len() == before);
            });
            sort_by(&mut found, |a, b| a < b);
            found.dedup();
            dropped = if found.is_empty() { dropped } else { 0 };
            dates.append(&mut found);
            start = end + 1;
            chunk = if named < FEW { chunk * 8 } else { chunk.min(CHUNK) };
        }
        dates.truncate(limit);
        dates
    }

    /// Everything that the source names and that may run on the civil days from `days.0` to `days.1` of the schedule's zone, and
    /// some more.
    pub(super) fn each(&self, zone: &Zone, dst: Dst, days: (i64, i64), found: &mut dyn FnMut(Placed)) {
        let mut placer = Placer::new(self, zone, dst);
        // Two zones never differ by more than two days.
        let apart = if placer.same_zone { 0 } else { 2 };
        let (from, to) = self.roll.sources(days.0 - apart, days.1 + apart);
        let day = |day: i64, ms: i64| Instant::clamped(day * DAY_MS + ms);
        let range = Range { start: day(from - apart, 0), end: day(to + apart + 1, -1) };
        match &self.source {
            Source::Cron(patterns) => {
                for pattern in patterns.iter() {
                    let walls = expand::expand(pattern, &Zone::utc(), Dst::AIRFLOW, range, usize::MAX);
                    placer.rule = pattern.dst(dst);
                    walls.iter().for_each(|ms| found(placer.place(Civil::from_ms(*ms as i64), None)));
                }
            }
            Source::Every(every, Some(anchor)) if !every.is_elapsed() && every.0.ms == 0 => {
                let (from, to) = (Civil::from_ms(range.start.ms()), Civil::from_ms(range.end.ms()));
                every.each_wall(zone.civil(*anchor), from, to, &mut |wall| found(placer.place(wall, None)));
            }
            source => {
                // A day of UTC reaches into the days beside it.
                let range = Range { start: day(from - apart - 1, 0), end: day(to + apart + 2, -1) };
                for ms in source.expand(zone, dst, range, usize::MAX) {
                    let instant = Instant::clamped(ms as i64);
                    found(placer.place(zone.civil(instant), Some(instant)));
                }
            }
        }
    }

    /// The first and the last wall clock in `[from, to)` that is read by each rule.
    pub(super) fn walls(&self, zone: &Zone, dst: Dst, from: Civil, to: Civil) -> Vec<((Civil, Civil), Dst)> {
        let mut walls: Vec<((Civil, Civil), Dst)> = Vec::new();
        self.each(zone, dst, (from.day_number(), to.day_number()), &mut |placed| {
            let Some(wall) = placed.wall.filter(|wall| !placed.is_instant && from <= *wall && *wall < to) else {
                return;
            };
            match walls.iter_mut().find(|(_, rule)| *rule == placed.rule) {
                Some((known, _)) => *known = (known.0.min(wall), known.1.max(wall)),
                None => walls.push(((wall, wall), placed.rule)),
            }
        });
        walls
    }

    /// How the dates move, in words that stand behind those of a schedule.
    pub(super) fn describe(words: &mut Words, roll: &Rolling) {
        words.add("; a date on a day that ").quote(&roll.calendar.name).add(" closes ");
        words.add(match roll.to {
            RollTo::Next => "moves to the next open day",
            RollTo::Previous => "moves to the open day before",
            RollTo::Modified => "moves to the next open day of its month, else to the one before",
            RollTo::Skip => "is dropped",
        });
    }
}

/// Places one date after the other: what neighbours share is kept.
struct Placer<'a> {
    rolled: &'a Rolled,
    zone: &'a Zone,
    dst: Dst,
    /// The rule of what is placed now.
    rule: Dst,
    same_zone: bool,
    clock: Clock<'a>,
    days: Days<'a>,
}

impl<'a> Placer<'a> {
    fn new(rolled: &'a Rolled, zone: &'a Zone, dst: Dst) -> Placer<'a> {
        let calendar = &rolled.roll.calendar;
        let (clock, days) = (Clock::new(zone), Days::new(calendar));
        Placer { rolled, zone, dst, rule: dst, same_zone: calendar.zone == *zone, clock, days }
    }

    /// The calendar's day of a wall clock, which is read as `at` where it is an instant.
    fn day(&mut self, wall: Civil, at: Option<Instant>) -> i64 {
        if self.same_zone {
            return wall.day_number();
        }
        let at = at.unwrap_or_else(|| self.nearest(wall)).js();
        // As many days ahead as the calendar's clock is at that time.
        wall.day_number() + self.days.of(at) - self.clock.day(at)
    }

    fn nearest(&mut self, wall: Civil) -> Instant {
        self.clock.instant(wall).unwrap_or_else(|| nearest(self.zone, self.rule, wall))
    }

    fn place(&mut self, named: Civil, fixed: Option<Instant>) -> Placed {
        let (rule, day) = (self.rule, self.day(named, fixed));
        if !self.days.close(day) {
            let calm = self.clock.instant(named);
            return Placed { named, wall: Some(named), rule, fixed: fixed.or(calm), is_instant: fixed.is_some() };
        }
        let Rolled { roll, exclusion, .. } = self.rolled;
        let at = fixed.unwrap_or_else(|| self.nearest(named));
        let excluded = !exclusion.is_nothing() && exclusion.has(at, self.zone, self.dst);
        let target = roll.day(day).filter(|_| !excluded);
        let wall = target.map(|target| {
            let step = if target > day { 1 } else { -1 };
            let mut wall = named.add_days(target - day);
            // Where the two zones have moved apart the calendar's day may be another one, and closed.
            while !self.same_zone && roll.calendar.closes(self.day(wall, None)) {
                wall = wall.add_days(step);
            }
            wall
        });
        let fixed = wall.and_then(|wall| self.clock.instant(wall));
        Placed { named, wall, rule, fixed, is_instant: false }
    }
}
