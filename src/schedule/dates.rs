//! The dates of a timetable: all in a range, how many, the nearest ones.

use super::Timetable;
use super::source::{PAGE, pages};
use crate::error::{Code, Detail, Error, Result};
use crate::time::{Instant, Range};

/// More dates than this are never held at once.
pub(crate) const MOST: u64 = 10_000_000;

/// More dates than this are not counted one by one, which would take minutes.
const MOST_COUNTED: u64 = 50_000_000;

/// After so many excluded dates in a row a search without an end gives up.
const MOST_EXCLUDED: usize = 1_000_000;

impl Timetable {
    /// Itself, or NO_SCHEDULE where there is none: a range then has no dates that could be listed or counted.
    pub fn scheduled(&self) -> Result<&Timetable> {
        if self.is_none() {
            return Err(Error::new(Code::NoSchedule, "there is no schedule: expected one that has dates"));
        }
        Ok(self)
    }

    /// Every date in `range`, ascending, as milliseconds since 1970, at most `limit`.
    ///
    /// NO_SCHEDULE where there is none. RANGE_TOO_LARGE, with `count`, for more than 10,000,000 dates without a limit; they
    /// are counted before anything is held.
    pub fn expand(&self, range: Range, limit: Option<usize>) -> Result<Vec<f64>> {
        let this = self.scheduled()?.anchored(range.start);
        let most = limit.map_or(u64::MAX, |limit| limit as u64);
        let is_small = this.rest().bound(range).is_some_and(|bound| bound <= MOST);
        if most > MOST && !is_small && this.rest().estimate(range) > MOST {
            let count = this.checked_count(range)?;
            if count.min(most) > MOST {
                let message = format!("{count} dates: expected at most {MOST}, or a limit");
                return Err(Error::new(Code::RangeTooLarge, message).detail("count", Detail::Number(count as f64)));
            }
        }
        Ok(this.dates(range, limit.unwrap_or(usize::MAX), usize::MAX))
    }

    /// How many dates are in `range`.
    pub fn count(&self, range: Range) -> u64 {
        if range.is_empty() {
            return 0;
        }
        let this = self.anchored(range.start);
        if this.exclusion().is_nothing() {
            return this.rest().count(this.zone(), this.dst(), range);
        }
        // Few dates are left out of many: those are looked at, and the many only counted.
        let few = if this.rest().is_counted_at_once() { this.rest().estimate(range) / 64 } else { 0 };
        if let Some(excluded) = this.exclusion().few(this.zone(), this.dst(), range, few.min(MOST)) {
            let is_candidate = |date: &&f64| {
                let at = Instant::clamped(**date as i64);
                !this.candidates(Range { start: at, end: at }, 1).is_empty()
            };
            let left_out = excluded.iter().filter(is_candidate).count() as u64;
            return this.rest().count(this.zone(), this.dst(), range) - left_out;
        }
        let most = this.rest().page_size();
        pages(range, most, &|range| this.rest().estimate(range), &|range| this.candidates(range, most), &|mut page| {
            this.thin(&mut page);
            page.len() as u64
        })
    }

    /// How many dates are in `range`. RANGE_TOO_LARGE, with an estimated `count`, where they would have to be counted one by one
    /// and are more than 50,000,000.
    pub fn checked_count(&self, range: Range) -> Result<u64> {
        let this = self.anchored(range.start);
        let is_counted_at_once = this.exclusion().is_nothing() && this.rest().is_counted_at_once();
        let most = if is_counted_at_once { 0 } else { this.rest().estimate(range) };
        if most > MOST_COUNTED {
            let message =
                format!("about {most} dates: expected at most {MOST_COUNTED} of a schedule with several parts");
            return Err(Error::new(Code::RangeTooLarge, message).detail("count", Detail::Number(most as f64)));
        }
        Ok(self.count(range))
    }

    /// The first date after `after`; None where the schedule ends, or never fires.
    pub fn next(&self, after: Instant) -> Option<Instant> {
        self.next_dates(after, 1).first().map(|date| Instant::clamped(*date as i64))
    }

    /// The last date before `before`; None where there is none.
    pub fn previous(&self, before: Instant) -> Option<Instant> {
        self.previous_dates(before, 1).first().map(|date| Instant::clamped(*date as i64))
    }

    /// The first `n` dates after `after`, nearest first.
    pub fn next_dates(&self, after: Instant, n: usize) -> Vec<f64> {
        if after == Instant::MAX {
            return Vec::new();
        }
        let range = Range { start: Instant::clamped(after.ms() + 1), end: Instant::MAX };
        self.anchored(after).dates(range, n, MOST_EXCLUDED)
    }

    /// The last `n` dates before `before`, nearest first.
    pub fn previous_dates(&self, before: Instant, n: usize) -> Vec<f64> {
        let this = self.anchored(before);
        let mut found = Vec::new();
        let (mut before, mut excluded) = (before, 0);
        while found.len() < n && excluded < MOST_EXCLUDED {
            let wanted = (n - found.len()).max(excluded).min(PAGE);
            let mut page = this.rest().last(this.zone(), this.dst(), before, wanted);
            let Some(first) = page.first().copied() else { break };
            let looked = page.len();
            this.thin(&mut page);
            excluded = if page.is_empty() { excluded + looked } else { 0 };
            found.extend(page.into_iter().rev());
            before = Instant::clamped(first as i64);
        }
        found.truncate(n);
        found
    }

    /// Whether `date` is a date of this schedule.
    pub fn is_date(&self, date: Instant) -> bool {
        !self.dates(Range { start: date, end: date }, 1, 1).is_empty()
    }

    /// Whether `date` would be a date of this schedule if nothing were excluded.
    pub(super) fn is_tick(&self, date: Instant) -> bool {
        !self.ticks(Range { start: date, end: date }, 1).is_empty()
    }

    fn candidates(&self, range: Range, limit: usize) -> Vec<f64> {
        self.rest().expand(self.zone(), self.dst(), range, limit)
    }

    pub(super) fn ticks(&self, range: Range, limit: usize) -> Vec<f64> {
        self.source().expand(self.zone(), self.dst(), range, limit)
    }

    fn thin(&self, dates: &mut Vec<f64>) {
        self.exclusion().thin(dates, self.zone(), self.dst());
    }

    /// At most `limit` dates of `range`; gives up after `most_excluded` dates in a row that are left out.
    fn dates(&self, range: Range, limit: usize, most_excluded: usize) -> Vec<f64> {
        if self.exclusion().is_nothing() {
            return self.candidates(range, limit);
        }
        let mut dates = Vec::new();
        let (mut start, mut excluded) = (range.start, 0);
        while dates.len() < limit && excluded < most_excluded {
            let wanted = (limit - dates.len()).max(excluded).min(PAGE);
            let mut page = self.candidates(Range { start, ..range }, wanted);
            let Some(last) = page.last().copied() else { break };
            let looked = page.len();
            self.thin(&mut page);
            excluded = if page.is_empty() { excluded + looked } else { 0 };
            dates.extend(page);
            let next = Instant::clamped(last as i64 + 1);
            if looked < wanted || next.js() <= last {
                break;
            }
            start = next;
        }
        dates.truncate(limit);
        dates
    }
}
