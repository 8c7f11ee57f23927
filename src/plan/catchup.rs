//! Which runs are due now, and which of the missed ones are left out. Airflow's `next_dagrun_info` in closed form: it
//! names one run after the other, this names all of them at once.

use crate::error::{Code, Detail, Error, Result};
use crate::schedule::{MOST, Timetable};
use crate::time::{Instant, Range};

/// From so many dates on they are counted before they are looked up one by one.
const MANY: u32 = 100_000;

/// What becomes of dates that came due while nobody ran them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchupPolicy {
    /// All are run. Airflow's `catchup=True`.
    All,
    /// None is run, only what comes due from now on.
    None,
    /// The newest is run; after the last of explicit dates none is. Airflow's `catchup=False`.
    #[default]
    Latest,
    /// The newest so many are run.
    Last(u32),
    /// Those that came due within the last so many milliseconds are run.
    Window(i64),
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchupRequest {
    /// No date before this is a date of the DAG.
    pub start: Option<Instant>,
    /// No date after this is.
    pub end: Option<Instant>,
    /// What to do with missed dates.
    pub policy: CatchupPolicy,
    /// The time.
    pub now: Instant,
    /// The newest date that has a scheduled run; it and everything before it is settled.
    pub last_run: Option<Instant>,
    /// Since when somebody waits for dates to come due: one that came due later was not missed. For a scheduler the time it
    /// looked last; without it, only what is due at this very instant was not missed.
    pub watching_since: Option<Instant>,
    /// At most so many due dates, the oldest ones. What is left out is neither due nor skipped: ask again.
    pub limit: Option<usize>,
}

impl CatchupRequest {
    /// Where a period without an anchor counts from, also for the intervals of what is due.
    pub fn origin(&self) -> Instant {
        self.known_origin().unwrap_or(self.now)
    }

    fn known_origin(&self) -> Option<Instant> {
        self.start.or(self.last_run).or(self.watching_since)
    }
}

/// Dates that are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: u64,
    /// The first.
    pub from: Instant,
    /// The last.
    pub to: Instant,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Catchup {
    /// Logical dates to run now, oldest first, as milliseconds since 1970.
    pub due: Vec<f64>,
    /// Missed dates that the policy leaves out; None also where nothing says since when dates could be missed (no start, no run).
    pub skipped: Option<Skipped>,
    /// When the first run after `now` is due; None where no more will come.
    pub next_run_at: Option<Instant>,
}

/// Plans what is due at `now`.
///
/// A date is due when its run is: in a schedule of intervals when the interval has ended. The policy looks at the schedule alone:
/// when the newest date that is due lies after `end`, "latest" runs nothing. With neither a start nor a last run nothing says where
/// to catch up from: "all" then runs only what came due while somebody was watching, and a period without an anchor counts from then.
/// RANGE_TOO_LARGE when more than 10,000,000 dates are due and there is no limit.
///
/// ```
/// use dagfill::plan::{CatchupPolicy, CatchupRequest, plan_catchup};
/// use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
/// use dagfill::time::{DateInput::Text, Edge, read_date, Zone};
/// let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
/// let timetable = Timetable::new(&daily, &TimetableOptions::default()).unwrap();
/// let at = |text| read_date(Text(text), &Zone::utc(), Edge::Point).unwrap();
/// let request = CatchupRequest {
///     start: Some(at("2021-01-01")), end: None, policy: CatchupPolicy::Latest,
///     now: at("2021-01-05T12:00Z"), last_run: None, watching_since: None, limit: None,
/// };
/// let catchup = plan_catchup(&timetable, &request).unwrap();
/// assert_eq!(catchup.due, [at("2021-01-04").js()]);
/// assert_eq!(catchup.skipped.unwrap().count, 3);
/// assert_eq!(catchup.next_run_at, Some(at("2021-01-06")));
/// ```
pub fn plan_catchup(timetable: &Timetable, request: &CatchupRequest) -> Result<Catchup> {
    let CatchupRequest { start, end, now, last_run, limit, .. } = *request;
    if timetable.is_none() {
        return Ok(Catchup { due: Vec::new(), skipped: None, next_run_at: None });
    }
    // Nothing comes before this: the first instant of the DAG, or the one after the last run.
    let floor = start.max(last_run.map(after));
    let is_unanchored = timetable.needs_anchor() && request.known_origin().is_none();
    let dates = Dates(timetable.anchored(request.origin()));

    let upcoming = dates.first_due_from(after(now)).filter(|date| floor.is_none_or(|floor| floor <= *date));
    let upcoming = upcoming.or_else(|| dates.0.next(before(floor?)).filter(|date| dates.0.run_after(*date) > now));
    let next_run_at = upcoming.filter(|date| end.is_none_or(|end| *date <= end)).map(|date| dates.0.run_after(date));

    let nothing = Catchup { due: Vec::new(), skipped: None, next_run_at };
    let newest = if is_unanchored { None } else { dates.newest_due(now) };
    let Some(newest) = newest else { return Ok(nothing) };
    let last = end.map_or(newest, |end| end.min(newest));
    let from = dates.first_wanted(request, floor, newest)?;
    let due = match (from, floor) {
        (Wanted::Nothing, _) => Vec::new(),
        (Wanted::All, None) => {
            let watched = dates.first_due_from(request.watching_since.map_or(now, after));
            watched.map_or(Ok(Vec::new()), |from| dates.between(from, last, limit))?
        }
        (Wanted::All, Some(floor)) => dates.between(floor, last, limit)?,
        (Wanted::From(from), floor) => dates.between(floor.map_or(from, |floor| floor.max(from)), last, limit)?,
    };
    let skipped_until = match from {
        Wanted::All => None,
        Wanted::Nothing => Some(last),
        Wanted::From(from) => Some(before(from).min(last)),
    };
    let skipped = floor.zip(skipped_until).and_then(|(start, end)| dates.summed_up(Range { start, end }));
    Ok(Catchup { due, skipped, next_run_at })
}

