//! Dates as templates see them, and the forms in which they are written.

use super::val::Miss;
use crate::time::{Civil, DAY_MS, Instant, Local, Zone, resolve};

pub(super) const NO_SUCH_DATE: Miss = Miss::Refused("there is no such date in the years 1 to 9999");
pub(super) const DAY_MICROS: i64 = DAY_MS * 1000;

/// A moment in a zone. Microseconds, because the end of a month ends in .999999.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Date {
    micros: i64,
    zone: Zone,
    /// Of the zone at this moment, in seconds: asked once.
    offset: i32,
}

/// What the wall shows at a date; without an offset it is nobody's wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wall {
    /// Microseconds since 1970-01-01T00:00 on the wall.
    pub micros: i64,
    /// Seconds ahead of UTC.
    pub offset: Option<i32>,
}

/// A way to write a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// 2024-03-01
    Ds,
    /// 20240301
    DsNodash,
    /// 2024-03-01T00:00:00+00:00
    Ts,
    /// 20240301T000000
    TsNodash,
    /// 20240301T000000+0000
    TsNodashWithTz,
    /// A date with attributes and methods, which prints like `Ts`.
    Object,
}

impl Wall {
    /// Refused where the year has no four digits: there Python's calendar ends.
    pub(super) fn new(micros: i64, offset: Option<i32>) -> Result<Wall, Miss> {
        const FIRST: i64 = Instant::MIN.ms() * 1000;
        const LAST: i64 = Instant::MAX.ms() * 1000 + 999;
        if (FIRST..=LAST).contains(&micros) { Ok(Wall { micros, offset }) } else { Err(NO_SUCH_DATE) }
    }

    pub(super) fn civil(self) -> Civil {
        Civil::from_ms(self.micros.div_euclid(1000))
    }

    pub(super) fn micros_of_second(self) -> u32 {
        self.micros.rem_euclid(1_000_000) as u32
    }

    /// Monday = 0.
    pub(super) fn weekday(self) -> u32 {
        (self.civil().weekday() + 6) % 7
    }

