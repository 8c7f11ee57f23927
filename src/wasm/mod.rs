//! Floor 5: what JavaScript sees. Converts arguments, calls a lower floor, converts the answer.

mod catchup;
mod codes;
mod compare;
mod convert;
mod dag;
mod dag_run;
mod driver;
mod host;
mod machine;
mod macros;
mod plan;
mod scheduler;
mod timetable;

pub use catchup::plan_catchup;
pub use codes::*;
pub use compare::RawComparison;
pub use dag::RawDag;
pub use dag_run::RawDagRun;
pub use driver::{LostRun, RawBackfill, attempt_key, member_origin, replaceable_states};
pub use host::set_host;
pub use macros::{RawMacros, RawRendered, inspect_template, macro_names, resolve_xcom_references, xcom_tasks_of};
pub use plan::{RawPlan, plan_days, plan_estimate, plan_missing, plan_rows, plan_run_durations, plan_spread};
pub use scheduler::{RawScheduler, RawSchedules};
pub use timetable::RawTimetable;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of this crate, the same as that of the package around it.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A duration text in milliseconds.
#[wasm_bindgen(js_name = readDuration)]
pub fn read_duration(text: &str) -> Result<f64, wasm_bindgen::JsValue> {
    crate::time::read_duration(text).map(|ms| ms as f64).map_err(convert::thrown)
}
