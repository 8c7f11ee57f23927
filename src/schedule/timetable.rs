//! A schedule made ready: the dates it has, what their runs cover, and when those are due.

use std::rc::Rc;

use super::calendar::Calendar;
use super::exclude::{self, Exclusion};
use super::read::{read_schedule, zone_of};
use super::roll::{Roll, Rolling};
use super::rolled::Rolled;
use super::source::Source;
use super::words::Words;
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
    /// The dates before anything is excluded.
    source: Source,
    /// The dates without the days that are excluded as a whole.
    rest: Source,
    /// Where periods without an anchor count from.
    anchor: Option<Instant>,
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
    /// What moves and what is left out, in words that stand behind those of the schedule.
    pub(super) words: String,
    pub(super) roll: Option<Rolling>,
    /// All calendars that decide about a date.
    pub(super) calendars: Vec<Rc<Calendar>>,
    /// What is left out date by date.
    exclusion: Rc<Exclusion>,
    /// All that is left out.
    excluded: Rc<Exclusion>,
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
        let mut words = Words::default();
        let exclude = |exclude| Exclusion::new(exclude, &zone);
        let exclusion = options.exclude.as_ref().map(exclude).transpose()?.unwrap_or_default();
        let rolling = |roll: &Roll| {
            let calendar = Rc::new(Calendar::new(&roll.calendar, &zone)?);
            Ok(Rolling { calendar, to: roll.to })
        };
        let roll = options.roll.as_ref().map(rolling).transpose()?;
        if let Some(roll) = &roll {
            Rolled::describe(&mut words, roll);
        }
        if let Some(exclude) = &options.exclude {
            exclude::describe(&mut words, exclude);
        }
        let calendars = exclusion.calendars().iter().chain(roll.as_ref().map(|roll| &roll.calendar)).cloned().collect();
        let given = source;
        let source = rolled(&given, roll.as_ref(), &Rc::default(), &zone);
        let excluded = Rc::new(exclusion);
        let (rest, exclusion) = leave_out(&given, roll.as_ref(), &excluded, &zone);
        let words = words.take();
        let (kind, dst) = (options.kind, options.dst);
        let shared = Shared { zone, kind, dst, given, window, words, roll, calendars, exclusion, excluded };
        Ok(Timetable { source, rest, anchor: None, shared: Rc::new(shared) })
    }

    /// The same, with `at` as the date that a period without an anchor counts from, and as the one date of `@once`.
    pub fn anchored(&self, at: Instant) -> Timetable {
        let (source, rest) = (self.source.anchored(at), self.rest.anchored(at));
        Timetable { source, rest, anchor: self.anchor.or(Some(at)), shared: self.shared.clone() }
    }

    /// Whether somebody has said where periods without an anchor of their own count from.
    pub(super) fn has_anchor(&self) -> bool {
        self.anchor.is_some()
    }

    /// Whether this is a period without an anchor, or `@once`, or has one among others.
    pub fn needs_anchor(&self) -> bool {
        self.source.needs_anchor()
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

    /// Whether its runs cover a fixed window before their dates.
    pub fn has_window(&self) -> bool {
        self.shared.window.is_some()
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

    /// The dates that the schedule names, before any is excluded or moves.
    pub(super) fn named(&self) -> Source {
        self.anchor.map_or_else(|| self.shared.given.clone(), |at| self.shared.given.anchored(at))
    }

    pub(super) fn all_excluded(&self) -> &Rc<Exclusion> {
        &self.shared.excluded
    }

    /// The dates, apart from those that `exclusion` leaves out.
    pub(super) fn rest(&self) -> &Source {
        &self.rest
    }

    /// Whether there is any date in the years 1 to 9999, as far as days decide that.
    pub(super) fn ever_fires(&self) -> bool {
        self.rest().ever_fires()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// The dates that a roll moves, without those that are excluded before.
fn rolled(source: &Source, roll: Option<&Rolling>, exclusion: &Rc<Exclusion>, zone: &Zone) -> Source {
    let Some(roll) = roll else { return source.clone() };
    source.map(&|member| match member {
        Source::None => Source::None,
        Source::Cron(patterns) if roll.calendar.zone == *zone && exclusion.is_nothing() => {
            Source::Cron(Rc::new(patterns.iter().map(|pattern| Rc::new(pattern.rolled(roll))).collect()))
        }
        member => {
            let (source, roll) = (member.clone(), roll.clone());
            Source::Rolled(Rc::new(Rolled { source, roll, exclusion: exclusion.clone() }))
        }
    })
}

/// The dates without what is excluded, before they move and after, and what of the exclusion must be taken out date by date.
fn leave_out(given: &Source, roll: Option<&Rolling>, all: &Rc<Exclusion>, zone: &Zone) -> (Source, Rc<Exclusion>) {
    let (days_left, rest) = Exclusion::clone(all).whole_days(given, zone);
    if roll.is_some_and(|roll| !rest.is_nothing() || roll.calendar.zone != *zone) {
        return (rolled(given, roll, all, zone), all.clone());
    }
    let rest = Rc::new(rest);
    (rolled(&days_left, roll, &rest, zone), rest)
}
