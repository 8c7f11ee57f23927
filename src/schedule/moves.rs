//! What is told about dates that a calendar moves.

use std::rc::Rc;

use super::Timetable;
use super::every::{nearest, read};
use super::roll::RollTo;
use super::rolled::{Placed, Rolled};
use super::words::Words;
use crate::error::Warning;
use crate::sort::sort_by;
use crate::time::{Civil, DAY_MS, Instant, Range};

/// So many days are searched at a time.
const WINDOW: i64 = 32 * DAY_MS;

impl Timetable {
    /// Every date that moves or is dropped and that the schedule names on, or moves to, the days around `range`.
    fn moves(&self, range: Range, found: &mut dyn FnMut(Placed)) {
        let Some(roll) = &self.shared().roll else { return };
        let day = |instant: Instant| self.zone().civil(instant).day_number();
        // What is named in the range may move to beyond it.
        let reach = |day: i64| roll.day(day).unwrap_or(day);
        let (first, last) = (day(range.start), day(range.end));
        let days = (first.min(reach(first)) - 2, last.max(reach(last)) + 2);
        for source in self.named().members() {
            let (source, roll, exclusion) = (source.clone(), roll.clone(), Rc::clone(self.all_excluded()));
            let rolled = Rolled { source, roll, exclusion };
            rolled.each(self.zone(), self.dst(), days, &mut |placed| {
                if placed.moves() {
                    found(placed);
                }
            });
        }
    }

    /// Why `date`, which the schedule names, is none of its dates: its code, and words.
    pub(super) fn moved_away(&self, words: &mut Words, date: Instant) -> Option<&'static str> {
        let roll = self.shared().roll.as_ref()?;
        let mut away = None;
        self.moves(Range { start: date, end: date }, &mut |placed| {
            let read = read(self.zone(), placed.rule, placed.named);
            if nearest(self.zone(), placed.rule, placed.named) == date || read.0 == Some(date) {
                away = Some(placed);
            }
        });
        let placed = away?;
        self.show(words, date);
        let closes = |words: &mut Words| {
            words.quote(&roll.calendar.name).add(" closes ").day(placed.named);
        };
        let reason = match placed.wall {
            Some(wall) => {
                words.add(" moves to ").day(wall).add(" ").time(wall).add(": ");
                closes(words);
                let there = placed.instants(self.zone()).into_iter().flatten().any(|instant| self.is_date(instant));
                words.add(if there { "" } else { ", and that date is excluded" });
                "rolled"
            }
            None if roll.to == RollTo::Skip => {
                closes(words.add(" is dropped: "));
                "closed"
            }
            None => {
                words.add(" is excluded from this schedule");
                "excluded"
            }
        };
        Some(reason)
    }

    /// Which dates move to `date`, in words that stand behind its own.
    pub(super) fn moved_here(&self, words: &mut Words, date: Instant) {
        let Some(roll) = &self.shared().roll else { return };
        let mut named: Vec<Civil> = Vec::new();
        self.moves(Range { start: date, end: date }, &mut |placed| {
            if placed.instants(self.zone()).contains(&Some(date)) && !named.contains(&placed.named) {
                named.push(placed.named);
            }
        });
        let Some(first) = named.first() else { return };
        words.add("; ").day(*first).add(" ").time(*first);
        match named.len() {
            1 => words.add(" moves"),
            count => words.add(" and ").number(count as i64 - 1).add(" more move"),
        };
        words.add(" here, because ").quote(&roll.calendar.name).add(" is closed then");
        if named.len() > 1 || self.is_named(date) {
            words.add("; dates that meet are one");
        }
    }

    /// Whether the schedule names `date` before any date moves.
    fn is_named(&self, date: Instant) -> bool {
        !self.named().expand(self.zone(), self.dst(), Range { start: date, end: date }, 1).is_empty()
    }

    /// The warnings of calendars about a range: `holidays_end` and `rolled_dates_meet`.
    pub fn calendar_warnings(&self, range: Range) -> Vec<Warning> {
        let mut warnings = self.holidays_end(range.end);
        warnings.extend(self.rolled_dates_meet(range));
        warnings
    }

    /// A calendar whose holidays end in a year before `instant`.
    pub(super) fn holidays_end(&self, instant: Instant) -> Vec<Warning> {
        let mut warnings: Vec<Warning> = Vec::new();
        for calendar in &self.shared().calendars {
            let Some(last) = calendar.ends_before(instant) else { continue };
            let mut words = Words::default();
            words.add("The holidays of ").quote(&calendar.name).add(" end on ").day(last);
            words.add(", before ").day(calendar.zone.civil(instant));
            let warning = Warning::new("holidays_end", words.add(": later years have weekends only.").take());
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        warnings
    }

    /// The first dates in `range` that meet where one of them moves.
    pub(super) fn rolled_dates_meet(&self, range: Range) -> Option<Warning> {
        let roll = self.shared().roll.as_ref().filter(|roll| roll.to != RollTo::Skip)?;
        let mut start = range.start;
        while start <= range.end {
            let end = Instant::clamped(start.ms() + WINDOW - 1).min(range.end);
            let mut moved: Vec<(Instant, Civil)> = Vec::new();
            self.moves(Range { start, end }, &mut |placed| {
                let instants = placed.instants(self.zone()).into_iter().flatten();
                let inside = instants.filter(|instant| start <= *instant && *instant <= end);
                moved.extend(inside.map(|instant| (instant, placed.named)));
            });
            sort_by(&mut moved, |a, b| a < b);
            moved.dedup();
            let mut after = moved.iter().skip(1).map(|(instant, _)| *instant);
            let met =
                moved.iter().copied().find(|(instant, _)| after.next() == Some(*instant) || self.is_named(*instant));
            if let Some((instant, named)) = met {
                let mut words = Words::default();
                words.day(named).add(" ").time(named).add(" moves to ");
                let wall = self.zone().civil(instant);
                words.day(wall).add(" ").time(wall).add(", because ").quote(&roll.calendar.name);
                words.add(" closes that day, and meets another date there: they are one date.");
                return Some(Warning::new("rolled_dates_meet", words.take()).at(instant));
            }
            if end == Instant::MAX {
                break;
            }
            start = Instant::clamped(end.ms() + 1);
        }
        None
    }
}
