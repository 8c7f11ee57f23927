//! A plan by civil days, for calendars, and the offsets of the zone at its dates.

use super::{Action, Counts, Plan};
use crate::sort::sort_by;
use crate::time::{Civil, Clock, DAY_MS, Zone};

/// One civil day that has dates, in the schedule's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its midnight on the wall.
    pub day: Civil,
    /// How many of its dates get which action.
    pub counts: Counts,
}

impl Plan {
    /// Sums by civil day, oldest first, in whatever order the plan runs.
    pub fn days(&self) -> Vec<Day> {
        days(self.timetable.zone(), &self.dates, &self.actions)
    }

    /// Seconds that the schedule's clock is ahead of UTC at each date, in run order.
    pub fn offsets(&self) -> Vec<i32> {
        let mut clock = Clock::new(self.timetable.zone());
        self.dates.iter().map(|date| clock.offset(*date)).collect()
    }

    /// The date of a row.
    pub fn date(&self, row: usize) -> Option<f64> {
        self.dates.get(row).copied()
    }
}

/// Sums by civil day of `zone`, oldest first. `actions` are numbers of [`Action`].
pub fn days(zone: &Zone, dates: &[f64], actions: &[u8]) -> Vec<Day> {
    let rows = dates.iter().copied().zip(actions.iter().copied());
    if dates.is_sorted_by(|a, b| a <= b) {
        return sums(zone, rows);
    }
    let mut rows: Vec<(f64, u8)> = rows.collect();
    sort_by(&mut rows, |a, b| a.0 < b.0);
    sums(zone, rows.into_iter())
}

/// Sums of rows in ascending order.
fn sums(zone: &Zone, rows: impl Iterator<Item = (f64, u8)>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut clock = Clock::new(zone);
    for (date, action) in rows {
        let number = (date as i64 + i64::from(clock.offset(date)) * 1000).div_euclid(DAY_MS);
        let day = Civil::from_day(number, 0);
        // Clocks that go back at 00:01 show the day before once more, so the day is one of the last two.
        let recent = days.iter_mut().rev().take(2).find(|known| known.day == day);
        match recent {
            Some(known) => known.counts.add(Action::from_number(action)),
            None => {
                let mut counts = Counts::default();
                counts.add(Action::from_number(action));
                days.push(Day { day, counts });
            }
        }
    }
    days
}
