//! From a request and a history to a plan. Preview and execution build it here, so that what was shown is what runs.

use super::chosen::chosen_dates;
use super::coverage::Intervals;
use super::hash::{hash_of, parts_of};
use super::history::{NO_RECORD, Strangers};
use super::order::reordered;
use super::rules::Draft;
use super::warnings::Findings;
use super::{Action, Counts, Existing, History, Order, Past, Plan, Request};
use crate::error::{Code, Detail, Error, Result, quoted};
use crate::schedule::Timetable;
use crate::time::{Instant, Range};

/// The records that [`Plan::build`] wants in its [`History`]: those of the request's range, with `depends_on_past` also the
/// one on the date before.
pub fn history_range(timetable: &Timetable, request: &Request) -> Range {
    let range = request.bounds.range;
    let timetable = anchored(timetable, request);
    let before = request.depends_on_past.then(|| date_before(&timetable, range)).flatten();
    Range { start: before.unwrap_or(range.start), ..range }
}

fn anchored(timetable: &Timetable, request: &Request) -> Timetable {
    if timetable.needs_anchor() {
        timetable.anchored(request.dag_start.unwrap_or(request.bounds.range.start))
    } else {
        timetable.clone()
    }
}

/// The schedule's last date before the first one of a range.
fn date_before(timetable: &Timetable, range: Range) -> Option<Instant> {
    timetable.previous(range.start)
}

/// INVALID_DIRECTION where a date, or one of its tasks, needs the date before it.
fn refuse_past(request: &Request) -> Result<()> {
    let whose = match &request.dependent_task {
        _ if request.depends_on_past => "dependsOnPast".to_owned(),
        Some(task) => ["dependsOnPast of task ", &quoted(task)].concat(),
        None => return Ok(()),
    };
    let (field, what) = match request.order {
        Order::Newest => ("runBackwards", "runBackwards starts the newest date first"),
        _ => ("order", "this order starts dates before older ones"),
    };
    let message = format!("{what}, but {whose} needs the one before it: expected one of them");
    Err(Error::new(Code::InvalidDirection, message).field(field))
}

/// RANGE_TOO_LARGE.
fn refuse_large(request: &Request, count: u64) -> Result<()> {
    if count <= request.max_runs.min(u64::from(NO_RECORD)) {
        return Ok(());
    }
    let range = request.bounds.range;
    let message =
        format!("{count} dates from {} to {}: expected at most {} (maxRuns)", range.start, range.end, request.max_runs);
    Err(Error::new(Code::RangeTooLarge, message)
        .field("maxRuns")
        .hint("Shorten the range, or raise maxRuns.")
        .detail("count", Detail::Number(count as f64))
        .detail("maxRuns", Detail::Number(request.max_runs as f64)))
}

