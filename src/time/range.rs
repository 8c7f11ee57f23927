//! The one place that states how bounds are read. Both ends of a range are included.

use super::read::{Reading, read};
use super::{Civil, DateInput, Instant, Local, Zone, resolve};
use crate::error::Result;

/// From `start` to `end`, both included. Empty when `end` is before `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first instant.
    pub start: Instant,
    /// The last instant.
    pub end: Instant,
}

impl Range {
    /// Whether no instant lies inside.
    pub fn is_empty(self) -> bool {
        self.end < self.start
    }

    /// Whether `instant` lies inside.
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant <= self.end
    }
}

/// What a date is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// First instant of a range: of a day its first, of a repeated wall-clock time the first.
    Start,
    /// Last instant of a range: of a day its last, of a repeated wall-clock time the second.
    End,
    /// A single instant: of a day its first; of a repeated time the second, as Airflow reads it.
    Point,
}

/// A range, and whether its ends were civil days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The instants.
    pub range: Range,
    /// The start was a date without a time.
    pub start_is_day: bool,
    /// The end was a date without a time: the whole day is inside.
    pub end_is_day: bool,
}

/// Reads both ends of a range in a zone. INVALID_DATE names the field `startDate` or `endDate`.
///
/// ```
/// use dagfill::time::{DateInput::Text, Zone, read_bounds};
/// let zone = Zone::load("Europe/Berlin").unwrap();
/// let range = read_bounds(Text("2024-03-31"), Text("2024-03-31"), &zone).unwrap().range;
/// assert_eq!(range.start.to_string(), "2024-03-30T23:00:00Z");
/// assert_eq!(range.end.to_string(), "2024-03-31T21:59:59.999Z");
/// ```
pub fn read_bounds(start: DateInput<'_>, end: DateInput<'_>, zone: &Zone) -> Result<Bounds> {
    let (start, start_is_day) = read_edge(start, zone, Edge::Start).map_err(|error| error.field("startDate"))?;
    let (end, end_is_day) = read_edge(end, zone, Edge::End).map_err(|error| error.field("endDate"))?;
    Ok(Bounds { range: Range { start, end }, start_is_day, end_is_day })
}

/// Reads one date in a zone. INVALID_DATE when it is none.
pub fn read_date(input: DateInput<'_>, zone: &Zone, edge: Edge) -> Result<Instant> {
    read_edge(input, zone, edge).map(|(instant, _)| instant)
}

/// Everything that a date names: a whole civil day, or one instant, or both readings of a repeated wall-clock time.
pub fn read_span(input: DateInput<'_>, zone: &Zone) -> Result<Bounds> {
    let (start, is_day) = read_edge(input, zone, Edge::Start)?;
    let (end, _) = read_edge(input, zone, Edge::End)?;
    Ok(Bounds { range: Range { start, end }, start_is_day: is_day, end_is_day: is_day })
}

fn read_edge(input: DateInput<'_>, zone: &Zone, edge: Edge) -> Result<(Instant, bool)> {
    let text = match input {
        DateInput::Number(ms) => return Ok((Instant::from_js(ms)?, false)),
        DateInput::Text(text) => text,
    };
    match read(text)? {
        Reading::Instant(instant) => Ok((instant, false)),
        Reading::Day(day) if edge == Edge::End => Ok((last_instant(zone, day), true)),
        Reading::Day(day) => Ok((first_instant(zone, day), true)),
        Reading::WallClock(civil) => {
            let instant = match resolve(zone, civil) {
                Local::Unique(instant) | Local::Gap { later: instant, .. } => instant,
                Local::Fold { first, .. } if edge == Edge::Start => first,
                Local::Fold { second, .. } => second,
            };
            Ok((instant, false))
        }
    }
}

/// The first instant of a civil day. A day whose midnight does not exist begins when the clocks have changed.
pub fn first_instant(zone: &Zone, day: Civil) -> Instant {
    match resolve(zone, day.midnight()) {
        Local::Unique(instant) | Local::Fold { first: instant, .. } => instant,
        Local::Gap { change, .. } => change.at,
    }
}

/// The last instant of a civil day; before its first one where the zone skipped the whole day.
pub fn last_instant(zone: &Zone, day: Civil) -> Instant {
    let next = match resolve(zone, day.midnight().add_days(1)) {
        Local::Unique(instant) | Local::Fold { second: instant, .. } => instant,
        Local::Gap { change, .. } => change.at,
    };
    // The last day of year 9999 has no next one.
    if next == Instant::MAX { next } else { Instant::clamped(next.ms() - 1) }
}
