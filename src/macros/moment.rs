//! Dates with a time, as pendulum 3 and Python's datetime know them.

use super::error::EvalError;
use super::wall::{DAY_MICROS, NO_SUCH_DATE, Wall, first_of_month};
use crate::time::{Civil, Instant, Local, Zone, resolve};

const SECOND: i64 = 1_000_000;

/// A zone, or an offset that never changes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tz {
    Zone(Zone),
    Fixed(i32),
}

impl Tz {
    pub(super) fn is_utc(&self) -> bool {
        matches!(self, Tz::Zone(zone) if zone.is_utc())
    }

    /// Seconds ahead of UTC when the wall shows this: `fold` says which of two readings, as in Python.
    fn offset(&self, wall: i64, fold: bool) -> i32 {
        let zone = match self {
            Tz::Fixed(offset) => return *offset,
            Tz::Zone(zone) => zone,
        };
        match resolve(zone, Civil::from_ms(wall.div_euclid(1000))) {
            Local::Unique(instant) => zone.offset_at(instant),
            Local::Gap { change, .. } | Local::Fold { change, .. } => {
                if fold {
                    change.after
                } else {
                    change.before
                }
            }
        }
    }

    /// Seconds that summer time adds at a moment: its offset is greater than the one before and the one behind it, for less than
    /// ten months.
    pub(super) fn daylight(&self, utc: i64) -> i32 {
        const MOST: i64 = 300 * 86_400_000;
        let Tz::Zone(zone) = self else { return 0 };
        let at = Instant::clamped(utc.div_euclid(1000));
        let around =
            |from: i64, to: i64| zone.changes(Instant::clamped(at.ms() + from), Instant::clamped(at.ms() + to));
        let (before, after) = (around(-MOST, 1), around(1, MOST));
        match (before.last(), after.first()) {
            (Some(start), Some(end))
                if start.after > start.before && end.after < end.before && end.at.ms() - start.at.ms() < MOST =>
            {
                start.after - start.before
            }
            _ => 0,
        }
    }
}

/// A date with a time. Without a zone it is nobody's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    /// Microseconds since 1970 on the wall.
    pub wall: i64,
    /// Seconds ahead of UTC.
    pub offset: Option<i32>,
    pub tz: Option<Tz>,
    /// Whether this is the second of two readings; pendulum keeps it also where there is one.
    pub fold: bool,
    /// Pendulum's dates know more than Python's own, and count elapsed time over clock changes.
    pub pendulum: bool,
}

/// What `add` adds. With months or days it is a step on the calendar, without any of them time passes on a stopwatch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub months: i64,
    pub days: i64,
    pub micros: i64,
}

impl Moment {
    /// The moment of an instant, in microseconds of UTC.
    pub(super) fn at(utc: i64, tz: &Tz) -> Result<Moment, EvalError> {
        Wall::new(utc, None)?;
        let (offset, zone) = match tz {
            Tz::Fixed(offset) => (*offset, None),
            Tz::Zone(zone) => (zone.offset_at(Instant::clamped(utc.div_euclid(1000))), Some(zone)),
        };
        let wall = utc + i64::from(offset) * SECOND;
        Wall::new(wall, None)?;
        let fold = zone.filter(|zone| !zone.is_utc()).is_some_and(|zone| {
            let read = resolve(zone, Civil::from_ms(wall.div_euclid(1000)));
            matches!(read, Local::Fold { second, .. } if second.ms() == utc.div_euclid(1000))
        });
        Ok(Moment { wall, offset: Some(offset), tz: Some(tz.clone()), fold, pendulum: true })
    }

    /// Pendulum's reading of a wall-clock time: one that a change removes moves by the gap, forward with `fold` and else back.
    pub(super) fn create(wall: i64, tz: Option<&Tz>, fold: bool) -> Result<Moment, EvalError> {
        Wall::new(wall, None)?;
        let Some(tz) = tz else { return Ok(Moment { wall, offset: None, tz: None, fold, pendulum: true }) };
        let (before, after) = (tz.offset(wall, false), tz.offset(wall, true));
        let gap = i64::from(after - before) * SECOND;
        let (wall, fold, offset) = match gap {
            1.. if fold => (wall + gap, false, after),
            1.. => (wall - gap, false, before),
            _ => (wall, fold, if fold { after } else { before }),
        };
        Wall::new(wall - i64::from(offset) * SECOND, None)?;
        Ok(Moment { wall, offset: Some(offset), tz: Some(tz.clone()), fold, pendulum: true })
    }

    /// A datetime of Python's own.
    pub(super) fn plain(wall: i64, tz: Option<Tz>, fold: bool) -> Result<Moment, EvalError> {
        Wall::new(wall, None)?;
        let offset = tz.as_ref().map(|tz| tz.offset(wall, fold));
        Ok(Moment { wall, offset, tz, fold, pendulum: false })
    }

