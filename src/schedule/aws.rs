//! Schedules of Amazon EventBridge: `cron(0 10 * * ? *)` and `rate(5 minutes)`.

use super::part::Part;
use super::words::Words;
use crate::error::Result;

/// What is written inside the parentheses.
pub(super) enum Aws<'a> {
    /// Minute, hour, day of month, month, day of week, year.
    Cron(Part<'a>),
    /// A period of so many milliseconds.
    Rate(i64),
}

/// Reads the name and the parentheses; the fields of `cron(...)` are left to the caller.
pub(super) fn read<'a>(text: &Part<'a>) -> Result<Aws<'a>> {
    let inside = |name: &str| text.after(name).and_then(|rest| rest.before(")"));
    if let Some(fields) = inside("cron(") {
        return Ok(Aws::Cron(fields));
    }
    if let Some(rate) = inside("rate(") {
        return read_rate(&rate).map(Aws::Rate);
    }
    if inside("at(").is_some() {
        return Err(text.fail("at(...) is one date").hint("Write { dates: [\"2024-01-31T10:00\"] }."));
    }
    let error = text.refuse("", ": expected cron(...) or rate(...) in the aws dialect");
    Err(error.hint("Such as cron(0 10 * * ? *) or rate(5 minutes)."))
}

/// `5 minutes`, `1 hour`: the unit is singular for 1, and only for 1.
fn read_rate(rate: &Part<'_>) -> Result<i64> {
    const UNITS: [(&str, i64); 3] = [("minute", 60_000), ("hour", 3_600_000), ("day", 86_400_000)];
    let parts = rate.split();
    let [value, unit] = parts.as_slice() else {
        return Err(rate.refuse("", ": expected a number and a unit, such as rate(5 minutes)"));
    };
    let Some(number) = value.number().filter(|number| (1..1_000_000).contains(number)) else {
        return Err(value.refuse("", " in rate(...): expected a whole number from 1"));
    };
    let singular = unit.before("s").unwrap_or(*unit);
    let Some((name, ms)) = UNITS.iter().find(|(name, _)| singular.is(name)) else {
        return Err(unit.refuse("", " in rate(...): expected minutes, hours or days"));
    };
    if unit.is(name) != (number == 1) {
        let mut words = Words::default();
        let hint =
            words.add("Write ").number(number).add(" ").add(name).add(if number == 1 { "." } else { "s." }).take();
        return Err(unit.refuse("", " in rate(...): expected the singular for 1 and the plural for more").hint(hint));
    }
    Ok(i64::from(number) * ms)
}
