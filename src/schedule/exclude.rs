//! Dates that are no dates of a schedule after all.

use std::rc::Rc;

use super::calendar::{Calendar, Days};
use super::expand;
use super::parse::{Cron, Grammar, parse, zone_prefix};
use super::part::Part;
use super::pattern::Pattern;
use super::source::Source;
use super::words::Words;
use super::{Dst, Exclude};
use crate::error::{Result, quoted};
use crate::sort::sort_by;
use crate::time::{Date, Instant, Range, Zone, read_span};

/// What is left out, in words that stand behind those of a schedule.
pub(super) fn describe(words: &mut Words, exclude: &Exclude) {
    let list = std::slice::from_ref(exclude);
    let list = if let Exclude::List(list) = exclude { list } else { list };
    let mut single = 0;
    for item in list {
        match item {
            Exclude::Dates(dates) => single += dates.len(),
            Exclude::Cron(text) => {
                words.add("; the dates of ").add(&quoted(text)).add(" excluded");
            }
            Exclude::Calendar(calendar) => {
                words.add("; days that ").quote(&calendar.name).add(" closes excluded");
            }
            Exclude::List(_) => {}
        }
    }
    if single > 0 {
        words.add("; ").number(single as i64).add(if single == 1 { " date excluded" } else { " dates excluded" });
    }
}

/// What is left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Exclusion {
    /// Spans of milliseconds, both ends included, ascending and disjoint.
    spans: Vec<(f64, f64)>,
    patterns: Vec<Rc<Pattern>>,
    calendars: Vec<Rc<Calendar>>,
}

impl Exclusion {
    pub(super) fn new(exclude: &Exclude, zone: &Zone) -> Result<Exclusion> {
        let mut exclusion = Exclusion::default();
        if let Exclude::List(list) = exclude {
            for (index, item) in list.iter().enumerate() {
                exclusion.add(item, at_index(index).text(), true, zone)?;
            }
        } else {
            exclusion.add(exclude, "exclude", false, zone)?;
        }
        sort_by(&mut exclusion.spans, |a, b| a.0 < b.0);
        // Disjoint spans, so that the last one that starts before a date decides.
        exclusion.spans.dedup_by(|next, last| {
            let overlap = next.0 <= last.1;
            last.1 = if overlap { last.1.max(next.1) } else { last.1 };
            overlap
        });
        Ok(exclusion)
    }

    /// `path` names it; one date of a list is named by the list.
    fn add(&mut self, item: &Exclude, path: &str, listed: bool, zone: &Zone) -> Result<()> {
        match item {
            Exclude::Dates(dates) if listed => {
                dates.iter().try_for_each(|date| self.add_date(date, zone).map_err(|error| error.field(path)))?;
            }
            Exclude::Dates(dates) => {
                for (index, date) in dates.iter().enumerate() {
                    self.add_date(date, zone).map_err(|error| error.entry("exclude", index))?;
                }
            }
            Exclude::Cron(text) => {
                let read = || match zone_prefix(text) {
                    Some(other) if !other.text().eq_ignore_ascii_case(zone.name()) => {
                        Err(other.refuse("", ": expected the zone of the schedule"))
                    }
                    _ => match parse(text, Grammar::default())? {
                        Cron::Pattern(pattern) => Ok(pattern),
                        _ => Err(Part::whole(text)
                            .refuse("", " has no dates to exclude: expected the fields of a cron text")),
                    },
                };
                self.patterns.push(read().map_err(|error| error.field([path, ".cron"].concat()))?);
            }
            Exclude::Calendar(calendar) => self.calendars.push(Rc::new(Calendar::new(calendar, zone)?)),
            Exclude::List(list) => list.iter().try_for_each(|item| self.add(item, path, true, zone))?,
        }
        Ok(())
    }

    fn add_date(&mut self, date: &Date, zone: &Zone) -> Result<()> {
        let span = read_span(date.as_input(), zone)?;
        let (start, end) = (span.range.start.js(), span.range.end.js());
        if span.start_is_day {
            self.spans.push((start, end));
        } else {
            self.spans.extend([(start, start), (end, end)]);
        }
        Ok(())
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.spans.is_empty() && self.patterns.is_empty() && self.calendars.is_empty()
    }