    /// The same kind of date with another wall-clock time.
    pub(super) fn with_wall(&self, wall: i64) -> Result<Moment, EvalError> {
        if self.pendulum {
            Moment::create(wall, self.tz.as_ref(), self.fold)
        } else {
            Moment::plain(wall, self.tz.clone(), self.fold)
        }
    }

    /// Microseconds since 1970 in UTC; a date without a zone is read as UTC.
    pub(super) fn utc(&self) -> i64 {
        self.wall - i64::from(self.offset.unwrap_or(0)) * SECOND
    }

    /// The offset of the first reading, where there are two.
    pub(super) fn first_offset(&self) -> i32 {
        match (&self.tz, self.fold) {
            (Some(tz), true) => tz.offset(self.wall, false),
            _ => self.offset.unwrap_or(0),
        }
    }

    /// Whether the clock changes then: a time that stands twice, or was removed.
    pub(super) fn is_changing(&self) -> bool {
        self.tz.as_ref().is_some_and(|tz| tz.offset(self.wall, false) != tz.offset(self.wall, true))
    }

    pub(super) fn to_wall(&self) -> Wall {
        Wall { micros: self.wall, offset: self.offset }
    }

    pub(super) fn day(&self) -> i64 {
        self.wall.div_euclid(DAY_MICROS)
    }

    /// The same moment on another wall.
    pub(super) fn in_zone(&self, tz: &Tz) -> Result<Moment, EvalError> {
        match &self.tz {
            Some(_) => Moment::at(self.utc(), tz),
            None => Moment::create(self.wall, Some(tz), true),
        }
    }

    /// What is later by a step.
    pub(super) fn add(&self, step: Step) -> Result<Moment, EvalError> {
        if !self.pendulum {
            let wall = stepped(self.wall, step)?;
            return Moment::plain(wall, self.tz.clone(), false);
        }
        match &self.tz {
            Some(tz) if step.months == 0 && step.days == 0 => Moment::at(self.utc().saturating_add(step.micros), tz),
            tz => Moment::create(stepped(self.wall, step)?, tz.as_ref(), true),
        }
    }

    /// The first moment of the unit around this date, or the last one.
    pub(super) fn edge_of(&self, unit: &str, end: bool) -> Result<Moment, EvalError> {
        let (start, after) = around(self.wall, unit)?;
        self.with_wall(if end { after - 1 } else { start })
    }
}

/// A day as a moment of nobody's wall.
pub(super) fn midnight(day: i64) -> Result<Moment, EvalError> {
    Moment::create(day.saturating_mul(DAY_MICROS), None, false)
}

/// A wall-clock time, later by a step; the day of the month gives way where the month is shorter.
pub(super) fn stepped(wall: i64, step: Step) -> Result<i64, EvalError> {
    let months = i32::try_from(step.months).ok().filter(|months| months.abs() < 12 * 10_000);
    let moved = months.and_then(|months| Civil::from_ms(wall.div_euclid(1000)).add_months(months));
    let moved = moved.ok_or(NO_SUCH_DATE)?.ms() * 1000 + wall.rem_euclid(1000);
    let wall = moved.saturating_add(step.days.saturating_mul(DAY_MICROS)).saturating_add(step.micros);
    Wall::new(wall, None).map(|wall| wall.micros)
}

/// Start and end of a unit around a wall-clock time.
pub(super) fn around(wall: i64, unit: &str) -> Result<(i64, i64), EvalError> {
    let shown = Wall { micros: wall, offset: None };
    let day = wall.div_euclid(DAY_MICROS);
    let (year, month, _) = shown.civil().ymd();
    let year = i64::from(year);
    let fixed = |length: i64| {
        let start = wall.div_euclid(length) * length;
        (start, start + length)
    };
    let months = |first: i64, count: i64| (first_of_month(first), first_of_month(first + count));
    let month = year * 12 + i64::from(month) - 1;
    Ok(match unit {
        "second" => fixed(SECOND),
        "minute" => fixed(60 * SECOND),
        "hour" => fixed(3600 * SECOND),
        "day" => fixed(DAY_MICROS),
        "week" => {
            let monday = (day - i64::from(shown.weekday())) * DAY_MICROS;
            (monday, monday + 7 * DAY_MICROS)
        }
        "month" => months(month, 1),
        "quarter" => months(month - month % 3, 3),
        "year" => months(year * 12, 12),
        "decade" => months((year - year % 10) * 12, 120),
        "century" => months((year - (year - 1) % 100) * 12, 1_200),
        _ => return Err(EvalError::Refused("expected a unit such as 'month'")),
    })
}
