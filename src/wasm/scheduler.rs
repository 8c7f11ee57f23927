//! The scheduler as the host drives it. DAGs are numbered as they were added; times are milliseconds since 1970.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::catchup::{read_bound, read_policy};
use super::codes::{BeginCode, SchedulerCommand, SchedulerEventCode};
use super::convert::thrown;
use super::machine::{Driven, Encode, MachineHost, Numbers};
use super::timetable::RawTimetable;
use crate::run::scheduler::{Begin, Command, DagSchedule, Event, Scheduler};
use crate::time::{Edge, Instant};

/// The DAGs of a scheduler that is to be made.
#[wasm_bindgen]
#[derive(Default)]
pub struct RawSchedules(Vec<DagSchedule>);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawSchedules {
    #[wasm_bindgen(constructor)]
    pub fn new() -> RawSchedules {
        RawSchedules::default()
    }

    /// The policy as for `planCatchup`; a bound may be undefined.
    #[allow(clippy::too_many_arguments)]
    pub fn add(
        &mut self,
        timetable: &RawTimetable,
        start: &JsValue,
        end: &JsValue,
        policy: &str,
        amount: f64,
        max_active_runs: u32,
        depends_on_past: bool,
    ) -> Result<(), JsValue> {
        self.0.push(DagSchedule {
            start: read_bound(timetable, start, Edge::Start, "startDate").map_err(thrown)?,
            end: read_bound(timetable, end, Edge::End, "endDate").map_err(thrown)?,
            policy: read_policy(policy, amount),
            max_active_runs,
            depends_on_past,
            ..DagSchedule::new(timetable.0.clone())
        });
        Ok(())
    }
}

/// Every DAG with a schedule.
#[wasm_bindgen]
pub struct RawScheduler(Driven<Scheduler>);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawScheduler {
    #[wasm_bindgen(constructor)]
    pub fn new(schedules: RawSchedules, host: MachineHost) -> RawScheduler {
        RawScheduler(Driven::new(Scheduler::new(schedules.0), host))
    }

    pub fn handle(&self, event: SchedulerEventCode, subject: u32, a: f64, b: f64) {
        let (dag, date) = (subject, Instant::clamped(a as i64));
        self.0.handle(match event {
            SchedulerEventCode::Tick => Event::Tick,
            SchedulerEventCode::Woken => Event::Woken,
            SchedulerEventCode::Left => Event::Left { dag, date },
            SchedulerEventCode::Known => Event::Known { dag, last_run: (!a.is_nan()).then_some(date) },
            SchedulerEventCode::PastMet => Event::Past { dag, met: true },
            SchedulerEventCode::PastUnmet => Event::Past { dag, met: false },
            SchedulerEventCode::Reserved => Event::Reserved { dag, others: a as u32 },
            SchedulerEventCode::NotReserved => Event::NotReserved { dag },
            SchedulerEventCode::Settled => Event::Settled { dag },
            SchedulerEventCode::NotStored => {
                let begin = if b as u32 == BeginCode::Restart as u32 { Begin::Restart } else { Begin::Create };
                Event::NotStored { dag, date, begin }
            }
            SchedulerEventCode::Stop => Event::Stop,
        });
    }

    pub fn pump(&self) {
        self.0.pump();
    }

    /// Whether nothing runs and nothing is about to begin.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self) -> bool {
        self.0.with(|scheduler| scheduler.is_idle())
    }

    /// Where a period without an anchor counts from: the `origin` of the timetable that makes the rows of the DAG's runs.
    pub fn origin(&self, dag: u32) -> Option<f64> {
        self.0.with(|scheduler| scheduler.origin(dag)).map(Instant::js)
    }

    /// Why the dates of a DAG could not be planned, once for each `Failed`.
    #[wasm_bindgen(js_name = takeError)]
    pub fn take_error(&self, dag: u32) -> Option<JsValue> {
        self.0.with(|scheduler| scheduler.take_error(dag)).map(thrown)
    }
}

impl Encode for Scheduler {
    const SLEEP: u32 = SchedulerCommand::Sleep as u32;

    fn encode(&mut self, command: Command, send: &mut Vec<Numbers>) {
        use SchedulerCommand as To;
        let mut push = |code: To, subject: u32, a: f64, b: f64| send.push((code as u32, subject, a, b));
        match command {
            Command::Load { dag } => push(To::Load, dag, 0.0, 0.0),
            Command::CheckPast { dag, date } => push(To::CheckPast, dag, date.js(), 0.0),
            Command::Reserve { dag } => push(To::Reserve, dag, 0.0, 0.0),
            Command::Release { dag } => push(To::Release, dag, 0.0, 0.0),
            Command::Begin { dag, date, begin } => {
                let code = match begin {
                    Begin::Create => BeginCode::Create,
                    Begin::Restart => BeginCode::Restart,
                };
                push(To::Begin, dag, date.js(), f64::from(code as u32));
            }
            Command::Missed { dag, skipped } => push(To::Missed, dag, skipped.count as f64, 0.0),
            Command::Ticked { due, next_run_at } => {
                push(To::Ticked, 0, due.into(), next_run_at.map_or(f64::NAN, Instant::js));
            }
            Command::Failed { dag } => push(To::Failed, dag, 0.0, 0.0),
        }
    }
}
