//! Offsets of many dates that lie near each other.

use super::{Civil, DAY_MS, Instant, Steady, Zone};

/// A zone, and the span of steady offset that was asked for last. Dates in order, either way, cost a comparison each.
#[derive(Debug)]
pub struct Clock<'a> {
    zone: &'a Zone,
    from: f64,
    to: f64,
    offset: i32,
}

impl<'a> Clock<'a> {
    /// A clock of a zone.
    pub fn new(zone: &'a Zone) -> Clock<'a> {
        Clock { zone, from: 0.0, to: 0.0, offset: 0 }
    }

    /// Seconds ahead of UTC at a date in milliseconds since 1970.
    pub fn offset(&mut self, date: f64) -> i32 {
        if !self.is_steady(date) {
            self.look(date);
        }
        self.offset
    }

    /// Whether a date has the offset that was asked for last, with no change between them.
    pub fn is_steady(&self, date: f64) -> bool {
        (self.from..self.to).contains(&date)
    }

    fn look(&mut self, date: f64) {
        let Steady { from, to, offset, .. } = self.zone.steady(Instant::clamped(date as i64));
        (self.from, self.to, self.offset) = (from.js(), to.js(), offset);
    }

    /// The civil day of a date in milliseconds since 1970, as a number of days since 1970.
    pub fn day(&mut self, date: f64) -> i64 {
        (date as i64 + i64::from(self.offset(date)) * 1000).div_euclid(DAY_MS)
    }

    /// The one instant of a wall-clock time that is far from what the clock knows of changes; none where a change may be near.
    pub fn instant(&mut self, wall: Civil) -> Option<Instant> {
        // No offset was ever further than 16 hours from UTC, and no change moved a clock by more than a day.
        const REACH: f64 = 2.0 * DAY_MS as f64;
        let date = wall.ms() as f64;
        let offset = self.offset(date);
        let calm = self.zone.is_utc() || self.from + REACH <= date && date < self.to - REACH;
        calm.then(|| Instant::clamped(wall.ms() - i64::from(offset) * 1000))
    }
}