/// From which date on a policy runs what is due.
#[derive(Clone, Copy)]
enum Wanted {
    All,
    From(Instant),
    Nothing,
}

/// The dates of a schedule, seen by when their runs are due. A later date is never due earlier.
struct Dates(Timetable);

impl Dates {
    /// The newest date whose run is due at `now`.
    fn newest_due(&self, now: Instant) -> Option<Instant> {
        let mut date = self.0.previous(after(now))?;
        // An interval that has begun has not ended; the one before it has.
        while self.0.run_after(date) > now {
            date = self.0.previous(date)?;
        }
        Some(date)
    }

    /// The first date whose run is due at `time` or later.
    fn first_due_from(&self, time: Instant) -> Option<Instant> {
        match self.0.previous(time) {
            Some(date) if self.0.run_after(date) >= time => Some(date),
            _ => self.0.next(before(time)),
        }
    }

    fn first_wanted(&self, request: &CatchupRequest, floor: Option<Instant>, newest: Instant) -> Result<Wanted> {
        let first = match request.policy {
            CatchupPolicy::All => return Ok(Wanted::All),
            CatchupPolicy::None => {
                let watched = request.watching_since.map_or(request.now, after);
                (self.0.run_after(newest) >= watched).then_some(newest)
            }
            // After the last of explicit dates there is nothing to be up to date with, unless it came due while watched.
            CatchupPolicy::Latest if self.0.is_listed() && self.0.next(request.now).is_none() => {
                let watched = request.watching_since.map_or(request.now, after);
                (self.0.run_after(newest) >= watched).then_some(newest)
            }
            CatchupPolicy::Latest => Some(newest),
            CatchupPolicy::Last(0) => None,
            CatchupPolicy::Last(count) if count > MANY => Some(self.first_of_many(count, floor, newest)?),
            CatchupPolicy::Last(count) => {
                let dates = self.0.previous_dates(after(newest), count as usize);
                dates.last().map(|date| Instant::clamped(*date as i64))
            }
            CatchupPolicy::Window(length) => {
                let opened = Instant::clamped(request.now.ms().saturating_sub(length));
                self.first_due_from(opened)
            }
        };
        Ok(first.map_or(Wanted::Nothing, Wanted::From))
    }

    /// The first of the newest `count` dates, which may be more than can be held: they are counted before they are looked up.
    fn first_of_many(&self, count: u32, floor: Option<Instant>, newest: Instant) -> Result<Instant> {
        let start = floor.unwrap_or(Instant::MIN);
        let range = Range { start, end: newest };
        if range.is_empty() || self.0.checked_count(range)? <= u64::from(count) {
            return Ok(start);
        }
        if u64::from(count) > MOST {
            let message = format!("catchup.last {count}: expected at most {MOST} dates");
            return Err(Error::new(Code::RangeTooLarge, message).detail("count", Detail::Number(count.into())));
        }
        let dates = self.0.previous_dates(after(newest), count as usize);
        Ok(dates.last().map_or(newest, |date| Instant::clamped(*date as i64)))
    }

    fn between(&self, start: Instant, end: Instant, limit: Option<usize>) -> Result<Vec<f64>> {
        let range = Range { start, end };
        if range.is_empty() { Ok(Vec::new()) } else { self.0.expand(range, limit) }
    }

    fn summed_up(&self, range: Range) -> Option<Skipped> {
        let count = Some(self.0.count(range)).filter(|count| *count > 0)?;
        Some(Skipped { count, from: self.0.next(before(range.start))?, to: self.0.previous(after(range.end))? })
    }
}

fn after(instant: Instant) -> Instant {
    Instant::clamped(instant.ms() + 1)
}

fn before(instant: Instant) -> Instant {
    Instant::clamped(instant.ms() - 1)
}
