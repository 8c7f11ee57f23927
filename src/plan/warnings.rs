//! What a person should know before a plan runs.

use super::coverage::Intervals;
use super::history::{Found, Strangers};
use super::{Coverage, Request, SkipReason};
use crate::error::{Warning, quoted};
use crate::macros::inspect;
use crate::schedule::{ClockChange, Timetable};
use crate::time::{Civil, Clock, DAY_MS, Instant, Range, Zone, first_instant};

/// What was found on the way to a plan. Dates are ascending.
pub(super) struct Findings<'a> {
    pub(super) timetable: &'a Timetable,
    /// The timetable counts from the start of the range, for want of anything better.
    pub(super) unanchored: bool,
    pub(super) request: &'a Request,
    pub(super) dates: &'a [f64],
    /// Of `exclude_dates`: those that are no date of the plan.
    pub(super) unmatched: Option<Found>,
    pub(super) not_due: Option<Found>,
    /// Rows that start behind a run that has not succeeded, where a task depends on past.
    pub(super) behind_failures: Option<Found>,
    pub(super) clock_changes: &'a [ClockChange],
    pub(super) strangers: &'a Strangers,
    /// Dates whose run covers another interval than the planned one.
    pub(super) mismatches: Option<Found>,
    pub(super) intervals: &'a Intervals,
    pub(super) reasons: &'a [u8],
}

