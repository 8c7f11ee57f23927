//! The dates of a range that have no successful run.

use super::coverage::Intervals;
use super::{Action, Coverage, Existing, History, SkipReason, Strangers};
use crate::error::Result;
use crate::schedule::Timetable;
use crate::time::{Instant, Range};

/// Why a date is missing. The numbers are the order of [`Lack::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Lack {
    /// It has no run, or one that was canceled.
    Missing,
    /// Its run failed.
    Failed,
    /// Its run covers the date's interval only in part.
    Partial,
}

impl Lack {
    /// Every reason with its name, in the order of its number.
    pub const ALL: [(&'static str, Lack); 3] =
        [("missing", Lack::Missing), ("failed", Lack::Failed), ("partial", Lack::Partial)];
}

/// Neighbouring dates that are missing for one reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// The first date, in milliseconds since 1970.
    pub start: f64,
    /// The last date.
    pub end: f64,
    /// How many dates.
    pub count: u32,
    /// Why.
    pub lack: Lack,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MissingRequest {
    /// Both ends included.
    pub range: Range,
    /// A failed run is as good as none.
    pub failed_is_missing: bool,
    /// By what a successful run counts.
    pub coverage: Coverage,
    /// Dates that are not due then are left out.
    pub now: Option<Instant>,
}

/// The gaps, oldest first, and the runs of the range that stand on none of its dates. Runs in flight count as present. RANGE_TOO_LARGE
/// beyond 10,000,000 dates.
///
/// ```
/// use dagfill::plan::{Coverage, History, Lack, MissingRequest, missing};
/// use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
/// use dagfill::time::{DateInput::Text, Zone, read_bounds};
/// let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
/// let daily = Timetable::new(&daily, &TimetableOptions::default()).unwrap();
/// let range = read_bounds(Text("2024-01-01"), Text("2024-01-07"), &Zone::utc()).unwrap().range;
/// let request = MissingRequest { range, failed_is_missing: true, coverage: Coverage::Date, now: None };
/// let (gaps, _) = missing(&daily, request, &History::default()).unwrap();
/// assert_eq!((gaps.len(), gaps[0].count, gaps[0].lack), (1, 7, Lack::Missing));
/// ```
pub fn missing(timetable: &Timetable, request: MissingRequest, history: &History) -> Result<(Vec<Gap>, Strangers)> {
    let MissingRequest { range, failed_is_missing, coverage, now } = request;
    history.check()?;
    let dates = timetable.expand(range, None)?;
    let aligned = history.align(&dates, range);
    let intervals = (now.is_some() || coverage == Coverage::Interval).then(|| Intervals::of(timetable, &dates, true));
    let due = match (now, &intervals) {
        (Some(now), Some(intervals)) => intervals.due(&dates, now),
        _ => dates.len(),
    };
    let is_partial = |row: (usize, f64), index: usize| {
        let stands = (Action::Skip, Some(SkipReason::ExistsSuccess));
        let by_interval = intervals.as_ref().filter(|_| coverage == Coverage::Interval);
        by_interval.is_some_and(|intervals| intervals.decide(row, index, stands, history).is_some())
    };
    let mut gaps: Vec<Gap> = Vec::new();
    let mut last = None;
    for (row, date) in dates.iter().enumerate().take(due) {
        let record = aligned.record(row);
        let lack = match record.map_or(Existing::None, |index| history.standing(index)) {
            Existing::None | Existing::Canceled => Some(Lack::Missing),
            Existing::Failed => failed_is_missing.then_some(Lack::Failed),
            Existing::InFlight => None,
            Existing::Success => record.filter(|index| is_partial((row, *date), *index)).map(|_| Lack::Partial),
        };
        match (lack, gaps.last_mut()) {
            (Some(lack), Some(gap)) if last == Some(lack) => {
                gap.end = *date;
                gap.count += 1;
            }
            (Some(lack), _) => gaps.push(Gap { start: *date, end: *date, count: 1, lack }),
            (None, _) => {}
        }
        last = lack;
    }
    Ok((gaps, aligned.strangers))
}
