//! A schedule made ready: the dates it has, what their runs cover, and when those are due.

use std::rc::Rc;

use super::every::Every;
use super::exclude::Exclusion;
use super::parse::{Cron, parse};
use super::source::{PAGE, Source, pages};
use super::{Dialect, Kind, ScheduleInput, TimetableOptions};
use crate::error::{Code, Detail, Error, Result};
use crate::time::{Edge, Instant, Range, Zone, read_date};

/// More dates than this are never held at once.
pub(super) const MOST: u64 = 10_000_000;

/// After so many excluded dates in a row a search gives up.
const MOST_EXCLUDED: usize = 1_000_000;

/// What a run covers, half open: `end` is not inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataInterval {
    /// The first instant.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

/// A schedule in its zone. Cheap to clone.
///
/// ```
/// use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
/// use dagfill::time::{DateInput::Text, read_bounds};
/// let daily = ScheduleInput::Cron { texts: vec!["30 2 * * *".into()], dialect: Dialect::Unix };
/// let options = TimetableOptions { time_zone: "America/New_York".into(), ..Default::default() };
/// let timetable = Timetable::new(&daily, &options).unwrap();
/// let range = read_bounds(Text("2024-03-09"), Text("2024-03-11"), timetable.zone()).unwrap().range;
/// // On 10 March 02:30 does not exist: the run moves to 03:30, which is 07:30 UTC.
/// assert_eq!(timetable.expand(range, None).unwrap(), [1709969400000.0, 1710055800000.0, 1710138600000.0]);
/// ```
#[derive(Debug, Clone)]
pub struct Timetable {
    source: Source,
    shared: Rc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) input: ScheduleInput,
    pub(super) options: TimetableOptions,
    pub(super) zone: Zone,
    pub(super) exclusion: Exclusion,
}

impl Timetable {
    /// Reads a schedule. INVALID_CRON, INVALID_DURATION, INVALID_DATE or UNKNOWN_TIME_ZONE, each with where it went wrong.
    pub fn new(schedule: &ScheduleInput, options: &TimetableOptions) -> Result<Timetable> {
        let zone = Zone::load(&options.time_zone).map_err(|error| error.field("timeZone"))?;
        let source = match schedule {
            ScheduleInput::None => Source::None,
            ScheduleInput::Cron { texts, dialect } => read_cron(texts, *dialect)?,
            ScheduleInput::Every { period, anchor } => {
                let every = Every::new(period).map_err(|error| error.field("schedule.every"))?;
                let anchor = anchor.as_ref().map(|date| read_date(date.as_input(), &zone, Edge::Point));
                Source::Every(every, anchor.transpose().map_err(|error| error.field("schedule.anchor"))?)
            }
            ScheduleInput::Dates(dates) => {
                let mut read = Vec::with_capacity(dates.len());
                for (index, date) in dates.iter().enumerate() {
                    let date = read_date(date.as_input(), &zone, Edge::Point);
                    read.push(date.map_err(|error| error.field(format!("schedule.dates[{index}]")))?.js());
                }
                read.sort_by(f64::total_cmp);
                read.dedup();
                Source::Dates(read.into())
            }
        };
        let exclusion = Exclusion::new(options.exclude.as_ref(), &zone)?;
        let shared = Shared { input: schedule.clone(), options: options.clone(), zone, exclusion };
        Ok(Timetable { source, shared: Rc::new(shared) })
    }

    /// The same, with `at` as the date that a period without an anchor counts from, and as the one date of `@once`.
    pub fn anchored(&self, at: Instant) -> Timetable {
        let source = match &self.source {
            Source::Every(every, None) => Source::Every(*every, Some(at)),
            Source::Once(None) => Source::Once(Some(at)),
            other => other.clone(),
        };
        Timetable { source, shared: self.shared.clone() }
    }

    /// Whether this is a period without an anchor, or `@once`.
    pub fn needs_anchor(&self) -> bool {
        matches!(self.source, Source::Every(_, None) | Source::Once(None))
    }

