//! Wall-clock time: what a calendar and a clock on a wall show, without saying where.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime};

/// Milliseconds in a civil day, whatever the clocks do.
pub const DAY_MS: i64 = 86_400_000;

/// A date and a time of day, as milliseconds since 1970-01-01T00:00 on the same wall.
///
/// ```
/// use dagfill::time::Civil;
/// let month_end = Civil::new(2024, 1, 31, 2, 30, 0).unwrap();
/// assert_eq!(month_end.add_months(1).unwrap().to_string(), "2024-02-29T02:30:00");
/// assert!(Civil::new(2026, 2, 30, 0, 0, 0).is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil(i64);

impl Civil {
    /// `None` where the calendar has no such date or the clock no such time.
    pub fn new(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Option<Civil> {
        let time = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second)?;
        Some(Civil(time.and_utc().timestamp_millis()))
    }

    /// From milliseconds since 1970-01-01T00:00 on the wall.
    pub fn from_ms(ms: i64) -> Civil {
        Civil(ms)
    }

    /// From a day number (days since 1970-01-01) and milliseconds of that day.
    pub fn from_day(day: i64, ms_of_day: i64) -> Civil {
        Civil(day * DAY_MS + ms_of_day)
    }

    /// Milliseconds since 1970-01-01T00:00 on the wall.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// Days since 1970-01-01.
    pub fn day_number(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// Milliseconds since this day's midnight.
    pub fn ms_of_day(self) -> i64 {
        self.0.rem_euclid(DAY_MS)
    }

    /// Midnight of the same day.
    pub fn midnight(self) -> Civil {
        Civil(self.0 - self.ms_of_day())
    }

    /// The same time of day, `days` later.
    pub fn add_days(self, days: i64) -> Civil {
        Civil(self.0.saturating_add(days.saturating_mul(DAY_MS)))
    }

    /// The same day of a later month (or an earlier one), or that month's last day; `None` outside the calendar.
    pub fn add_months(self, months: i32) -> Option<Civil> {
        let step = Months::new(months.unsigned_abs());
        let time = self.chrono();
        let moved = if months < 0 { time.checked_sub_months(step) } else { time.checked_add_months(step) };
        moved.map(|time| Civil(time.and_utc().timestamp_millis()))
    }

    /// Year, month and day in one step, for whoever writes dates by the million.
    pub fn ymd(self) -> (i32, u32, u32) {
        // Years are counted from March, so that the leap day is their last, in eras of 400 years.
        let days = self.day_number() + 719_468;
        let era = days.div_euclid(146_097);
        let day = days.rem_euclid(146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        ((year + era * 400 + i64::from(month <= 2)) as i32, month as u32, day as u32)
    }

    /// Year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u32 {
        self.ymd().1
    }

    /// Day of the month, from 1.
    pub fn day(self) -> u32 {
        self.ymd().2
    }

    /// Day of the year, from 1.
    pub fn day_of_year(self) -> u32 {
        self.chrono().ordinal()
    }

    /// Day of the week, Sunday = 0.
    pub fn weekday(self) -> u32 {
        (self.day_number() + 4).rem_euclid(7) as u32
    }

    /// ISO 8601 year and week.
    pub fn iso_week(self) -> (i32, u32) {
        let week = self.chrono().iso_week();
        (week.year(), week.week())
    }

    /// Hour, 0 to 23.
    pub fn hour(self) -> u32 {
        (self.ms_of_day() / 3_600_000) as u32
    }

    /// Minute, 0 to 59.
    pub fn minute(self) -> u32 {
        (self.ms_of_day() / 60_000 % 60) as u32
    }

    /// Second, 0 to 59.
    pub fn second(self) -> u32 {
        (self.ms_of_day() / 1000 % 60) as u32
    }

    /// Milliseconds, 0 to 999.
    pub fn millis(self) -> u32 {
        self.0.rem_euclid(1000) as u32
    }

    fn chrono(self) -> NaiveDateTime {
        // Every civil time that can be made here is within chrono's 262,000 years.
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().naive_utc()
    }
}

/// `YYYY-MM-DDTHH:MM:SS`, with milliseconds only when they are not zero.
impl std::fmt::Display for Civil {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())?;
        match self.millis() {
            0 => Ok(()),
            ms => write!(f, ".{ms:03}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ymd_is_what_the_calendar_says() {
        for day in (-719_162..2_932_896).step_by(7).chain(18_000..22_000) {
            let civil = Civil::from_day(day, 45_296_005);
            let time = civil.chrono();
            assert_eq!(civil.ymd(), (time.year(), time.month(), time.day()), "day {day}");
            let clock = (civil.hour(), civil.minute(), civil.second(), civil.millis());
            assert_eq!(clock, (12, 34, 56, 5), "day {day}");
        }
    }
}
