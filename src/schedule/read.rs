//! A schedule as it was given, read: where its dates come from, and in which zone.

use std::rc::Rc;

use super::every::Every;
use super::parse::{Cron, Grammar, parse, zone_prefix};
use super::part::Part;
use super::source::Source;
use super::words::Words;
use super::{ScheduleInput, TimetableOptions};
use crate::error::{Code, Detail, Error, Result};
use crate::sort::sort_by;
use crate::time::{Edge, Zone, read_date};

/// A schedule, or a member of a union. `path` names it.
pub(super) fn read_schedule(schedule: &ScheduleInput, path: &str, zone: &Zone) -> Result<Source> {
    let inside = |name: &str| [path, name].concat();
    Ok(match schedule {
        ScheduleInput::None => Source::None,
        ScheduleInput::Cron { texts, dialect, day_match } => {
            read_cron(texts, Grammar { dialect: *dialect, day_match: *day_match }, path)?
        }
        ScheduleInput::Every { period, anchor } => {
            let every = Every::new(period).map_err(|error| error.field(inside(".every")))?;
            let anchor = anchor.as_ref().map(|date| read_date(date.as_input(), zone, Edge::Point));
            Source::Every(every, anchor.transpose().map_err(|error| error.field(inside(".anchor")))?)
        }
        ScheduleInput::Dates(dates) => {
            let mut read = Vec::with_capacity(dates.len());
            for (index, date) in dates.iter().enumerate() {
                let date = read_date(date.as_input(), zone, Edge::Point);
                read.push(date.map_err(|error| error.entry(&inside(".dates"), index))?.js());
            }
            sort_by(&mut read, |a, b| a < b);
            read.dedup();
            Source::Dates(read.into())
        }
        ScheduleInput::Union(schedules) => {
            let mut members = Vec::with_capacity(schedules.len());
            for (index, schedule) in schedules.iter().enumerate() {
                let path = member_path(path, index);
                members.extend_from_slice(read_schedule(schedule, &path, zone)?.members());
            }
            let count = members.iter().map(Source::part_count).sum();
            if count > MOST_PARTS {
                return Err(too_many_parts(count, path));
            }
            Source::Union(members.into())
        }
    })
}

fn member_path(path: &str, index: usize) -> String {
    Words::default().add(path).add(".union[").number(index as i64).add("]").take()
}

/// The error of one of several texts, with its path.
fn at_text(error: Error, texts: &[String], index: usize, path: &str) -> Error {
    if texts.len() == 1 { error.field(path) } else { error.entry(path, index) }
}

/// A schedule of more parts than this is a mistake, and would take minutes to expand.
const MOST_PARTS: usize = 1_000;

#[cold]
fn too_many_parts(count: usize, path: &str) -> Error {
    let message = format!("{count} parts of a schedule: expected at most {MOST_PARTS}");
    Error::new(Code::RangeTooLarge, message).field(path).detail("count", Detail::Number(count as f64))
}

fn read_cron(texts: &[String], grammar: Grammar, path: &str) -> Result<Source> {
    if texts.len() > MOST_PARTS {
        return Err(too_many_parts(texts.len(), path));
    }
    let mut patterns = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let alone = match parse(text, grammar).map_err(|error| at_text(error, texts, index, path))? {
            Cron::Pattern(pattern) => {
                patterns.push(pattern);
                continue;
            }
            Cron::Once => Source::Once(None),
            Cron::Every(ms) => Source::Every(Every::elapsed(ms), None),
        };
        if texts.len() == 1 {
            return Ok(alone);
        }
        let error = Part::whole(text).refuse("", " stands alone: expected no other text beside it");
        return Err(at_text(error.hint("Write { union: [...] } to join it with others."), texts, index, path));
    }
    if patterns.is_empty() {
        return Err(Error::new(Code::InvalidCron, "no cron text: expected at least one").field(path));
    }
    Ok(Source::Cron(Rc::new(patterns)))
}

/// The zone of the options, else the one that stands before a cron text, else UTC. INVALID_CRON where they differ: a schedule
/// is read in one zone.
pub(super) fn zone_of(schedule: &ScheduleInput, options: &TimetableOptions) -> Result<Zone> {
    let mut named = None;
    find_zone(schedule, "schedule", &mut named);
    let Some((zone, path)) = named.filter(|_| options.time_zone.is_none()) else {
        let zone = options.zone()?;
        expect_zone(schedule, "schedule", zone.name(), true)?;
        return Ok(zone);
    };
    expect_zone(schedule, "schedule", zone.text(), false)?;
    Zone::load(zone.text()).map_err(|error| error.field(path))
}

impl TimetableOptions {
    /// The zone that they name; UTC where they name none.
    pub(super) fn zone(&self) -> Result<Zone> {
        let name = self.time_zone.as_deref().unwrap_or("UTC");
        Zone::load(name).map_err(|error| error.field("timeZone"))
    }
}

/// The first zone that stands before a cron text, and the path of that text.
fn find_zone<'a>(schedule: &'a ScheduleInput, path: &str, found: &mut Option<(Part<'a>, String)>) {
    match schedule {
        ScheduleInput::Cron { texts, .. } => {
            for (index, text) in texts.iter().enumerate() {
                let path = || if texts.len() == 1 { path.into() } else { format!("{path}[{index}]") };
                *found = found.take().or_else(|| zone_prefix(text).map(|zone| (zone, path())));
            }
        }
        ScheduleInput::Union(schedules) => {
            for (index, schedule) in schedules.iter().enumerate() {
                find_zone(schedule, &member_path(path, index), found);
            }
        }
        _ => {}
    }
}

/// Refuses a cron text that names another zone, or none where the options do not either.
fn expect_zone(schedule: &ScheduleInput, path: &str, zone: &str, given: bool) -> Result<()> {
    match schedule {
        ScheduleInput::Cron { texts, .. } => {
            for (index, text) in texts.iter().enumerate() {
                let named = zone_prefix(text);
                if named.map_or(given, |named| named.text().eq_ignore_ascii_case(zone)) {
                    continue;
                }
                let mut words = Words::default();
                words.add("the zone of the schedule is ").quote(zone).add(": expected the same one here");
                let error = named.unwrap_or(Part::whole(text)).fail(words.take());
                let hint = "All of a schedule is read in one zone: give the option timeZone alone.";
                return Err(at_text(error.hint(hint), texts, index, path));
            }
            Ok(())
        }
        ScheduleInput::Union(schedules) => {
            let mut members = schedules.iter().enumerate();
            members.try_for_each(|(index, member)| expect_zone(member, &member_path(path, index), zone, given))
        }
        _ => Ok(()),
    }
}
