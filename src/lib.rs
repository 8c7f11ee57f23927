//! Backfill and catchup of scheduled DAGs, as a library.
//!
//! dagfill is a pure function with a memory: (schedule, DAG, range, history) -> plan; (plan, events, now) -> commands.
//! This crate holds every decision and does nothing: no clock, no I/O, no async.
//!
//! Words: a *logical date* (Airflow's execution date) is an identity, not a clock; its *data interval* is half open; a *run*
//! is one DAG for one logical date; a *plan* says for each date which *action* is taken, or why it is skipped.
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
