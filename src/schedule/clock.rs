//! Clock changes that remove or repeat a wall-clock time of a schedule.

use super::Timetable;
use super::dst::{Dst, Fold, Gap};
use super::expand::expand;
use super::pattern::Pattern;
use super::source::Source;
use super::words::Words;
use crate::time::{Change, Civil, DAY_MS, Instant, Range, Zone};

/// A clock change that touches a date of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockChange {
    /// The change.
    pub change: Change,
    /// The first wall-clock time of the schedule that it removes or repeats.
    pub wall: Civil,
    /// What becomes of it, such as "02:30 does not exist on 2024-03-10 in America/New_York; the run moves to 03:30".
    pub text: String,
}

/// What a change does to the wall-clock times of one cron text or period.
pub(super) struct Touch {
    change: Change,
    /// First and last wall-clock time that is touched.
    walls: (Civil, Civil),
    /// The rule of the whole schedule.
    rule: Dst,
    /// What it comes to for this expression.
    dst: Dst,
}

impl Timetable {
    /// The clock changes that remove or repeat a wall-clock time whose run lies in `range`, ascending. With `dates` only
    /// those that touch one of them; where the rule drops runs, the change itself must lie in the range.
    pub fn clock_changes(&self, range: Range, dates: &[f64]) -> Vec<ClockChange> {
        let mut found = Vec::new();
        let (start, end) = (Instant::clamped(range.start.ms() - DAY_MS), Instant::clamped(range.end.ms() + DAY_MS));
        for change in self.zone().changes(start, end) {
            let touch = self.touches(change).into_iter().find(|touch| {
                let runs = touch.readings();
                let (from, to) = match (runs.first(), runs.last()) {
                    (Some(first), Some(last)) => (first.0, last.1),
                    _ => return range.contains(change.at),
                };
                let inside = dates.partition_point(|date| (*date as i64) < from);
                from <= range.end.ms()
                    && to >= range.start.ms()
                    && (dates.is_empty() || dates.get(inside).is_some_and(|date| *date as i64 <= to))
            });
            found.extend(touch.map(|touch| ClockChange { change, wall: touch.walls.0, text: touch.text(self.zone()) }));
        }
        found
    }

    /// The change that removed or repeated the wall clock of `date`.
    pub(super) fn change_at(&self, date: Instant, near: Range) -> Option<Touch> {
        let own = self.zone().civil(date);
        let mut touches = self.zone().changes(near.start, near.end).into_iter().flat_map(|change| self.touches(change));
        touches.find_map(|touch| {
            let inside = |run: &(i64, i64)| run.0 <= date.ms() && date.ms() <= run.1;
            // A time that is moved here may meet one that was here anyway.
            let gap = touch.change.after > touch.change.before;
            if !touch.all_readings().iter().any(inside) || gap && self.touches_wall(touch.change, own) {
                return None;
            }
            if touch.ends_gap() && date == touch.change.at {
                return Some(touch);
            }
            // Of all the times that the change touches, this one alone.
            let wall = touch.wall_of(date);
            self.touches_wall(touch.change, wall).then_some(Touch { walls: (wall, wall), ..touch })
        })
    }

    fn touches(&self, change: Change) -> Vec<Touch> {
        let (one, other) = (change.at.civil(change.before), change.at.civil(change.after));
        let (from, to) = (one.min(other), one.max(other));
        let mut touches = Vec::new();
        let rule = self.dst();
        let mut touch = |walls: Option<(Civil, Civil)>, dst| {
            touches.extend(walls.map(|walls| Touch { change, walls, rule, dst }));
        };
        for member in self.source().members() {
            match member {
                Source::Cron(patterns) => {
                    patterns.iter().for_each(|pattern| touch(ends(pattern, from, to), pattern.dst(rule)));
                }
                Source::Every(every, Some(anchor)) if !every.is_elapsed() => {
                    touch(every.walls(self.zone().civil(*anchor), from, to), rule);
                }
                Source::Rolled(rolled) => {
                    rolled
                        .walls(self.zone(), rule, from, to)
                        .into_iter()
                        .for_each(|(walls, dst)| touch(Some(walls), dst));
                }
                _ => {}
            }
        }
        touches
    }

    fn touches_wall(&self, change: Change, wall: Civil) -> bool {
        self.source().members().iter().any(|member| match member {
            Source::Cron(patterns) => {
                patterns.iter().any(|pattern| ends(pattern, wall, Civil::from_ms(wall.ms() + 1)).is_some())
            }
            Source::Rolled(rolled) => {
                !rolled.walls(self.zone(), self.dst(), wall, Civil::from_ms(wall.ms() + 1)).is_empty()
            }
            _ => self.touches(change).iter().any(|touch| touch.walls.0 == wall),
        })
    }
}

/// The first and the last wall-clock time of the pattern in `[from, to)`.
#[inline(never)]
fn ends(pattern: &Pattern, from: Civil, to: Civil) -> Option<(Civil, Civil)> {
    let range = Range { start: Instant::clamped(from.ms()), end: Instant::clamped(to.ms() - 1) };
    let all = expand(pattern, &Zone::utc(), Dst::AIRFLOW, range, usize::MAX);
    let civil = |ms: &f64| Civil::from_ms(*ms as i64);
    Some((civil(all.first()?), civil(all.last()?)))
}

