//! A plan by civil days, for calendars, and the offsets of the zone at its dates.

use super::clock::Clock;
use super::{Counts, Plan};
use crate::time::{Civil, DAY_MS};

/// One civil day that has dates, in the schedule's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its midnight on the wall.
    pub day: Civil,
    /// How many of its dates get which action.
    pub counts: Counts,
}

impl Plan {
    /// Sums by civil day, oldest first, also where the plan runs backwards.
    pub fn days(&self) -> Vec<Day> {
        let mut days: Vec<Day> = Vec::new();
        let mut clock = Clock::new(self.timetable.zone());
        for row in self.oldest_first() {
            let date = self.date(row).unwrap_or(0.0);
            let number = (date as i64 + i64::from(clock.offset(date)) * 1000).div_euclid(DAY_MS);
            let day = Civil::from_day(number, 0);
            // Clocks that go back at 00:01 show the day before once more, so the day is one of the last two.
            let recent = days.iter_mut().rev().take(2).find(|known| known.day == day);
            match recent {
                Some(known) => known.counts.add(self.action(row)),
                None => {
                    let mut counts = Counts::default();
                    counts.add(self.action(row));
                    days.push(Day { day, counts });
                }
            }
        }
        days
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

    /// Rows in ascending order of their dates.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = usize> + use<> {
        let (rows, backwards) = (self.len(), self.backwards);
        (0..rows).map(move |row| if backwards { rows - 1 - row } else { row })
    }
}
