//! Clock changes that touch a date.

use super::expand::{Fold, Gap, readings};
use super::pattern::Pattern;
use super::source::Source;
use super::{Dst, Timetable};
use crate::time::{Change, Civil, DAY_MS, Instant, Range, Zone};

/// A clock change that removes or repeats a wall-clock time of the schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockChange {
    /// The change.
    pub change: Change,
    /// The first wall-clock time of the schedule that it touches.
    pub wall: Civil,
    /// What the run does, as a sentence.
    pub text: String,
}

impl Timetable {
    /// The clock changes in `range` that remove or repeat a wall-clock time of the schedule, ascending. With `dates`, only
    /// those that lie within a day of one of them.
    pub fn clock_changes(&self, range: Range, dates: &[f64]) -> Vec<ClockChange> {
        let _ = dates;
        let mut found = Vec::new();
        let Source::Cron(patterns) = self.source() else { return found };
        for change in self.zone().changes(range.start, range.end) {
            for pattern in patterns.iter() {
                if let Some(wall) = touched(pattern, &change) {
                    found.push(ClockChange {
                        change,
                        wall,
                        text: describe(self.zone(), self.shared().options.dst, pattern, &change, wall),
                    });
                    break;
                }
            }
        }
        found
    }
}

/// The first wall-clock time of the pattern that the change removes or repeats.
fn touched(pattern: &Pattern, change: &Change) -> Option<Civil> {
    let (one, other) = (change.at.civil(change.before), change.at.civil(change.after));
    let (from, to) = (one.min(other), one.max(other));
    let range = Range { start: Instant::clamped(from.ms()), end: Instant::clamped(to.ms() - 1) };
    let first = super::expand::expand(pattern, &Zone::utc(), Dst::Airflow, range, 1);
    first.first().map(|ms| Civil::from_ms(*ms as i64))
}

fn describe(zone: &Zone, dst: Dst, pattern: &Pattern, change: &Change, wall: Civil) -> String {
    let (gap, fold) = readings(dst, pattern.covers_every_hour());
    let length = i64::from(change.after - change.before) * 1000;
    let day = wall.to_string();
    let (date, time) = day.split_once('T').unwrap_or_default();
    let clock = |ms: i64| {
        let text = Civil::from_ms(ms).to_string();
        let (new_date, new_time) = text.split_once('T').unwrap_or_default();
        let short = new_time.strip_suffix(":00").unwrap_or(new_time);
        if ms.div_euclid(DAY_MS) == wall.day_number() { short.to_owned() } else { format!("{new_date} {short}") }
    };
    let time = time.strip_suffix(":00").unwrap_or(time);
    let name = zone.name();
    if length > 0 {
        let what = match gap {
            Gap::Drop => "there is no run at it".to_owned(),
            Gap::Forward => format!("the run moves to {}", clock(wall.ms() + length)),
            Gap::Back => format!("the run moves to {}", clock(wall.ms() - length)),
        };
        format!("{time} does not exist on {date} in {name}; {what}")
    } else {
        let what = match fold {
            Fold::First => "it runs the first time",
            Fold::Second => "it runs the second time",
            Fold::Both => "it runs both times",
        };
        format!("{time} happens twice on {date} in {name}; {what}")
    }
}
