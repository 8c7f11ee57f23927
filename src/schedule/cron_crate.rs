//! Schedules of the `cron` crate (cargo feature `cron`), for native programs that have them already.

use std::rc::Rc;

use cron::{Schedule, TimeUnitSpec};

use super::fields::{DayOfMonth, DayOfWeek, DayRule, Fields, Notes, Years};
use super::pattern::Pattern;
use super::source::Source;
use super::{Timetable, TimetableOptions};
use crate::error::{Error, Result};

impl Timetable {
    /// The timetable of a schedule of the `cron` crate: its seconds, days and years, with both day fields to hold, in the zone
    /// and with the rules of `options`. UNKNOWN_TIME_ZONE, or what `exclude` has wrong.
    ///
    /// ```
    /// use dagfill::schedule::{Timetable, TimetableOptions};
    /// use dagfill::time::Instant;
    /// let schedule: cron::Schedule = "0 30 2 * * Mon-Fri".parse().unwrap();
    /// let options = TimetableOptions { time_zone: Some("Europe/Berlin".into()), ..Default::default() };
    /// let timetable = Timetable::from_cron(&schedule, &options).unwrap();
    /// let after = Instant::new(1_709_251_200_000).unwrap();
    /// assert_eq!(timetable.next(after).unwrap().to_string(), "2024-03-01T01:30:00Z");
    /// ```
    pub fn from_cron(schedule: &Schedule, options: &TimetableOptions) -> Result<Timetable> {
        let pattern = Rc::new(Pattern::new(fields(schedule)));
        Timetable::of_source(Source::Cron(Rc::new(vec![pattern])), options.zone()?, options)
    }
}

/// In UTC, with default options: [`Timetable::from_cron`] takes others.
impl TryFrom<&Schedule> for Timetable {
    type Error = Error;

    fn try_from(schedule: &Schedule) -> Result<Timetable> {
        Timetable::from_cron(schedule, &TimetableOptions::default())
    }
}

/// The values of a unit as bits, each `shift` lower.
fn set(unit: &impl TimeUnitSpec, shift: u32) -> u64 {
    unit.iter().fold(0, |set, value| set | 1 << value.saturating_sub(shift).min(63))
}

fn fields(schedule: &Schedule) -> Fields {
    let (days, weekdays) = (schedule.days_of_month(), schedule.days_of_week());
    let rule = match (days.is_all(), weekdays.is_all()) {
        (true, true) => DayRule::Every,
        (true, false) => DayRule::Weekday,
        (false, true) => DayRule::Day,
        (false, false) => DayRule::Both,
    };
    // The crate's years end in 2100; all of them means no restriction.
    let years = (!schedule.years().is_all()).then(|| {
        let mut years = Years::default();
        schedule.years().iter().for_each(|year| years.insert_all(year, year, 1));
        years
    });
    Fields {
        starred_time: schedule.minutes().is_all() || schedule.hours().is_all(),
        seconds: set(schedule.seconds(), 0),
        minutes: set(schedule.minutes(), 0),
        hours: set(schedule.hours(), 0),
        day: DayOfMonth { days: set(days, 0), ..DayOfMonth::default() },
        months: set(schedule.months(), 0),
        // Sunday is 1 there and bit 0 here.
        weekday: DayOfWeek { days: set(weekdays, 1), ..DayOfWeek::default() },
        rule,
        years,
        notes: Notes::default(),
    }
}
