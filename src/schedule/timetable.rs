//! A schedule made ready: the dates it has, what their runs cover, and when those are due.

use std::rc::Rc;

use super::exclude::{self, Exclusion};
use super::pattern::Pattern;
use super::read::{read_schedule, zone_of};
use super::source::Source;
use super::{Dst, Kind, ScheduleInput, TimetableOptions};
use crate::error::Result;
use crate::time::{Instant, Period, Zone};

/// A schedule in its zone. Cheap to clone.
///
/// ```
/// use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
/// use dagfill::time::{DateInput::Text, read_bounds};
/// let daily = ScheduleInput::Cron { texts: vec!["30 2 * * *".into()], dialect: Dialect::Unix, day_match: None };
/// let options = TimetableOptions { time_zone: Some("America/New_York".into()), ..Default::default() };
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
    zone: Zone,
    kind: Kind,
    dst: Dst,
    /// The schedule as it was given: its periods have only anchors of their own.
    pub(super) given: Source,
    /// How much before its date a run begins to cover, where that is fixed.
    pub(super) window: Option<Period>,
    /// What is left out, in words that stand behind those of the schedule.
    pub(super) excluded: String,
    /// What is left out date by date.
    exclusion: Exclusion,
    /// The cron texts without the days that are excluded as a whole.
    rest: Option<Source>,
}

impl Timetable {
    /// Reads a schedule. INVALID_CRON, INVALID_DURATION, INVALID_DATE or UNKNOWN_TIME_ZONE, each with where it went wrong.
    pub fn new(schedule: &ScheduleInput, options: &TimetableOptions) -> Result<Timetable> {
        let zone = zone_of(schedule, options)?;
        let source = read_schedule(schedule, "schedule", &zone)?;
        Timetable::of_source(source, zone, options)
    }

    /// The dates of `source` with what the options say.
    pub(super) fn of_source(source: Source, zone: Zone, options: &TimetableOptions) -> Result<Timetable> {
        let window = options.interval.as_deref().map(Period::parse).transpose();
        let window = window.map_err(|error| error.field("interval"))?;
        let (mut exclusion, mut excluded) = (Exclusion::Nothing, String::new());
        if let Some(exclude) = &options.exclude {
            (exclusion, excluded) = (Exclusion::new(exclude, &zone)?, exclude::describe(exclude));
        }
        let rest = match (&source, &exclusion) {
            (Source::Cron(patterns), Exclusion::Cron(other)) => without(patterns, other),
            _ => None,
        };
        if rest.is_some() {
            exclusion = Exclusion::Nothing;
        }
        let given = source.clone();
        let shared = Shared { zone, kind: options.kind, dst: options.dst, given, window, excluded, exclusion, rest };
        Ok(Timetable { source, shared: Rc::new(shared) })
    }

    /// The same, with `at` as the date that a period without an anchor counts from, and as the one date of `@once`.
    pub fn anchored(&self, at: Instant) -> Timetable {
        Timetable { source: self.source.anchored(at), shared: self.shared.clone() }
    }

    /// Whether this is a period without an anchor, or `@once`, or has one among others.
    pub fn needs_anchor(&self) -> bool {
        let needs = |member: &Source| matches!(member, Source::Every(_, None) | Source::Once(None));
        self.source.members().iter().any(needs)
    }

    /// Whether there is no schedule: manual runs only.
    pub fn is_none(&self) -> bool {
        matches!(self.source, Source::None)
    }

    /// Whether its dates are listed one by one.
    pub fn is_listed(&self) -> bool {
        matches!(self.source, Source::Dates(_))
    }

    /// The zone it is read in.
    pub fn zone(&self) -> &Zone {
        &self.shared.zone
    }

    /// What its runs cover.
    pub fn kind(&self) -> Kind {
        self.shared.kind
    }

    pub(super) fn dst(&self) -> Dst {
        self.shared.dst
    }

    pub(super) fn exclusion(&self) -> &Exclusion {
        &self.shared.exclusion
    }

    /// The dates before anything is excluded.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// The dates, apart from those that `exclusion` leaves out.
    pub(super) fn rest(&self) -> &Source {
        self.shared.rest.as_ref().unwrap_or(&self.source)
    }

    /// Whether there is any date in the years 1 to 9999, as far as days decide that.
    pub(super) fn ever_fires(&self) -> bool {
        let fires = |member: &Source| match member {
            Source::Cron(patterns) => patterns.iter().any(|pattern| pattern.ever_fires()),
            _ => true,
        };
        self.rest().members().iter().any(fires)
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// The patterns without the days of `other`, where whole days are what it takes from each.
fn without(patterns: &[Rc<Pattern>], other: &Rc<Pattern>) -> Option<Source> {
    let mut rest = Vec::with_capacity(patterns.len());
    for pattern in patterns {
        rest.push(Rc::new(pattern.without(other)?));
    }
    Some(Source::Cron(Rc::new(rest)))
}
