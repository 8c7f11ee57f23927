//! A cron text made ready: its times of the day, and the walk over its days.

use std::ops::ControlFlow;
use std::rc::Rc;

use super::calendar::Calendar;
use super::dst::{Dst, Gap};
use super::fields::{Fields, MonthShape, values};
use super::roll::{FoundDays, Rolling};
use crate::time::{Civil, DAY_MS};

/// Fields made ready for the walk.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) fields: Fields,
    /// Milliseconds of the day, ascending.
    pub(super) times: Rc<[f64]>,
    /// The days (bit 0 = the first) of a month, by its length from 28 on and the weekday of its first day.
    days: [[u32; 7]; 4],
    /// Days that are left out.
    closed: Vec<Closed>,
    /// Where days move.
    roll: Option<Rolling>,
    /// Kinds of year that have a date: bit (weekday of 1 January, + 7 in a leap year).
    year_kinds: u16,
}

/// Days before each month, in a common and in a leap year.
const BEFORE: [[i64; 13]; 2] = [
    [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
    [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
];

#[inline(always)]
fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The day number of 1 January.
fn new_year(year: i64) -> i64 {
    let past = year - 1;
    365 * past + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) - 719_162
}

/// The weekday of a day number, Sunday = 0.
#[inline(always)]
fn weekday(day: i64) -> usize {
    (day + 4).rem_euclid(7) as usize
}

/// A month of one of the two kinds of year.
struct Month {
    number: usize,
    /// Days of the year before it.
    before: i64,
    length: u32,
}

/// The months of `set`.
#[inline(always)]
fn months(leap: bool, set: u64) -> impl Iterator<Item = Month> {
    let before = BEFORE.get(usize::from(leap)).map_or(&[] as &[i64], |table| table.as_slice());
    before.windows(2).enumerate().filter_map(move |(index, pair)| match pair {
        [first, next] if set >> (index + 1) & 1 == 1 => {
            Some(Month { number: index + 1, before: *first, length: (next - first) as u32 })
        }
        _ => None,
    })
}

/// Days that are left out.
#[derive(Debug, Clone)]
enum Closed {
    Pattern(Rc<Pattern>),
    Calendar(Rc<Calendar>),
}

impl Closed {
    fn days(&self, month: &Month, first: usize, start: Option<i64>) -> u32 {
        match self {
            Closed::Pattern(other) if other.fields.months >> month.number & 1 == 1 => other.days(month, first, start),
            Closed::Pattern(_) => 0,
            Closed::Calendar(calendar) => {
                start.map_or_else(|| calendar.weekend_days(first), |start| calendar.closed_days(start))
            }
        }
    }
}

impl Pattern {
    pub(super) fn new(fields: Fields) -> Pattern {
        let mut times = Vec::new();
        for hour in values(fields.hours) {
            for minute in values(fields.minutes) {
                let minute = hour * 3600 + minute * 60;
                times.extend(values(fields.seconds).map(|second| f64::from((minute + second) * 1000)));
            }
        }
        let mut days = [[0; 7]; 4];
        for (length, days) in (28..).zip(&mut days) {
            for (first, days) in (0..).zip(days) {
                *days = fields.days_in(MonthShape { length, first });
            }
        }
        let mut pattern = Pattern { fields, times: times.into(), days, closed: Vec::new(), roll: None, year_kinds: 0 };
        pattern.find_year_kinds();
        pattern
    }

    fn find_year_kinds(&mut self) {
        self.year_kinds = 0;
        for kind in 0..14 {
            let found = months(kind >= 7, self.fields.months)
                .any(|month| self.days(&month, (kind % 7 + month.before as usize) % 7, None) != 0);
            self.year_kinds |= u16::from(found) << kind;
        }
    }

    /// The clock-change rule of this pattern: what a wildcard expression is depends on the rule.
    pub(super) fn dst(&self, dst: Dst) -> Dst {
        let star = dst.gap == Gap::End;
        dst.for_wildcard(if star { self.fields.starred_time } else { self.fields.hours.count_ones() == 24 })
    }

    /// The times of the day in `[from, to)`, both in milliseconds since midnight, which may lie outside the day.
    pub(super) fn times_between(&self, from: i64, to: i64) -> &[f64] {
        if from <= 0 && to >= DAY_MS {
            return &self.times;
        }
        let before = |bound: i64| self.times.partition_point(|time| *time < bound as f64);
        self.times.get(before(from)..before(to)).unwrap_or_default()
    }

    /// This pattern without the days of `other`, where every time of the day of this one is one of `other`, so that none of
    /// its dates on those days is left.
    pub(super) fn without(&self, other: &Rc<Pattern>) -> Option<Pattern> {
        let (mine, others) = (&self.fields, &other.fields);
        let within = |mine: u64, others: u64| mine & !others == 0;
        let whole_days = within(mine.seconds, others.seconds)
            && within(mine.minutes, others.minutes)
            && within(mine.hours, others.hours)
            && others.years.is_none();
        whole_days.then(|| self.closing(Closed::Pattern(other.clone())))
    }

    /// This pattern without the closed days of a calendar whose civil days are its own.
    pub(super) fn outside(&self, calendar: &Rc<Calendar>) -> Pattern {
        self.closing(Closed::Calendar(calendar.clone()))
    }

    fn closing(&self, closed: Closed) -> Pattern {
        let mut rest = self.clone();
        rest.closed.push(closed);
        rest.find_year_kinds();
        rest
    }

    /// This pattern with its days moved by a calendar whose civil days are its own.
    pub(super) fn rolled(&self, roll: &Rolling) -> Pattern {
        Pattern { roll: Some(roll.clone()), ..self.clone() }
    }

    /// The days (bit 0 = the first) of a month that starts on the weekday `first`; `start` is its first day, where the year is
    /// known.
    #[inline(always)]
    fn days(&self, month: &Month, first: usize, start: Option<i64>) -> u32 {
        let of_length = self.days.get(month.length.wrapping_sub(28) as usize);
        let mut days = of_length.and_then(|days| days.get(first)).copied().unwrap_or(0);
        for closed in &self.closed {
            days &= !closed.days(month, first, start);
        }
        days
    }

    /// Whether a day number has a date.
    pub(super) fn has_day(&self, day: i64) -> bool {
        self.fires(day, day)
    }

    /// Whether the pattern has any date in the years 1 to 9999.
    pub(super) fn ever_fires(&self) -> bool {
        self.fires(new_year(1), new_year(10_000) - 1)
    }

    fn fires(&self, from: i64, to: i64) -> bool {
        let mut found = false;
        self.walk(from, to, &mut |_, _| {
            found = true;
            ControlFlow::Break(())
        });
        found
    }

    /// Walks the months that have a date between two day numbers, both included: the month's first day number and its days
    /// as bits (bit 0 = the first), never none.
    ///
    /// The calendar has fourteen kinds of year, and each comes back within forty years: a pattern that no kind of year fits
    /// is known never to fire without walking at all.
    pub(super) fn walk(&self, from: i64, to: i64, found: &mut dyn FnMut(i64, u32) -> ControlFlow<()>) {
        match &self.roll {
            None => self.walk_named(from, to, found),
            Some(roll) => {
                let walk = |from: i64, to: i64, found: &mut FoundDays<'_>| {
                    self.walk_named(from, to, found);
                };
                roll.walk(from, to, &walk, &|start| self.open_days(start), found);
            }
        }
    }

    /// The days that are not left out of the month that starts on the day `start`.
    fn open_days(&self, start: i64) -> u32 {
        let civil = Civil::from_day(start, 0);
        let year = i64::from(civil.year());
        let set = 1_u64 << civil.month();
        let closed = months(leap(year), set).map(|month| {
            self.closed.iter().fold(0, |days, closed| days | closed.days(&month, weekday(start), Some(start)))
        });
        !closed.fold(0, |days, more| days | more)
    }

    /// The same before any day moves.
    fn walk_named(&self, from: i64, to: i64, found: &mut dyn FnMut(i64, u32) -> ControlFlow<()>) {
        if self.year_kinds == 0 || from > to {
            return;
        }
        let years = i64::from(Civil::from_day(from, 0).year())..=i64::from(Civil::from_day(to, 0).year());
        for year in years {
            if self.fields.years.as_ref().is_some_and(|years| !u32::try_from(year).is_ok_and(|y| years.contains(y))) {
                continue;
            }
            let (start, leap) = (new_year(year), leap(year));
            if self.year_kinds >> (weekday(start) + 7 * usize::from(leap)) & 1 == 0 {
                continue;
            }
            for month in months(leap, self.fields.months) {
                let first = start + month.before;
                let mut days = self.days(&month, weekday(first), Some(first));
                if first < from {
                    days &= u32::MAX.checked_shl((from - first) as u32).unwrap_or(0);
                }
                if first + i64::from(month.length) > to {
                    days &= u32::try_from(to - first).map_or(0, |last| u32::MAX >> (31 - last.min(31)));
                }
                if days != 0 && found(first, days).is_break() {
                    return;
                }
            }
        }
    }
}
