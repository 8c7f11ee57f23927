//! One look at all DAGs: what is due begins, as far as there are free slots.

use std::collections::VecDeque;

use super::{Begin, Command, DagSchedule, Knowledge, Reservation, ScheduledDag, Scheduler, Waiting};
use crate::error::Result;
use crate::plan::{Catchup, CatchupRequest, plan_catchup};
use crate::time::Instant;

impl Scheduler {
    pub(super) fn go_round(&mut self, now: Instant) {
        for (dag, scheduled) in self.dags.iter_mut().enumerate() {
            let begun = scheduled.serve(dag as u32, now, &mut self.commands);
            self.look = self.look.map(|before| before + begun);
        }
        let is_answered = |scheduled: &ScheduledDag| {
            scheduled.knowledge == Knowledge::All
                && scheduled.asked_past.is_none()
                && scheduled.reservation != Reservation::Asked
        };
        if self.dags.iter().all(is_answered)
            && let Some(due) = self.look.take()
        {
            let next_run_at = self.dags.iter().filter_map(|scheduled| scheduled.upcoming(now)).min();
            self.commands.push_back(Command::Ticked { due, next_run_at });
        }
    }
}

impl ScheduledDag {
    /// Begins what can begin, and says how many runs that are.
    fn serve(&mut self, dag: u32, now: Instant, commands: &mut VecDeque<Command>) -> u32 {
        match self.knowledge {
            Knowledge::All => {}
            Knowledge::Asked => return 0,
            Knowledge::Nothing => {
                self.knowledge = Knowledge::Asked;
                commands.push_back(Command::Load { dag });
                return 0;
            }
        }
        self.anchor(now);
        let may_begin = !self.blocked && !self.crowded && self.asked_past.is_none() && self.free() > 0;
        match self.reservation {
            Reservation::Asked => return 0,
            // Without a reservation nobody knows how many runs the others have.
            Reservation::Open if self.crowded => return 0,
            Reservation::Open if may_begin && self.wants_to_begin(now) => {
                self.reservation = Reservation::Asked;
                commands.push_back(Command::Reserve { dag });
                return 0;
            }
            Reservation::Open | Reservation::Held => {}
        }
        let begun = self.begin_due(dag, now, commands);
        if self.reservation == Reservation::Held && self.asked_past.is_none() {
            self.reservation = Reservation::Open;
            self.crowded = self.others > 0 && !self.blocked && self.free() == 0 && self.wants_to_begin(now);
            self.others = 0;
            commands.push_back(Command::Release { dag });
        }
        begun
    }

    /// Whether a run is to begin, as far as that can be told without planning it.
    fn wants_to_begin(&self, now: Instant) -> bool {
        !self.first.is_empty() || self.to_plan && self.ask(now, 1).is_ok_and(|catchup| !catchup.due.is_empty())
    }

    fn begin_due(&mut self, dag: u32, now: Instant, commands: &mut VecDeque<Command>) -> u32 {
        let mut begun = 0;
        while !self.blocked && self.asked_past.is_none() && self.free() > 0 {
            match self.first.pop_front() {
                Some(waiting) if self.must_ask(waiting) => {
                    self.asked_past = Some(waiting);
                    commands.push_back(Command::CheckPast { dag, date: waiting.date });
                }
                Some(Waiting { date, begin, .. }) => {
                    self.active += 1;
                    begun += 1;
                    commands.push_back(Command::Begin { dag, date, begin });
                }
                None if self.to_plan => self.plan(dag, now, commands),
                None => break,
            }
        }
        begun
    }

    /// Without a start, a period counts from the last run, or from now on; from the same date at every look.
    fn anchor(&mut self, now: Instant) {
        if self.origin.is_some() {
            return;
        }
        let schedule = &mut self.schedule;
        if schedule.timetable.needs_anchor() && self.settled.is_none() {
            schedule.start = schedule.start.or(Some(now));
        }
        let origin = schedule.start.or(self.settled).unwrap_or(now);
        schedule.timetable = schedule.timetable.anchored(origin);
        self.origin = Some(origin);
    }

    fn free(&self) -> u32 {
        let most = if self.schedule.depends_on_past { 1 } else { self.schedule.max_active_runs.max(1) };
        most.saturating_sub(self.active.saturating_add(self.others))
    }

    fn must_ask(&self, waiting: Waiting) -> bool {
        self.schedule.depends_on_past && waiting.begin == Begin::Create && !waiting.past_met
    }

    /// Takes as many dates as there are free slots. More would go stale while they wait: under "latest" a run that takes
    /// long is followed by the newest date then, not by all that came due meanwhile.
    fn plan(&mut self, dag: u32, now: Instant, commands: &mut VecDeque<Command>) {
        let limit = self.free() as usize;
        let answer = self.ask(now, limit);
        self.watched = Some(now);
        self.to_plan = false;
        let catchup = match answer {
            Ok(catchup) => catchup,
            Err(error) => {
                self.error = Some(error);
                return commands.push_back(Command::Failed { dag });
            }
        };
        self.next_run_at = catchup.next_run_at;
        // There may be more: the rest is looked at when a slot is free again.
        self.to_plan = catchup.due.len() == limit;
        if let Some(skipped) = catchup.skipped {
            self.settled = self.settled.max(Some(skipped.to));
            commands.push_back(Command::Missed { dag, skipped });
        }
        for date in catchup.due {
            let date = Instant::clamped(date as i64);
            self.settled = self.settled.max(Some(date));
            self.first.push_back(Waiting { date, begin: Begin::Create, past_met: false });
        }
    }

    fn ask(&self, now: Instant, limit: usize) -> Result<Catchup> {
        let DagSchedule { start, end, policy, .. } = self.schedule;
        let (last_run, watching_since) = (self.settled, self.watched);
        let request = CatchupRequest { start, end, policy, now, last_run, watching_since, limit: Some(limit) };
        plan_catchup(&self.schedule.timetable, &request)
    }

    /// When the first run after `now` is due, also for a DAG that had no free slot to be planned.
    fn upcoming(&self, now: Instant) -> Option<Instant> {
        match self.next_run_at {
            Some(next) if next > now => Some(next),
            _ => self.ask(now, 0).ok().and_then(|catchup| catchup.next_run_at),
        }
    }
}
