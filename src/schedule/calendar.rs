//! Business calendars: the days on which no business is done.

use crate::error::{Code, Error, Result};
use crate::sort::sort_by;
use crate::time::{Civil, Clock, Date, Instant, Zone, read_span};

/// Days on which no business is done.
#[derive(Debug, Clone, PartialEq)]
pub struct BusinessCalendar {
    /// How explanations and errors call it.
    pub name: String,
    /// IANA name of the zone whose civil days these are. Default: the schedule's.
    pub time_zone: Option<String>,
    /// The days of the week that are closed, from Sunday on. Default: Sunday and Saturday.
    pub weekend: [bool; 7],
    /// Civil days that are closed; of an instant, the day in the calendar's zone.
    pub holidays: Vec<Date>,
}

impl Default for BusinessCalendar {
    fn default() -> Self {
        let weekend = [true, false, false, false, false, false, true];
        BusinessCalendar { name: String::new(), time_zone: None, weekend, holidays: Vec::new() }
    }
}

/// A calendar made ready. Days are numbers of days since 1970 in its zone.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) name: String,
    pub(super) zone: Zone,
    /// By a weekday (Sunday = 0): the days of the weekend (bit 0 = the first) among the 31 days from such a day on.
    weekends: [u32; 7],
    /// Ascending.
    holidays: Vec<i64>,
}

impl Calendar {
    pub(super) fn new(calendar: &BusinessCalendar, zone: &Zone) -> Result<Calendar> {
        let path = ["calendars.", &calendar.name].concat();
        let zone = match &calendar.time_zone {
            Some(name) => Zone::load(name).map_err(|error| error.field([&path, ".timeZone"].concat()))?,
            None => zone.clone(),
        };
        if calendar.weekend == [true; 7] {
            let message = "a weekend of seven days leaves no day open: expected at most six";
            return Err(Error::new(Code::InvalidOption, message).field(path + ".weekend"));
        }
        let mut weekends = [0; 7];
        for (first, days) in weekends.iter_mut().enumerate() {
            for (offset, closed) in (0..31).map(|day| (day, calendar.weekend.get((first + day) % 7))) {
                *days |= u32::from(closed == Some(&true)) << offset;
            }
        }
        let mut holidays = Vec::with_capacity(calendar.holidays.len());
        for (index, date) in calendar.holidays.iter().enumerate() {
            let list = [&path, ".holidays"].concat();
            let span = read_span(date.as_input(), &zone).map_err(|error| error.entry(&list, index))?;
            // A civil day that the zone skipped closes no other one.
            if !span.range.is_empty() {
                holidays.push(zone.civil(span.range.start).day_number());
            }
        }
        sort_by(&mut holidays, |a, b| a < b);
        holidays.dedup();
        Ok(Calendar { name: calendar.name.clone(), zone, weekends, holidays })
    }

    /// The closed days (bit 0 = `first`) among the 31 days from `first` on.
    pub(super) fn closed_days(&self, first: i64) -> u32 {
        let mut days = self.weekend_days((first + 4).rem_euclid(7) as usize);
        let from = self.holidays.partition_point(|day| *day < first);
        for day in self.holidays.iter().skip(from).take_while(|day| **day < first + 31) {
            days |= 1 << (day - first);
        }
        days
    }

    /// The same without holidays, from a weekday on.
    pub(super) fn weekend_days(&self, weekday: usize) -> u32 {
        self.weekends.get(weekday).copied().unwrap_or(0)
    }

    pub(super) fn closes(&self, day: i64) -> bool {
        self.closed_days(day) & 1 == 1
    }

    /// The first open day from `day` on.
    pub(super) fn next_open(&self, mut day: i64) -> i64 {
        loop {
            // Holidays end some time, and no weekend has seven days.
            match self.closed_days(day).trailing_ones() {
                31.. => day += 31,
                closed => return day + i64::from(closed),
            }
        }
    }

    /// The last open day up to `day`.
    pub(super) fn previous_open(&self, mut day: i64) -> i64 {
        while self.closes(day) {
            day -= 1;
        }
        day
    }

    /// The civil day of an instant.
    pub(super) fn day_of(&self, instant: Instant) -> i64 {
        self.zone.civil(instant).day_number()
    }

    /// The last holiday, where `instant` lies in a later year: from then on only weekends are closed.
    pub(super) fn ends_before(&self, instant: Instant) -> Option<Civil> {
        let last = Civil::from_day(*self.holidays.last()?, 0);
        (last.year() < self.zone.civil(instant).year()).then_some(last)
    }
}

/// A calendar that is asked for one date after the other: neighbours cost a comparison each.
pub(super) struct Days<'a> {
    calendar: &'a Calendar,
    clock: Clock<'a>,
    /// The day that was asked for last, and whether it is closed.
    last: (i64, bool),
}

impl<'a> Days<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Days<'a> {
        Days { calendar, clock: Clock::new(&calendar.zone), last: (i64::MIN, false) }
    }

    /// The day of a date.
    pub(super) fn of(&mut self, date: f64) -> i64 {
        self.clock.day(date)
    }

    /// Whether a day is closed.
    pub(super) fn close(&mut self, day: i64) -> bool {
        if self.last.0 != day {
            self.last = (day, self.calendar.closes(day));
        }
        self.last.1
    }
}