    /// Appends it in one of Airflow's forms. Written by hand, because a date is written millions of times.
    pub(super) fn write(self, form: Form, out: &mut String) {
        let civil = self.civil();
        let (year, month, day) = civil.ymd();
        let ([a, b], [c, d], [e, f], [g, h]) = (two(year as u32 / 100), two(year as u32), two(month), two(day));
        let dashes = matches!(form, Form::Ds | Form::Ts | Form::Object);
        if dashes {
            push(&[a, b, c, d, b'-', e, f, b'-', g, h], out)
        } else {
            push(&[a, b, c, d, e, f, g, h], out)
        }
        if matches!(form, Form::Ds | Form::DsNodash) {
            return;
        }
        let seconds = (civil.ms_of_day() / 1000) as u32;
        let ([a, b], [c, d], [e, f]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
        if dashes {
            push(&[b'T', a, b, b':', c, d, b':', e, f], out)
        } else {
            push(&[b'T', a, b, c, d, e, f], out)
        }
        if form == Form::TsNodash {
            return;
        }
        let micros = self.micros_of_second();
        if micros > 0 {
            out.push('.');
            write_fraction(micros, out);
        }
        write_offset(self.offset, dashes, out);
    }
}

/// Appends an offset as `+01:00` or `+0100`, with seconds only where there are any; nothing without an offset.
pub(super) fn write_offset(offset: Option<i32>, colons: bool, out: &mut String) {
    let Some(offset) = offset else { return };
    let seconds = offset.unsigned_abs();
    let sign = if offset < 0 { b'-' } else { b'+' };
    let ([a, b], [c, d], [e, f]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
    if colons {
        push(&[sign, a, b, b':', c, d], out)
    } else {
        push(&[sign, a, b, c, d], out)
    }
    if !seconds.is_multiple_of(60) {
        if colons { push(&[b':', e, f], out) } else { push(&[e, f], out) }
    }
}

/// Appends the six digits of microseconds.
pub(super) fn write_fraction(micros: u32, out: &mut String) {
    let ([a, b], [c, d], [e, f]) = (two(micros / 10_000), two(micros / 100), two(micros));
    push(&[a, b, c, d, e, f], out);
}

/// The last two digits of a number.
fn two(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// Appends ASCII.
fn push(bytes: &[u8], out: &mut String) {
    out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
}

/// What `add` adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub months: i64,
    pub days: i64,
    pub micros: i64,
}

impl Date {
    /// Refused where UTC or the wall shows a year that has no four digits.
    pub(super) fn new(micros: i64, zone: &Zone) -> Result<Date, Miss> {
        Wall::new(micros, Some(0))?;
        let offset = zone.offset_at(Instant::clamped(micros.div_euclid(1000)));
        let date = Date { micros, zone: zone.clone(), offset };
        Wall::new(date.wall().micros, None).map(|_| date)
    }

    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Microseconds since 1970 in UTC.
    pub(super) fn micros(&self) -> i64 {
        self.micros
    }

    pub(super) fn wall(&self) -> Wall {
        Wall { micros: self.micros + i64::from(self.offset) * 1_000_000, offset: Some(self.offset) }
    }

    /// The moment when the wall shows this: in a gap moved forward, of two the second, as Airflow reads wall-clock times.
    pub(super) fn at_wall(&self, micros: i64) -> Result<Date, Miss> {
        Wall::new(micros, None)?;
        let ms = micros.div_euclid(1000);
        let instant = match resolve(&self.zone, Civil::from_ms(ms)) {
            Local::Unique(instant) | Local::Gap { later: instant, .. } | Local::Fold { second: instant, .. } => instant,
        };
        let date = Date::new(instant.ms() * 1000 + micros.rem_euclid(1000), &self.zone)?;
        // What lies beyond the end of the time line is answered with that end.
        let is_end = instant == Instant::MIN || instant == Instant::MAX;
        if is_end && date.wall().micros != micros { Err(NO_SUCH_DATE) } else { Ok(date) }
    }

    /// The same moment on another wall.
    pub(super) fn in_zone(&self, zone: &Zone) -> Result<Date, Miss> {
        Date::new(self.micros, zone)
    }

    /// Months and days are steps on the calendar; without any of them, time passes on a stopwatch.
    pub(super) fn add(&self, step: Step) -> Result<Date, Miss> {
        if step.months == 0 && step.days == 0 {
            return Date::new(self.micros.saturating_add(step.micros), &self.zone);
        }
        let wall = self.wall().micros;
        let months = i32::try_from(step.months).ok().filter(|months| months.abs() < 12 * 10_000);
        let moved = months.and_then(|months| Civil::from_ms(wall.div_euclid(1000)).add_months(months));
        let moved = moved.ok_or(NO_SUCH_DATE)?.ms() * 1000 + wall.rem_euclid(1000);
        self.at_wall(moved.saturating_add(step.days.saturating_mul(DAY_MICROS)).saturating_add(step.micros))
    }

    /// The first moment of the unit around this date, or the last one.
    pub(super) fn edge_of(&self, unit: &str, end: bool) -> Result<Date, Miss> {
        let wall = self.wall();
        let day = wall.civil().day_number();
        let (year, month, _) = wall.civil().ymd();
        let year = i64::from(year);
        let fixed = |length: i64| {
            let start = wall.micros.div_euclid(length) * length;
            (start, start + length)
        };
        let months = |first: i64, count: i64| (first_of_month(first), first_of_month(first + count));
        let (start, after) = match unit {
            "second" => fixed(1_000_000),
            "minute" => fixed(60_000_000),
            "hour" => fixed(3_600_000_000),
            "day" => fixed(DAY_MICROS),
            "week" => {
                let monday = (day - i64::from(wall.weekday())) * DAY_MICROS;
                (monday, monday + 7 * DAY_MICROS)
            }
            "month" => months(year * 12 + i64::from(month) - 1, 1),
            "year" => months(year * 12, 12),
            "decade" => months((year - year % 10) * 12, 120),
            "century" => months((year - (year - 1) % 100) * 12, 1_200),
            _ => return Err(Miss::Refused("expected a unit such as 'month'")),
        };
        self.at_wall(if end { after - 1 } else { start })
    }
}

/// Midnight of the first day of a month, counted from year 0, as microseconds on the wall; a place outside the calendar where
/// there is no such month.
fn first_of_month(number: i64) -> i64 {
    let year = i32::try_from(number.div_euclid(12)).ok();
    let first = year.and_then(|year| Civil::new(year, number.rem_euclid(12) as u32 + 1, 1, 0, 0, 0));
    first.map_or(i64::MAX, |first| first.ms() * 1000)
}
