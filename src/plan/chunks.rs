//! Chunks: consecutive dates that run together.

use super::{Action, Plan};
use crate::error::{Code, Error, Result};
use crate::schedule::Kind;
use crate::time::Civil;

/// A whole unit of the calendar in the schedule's zone. The numbers are the order of [`Unit::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Unit {
    Day,
    /// From Monday.
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// Every unit with its ISO 8601 duration.
    pub const ALL: [(&'static str, Unit); 5] =
        [("P1D", Unit::Day), ("P1W", Unit::Week), ("P1M", Unit::Month), ("P3M", Unit::Quarter), ("P1Y", Unit::Year)];

    /// The number of the unit that a wall-clock time lies in.
    fn number(self, wall: Civil) -> i64 {
        let (year, month, _) = wall.ymd();
        let months = i64::from(year) * 12 + i64::from(month) - 1;
        match self {
            Unit::Day => wall.day_number(),
            // The first of January 1970 was a Thursday.
            Unit::Week => (wall.day_number() + 3).div_euclid(7),
            Unit::Month => months,
            Unit::Quarter => months.div_euclid(3),
            Unit::Year => i64::from(year),
        }
    }
}

/// How dates are cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// So many dates each, and fewer before a gap.
    Dates(u32),
    /// All of one unit.
    Unit(Unit),
}

impl Plan {
    /// The first row of each chunk, and of each row that starts nothing: it stands for itself. Dates that are skipped, or that are none of the
    /// plan, split chunks. The same dates run together in either direction. INVALID_OPTION where runs cover nothing.
    pub fn chunks(&self, cut: Cut) -> Result<Vec<u32>> {
        if self.timetable.kind() == Kind::Trigger && !self.timetable.has_window() {
            let message = "chunk: expected runs that cover something, got kind trigger";
            return Err(Error::new(Code::InvalidOption, message)
                .field("chunk")
                .hint("a run of kind trigger has an empty data interval: give the DAG an interval, such as P1D"));
        }
        let count = self.len();
        let columns = self.rows(0..count);
        let at = |column: &[f64], row: usize| column.get(row).copied().unwrap_or(f64::NAN);
        let is_backwards = at(&self.dates, 0) > at(&self.dates, 1);
        let mut firsts: Vec<u32> = Vec::new();
        let mut size = 0;
        let mut last: Option<(usize, i64)> = None;
        for place in 0..count {
            let row = if is_backwards { count - 1 - place } else { place };
            let wall = at(&self.dates, row) + at(&columns.offset_seconds, row) * 1000.0;
            let unit = match cut {
                Cut::Dates(_) => 0,
                Cut::Unit(unit) => unit.number(Civil::from_ms(wall as i64)),
            };
            let fits = last.is_some_and(|(last, last_unit)| {
                let is_next = at(&columns.previous, row) == at(&self.dates, last)
                    && (self.timetable.has_window()
                        || at(&columns.interval_end, last) == at(&columns.interval_start, row));
                let both_start = self.action(row) != Action::Skip && self.action(last) != Action::Skip;
                let has_room = if let Cut::Dates(most) = cut { size < most } else { unit == last_unit };
                is_next && both_start && has_room
            });
            if !fits {
                firsts.push(place as u32);
                size = 0;
            }
            size += 1;
            last = Some((row, unit));
        }
        if is_backwards {
            // As rows run, each begins where the next one, in time, ends.
            let ends = firsts.iter().skip(1).copied().chain([count as u32]);
            firsts = ends.map(|end| count as u32 - end).collect();
            firsts.reverse();
        }
        Ok(firsts)
    }
}