impl Findings<'_> {
    /// Warnings with stable codes, the ones about the whole range first.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let whole: [fn(&Self) -> Option<Warning>; 13] = [
            Self::no_dates,
            Self::end_is_whole_day,
            Self::bounds_cut_day,
            Self::period_unanchored,
            Self::outside_dag_dates,
            Self::schedule_mismatch,
            Self::interval_mismatch,
            Self::exclude_unmatched,
            Self::not_due,
            Self::unfinished_left_alone,
            Self::task_depends_on_past,
            Self::uneven_days,
            Self::date_independent,
        ];
        let mut warnings = Vec::new();
        for find in whole {
            if let Some(warning) = find(self) {
                warnings.push(warning);
            }
        }
        warnings.extend(self.timetable.calendar_warnings(self.request.bounds.range));
        // A wall-clock time of the schedule is removed or repeated.
        for change in self.clock_changes {
            warnings.push(Warning::new("clock_change", change.text.as_str()).at(change.change.at));
        }
        warnings
    }

    /// `inverted_range` or `empty_range`: no date at all, and which one would be next.
    fn no_dates(&self) -> Option<Warning> {
        if !self.dates.is_empty() {
            return None;
        }
        let bounds = self.request.bounds;
        let range = bounds.range;
        if range.is_empty() && !(bounds.end_is_day && is_skipped_day(self.timetable.zone(), range)) {
            return Some(inverted(range));
        }
        let next = self.timetable.next(range.end);
        let message = format!("the schedule has no date from {} to {}: ", range.start, range.end);
        Some(match next {
            Some(next) => Warning::new("empty_range", format!("{message}the next one is {next}")).at(next),
            None => Warning::new("empty_range", message + "and none after it"),
        })
    }

    /// `end_is_whole_day`: Airflow would read the end as midnight. It only matters when a date comes later that day.
    fn end_is_whole_day(&self) -> Option<Warning> {
        let range = self.request.bounds.range;
        if !self.request.bounds.end_is_day {
            return None;
        }
        let zone = self.timetable.zone();
        let midnight = first_instant(zone, zone.civil(range.end));
        let later = self.dates.len() - self.dates.partition_point(|date| *date <= midnight.js());
        let (count, first) = (later as u64, instant(*self.dates.get(self.dates.len() - later)?));
        let message = format!(
            "endDate has no time, so the whole day until {} is in, with {} after its midnight; give it a time to end earlier",
            range.end,
            dates(count)
        );
        Some(Warning::new("end_is_whole_day", message).at(first).count(count))
    }

    /// `bounds_cut_day`: a midnight of UTC, as `new Date("2024-01-01")` gives it, is in the middle of a day of the schedule's zone.
    fn bounds_cut_day(&self) -> Option<Warning> {
        // Dates that are named one by one are whole: a bound cuts none of them off.
        if self.request.dates.is_some() {
            return None;
        }
        let Request { bounds, bounds_are_instants: (start, end), .. } = self.request;
        let zone = self.timetable.zone();
        let edge = |time: i64| time.rem_euclid(DAY_MS) == 0 || time.rem_euclid(DAY_MS) >= DAY_MS - 1000;
        let cuts = |at: Instant| edge(at.ms()) && !edge(zone.civil(at).ms());
        let said = |name: &str, at: Instant| format!("{name} {at} is {} in {}", zone.civil(at), zone.name());
        let (from, to) = (bounds.range.start, bounds.range.end);
        let (from, to) = (Some(from).filter(|at| *start && cuts(*at)), Some(to).filter(|at| *end && cuts(*at)));
        let sentences: Vec<String> =
            from.map(|at| said("startDate", at)).into_iter().chain(to.map(|at| said("endDate", at))).collect();
        let message = format!(
            "{}, which cuts a day there: a date without a time, such as 2024-01-01, is the whole day in that zone",
            sentences.join(", ")
        );
        from.or(to).map(|at| Warning::new("bounds_cut_day", message).at(at))
    }

    /// `period_unanchored`: another range would have other dates.
    fn period_unanchored(&self) -> Option<Warning> {
        let start = self.request.bounds.range.start;
        // @once has no anchor either, but then the start of the range is just what it means.
        (self.unanchored && self.timetable.next(start).is_some()).then(|| {
            let message = format!(
                "the period has no anchor and the DAG no startDate: its dates count from the start of the range, {start}, so that another range may have other dates"
            );
            Warning::new("period_unanchored", message).at(start)
        })
    }

    /// `outside_dag_dates`: allowed, but the scheduler would never have run them.
    fn outside_dag_dates(&self) -> Option<Warning> {
        let Request { dag_start, dag_end, .. } = self.request;
        let before = dag_start.map_or(0, |start| self.dates.partition_point(|date| *date < start.js()));
        let inside = dag_end.map_or(self.dates.len(), |end| self.dates.partition_point(|date| *date <= end.js()));
        let after = self.dates.len() - inside.max(before);
        let count = (before + after) as u64;
        let first = if before > 0 { self.dates.first() } else { self.dates.get(inside) };
        let first = instant(*first.filter(|_| count > 0)?);
        let bounds = match (dag_start, dag_end) {
            (Some(start), Some(end)) => format!("from {start} to {end}"),
            (Some(start), None) => format!("which starts at {start}"),
            (None, Some(end)) => format!("which ends at {end}"),
            (None, None) => String::new(),
        };
        let message = dates_are(count) + " outside the DAG's own dates, " + &bounds;
        Some(Warning::new("outside_dag_dates", message).at(first).count(count))
    }

    /// `schedule_mismatch`: the schedule was another one when these ran, or its anchor or zone was.
    fn schedule_mismatch(&self) -> Option<Warning> {
        let (first, count) = (instant(*self.strangers.first.first()?), self.strangers.count);
        let (what, them) = match count {
            1 => (format!("1 existing run in the range, at {first}, stands"), "It is"),
            _ => (format!("{count} existing runs in the range, the first at {first}, stand"), "They are"),
        };
        let message =
            format!("{what} on no date of the schedule: has the schedule or its zone changed? {them} left alone");
        Some(Warning::new("schedule_mismatch", message).at(first).count(count))
    }

    /// `interval_mismatch`: the runs did not do what the plan's dates would do now.
    fn interval_mismatch(&self) -> Option<Warning> {
        let Found { count, first } = self.mismatches?;
        let (what, cover) = if count == 1 {
            ("1 existing run".to_owned(), "covers")
        } else {
            (format!("{count} existing runs"), "cover")
        };
        let then = match self.request.coverage {
            Coverage::Date => {
                "Existing runs count by their date. Coverage \"interval\" resets those that cover theirs only in part"
            }
            Coverage::Interval => "Coverage \"interval\" resets those that cover theirs only in part",
        };
        let message = format!(
            "{what}, the first at {first}, {cover} another data interval than the schedule now gives: has the schedule or its zone changed? {then}"
        );
        Some(Warning::new("interval_mismatch", message).at(first).count(count))
    }

    /// `unfinished_left_alone`: dates whose run failed, and that nobody asked for again.
    fn unfinished_left_alone(&self) -> Option<Warning> {
        let mut found = None;
        let failed = SkipReason::ExistsFailed as u8;
        // Most plans have none, which is soon known.
        let reasons = self.reasons.contains(&failed).then_some(self.reasons)?;
        for (date, reason) in self.dates.iter().zip(reasons) {
            if *reason == failed {
                found = Found::after(found, instant(*date));
            }
        }
        found.map(|Found { count, first }| {
            let are = if count == 1 { "1 date has".to_owned() } else { format!("{count} dates have") };
            let message =
                format!("{are} a run that failed and will be left alone, the first is {first}: reprocess \"failed\" takes them, too");
            Warning::new("unfinished_left_alone", message).at(first).count(count)
        })
    }

    /// `task_depends_on_past`: the runs start, and their task with dependsOnPast fails.
    fn task_depends_on_past(&self) -> Option<Warning> {
        let Found { count, first } = self.behind_failures?;
        let task = self.request.dependent_task.as_deref().unwrap_or_default();
        let start = if count == 1 { "1 date starts".to_owned() } else { format!("{count} dates start") };
        let message = format!(
            "{start} behind a run that has not succeeded, the first is {first}: where the task {} failed there it fails here without starting",
            quoted(task)
        );
        Some(Warning::new("task_depends_on_past", message).at(first).count(count))
    }

    /// `uneven_days`: days of a daily schedule that clock changes make shorter or longer.
    fn uneven_days(&self) -> Option<Warning> {
        let zone = self.timetable.zone();
        let mut clock = Clock::new(zone);
        let (mut count, mut first, mut days) = (0, None, Vec::new());
        let ends = self.intervals.ends(self.dates);
        let mut row = 0;
        while let Some(date) = self.dates.get(row) {
            let (start, end) = self.intervals.get(row, *date);
            let real = end - start;
            let offset = clock.offset(start);
            // Intervals that end before the next clock change are even: they are passed over at once.
            let even = ends.get(row..).unwrap_or_default().partition_point(|end| clock.is_steady(*end));
            if even > 0 {
                row += even;
                continue;
            }
            row += 1;
            let wall = real + f64::from(clock.offset(end) - offset) * 1000.0;
            if wall != DAY_MS as f64 || real == wall {
                continue;
            }
            count += 1;
            first = first.or(Some(instant(start)));
            if days.len() < 4 {
                days.push(format!("{} has {} hours", civil_day(zone.civil(instant(start))), hours(real)));
            }
        }
        let rest = if count > 4 { format!(" and {} more", count - 4) } else { String::new() };
        let message = format!("clock changes make days of the schedule shorter or longer: {}{rest}", days.join(", "));
        first.map(|at| Warning::new("uneven_days", message).at(at).count(count))
    }

    /// `exclude_unmatched`: misspelt, or in another zone, and then the run that was to be left alone starts. A plan without dates has
    /// said so already.
    fn exclude_unmatched(&self) -> Option<Warning> {
        let Found { count, first } = self.unmatched.filter(|_| !self.dates.is_empty())?;
        let what = match count {
            1 => format!("excludeDates names {first}, which is no date of the plan"),
            _ => format!("excludeDates names {count} dates that are not in the plan, the first is {first}"),
        };
        let message = format!("{what}: nothing is left alone there");
        Some(Warning::new("exclude_unmatched", message).at(first).count(count))
    }

    /// `not_due`: dates whose interval has not ended.
    fn not_due(&self) -> Option<Warning> {
        self.not_due.map(|Found { count, first }| {
            let due = self.timetable.run_after(first);
            let message = format!(
                "{} not due yet and will be skipped: the first, {first}, is due at {due}; includeNotDue runs them anyway",
                dates_are(count)
            );
            Warning::new("not_due", message).at(first).count(count)
        })
    }

    /// `date_independent`: tasks that would do the same for every date. What comes from XCom may differ with the date.
    fn date_independent(&self) -> Option<Warning> {
        let sees_date = |text: &String| {
            let found = inspect(text);
            found.depends_on_date || !found.xcoms.is_empty()
        };
        let mut blind = Vec::new();
        for (task_id, texts) in &self.request.templates {
            if !texts.is_empty() && !texts.iter().any(sees_date) {
                blind.push(task_id.as_str());
            }
        }
        // One date makes no difference to tell.
        (!blind.is_empty() && self.dates.len() > 1).then(|| {
            let (what, do_) = if blind.len() == 1 { ("task", "does") } else { ("tasks", "do") };
            let message = format!(
                "{what} {} {do_} the same for each of the {} dates: no template there uses the date, such as {{{{ ds }}}}",
                blind.join(", "),
                self.dates.len()
            );
            Warning::new("date_independent", message).count(blind.len() as u64)
        })
    }
}

