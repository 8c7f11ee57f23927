//! The scheduler: the host drains commands, five numbers each, and says what became of them. DAGs are numbered as they were
//! added; times are milliseconds since 1970.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::catchup::{read_bound, read_policy};
use super::convert::thrown;
use super::timetable::RawTimetable;
use crate::error::Error;
use crate::run::scheduler::{Begin, Command, DagSchedule, Event, Scheduler};
use crate::time::{Edge, Instant};

/// Every DAG with a schedule.
#[wasm_bindgen]
#[derive(Default)]
pub struct RawScheduler {
    dags: Vec<DagSchedule>,
    scheduler: Option<Scheduler>,
    errors: Vec<Error>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawScheduler {
    #[wasm_bindgen(constructor)]
    pub fn new() -> RawScheduler {
        RawScheduler::default()
    }

    /// Before anything else. The policy as for `planCatchup`; a bound may be undefined.
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
        self.dags.push(DagSchedule {
            start: read_bound(timetable, start, Edge::Start, "startDate").map_err(thrown)?,
            end: read_bound(timetable, end, Edge::End, "endDate").map_err(thrown)?,
            policy: read_policy(policy, amount),
            max_active_runs,
            depends_on_past,
            ..DagSchedule::new(timetable.0.clone())
        });
        Ok(())
    }

    /// Everything to do now: kind, DAG and three more numbers. 0 load; 1 check the past of a date; 2 begin a date, then 1 for a
    /// restart; 3 missed: count, first, last; 4 ticked: runs begun, next (NaN for none); 5 failed: `takeError` has the error.
    pub fn drain(&mut self, now: f64) -> Vec<f64> {
        let mut numbers = Vec::new();
        while let Some(command) = self.machine().poll(Instant::clamped(now as i64)) {
            numbers.extend(match command {
                Command::Load { dag } => [0.0, dag.into(), 0.0, 0.0, 0.0],
                Command::CheckPast { dag, date } => [1.0, dag.into(), date.js(), 0.0, 0.0],
                Command::Begin { dag, date, begin } => {
                    [2.0, dag.into(), date.js(), f64::from(u8::from(begin == Begin::Restart)), 0.0]
                }
                Command::Missed { dag, skipped } => {
                    [3.0, dag.into(), skipped.count as f64, skipped.from.js(), skipped.to.js()]
                }
                Command::Ticked { due, next_run_at } => {
                    [4.0, 0.0, due.into(), next_run_at.map_or(f64::NAN, Instant::js), 0.0]
                }
                Command::Failed { dag, error } => {
                    self.errors.push(error);
                    [5.0, dag.into(), 0.0, 0.0, 0.0]
                }
            });
        }
        numbers
    }

    /// The errors of the last drain, in their order.
    #[wasm_bindgen(js_name = takeError)]
    pub fn take_error(&mut self) -> Option<JsValue> {
        (!self.errors.is_empty()).then(|| thrown(self.errors.remove(0)))
    }

    pub fn tick(&mut self, now: f64) {
        self.handle(Event::Tick, now);
    }

    pub fn woken(&mut self, now: f64) {
        self.handle(Event::Woken, now);
    }

    pub fn left(&mut self, dag: u32, date: f64, now: f64) {
        self.handle(Event::Left { dag, date: Instant::clamped(date as i64) }, now);
    }

    /// `last_run`: undefined where there is none.
    pub fn known(&mut self, dag: u32, last_run: Option<f64>, now: f64) {
        let last_run = last_run.map(|date| Instant::clamped(date as i64));
        self.handle(Event::Known { dag, last_run }, now);
    }

    pub fn past(&mut self, dag: u32, met: bool, now: f64) {
        self.handle(Event::Past { dag, met }, now);
    }

    /// The run has ended, or its date had one already.
    pub fn settled(&mut self, dag: u32, now: f64) {
        self.handle(Event::Settled { dag }, now);
    }

    #[wasm_bindgen(js_name = notStored)]
    pub fn not_stored(&mut self, dag: u32, date: f64, restart: bool, now: f64) {
        let begin = if restart { Begin::Restart } else { Begin::Create };
        self.handle(Event::NotStored { dag, date: Instant::clamped(date as i64), begin }, now);
    }

    pub fn stop(&mut self, now: f64) {
        self.handle(Event::Stop, now);
    }

    /// When to say `woken`; undefined while nothing will come by itself.
    pub fn wake(&mut self, now: f64) -> Option<f64> {
        self.machine().wake(Instant::clamped(now as i64)).map(Instant::js)
    }

    /// Whether nothing runs and nothing is about to begin.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&mut self) -> bool {
        self.machine().is_idle()
    }

    /// Where a period without an anchor counts from: the `origin` of the timetable that makes the rows of the DAG's runs.
    pub fn origin(&mut self, dag: u32) -> Option<f64> {
        self.machine().origin(dag).map(Instant::js)
    }
}

impl RawScheduler {
    fn machine(&mut self) -> &mut Scheduler {
        let dags = &mut self.dags;
        self.scheduler.get_or_insert_with(|| Scheduler::new(std::mem::take(dags)))
    }

    fn handle(&mut self, event: Event, now: f64) {
        self.machine().handle(event, Instant::clamped(now as i64));
    }
}