    pub(super) fn calendars(&self) -> &[Rc<Calendar>] {
        &self.calendars
    }

    /// Takes whole days out of cron texts where that leaves out the same dates: what is left of the texts, and of the exclusion.
    pub(super) fn whole_days(self, source: &Source, zone: &Zone) -> (Source, Exclusion) {
        let (mut source, mut rest) = (source.clone(), Exclusion { spans: self.spans, ..Exclusion::default() });
        for calendar in self.calendars {
            match if calendar.zone == *zone { each(&source, &|pattern| Some(pattern.outside(&calendar))) } else { None }
            {
                Some(outside) => source = outside,
                None => rest.calendars.push(calendar),
            }
        }
        for other in self.patterns {
            match each(&source, &|pattern| pattern.without(&other)) {
                Some(without) => source = without,
                None => rest.patterns.push(other),
            }
        }
        (source, rest)
    }

    /// Takes what is left out from `dates`, which are ascending.
    pub(super) fn thin(&self, dates: &mut Vec<f64>, zone: &Zone, dst: Dst) {
        for pattern in &self.patterns {
            let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return };
            let range = Range { start: Instant::clamped(*first as i64), end: Instant::clamped(*last as i64) };
            // One walk over both lists, unless the exclusion has so many more dates that a look a date costs less.
            if expand::estimate(pattern, range) <= 4 * dates.len() as u64 {
                let mut excluded = expand::expand(pattern, zone, dst, range, usize::MAX).into_iter().peekable();
                dates.retain(|date| {
                    while excluded.next_if(|other| other < date).is_some() {}
                    excluded.peek() != Some(date)
                });
            } else {
                dates.retain(|date| !fires(pattern, Instant::clamped(*date as i64), zone, dst));
            }
        }
        for calendar in &self.calendars {
            let mut days = Days::new(calendar);
            dates.retain(|date| {
                let day = days.of(*date);
                !days.close(day)
            });
        }
        if !self.spans.is_empty() {
            let mut spans = self.spans.iter().peekable();
            dates.retain(|date| {
                while spans.next_if(|(_, end)| end < date).is_some() {}
                spans.peek().is_none_or(|(start, _)| date < start)
            });
        }
    }

    /// Every date of `range` that is left out, ascending, where only the dates of patterns are, and at most `most`.
    pub(super) fn few(&self, zone: &Zone, dst: Dst, range: Range, most: u64) -> Option<Vec<f64>> {
        let estimate: u64 = self.patterns.iter().map(|pattern| expand::estimate(pattern, range)).sum();
        if !self.spans.is_empty() || !self.calendars.is_empty() || estimate > most {
            return None;
        }
        let mut dates = Vec::new();
        for pattern in &self.patterns {
            dates.extend(expand::expand(pattern, zone, dst, range, usize::MAX));
        }
        sort_by(&mut dates, |a, b| a < b);
        dates.dedup();
        Some(dates)
    }

    /// Whether `date` is left out.
    pub(super) fn has(&self, date: Instant, zone: &Zone, dst: Dst) -> bool {
        let mut dates = vec![date.js()];
        self.thin(&mut dates, zone, dst);
        dates.is_empty()
    }
}

fn fires(pattern: &Pattern, date: Instant, zone: &Zone, dst: Dst) -> bool {
    !expand::expand(pattern, zone, dst, Range { start: date, end: date }, 1).is_empty()
}

/// The source with `change` made to each of its patterns; none where it has other dates, or a pattern cannot be changed.
fn each(source: &Source, change: &dyn Fn(&Pattern) -> Option<Pattern>) -> Option<Source> {
    let mut changed = Vec::new();
    for member in source.members() {
        let Source::Cron(patterns) = member else { return None };
        let patterns: Option<Vec<_>> = patterns.iter().map(|pattern| change(pattern).map(Rc::new)).collect();
        changed.push(Source::Cron(Rc::new(patterns?)));
    }
    Some(source.with_members(changed))
}

fn at_index(index: usize) -> Words {
    let mut words = Words::default();
    words.add("exclude[").number(index as i64).add("]");
    words
}
