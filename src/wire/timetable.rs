//! Schedules and what is told about them.

use super::error::warning_shape;
use super::{Fields, Input, Shape};
use crate::schedule::{
    BusinessCalendar, ClockChange, DateExplanation, DayMatch, Dialect, Dst, Exclude, Explanation, Fold, Gap, Kind,
    Roll, RollTo, ScheduleInput, TimetableOptions,
};
use crate::time::Instant;

/// A schedule with its options, as the face has checked them.
pub fn read_timetable(input: &impl Input) -> (ScheduleInput, TimetableOptions) {
    let schedule = read_schedule(input);
    let mut options = TimetableOptions::default();
    if let Some(zone) = input.text("timeZone") {
        options.time_zone = Some(zone);
    }
    if input.text("kind").as_deref() == Some("trigger") {
        options.kind = Kind::Trigger;
    }
    if let Some(dst) = input.field("dst") {
        options.dst = read_dst(&dst);
    }
    options.exclude = match input.field("excludeDates") {
        Some(dates) => Some(Exclude::Dates(dates.as_dates())),
        None => input.field("exclude").map(|exclude| read_exclude(&exclude)),
    };
    options.roll = input.field("roll").map(|roll| Roll {
        calendar: roll.field("calendar").map(|calendar| read_calendar(&calendar)).unwrap_or_default(),
        to: match roll.text("to").as_deref() {
            Some("previous") => RollTo::Previous,
            Some("modified") => RollTo::Modified,
            Some("skip") => RollTo::Skip,
            _ => RollTo::Next,
        },
    });
    options.interval = input.text("interval");
    (schedule, options)
}

/// A preset by its name, or `{ gap, fold, wildcard }`.
fn read_dst(input: &impl Input) -> Dst {
    if let Some(name) = input.as_text() {
        return Dst::preset(&name).unwrap_or_default();
    }
    Dst {
        gap: match input.text("gap").as_deref() {
            Some("backward") => Gap::Backward,
            Some("skip") => Gap::Skip,
            Some("end") => Gap::End,
            _ => Gap::Forward,
        },
        fold: match input.text("fold").as_deref() {
            Some("first") => Fold::First,
            Some("both") => Fold::Both,
            _ => Fold::Second,
        },
        real_time: input.text("wildcard").as_deref() == Some("real_time"),
    }
}

/// A date, `{ cron }`, `{ calendar }`, or a `list` of these.
fn read_exclude(input: &impl Input) -> Exclude {
    if let Some(list) = input.field("list") {
        Exclude::List(list.items().iter().map(read_exclude).collect())
    } else if let Some(cron) = input.text("cron") {
        Exclude::Cron(cron)
    } else if let Some(calendar) = input.field("calendar") {
        Exclude::Calendar(read_calendar(&calendar))
    } else {
        Exclude::Dates(vec![input.as_date()])
    }
}

/// A calendar with its name. `weekend`: numbers of days, Sunday = 0.
fn read_calendar(input: &impl Input) -> BusinessCalendar {
    let mut calendar = BusinessCalendar {
        name: input.text("name").unwrap_or_default(),
        time_zone: input.text("timeZone"),
        holidays: input.field("holidays").map(|dates| dates.as_dates()).unwrap_or_default(),
        ..BusinessCalendar::default()
    };
    if let Some(days) = input.field("weekend") {
        calendar.weekend = [false; 7];
        for day in days.items().iter().filter_map(|day| day.as_number()) {
            if let Some(closed) = calendar.weekend.get_mut(day as usize) {
                *closed = true;
            }
        }
    }
    calendar
}

/// At most one of `cron`, `every`, `dates` and `union` is there.
fn read_schedule(input: &impl Input) -> ScheduleInput {
    if let Some(texts) = input.field("cron") {
        let dialect = match input.text("dialect").as_deref() {
            Some("quartz") => Dialect::Quartz,
            Some("aws") => Dialect::Aws,
            _ => Dialect::Unix,
        };
        let day_match = input.text("dayMatch").map(|name| match name.as_str() {
            "and" => DayMatch::And,
            "vixie" => DayMatch::Vixie,
            _ => DayMatch::Or,
        });
        ScheduleInput::Cron { texts: texts.as_texts(), dialect, day_match }
    } else if let Some(period) = input.text("every") {
        ScheduleInput::Every { period, anchor: input.field("anchor").map(|anchor| anchor.as_date()) }
    } else if let Some(members) = input.field("union") {
        ScheduleInput::Union(members.items().iter().map(read_schedule).collect())
    } else {
        input.field("dates").map_or(ScheduleInput::None, |dates| ScheduleInput::Dates(dates.as_dates()))
    }
}

/// Where an unanchored period, or `@once`, counts from.
pub fn read_origin(input: &impl Input) -> Option<Instant> {
    input.number("origin").map(|origin| Instant::clamped(origin as i64))
}

/// What `explainSchedule` answers.
pub fn explanation_shape(explanation: &Explanation) -> Shape {
    let mut fields = Fields::default();
    fields.text("text", &explanation.text);
    fields.list("warnings", explanation.warnings.iter().map(warning_shape));
    let next = explanation.next.iter().map(|ms| Shape::Text(Instant::clamped(*ms as i64).to_string()));
    fields.list("next", next);
    Shape::Fields(fields)
}

/// What `explainDate` answers.
pub fn date_explanation_shape(explanation: &DateExplanation) -> Shape {
    let mut fields = Fields::default();
    fields.flag("included", explanation.included);
    fields.text("reason", explanation.reason);
    fields.text("text", &explanation.text);
    for (name, date) in [("previous", explanation.previous), ("next", explanation.next)] {
        match date {
            Some(date) => fields.instant(name, date),
            None => fields.put(name, Shape::Null),
        }
    }
    Shape::Fields(fields)
}

/// A change of the clocks that touches a date of a plan. Offsets in seconds.
pub(super) fn clock_change_shape(change: &ClockChange) -> Shape {
    let mut fields = Fields::default();
    fields.instant("at", change.change.at);
    fields.number("offsetBefore", change.change.before.into());
    fields.number("offsetAfter", change.change.after.into());
    Shape::Fields(fields)
}
