//! Dates as templates see them, and the forms in which they are written.

use crate::time::{Civil, DAY_MS, Instant, Local, Zone, resolve};

pub(super) const DAY_MICROS: i64 = DAY_MS * 1000;

/// A moment in a zone. Microseconds, because the end of a month ends in .999999.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Date {
    micros: i64,
    zone: Zone,
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
            let ([a, b], [c, d], [e, f]) = (two(micros / 10_000), two(micros / 100), two(micros));
            push(&[b'.', a, b, c, d, e, f], out);
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
    pub(super) fn new(instant: Instant, zone: &Zone) -> Date {
        Date { micros: instant.ms() * 1000, zone: zone.clone() }
    }

    pub(super) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Microseconds since 1970 in UTC.
    pub(super) fn micros(&self) -> i64 {
        self.micros
    }

    pub(super) fn wall(&self) -> Wall {
        let offset = self.zone.offset_at(Instant::clamped(self.micros.div_euclid(1000)));
        Wall { micros: self.micros + i64::from(offset) * 1_000_000, offset: Some(offset) }
    }

    /// The moment when the wall shows this: in a gap moved forward, of two the second, as Airflow reads wall-clock times.
    /// `None` outside the years 1 to 9999.
    pub(super) fn at_wall(&self, micros: i64) -> Option<Date> {
        let ms = micros.div_euclid(1000);
        Instant::new(ms).ok()?;
        let instant = match resolve(&self.zone, Civil::from_ms(ms)) {
            Local::Unique(instant) | Local::Gap { later: instant, .. } | Local::Fold { second: instant, .. } => instant,
        };
        Some(Date { micros: instant.ms() * 1000 + micros.rem_euclid(1000), zone: self.zone.clone() })
    }

    /// The same moment on another wall.
    pub(super) fn in_zone(&self, zone: Zone) -> Date {
        Date { micros: self.micros, zone }
    }

    /// Months and days are steps on the calendar; without any of them, time passes on a stopwatch. `None` outside the calendar.
    pub(super) fn add(&self, step: Step) -> Option<Date> {
        if step.months == 0 && step.days == 0 {
            let micros = self.micros.checked_add(step.micros)?;
            Instant::new(micros.div_euclid(1000)).ok()?;
            return Some(Date { micros, zone: self.zone.clone() });
        }
        let wall = self.wall().micros;
        let months = i32::try_from(step.months).ok().filter(|months| months.abs() < 12 * 10_000)?;
        let moved = Civil::from_ms(wall.div_euclid(1000)).add_months(months)?.ms() * 1000 + wall.rem_euclid(1000);
        self.at_wall(moved.checked_add(step.days.checked_mul(DAY_MICROS)?)?.checked_add(step.micros)?)
    }

    /// The first moment of the unit around this date, or the last one; `None` for a word that is no unit.
    pub(super) fn edge_of(&self, unit: &str, end: bool) -> Option<Date> {
        let wall = self.wall();
        let day = wall.civil().day_number();
        let (year, month, _) = wall.civil().ymd();
        let year = i64::from(year);
        let january = |year: i64| first_of_month(year * 12);
        let fixed = |length: i64| {
            let start = wall.micros.div_euclid(length) * length;
            Some((start, start + length))
        };
        let (start, after) = match unit {
            "second" => fixed(1_000_000)?,
            "minute" => fixed(60_000_000)?,
            "hour" => fixed(3_600_000_000)?,
            "day" => fixed(DAY_MICROS)?,
            "week" => {
                let monday = (day - i64::from(wall.weekday())) * DAY_MICROS;
                (monday, monday + 7 * DAY_MICROS)
            }
            "month" => {
                let number = year * 12 + i64::from(month) - 1;
                (first_of_month(number)?, first_of_month(number + 1)?)
            }
            "year" => (january(year)?, january(year + 1)?),
            "decade" => (january(year - year % 10)?, january(year - year % 10 + 10)?),
            "century" => {
                let first = year - 1 - (year - 1) % 100 + 1;
                (january(first)?, january(first + 100)?)
            }
            _ => return None,
        };
        self.at_wall(if end { after - 1 } else { start })
    }
}

/// Midnight of the first day of a month, counted from year 0, as microseconds on the wall.
fn first_of_month(number: i64) -> Option<i64> {
    let year = i32::try_from(number.div_euclid(12)).ok()?;
    Some(Civil::new(year, number.rem_euclid(12) as u32 + 1, 1, 0, 0, 0)?.ms() * 1000)
}
