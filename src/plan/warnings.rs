//! What a person should know before a plan runs.

use super::Request;
use super::history::Strangers;
use super::rules::Found;
use crate::error::Warning;
use crate::macros::inspect;
use crate::schedule::{ClockChange, Timetable};
use crate::time::{DAY_MS, Instant, first_instant};

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
    pub(super) clock_changes: &'a [ClockChange],
    pub(super) strangers: Strangers,
}

impl Findings<'_> {
    /// Warnings with stable codes, the ones about the whole range first.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let whole: [fn(&Self) -> Option<Warning>; 8] = [
            Self::no_dates,
            Self::end_is_whole_day,
            Self::period_unanchored,
            Self::outside_dag_dates,
            Self::schedule_mismatch,
            Self::exclude_unmatched,
            Self::not_due,
            Self::date_independent,
        ];
        let mut warnings = Vec::new();
        for find in whole {
            if let Some(warning) = find(self) {
                warnings.push(warning);
            }
        }
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
        // A civil day that the zone skipped ends just before it begins: empty, but not the wrong way round.
        let zone = self.timetable.zone();
        let jump = zone.offset_at(range.start) - zone.offset_at(range.end);
        let skipped_day =
            bounds.end_is_day && range.end.ms() + 1 == range.start.ms() && i64::from(jump) * 1000 >= DAY_MS;
        if range.is_empty() && !skipped_day {
            let message =
                format!("the range ends at {}, before it starts at {}: nothing to run", range.end, range.start);
            return Some(Warning::new("inverted_range", message));
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

    /// `period_unanchored`: another range would have other dates.
    fn period_unanchored(&self) -> Option<Warning> {
        let start = self.request.bounds.range.start;
        // @once has no anchor either, but then the start of the range is just what it means.
        (self.unanchored && self.timetable.next(start).is_some()).then(|| {
            let message = format!(
                "the period has no anchor and the DAG no startDate, so it counts from the start of the range, {start}: another range may have other dates"
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
        let (first, count) = (instant(self.strangers.first?), self.strangers.count);
        let (what, them) = match count {
            1 => (format!("1 existing run in the range, at {first}, stands"), "It is"),
            _ => (format!("{count} existing runs in the range, the first at {first}, stand"), "They are"),
        };
        let message = format!(
            "{what} on no date of the schedule: has the schedule, its zone or its anchor changed? {them} left alone"
        );
        Some(Warning::new("schedule_mismatch", message).at(first).count(count))
    }

    /// `exclude_unmatched`: misspelt, or in another zone, and then the run that was to be left alone starts. A plan without dates has
    /// said so already.
    fn exclude_unmatched(&self) -> Option<Warning> {
        let Found { count, first } = self.unmatched.filter(|_| !self.dates.is_empty())?;
        let what = match count {
            1 => format!("excludeDates names {first}, which is no date of the plan"),
            _ => format!("excludeDates names {count} dates that are none of the plan, the first is {first}"),
        };
        let message = format!("{what}: nothing is left alone there");
        Some(Warning::new("exclude_unmatched", message).at(first).count(count))
    }

    /// `not_due`: dates whose interval has not ended.
    fn not_due(&self) -> Option<Warning> {
        self.not_due.map(|Found { count, first }| {
            let due = self.timetable.run_after(first);
            let message = format!(
                "{} not due yet and will be skipped: the first, {first}, is due at {due}; includeNotDue runs them all the same",
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

fn instant(date: f64) -> Instant {
    Instant::clamped(date as i64)
}

fn dates(count: u64) -> String {
    if count == 1 { "1 date".into() } else { format!("{count} dates") }
}

fn dates_are(count: u64) -> String {
    if count == 1 { "1 date is".into() } else { format!("{count} dates are") }
}
