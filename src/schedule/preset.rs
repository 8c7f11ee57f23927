//! Cron texts that start with `@`.

use super::part::Part;
use crate::error::{Error, Result};

/// What a preset stands for.
pub(super) enum Preset {
    /// A cron text of the quartz dialect.
    Fields(&'static str),
    /// `@every 5m`: a period of so many milliseconds.
    Every(i64),
    /// `@once`: the one date where the schedule starts.
    Once,
}

/// In the quartz dialect.
const PRESETS: [(&str, &str); 14] = [
    ("@hourly", "0 0 * * * ?"),
    ("@daily", "0 0 0 * * ?"),
    ("@midnight", "0 0 0 * * ?"),
    ("@weekly", "0 0 0 ? * SUN"),
    ("@monthly", "0 0 0 1 * ?"),
    ("@quarterly", "0 0 0 1 */3 ?"),
    ("@yearly", "0 0 0 1 1 ?"),
    ("@annually", "0 0 0 1 1 ?"),
    ("@weekdays", "0 0 0 ? * MON-FRI"),
    ("@weekends", "0 0 0 ? * SAT,SUN"),
    ("@every_minute", "0 * * * * ?"),
    ("@minutely", "0 * * * * ?"),
    ("@every_second", "* * * * * ?"),
    ("@secondly", "* * * * * ?"),
];

/// Reads a preset: its name, and what is written behind it.
pub(super) fn read(name: &Part<'_>, rest: &[Part<'_>]) -> Result<Preset> {
    if name.is("@every") {
        return match rest {
            [period] => elapsed(period).map(Preset::Every),
            [] => Err(name.fail("@every: expected a period after it, such as @every 5m")),
            [_, more, ..] => Err(more.fail("expected nothing after the period of @every")),
        };
    }
    if let Some(last) = rest.last() {
        return Err(Part { start: name.end, end: last.end, ..*name }.fail("expected nothing after a preset"));
    }
    if name.is("@once") {
        return Ok(Preset::Once);
    }
    match PRESETS.iter().find(|(preset, _)| name.is(preset)) {
        Some((_, fields)) => Ok(Preset::Fields(fields)),
        None => Err(unknown(name)),
    }
}

fn unknown(name: &Part<'_>) -> Error {
    if name.is("@continuous") {
        return name.fail("@continuous starts a run when the last one has ended: it has no dates to expand");
    }
    if name.is("@reboot") {
        return name.fail("@reboot depends on a machine's start: it has no dates to expand");
    }
    let names = PRESETS.iter().map(|(preset, _)| *preset).chain(["@once", "@every"]);
    let expected = ": expected @hourly, @daily, @weekly, @monthly, @yearly";
    name.refuse("no preset is named ", expected).did_you_mean(name.text(), names)
}

/// Milliseconds of a duration as Go writes it: `90s`, `1h30m`, `1.5h`. Whole seconds, at least one.
fn elapsed(part: &Part<'_>) -> Result<i64> {
    const UNITS: [(u8, i64); 3] = [(b'h', 3_600_000), (b'm', 60_000), (b's', 1_000)];
    // Ten thousand years in hours have eight digits.
    const MOST: i64 = 100_000_000;
    let (mut total, mut whole, mut fraction, mut scale, mut digits) = (0, 0_i64, 0_i64, 0_i64, 0);
    for byte in part.text().bytes() {
        let unit = UNITS.iter().find(|(unit, _)| *unit == byte).map(|(_, ms)| *ms);
        match (byte, unit) {
            (b'0'..=b'9', _) if scale == 0 => (whole, digits) = ((whole * 10 + i64::from(byte - b'0')).min(MOST), 1),
            (b'0'..=b'9', _) if scale < 1_000_000 => {
                (fraction, scale) = (fraction * 10 + i64::from(byte - b'0'), scale * 10);
            }
            (b'.', _) if scale == 0 && digits > 0 => scale = 1,
            (_, Some(ms)) if digits > 0 && whole < MOST && scale != 1 => {
                total += whole * ms + fraction * ms / scale.max(1);
                (whole, fraction, scale, digits) = (0, 0, 0, 0);
            }
            _ => {
                (total, digits) = (0, 1);
                break;
            }
        }
    }
    if digits > 0 || total < 1_000 || total % 1_000 != 0 {
        let expected = " after @every: expected hours, minutes and whole seconds, such as 1h30m";
        return Err(part.refuse("", expected).hint("Days and months are { every: \"P1D\" }."));
    }
    Ok(total)
}