/// What is to be known of a range before its dates are looked at: `inverted_range`, and what the calendars are warned of.
pub fn range_warnings(timetable: &Timetable, range: Range) -> Vec<Warning> {
    if range.is_empty() && !is_skipped_day(timetable.zone(), range) {
        return vec![inverted(range)];
    }
    timetable.calendar_warnings(range)
}

/// A civil day that the zone skipped ends just before it begins: empty, but not the wrong way round.
fn is_skipped_day(zone: &Zone, range: Range) -> bool {
    let jump = zone.offset_at(range.start) - zone.offset_at(range.end);
    range.end.ms() + 1 == range.start.ms() && i64::from(jump) * 1000 >= DAY_MS
}

fn inverted(range: Range) -> Warning {
    let message = format!("the range ends at {}, before it starts at {}: nothing to run", range.end, range.start);
    Warning::new("inverted_range", message)
}

/// Milliseconds as hours with at most three decimals. Printing any float takes 20 kB of tables and arithmetic.
fn hours(ms: f64) -> String {
    let thousandths = (ms / 3_600.0).round() as i64;
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn instant(date: f64) -> Instant {
    Instant::clamped(date as i64)
}

fn civil_day(civil: Civil) -> String {
    let mut text = civil.to_string();
    text.truncate(10);
    text
}

fn dates(count: u64) -> String {
    if count == 1 { "1 date".into() } else { format!("{count} dates") }
}

fn dates_are(count: u64) -> String {
    if count == 1 { "1 date is".into() } else { format!("{count} dates are") }
}
