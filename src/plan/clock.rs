//! Offsets of many dates that lie near each other.

use crate::time::{Instant, Zone};

/// A zone, and the span of steady offset that was asked for last. Dates in order, either way, cost a comparison each.
pub(super) struct Clock<'a> {
    zone: &'a Zone,
    from: f64,
    to: f64,
    offset: i32,
}

impl<'a> Clock<'a> {
    pub(super) fn new(zone: &'a Zone) -> Clock<'a> {
        Clock { zone, from: 0.0, to: 0.0, offset: 0 }
    }

    /// Seconds ahead of UTC at a date in milliseconds since 1970.
    pub(super) fn offset(&mut self, date: f64) -> i32 {
        if !(self.from..self.to).contains(&date) {
            let (from, to, offset) = self.zone.steady(Instant::clamped(date as i64));
            (self.from, self.to, self.offset) = (from.js(), to.js(), offset);
        }
        self.offset
    }
}