impl Plan {
    /// Builds the plan.
    ///
    /// Errors: NO_SCHEDULE for a DAG that is only started by hand, INVALID_DIRECTION for backwards with a past to depend on,
    /// RANGE_TOO_LARGE (details `count`, `maxRuns`) before anything is allocated, INVALID_DATE in `exclude_dates`.
    ///
    /// ```
    /// use dagfill::plan::{Action, History, Plan, Request, RunState};
    /// use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
    /// use dagfill::time::{DateInput::Text, Instant, Zone, read_bounds};
    /// let daily = ScheduleInput::Cron { texts: vec!["@daily".into()], dialect: Dialect::Unix, day_match: None };
    /// let daily = Timetable::new(&daily, &TimetableOptions::default()).unwrap();
    /// let bounds = read_bounds(Text("2024-01-01"), Text("2024-01-07"), &Zone::utc()).unwrap();
    /// let second = History {
    ///     dates: vec![1_704_153_600_000.0],
    ///     states: vec![RunState::Success],
    ///     ..History::default()
    /// };
    /// let request = Request::new("sales", bounds, Instant::new(1_735_689_600_000).unwrap());
    /// let plan = Plan::build(&daily, &request, &second).unwrap();
    /// assert_eq!((plan.len(), plan.counts().create, plan.counts().skip), (7, 6, 1));
    /// ```
    pub fn build(timetable: &Timetable, request: &Request, history: &History) -> Result<Plan> {
        if request.order != Order::Oldest {
            refuse_past(request)?;
        }
        // Runs that were started by hand are dates enough where they are named.
        if timetable.is_none() && (request.dates.is_none() || history.dates.is_empty()) {
            let message =
                ["the DAG ", &quoted(&request.dag_id), " has no schedule, so a range has no dates to fill"].concat();
            return Err(Error::new(Code::NoSchedule, message).hint("Give it a schedule, or trigger single dates."));
        }
        history.check()?;
        let unanchored = timetable.needs_anchor() && request.dag_start.is_none();
        let timetable = anchored(timetable, request);
        let range = request.bounds.range;
        let dates = match &request.dates {
            None => {
                refuse_large(request, timetable.count(range))?;
                timetable.expand(range, None)?
            }
            Some(chosen) => chosen_dates(&timetable, request, history, chosen)?,
        };
        refuse_large(request, dates.len() as u64)?;
        let mut aligned = history.align(&dates, range);
        if request.dates.is_some() {
            // Runs on dates that nobody named are no strangers to the schedule.
            aligned.strangers = Strangers::default();
        }
        let intervals = Intervals::of(&timetable, &dates, request.dates.is_none());
        let mut rows = Draft::decided(&dates, &aligned, request, history, &intervals);
        let unmatched = rows.exclude(&request.exclude_dates, timetable.zone())?;
        let not_due = if request.include_not_due { None } else { rows.leave_not_due(&timetable, request.now) };
        if request.depends_on_past {
            let before = date_before(&timetable, range).and_then(|date| history.find(date.js()));
            let before = Past::behind(before.map_or(Existing::None, |index| history.standing(index)));
            rows.follow_past(before, request, &timetable);
        }
        let behind_failures = request.dependent_task.as_ref().and_then(|_| rows.behind_failures());
        let Draft { actions, reasons, .. } = rows;
        let clock_changes = timetable.clock_changes(range, &dates);
        let findings = Findings {
            timetable: &timetable,
            unanchored,
            request,
            dates: &dates,
            unmatched,
            not_due,
            behind_failures,
            clock_changes: &clock_changes,
            mismatches: intervals.mismatches(&dates, &aligned, history),
            strangers: &aligned.strangers,
            intervals: &intervals,
            reasons: &reasons,
        };
        let warnings = findings.warnings();
        let mut counts = Counts::default();
        actions.iter().for_each(|action| counts.add(Action::from_number(*action)));
        let mut plan = Plan {
            timetable,
            depends_on_past: request.depends_on_past,
            dates,
            actions,
            reasons,
            aligned,
            range,
            now: request.now,
            counts,
            warnings,
            clock_changes,
            parts: Default::default(),
            hash: String::new(),
            kept_confs: Vec::new(),
        };
        let order = plan.put_in_order(request.order, history);
        plan.parts = parts_of(&plan, request, history, |row, date| {
            let ascending = order.as_ref().and_then(|order| order.get(row)).map_or(row, |index| *index as usize);
            intervals.get(ascending, date)
        });
        plan.hash = hash_of(&plan.parts, plan.counts);
        Ok(plan)
    }

    /// Puts the rows, which are ascending, in the order in which they run: that of their old indices, where it is another.
    fn put_in_order(&mut self, order: Order, history: &History) -> Option<Vec<u32>> {
        let has_failed = |row: usize| {
            let existing = self.existing(row).map_or(Existing::None, |index| history.standing(index));
            matches!(existing, Existing::Failed | Existing::Canceled)
        };
        let order = order.of(self.len(), has_failed)?;
        self.dates = reordered(&self.dates, &order);
        self.actions = reordered(&self.actions, &order);
        self.reasons = reordered(&self.reasons, &order);
        self.aligned.record = reordered(&self.aligned.record, &order);
        Some(order)
    }
}
