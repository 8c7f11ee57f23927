//! Chunks: one run for several consecutive dates.

use super::{Action, Rows};
use crate::error::{Code, Error, Result};
use crate::schedule::{Kind, Timetable};
use crate::sort::sort_by;
use crate::time::Civil;

/// A unit of the calendar.
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
    /// The unit of a period such as `P1M`.
    pub fn from_name(name: &str) -> Option<Unit> {
        Some(match name {
            "P1D" => Unit::Day,
            "P1W" => Unit::Week,
            "P1M" => Unit::Month,
            "P3M" => Unit::Quarter,
            "P1Y" => Unit::Year,
            _ => return None,
        })
    }

    /// The number of the unit that a wall-clock time lies in.
    fn number(self, wall: Civil) -> i64 {
        let (year, month, _) = wall.ymd();
        let (year, month) = (i64::from(year), i64::from(month) - 1);
        match self {
            Unit::Day => wall.day_number(),
            // The first of January 1970 was a Thursday.
            Unit::Week => (wall.day_number() + 3).div_euclid(7),
            Unit::Month => year * 12 + month,
            Unit::Quarter => year * 4 + month / 3,
            Unit::Year => year,
        }
    }
}

/// How dates are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkBy {
    /// So many of them.
    Dates(u32),
    /// Those of one unit of the calendar, in the schedule's zone.
    Unit(Unit),
}

/// The first row of each chunk, and of each row that starts nothing, which stands for itself. Dates that the plan skips, or that are no
/// dates of it, split chunks. Rows run oldest first, or newest first; `offsets` are seconds ahead of UTC. INVALID_OPTION for a
/// schedule whose runs cover nothing.
pub fn chunks(timetable: &Timetable, dates: &[f64], offsets: &[i32], actions: &[u8], by: ChunkBy) -> Result<Vec<u32>> {
    if timetable.kind() == Kind::Trigger && !timetable.has_window() {
        let text = "chunk: expected runs that cover something, got kind trigger";
        let hint = "a run of kind trigger has an empty data interval: give the DAG an interval, such as P1D";
        return Err(Error::new(Code::InvalidOption, text).field("chunk").hint(hint));
    }
    let rows = dates.len();
    let backwards = dates.first() > dates.get(1) && rows > 1;
    let row_at = |place: usize| if backwards { rows - 1 - place } else { place };
    let mut ascending = dates.to_vec();
    sort_by(&mut ascending, |a, b| a < b);
    let covered = Rows::of(timetable, &ascending);
    let starts_run = |place: usize| actions.get(row_at(place)).is_some_and(|action| *action != Action::Skip as u8);
    let wall = |place: usize| {
        let offset = offsets.get(row_at(place)).copied().unwrap_or(0);
        Civil::from_ms(ascending.get(place).map_or(0, |ms| *ms as i64) + i64::from(offset) * 1_000)
    };
    let follows = |place: usize| {
        let Some(last) = place.checked_sub(1) else { return false };
        covered.previous.get(place) == ascending.get(last)
            && (timetable.has_window() || covered.interval_end.get(last) == covered.interval_start.get(place))
            && starts_run(place)
            && starts_run(last)
    };
    let mut size = 0;
    let mut firsts = Vec::new();
    for place in 0..rows {
        let fits = follows(place)
            && match by {
                ChunkBy::Dates(most) => size < most,
                ChunkBy::Unit(unit) => unit.number(wall(place.saturating_sub(1))) == unit.number(wall(place)),
            };
        size = if fits { size + 1 } else { 1 };
        if !fits {
            firsts.push(place as u32);
        }
    }
    if backwards {
        // Chunks as rows run: each begins where the next one, in time, ends.
        let ends = firsts.iter().skip(1).copied().chain((rows > 0).then_some(rows as u32));
        firsts = ends.map(|end| rows as u32 - end).collect();
        firsts.reverse();
    }
    Ok(firsts)
}
