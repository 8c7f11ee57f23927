//! Backfill and catchup of scheduled DAGs, as a library.
//!
//! dagfill is a pure function with a memory: (schedule, DAG, range, history) -> plan; (plan, events, now) -> commands.
//! This crate holds every decision and does nothing: no clock, no I/O, no async.
//!
//! Words: a *logical date* (Airflow's execution date) is an identity, not a clock; its *data interval* is half open; a *run*
//! is one DAG for one logical date; a *plan* says for each date which *action* is taken, or why it is skipped.
//!
//! Which dates would a backfill of two weeks run, when the first of them has succeeded already?
//!
//! ```
//! use dagfill::plan::{Action, History, Plan, Request, RunState};
//! use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
//! use dagfill::time::{DateInput::Text, Instant, read_bounds};
//!
//! # fn main() -> dagfill::error::Result<()> {
//! let weekdays = ScheduleInput::Cron { texts: vec!["0 6 * * 1-5".into()], dialect: Dialect::Unix, day_match: None };
//! let options = TimetableOptions { time_zone: Some("Europe/Berlin".into()), ..TimetableOptions::default() };
//! let timetable = Timetable::new(&weekdays, &options)?;
//! let bounds = read_bounds(Text("2024-03-25"), Text("2024-04-05"), timetable.zone())?;
//!
//! // 2024-03-25T05:00:00Z, epoch milliseconds.
//! let history = History { dates: vec![1_711_342_800_000.0], states: vec![RunState::Success], ..History::default() };
//! let now = Instant::new(1_735_689_600_000)?;
//! let plan = Plan::build(&timetable, &Request::new("reports", bounds, now), &history)?;
//!
//! assert_eq!((plan.len(), plan.counts().create, plan.counts().skip), (10, 9, 1));
//! assert_eq!(plan.action(0), Action::Skip);
//! // The clocks of Berlin changed on 31 March: six o'clock is an hour earlier in UTC.
//! assert_eq!(plan.row(9).map(|row| row.date.to_string()).as_deref(), Some("2024-04-05T04:00:00Z"));
//! # Ok(())
//! # }
//! ```
//!
//! [`run::backfill::Backfill`] drives such a plan; the example `native_backfill` runs one on four threads, with a retry.
//!
//! The modules, in floor order: a module names only modules above it in this list, never a neighbour on its own line.

pub mod error;
pub mod sort;
pub mod time;

pub mod dag;
pub mod macros;
pub mod schedule;

pub mod plan;

pub mod run;

pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
