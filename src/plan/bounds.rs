//! Bounds of a backfill that are relative to now, or name a whole month or year, in the schedule's zone.

use crate::error::{Code, Error, Result, quoted};
use crate::time::{Civil, Date, Edge, Instant, Period, Zone, read_date};

/// A bound as an absolute date: `today`, `yesterday` and `tomorrow` are whole days, and so is `-P7D`, the day seven days ago; `-PT6H` and
/// `now` are instants; `2024-01` and `2024` begin with their first day and end with their last. All else stays as it is.
///
/// ```
/// use dagfill::plan::absolute_bound;
/// use dagfill::time::{Date, Edge, Instant, Zone};
/// let now = Instant::new(1_709_296_200_000).unwrap(); // 2024-03-01T12:30:00Z
/// let read = |text: &str, edge| absolute_bound(Date::Text(text.into()), edge, &Zone::utc(), now).unwrap();
/// assert_eq!(read("-P7D", Edge::Start), Date::Text("2024-02-23".into()));
/// assert_eq!(read("-P0D", Edge::End), Date::Text("2024-03-01".into()));
/// assert_eq!(read("-PT0S", Edge::End), Date::Number(now.js()));
/// assert_eq!(read("yesterday", Edge::End), Date::Text("2024-02-29".into()));
/// assert_eq!(read("2024-02", Edge::End), Date::Text("2024-02-29".into()));
/// ```
pub fn absolute_bound(date: Date, edge: Edge, zone: &Zone, now: Instant) -> Result<Date> {
    let Date::Text(text) = &date else { return Ok(date) };
    let today = zone.civil(now).midnight();
    if text == "now" {
        return Ok(Date::Number(now.js()));
    }
    if let Some((_, days)) = [("yesterday", -1), ("today", 0), ("tomorrow", 1)].iter().find(|(word, _)| text == word) {
        return Ok(day(today.add_days(*days)));
    }
    let sign = if text.starts_with("-P") { -1 } else { i32::from(text.starts_with("+P")) };
    if sign != 0 {
        return shifted(text, sign, zone, now);
    }
    Ok(whole_period(text, edge).map_or(date, day))
}

/// A civil day as a date without a time.
fn day(civil: Civil) -> Date {
    let (year, month, day) = civil.ymd();
    Date::Text(format!("{year:04}-{month:02}-{day:02}"))
}

/// The first, or as an end the last day of `2024` or `2024-01`.
fn whole_period(text: &str, edge: Edge) -> Option<Civil> {
    let number =
        |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    let (year, month) = match text.len() {
        4 => (text, None),
        7 => text.split_once('-').map(|(year, month)| (year, Some(month)))?,
        _ => return None,
    };
    let months = if month.is_some() { 1 } else { 12 };
    let month: u32 = month.map_or(Some(1), number)?;
    let first = Civil::new(number(year).filter(|year| year.ne(&0))? as i32, month, 1, 0, 0, 0)?;
    if edge != Edge::End {
        return Some(first);
    }
    Some(first.add_months(months)?.add_days(-1))
}

/// `-P7D`, `+P1D`, `-PT6H`.
fn shifted(text: &str, sign: i32, zone: &Zone, now: Instant) -> Result<Date> {
    let fail = || {
        let shown: String = text.chars().take(80).collect();
        let message = [&quoted(&shown), " is no date: expected an ISO 8601 duration after the sign"].concat();
        Error::at(Code::InvalidDate, text, 1..text.len(), message)
            .hint("Write -P7D, -PT6H, yesterday, 2024-01 or 2024-01-01.")
    };
    let period = Period::parse(text.get(1..).unwrap_or_default()).map_err(|_| fail())?;
    let wall = zone.civil(now).add_months(sign * period.months).ok_or_else(fail)?;
    let wall = wall.add_days(i64::from(sign) * i64::from(period.days));
    let on_calendar = period.months != 0 || period.days != 0;
    if period.ms == 0 && (on_calendar || !text.contains('T')) {
        return Ok(day(wall));
    }
    let from = if on_calendar { read_date(Date::Text(wall.to_string()).as_input(), zone, Edge::Point)? } else { now };
    Ok(Date::Number(Instant::clamped(from.ms() + i64::from(sign) * period.ms).js()))
}
