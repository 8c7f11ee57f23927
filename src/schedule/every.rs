//! Fixed periods: the k-th step is counted from the anchor, never from the step before, so that month ends do not drift.

use super::dst::{Dst, Fold, Gap};
use crate::error::{Code, Error, Result, quoted};
use crate::time::{Civil, DAY_MS, Instant, Local, Period, Range, Zone, resolve};

/// A period longer than nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Every(pub(super) Period);

impl Every {
    pub(super) fn new(text: &str) -> Result<Every> {
        let period = Period::parse(text)?;
        if period.is_zero() {
            let message = [&quoted(text), ": expected a period longer than nothing"].concat();
            return Err(Error::at(Code::InvalidDuration, text, 0..text.len(), message));
        }
        Ok(Every(period))
    }

    /// A period of so many milliseconds on a stopwatch.
    pub(super) fn elapsed(ms: i64) -> Every {
        Every(Period { months: 0, days: 0, ms })
    }

    /// Whether every step takes the same time on a stopwatch.
    pub(super) fn is_elapsed(self) -> bool {
        self.0.months == 0 && self.0.days == 0
    }

    /// The steps in `range`, ascending, without duplicates, at most `limit`.
    pub(super) fn expand(self, anchor: Instant, zone: &Zone, dst: Dst, range: Range, limit: usize) -> Vec<f64> {
        let mut dates = Vec::new();
        if range.is_empty() {
            return dates;
        }
        if self.is_elapsed() {
            let (first, count) = self.elapsed_steps(anchor, range);
            dates.extend((0..count).take(limit).map(|k| (first + k as i64 * self.0.ms) as f64));
            return dates;
        }
        let start = zone.civil(anchor);
        let mut k = self.near(start, range.start);
        while dates.len() < limit {
            let Some(wall) = self.wall(start, k) else { break };
            let later = k.saturating_mul(self.0.ms);
            let (first, second) = read(zone, dst, wall);
            // Beyond the years 1 to 9999 every wall clock is read as the nearest instant there is.
            let real = |at: &Instant| !matches!(*at, Instant::MIN | Instant::MAX) || zone.civil(*at) == wall;
            for instant in [first, second].into_iter().flatten().filter(real) {
                let ms = instant.ms().saturating_add(later);
                let inside = range.start.ms() <= ms && ms <= range.end.ms();
                if inside && dates.last().is_none_or(|last| *last < ms as f64) {
                    dates.push(ms as f64);
                }
            }
            if wall.ms().saturating_add(later) > range.end.ms().saturating_add(2 * DAY_MS) {
                break;
            }
            k += 1;
        }
        dates.truncate(limit);
        dates
    }

    /// About how many steps there are: exact for those that pass on a stopwatch, else rather too many.
    pub(super) fn estimate(self, anchor: Instant, range: Range) -> u64 {
        if self.is_elapsed() {
            return self.elapsed_steps(anchor, range).1;
        }
        2 + 2 * (range.end.ms() - range.start.ms()).max(0).unsigned_abs() / self.average().unsigned_abs()
    }

    /// The first step in `range`, and how many there are.
    fn elapsed_steps(self, anchor: Instant, range: Range) -> (i64, u64) {
        let step = self.0.ms.max(1);
        let first = range.start.ms() + (anchor.ms() - range.start.ms()).rem_euclid(step);
        let count = if first > range.end.ms() { 0 } else { (range.end.ms() - first) / step + 1 };
        (first, count.unsigned_abs())
    }

    /// The wall clock of the k-th step, before the stopwatch part.
    fn wall(self, start: Civil, k: i64) -> Option<Civil> {
        let months = k.checked_mul(self.0.months.into()).and_then(|months| i32::try_from(months).ok())?;
        let days = k.checked_mul(self.0.days.into())?;
        let wall = start.add_months(months)?.add_days(days);
        // Far beyond the years 1 to 9999 nothing can be read.
        (wall.ms().abs() < 1_000_000 * 366 * DAY_MS).then_some(wall)
    }

    fn average(self) -> i64 {
        // 400 years have 146,097 days and 4,800 months.
        i64::from(self.0.months) * (146_097 * DAY_MS / 4_800) + i64::from(self.0.days) * DAY_MS + self.0.ms
    }

    /// The first wall clock of a step in `[from, to)`, and the last.
    pub(super) fn walls(self, start: Civil, from: Civil, to: Civil) -> Option<(Civil, Civil)> {
        let mut walls = None;
        self.each_wall(start, from, to, &mut |wall| walls = Some((walls.map_or(wall, |(first, _)| first), wall)));
        walls
    }

    /// The wall clocks of the steps in `[from, to)`.
    pub(super) fn each_wall(self, start: Civil, from: Civil, to: Civil, found: &mut dyn FnMut(Civil)) {
        let first = self.near(start, Instant::clamped(from.ms()));
        let walls = (first..).map_while(|k| self.wall(start, k)).take_while(|wall| *wall < to);
        walls.filter(|wall| *wall >= from).for_each(found);
    }

    /// A step before `instant`, by less than a few steps.
    fn near(self, start: Civil, instant: Instant) -> i64 {
        let mut k = (instant.ms() - start.ms()).div_euclid(self.average()) - 1;
        let at = |k: i64| self.wall(start, k).map(|wall| wall.ms() + k * self.0.ms);
        while at(k).is_some_and(|ms| ms > instant.ms() - 2 * DAY_MS) {
            k -= 1;
        }
        while at(k + 1).is_some_and(|ms| ms < instant.ms() - 2 * DAY_MS) {
            k += 1;
        }
        k
    }
}

/// The last reading of a wall clock that counts; one that the rule drops is read forward.
pub(super) fn nearest(zone: &Zone, dst: Dst, wall: Civil) -> Instant {
    match (read(zone, dst, wall), resolve(zone, wall)) {
        ((_, Some(instant)) | (Some(instant), None), _) => instant,
        (_, Local::Gap { later: instant, .. } | Local::Unique(instant) | Local::Fold { second: instant, .. }) => {
            instant
        }
    }
}

/// The readings of a wall clock that count.
pub(super) fn read(zone: &Zone, dst: Dst, wall: Civil) -> (Option<Instant>, Option<Instant>) {
    match (resolve(zone, wall), dst.gap, dst.fold) {
        (Local::Unique(instant), ..) => (Some(instant), None),
        (Local::Gap { .. }, Gap::Skip, _) => (None, None),
        (Local::Gap { later, .. }, Gap::Forward, _) => (Some(later), None),
        (Local::Gap { earlier, .. }, Gap::Backward, _) => (Some(earlier), None),
        (Local::Gap { change, .. }, Gap::End, _) => (Some(change.at), None),
        (Local::Fold { first, .. }, _, Fold::First) => (Some(first), None),
        (Local::Fold { second, .. }, _, Fold::Second) => (Some(second), None),
        (Local::Fold { first, second, .. }, _, Fold::Both) => (Some(first), Some(second)),
    }
}