impl Touch {
    /// All the touched times run once, at the end of a gap.
    fn ends_gap(&self) -> bool {
        self.dst.gap == Gap::End && self.change.after > self.change.before
    }

    /// The first wall-clock time that is touched.
    pub(super) fn wall(&self) -> Civil {
        self.walls.0
    }

    fn read(&self, wall: Civil, offset: i32) -> i64 {
        wall.ms() - i64::from(offset) * 1000
    }

    fn span(&self, offset: i32) -> (i64, i64) {
        (self.read(self.walls.0, offset), self.read(self.walls.1, offset))
    }

    /// When the touched times run, first to last, for each reading that counts.
    fn readings(&self) -> Vec<(i64, i64)> {
        let Change { at, before, after } = self.change;
        match (after > before, self.dst.gap, self.dst.fold) {
            (true, Gap::Skip, _) => Vec::new(),
            (true, Gap::End, _) => vec![(at.ms(), at.ms())],
            (true, Gap::Forward, _) | (false, _, Fold::First) => vec![self.span(before)],
            (true, Gap::Backward, _) | (false, _, Fold::Second) => vec![self.span(after)],
            (false, _, Fold::Both) => vec![self.span(before), self.span(after)],
        }
    }

    /// Every way to read the touched times, whether it counts or not. A removed time that is given as such is read forward.
    fn all_readings(&self) -> Vec<(i64, i64)> {
        let Change { at, before, after } = self.change;
        match (after > before, self.dst.gap) {
            (true, Gap::Backward) => vec![self.span(after)],
            (true, Gap::End) => vec![self.span(before), (at.ms(), at.ms())],
            (true, _) => vec![self.span(before)],
            (false, _) => vec![self.span(before), self.span(after)],
        }
    }

    /// The wall-clock time that was removed or repeated to give `date`.
    fn wall_of(&self, date: Instant) -> Civil {
        let Change { at, before, after } = self.change;
        match (after > before, self.dst.gap) {
            (true, Gap::Backward) => date.civil(after),
            (true, _) => date.civil(before),
            (false, _) if date < at => date.civil(before),
            (false, _) => date.civil(after),
        }
    }

    fn text(&self, zone: &Zone) -> String {
        let mut words = Words::default();
        self.describe(&mut words, zone);
        words.take()
    }

    /// What the change does, such as "02:30 happens twice on 2024-11-03 in America/New_York; the run is at the second".
    pub(super) fn describe(&self, words: &mut Words, zone: &Zone) {
        let (first, last) = self.walls;
        let length = i64::from(self.change.after - self.change.before) * 1000;
        let pick = |single: &'static str, several: &'static str| if first == last { single } else { several };
        self.times(words, 0);
        words.add(if length > 0 {
            pick(" does not exist on ", " do not exist on ")
        } else {
            pick(" happens twice on ", " happen twice on ")
        });
        words.day(first).add(" in ").add(zone.name()).add("; ");
        let moves = pick("the run moves to ", "the runs move to ");
        match (length > 0, self.dst.gap, self.dst.fold) {
            (true, Gap::End, _) => {
                let moves = pick("the run moves to ", "one run takes their place at ");
                let end = self.change.at.civil(self.change.after);
                show(words.add(moves), end, first);
                words
            }
            (true, Gap::Skip, _) => words.add(pick("there is no run at it", "there are no runs at them")),
            (true, Gap::Forward, _) => self.times(words.add(moves), length),
            (true, Gap::Backward, _) => self.times(words.add(moves), -length),
            (false, _, Fold::First) => words.add(pick("the run is at the first", "the runs are at the first")),
            (false, _, Fold::Second) => words.add(pick("the run is at the second", "the runs are at the second")),
            (false, _, Fold::Both) => words.add("there is a run at each"),
        };
    }

    /// The rule behind it, such as ` (dst "java": later by the gap)`.
    pub(super) fn describe_rule(&self, words: &mut Words) {
        words.add(" (dst ");
        self.rule.describe(words);
        words.add(match (self.change.after > self.change.before, self.dst.gap, self.dst.fold) {
            _ if self.dst != self.rule => ": wildcard expressions follow real time)",
            (true, Gap::Forward, _) => ": later by the gap)",
            (true, Gap::Backward, _) => ": earlier by the gap)",
            (true, Gap::Skip, _) => ": dropped)",
            (true, Gap::End, _) => ": at the end of the gap)",
            (false, _, Fold::First) => ": the first reading)",
            (false, _, Fold::Second) => ": the second reading)",
            (false, _, Fold::Both) => ": both readings)",
        });
    }

    /// The touched times `shift` milliseconds later; with their day where it is not that of the first.
    fn times<'a>(&self, words: &'a mut Words, shift: i64) -> &'a mut Words {
        let (first, last) = self.walls;
        let show = |words: &mut Words, wall: Civil| show(words, Civil::from_ms(wall.ms() + shift), first);
        show(words, first);
        if first != last {
            show(words.add(" to "), last);
        }
        words
    }
}

/// A time of day, with its day where that is not the day of `first`.
fn show(words: &mut Words, wall: Civil, first: Civil) {
    if wall.day_number() != first.day_number() {
        words.day(wall).add(" ");
    }
    words.time(wall);
}