    /// Whether there is no schedule: manual runs only.
    pub fn is_none(&self) -> bool {
        matches!(self.source, Source::None)
    }

    /// The zone it is read in.
    pub fn zone(&self) -> &Zone {
        &self.shared.zone
    }

    /// What its runs cover.
    pub fn kind(&self) -> Kind {
        self.shared.options.kind
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Every date in `range`, ascending, as milliseconds since 1970, at most `limit`.
    ///
    /// NO_SCHEDULE where there is none. RANGE_TOO_LARGE, with `count`, for more than 10,000,000 dates without a limit; they
    /// are counted before anything is held.
    pub fn expand(&self, range: Range, limit: Option<usize>) -> Result<Vec<f64>> {
        if self.is_none() {
            return Err(Error::new(Code::NoSchedule, "there is no schedule: expected one that has dates"));
        }
        let this = self.anchored(range.start);
        let most = limit.map_or(u64::MAX, |limit| limit as u64);
        if most > MOST && this.source.estimate(range) > MOST {
            let count = this.count(range).min(most);
            if count > MOST {
                let message = format!("{count} dates: expected at most {MOST}, or a limit");
                return Err(Error::new(Code::RangeTooLarge, message).detail("count", Detail::Number(count as f64)));
            }
        }
        Ok(this.dates(range, limit.unwrap_or(usize::MAX)))
    }

    /// How many dates are in `range`.
    pub fn count(&self, range: Range) -> u64 {
        if range.is_empty() {
            return 0;
        }
        let this = self.anchored(range.start);
        if this.shared.exclusion.is_nothing() {
            return this.source.count(this.zone(), this.shared.options.dst, range);
        }
        pages(
            range,
            |range| this.ticks(range, PAGE),
            |page| page.iter().filter(|date| this.keeps(**date)).count() as u64,
        )
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
        self.anchored(after).dates(range, n)
    }

    /// The last `n` dates before `before`, nearest first.
    pub fn previous_dates(&self, before: Instant, n: usize) -> Vec<f64> {
        let this = self.anchored(before);
        let mut found = Vec::new();
        let (mut before, mut looked) = (before, 0);
        while found.len() < n && looked < MOST_EXCLUDED {
            let mut page = this.last_ticks(before, n - found.len());
            let Some(first) = page.first().copied() else { break };
            looked += page.len();
            page.reverse();
            found.extend(page.iter().filter(|date| this.keeps(**date)));
            if page.iter().any(|date| this.keeps(*date)) {
                looked = 0;
            }
            before = Instant::clamped(first as i64);
        }
        found
    }

    /// Whether `date` is a date of this schedule.
    pub fn is_date(&self, date: Instant) -> bool {
        !self.dates(Range { start: date, end: date }, 1).is_empty()
    }

    /// What the run of `date` covers: up to the next date of the schedule, also when that one is excluded; nothing for
    /// trigger schedules, `@once`, and the last date there is. A step of a period ends where the next one begins.
    pub fn interval(&self, date: Instant) -> DataInterval {
        let next = match (self.kind(), &self.source) {
            (Kind::Trigger, _) | (_, Source::None | Source::Once(_)) => None,
            _ => self.next_tick(date),
        };
        DataInterval { start: date, end: next.unwrap_or(date) }
    }

    /// What a manual run at `at` covers: the last interval that has ended by then. For trigger schedules, and where no
    /// interval has ended, nothing.
    pub fn last_complete_interval(&self, at: Instant) -> DataInterval {
        let nothing = DataInterval { start: at, end: at };
        if self.kind() == Kind::Trigger || matches!(self.source, Source::None | Source::Once(_)) {
            return nothing;
        }
        // A period without an anchor has a step at `at` itself.
        let this = self.anchored(at);
        let before = Instant::clamped(at.ms().saturating_add(1));
        match this.last_ticks(before, 2).as_slice() {
            [start, end] => DataInterval { start: Instant::clamped(*start as i64), end: Instant::clamped(*end as i64) },
            _ => nothing,
        }
    }

    /// When the run of `date` is due: when its interval has ended.
    pub fn run_after(&self, date: Instant) -> Instant {
        self.interval(date).end
    }

    /// Where the interval of each of `dates` ends: [`Timetable::interval`] of many dates of this schedule, ascending, in one walk.
    pub fn interval_ends(&self, dates: &[f64]) -> Vec<f64> {
        if self.kind() == Kind::Trigger || matches!(self.source, Source::None | Source::Once(_)) {
            return dates.to_vec();
        }
        let mut ends = Vec::with_capacity(dates.len());
        let mut page = Vec::new().into_iter().peekable();
        for (index, date) in dates.iter().enumerate() {
            while page.next_if(|tick| tick <= date).is_some() {}
            if page.peek().is_none() {
                // The next page begins at this date, so that a long exclusion before it costs nothing.
                let this = self.anchored(Instant::clamped(*date as i64));
                let range = Range { start: Instant::clamped(*date as i64 + 1), end: Instant::MAX };
                page = this.ticks(range, (dates.len() - index).min(PAGE)).into_iter().peekable();
            }
            ends.push(page.peek().copied().filter(|tick| tick > date).unwrap_or(*date));
        }
        ends
    }

    /// The first date after `after` before anything is excluded.
    fn next_tick(&self, after: Instant) -> Option<Instant> {
        let range = Range { start: Instant::clamped(after.ms() + 1), end: Instant::MAX };
        let this = self.anchored(after);
        let next = this.ticks(range, 1).first().map(|date| Instant::clamped(*date as i64));
        next.filter(|next| *next > after)
    }

    fn ticks(&self, range: Range, limit: usize) -> Vec<f64> {
        self.source.expand(&self.shared.zone, self.shared.options.dst, range, limit)
    }

    fn last_ticks(&self, before: Instant, n: usize) -> Vec<f64> {
        self.source.last(&self.shared.zone, self.shared.options.dst, before, n)
    }

    fn keeps(&self, date: f64) -> bool {
        !self.shared.exclusion.has(Instant::clamped(date as i64), &self.shared.zone, self.shared.options.dst)
    }

    fn dates(&self, range: Range, limit: usize) -> Vec<f64> {
        if self.shared.exclusion.is_nothing() {
            return self.ticks(range, limit);
        }
        let mut dates = Vec::new();
        let (mut start, mut excluded) = (range.start, 0);
        while dates.len() < limit && excluded < MOST_EXCLUDED {
            let wanted = (limit - dates.len()).min(PAGE);
            let mut page = self.ticks(Range { start, ..range }, wanted);
            let Some(last) = page.last().copied() else { break };
            let full = page.len() == wanted;
            excluded += page.len();
            page.retain(|date| self.keeps(*date));
            excluded = if page.is_empty() { excluded } else { 0 };
            dates.extend(page);
            let next = Instant::clamped(last as i64 + 1);
            if !full || next.js() <= last {
                break;
            }
            start = next;
        }
        dates
    }
}

fn read_cron(texts: &[String], dialect: Dialect) -> Result<Source> {
    let mut patterns = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let field = || if texts.len() == 1 { "schedule".to_owned() } else { format!("schedule[{index}]") };
        match parse(text, dialect).map_err(|error| error.field(field()))? {
            Cron::Pattern(pattern) => patterns.push(pattern),
            Cron::Once if texts.len() == 1 => return Ok(Source::Once(None)),
            Cron::Once => {
                let error = Error::at(
                    Code::InvalidCron,
                    text,
                    0..text.len(),
                    "@once stands alone: expected no other text beside it",
                );
                return Err(error.field(field()));
            }
        }
    }
    if patterns.is_empty() {
        return Err(Error::new(Code::InvalidCron, "no cron text: expected at least one").field("schedule"));
    }
    Ok(Source::Cron(patterns.into()))
}
