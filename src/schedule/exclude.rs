//! Dates that are no dates of a schedule after all.

use std::rc::Rc;

use super::expand;
use super::parse::{Cron, Grammar, parse, zone_prefix};
use super::part::Part;
use super::pattern::Pattern;
use super::words::Words;
use super::{Dst, Exclude};
use crate::error::Result;
use crate::sort::sort_by;
use crate::time::{Instant, Range, Zone, read_span};

/// What is left out, in words that stand behind those of a schedule.
pub(super) fn describe(exclude: &Exclude) -> String {
    let mut words = Words::default();
    match exclude {
        Exclude::Dates(dates) if dates.is_empty() => {}
        Exclude::Dates(dates) => {
            words.add("; ").number(dates.len() as i64);
            words.add(if dates.len() == 1 { " date excluded" } else { " dates excluded" });
        }
        Exclude::Cron(text) => {
            words.add("; the dates of ").show(&format_args!("{text:?}")).add(" excluded");
        }
    }
    words.take()
}

/// What is left out.
#[derive(Debug)]
pub(super) enum Exclusion {
    Nothing,
    /// Spans of milliseconds, both ends included, ascending and disjoint.
    Spans(Vec<(f64, f64)>),
    Cron(Rc<Pattern>),
}

impl Exclusion {
    pub(super) fn new(exclude: &Exclude, zone: &Zone) -> Result<Exclusion> {
        match exclude {
            Exclude::Dates(dates) => {
                let mut spans = Vec::new();
                for (index, date) in dates.iter().enumerate() {
                    let span = read_span(date.as_input(), zone).map_err(|error| error.entry("exclude", index))?;
                    let (start, end) = (span.range.start.js(), span.range.end.js());
                    if span.start_is_day {
                        spans.push((start, end));
                    } else {
                        spans.extend([(start, start), (end, end)]);
                    }
                }
                sort_by(&mut spans, |a, b| a.0 < b.0);
                // Disjoint spans, so that the last one that starts before a date decides.
                spans.dedup_by(|next, last| {
                    let overlap = next.0 <= last.1;
                    last.1 = if overlap { last.1.max(next.1) } else { last.1 };
                    overlap
                });
                Ok(Exclusion::Spans(spans))
            }
            Exclude::Cron(text) => {
                let read = || match zone_prefix(text) {
                    Some(other) if other.text() != zone.name() => {
                        Err(other.refuse("", ": expected the zone of the schedule"))
                    }
                    _ => match parse(text, Grammar::default())? {
                        Cron::Pattern(pattern) => Ok(Exclusion::Cron(pattern)),
                        _ => Err(Part::whole(text)
                            .refuse("", " has no dates to exclude: expected the fields of a cron text")),
                    },
                };
                read().map_err(|error| error.field("exclude.cron"))
            }
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Exclusion::Nothing)
    }

    /// Takes what is left out from `dates`, which are ascending.
    pub(super) fn thin(&self, dates: &mut Vec<f64>, zone: &Zone, dst: Dst) {
        if let (Exclusion::Cron(pattern), Some(first), Some(last)) = (self, dates.first(), dates.last()) {
            let range = Range { start: Instant::clamped(*first as i64), end: Instant::clamped(*last as i64) };
            // One walk over both lists, unless the exclusion has so many more dates that a look a date costs less.
            if expand::estimate(pattern, range) <= 4 * dates.len() as u64 {
                let mut excluded = expand::expand(pattern, zone, dst, range, usize::MAX).into_iter().peekable();
                dates.retain(|date| {
                    while excluded.next_if(|other| other < date).is_some() {}
                    excluded.peek() != Some(date)
                });
                return;
            }
        }
        dates.retain(|date| !self.has(Instant::clamped(*date as i64), zone, dst));
    }

    /// Whether `date` is left out.
    fn has(&self, date: Instant, zone: &Zone, dst: Dst) -> bool {
        match self {
            Exclusion::Nothing => false,
            Exclusion::Spans(spans) => {
                let after = spans.partition_point(|(start, _)| *start <= date.js());
                after.checked_sub(1).and_then(|index| spans.get(index)).is_some_and(|(_, end)| date.js() <= *end)
            }
            Exclusion::Cron(pattern) => {
                !expand::expand(pattern, zone, dst, Range { start: date, end: date }, 1).is_empty()
            }
        }
    }
}
