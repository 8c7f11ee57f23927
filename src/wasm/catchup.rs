//! Catchup: what is due, and what is left out.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{instant, thrown};
use super::timetable::RawTimetable;
use crate::error::Result;
use crate::plan::{CatchupPolicy, CatchupRequest, Rows};
use crate::time::{Edge, Instant};

/// A policy by its name: all, none, latest, last or window, the last two with their amount.
pub(super) fn read_policy(name: &str, amount: f64) -> CatchupPolicy {
    match name {
        "all" => CatchupPolicy::All,
        "none" => CatchupPolicy::None,
        "last" => CatchupPolicy::Last(amount as u32),
        "window" => CatchupPolicy::Window(amount as i64),
        _ => CatchupPolicy::Latest,
    }
}

/// A date of the timetable's zone, None for undefined.
pub(super) fn read_bound(
    timetable: &RawTimetable,
    value: &JsValue,
    edge: Edge,
    field: &str,
) -> Result<Option<Instant>> {
    match value.is_undefined() {
        true => Ok(None),
        false => instant(value, timetable.0.zone(), edge).map(Some).map_err(|error| error.field(field)),
    }
}

/// `policy` is all, none, latest, last or window, the last two with their `amount`. The answer is one column, whose
/// places are those of `CatchupNumber`; NaN for what is not there.
#[wasm_bindgen(js_name = planCatchup)]
pub fn plan_catchup(
    timetable: &RawTimetable,
    start: &JsValue,
    end: &JsValue,
    now: &JsValue,
    last_run: &JsValue,
    policy: &str,
    amount: f64,
) -> std::result::Result<Vec<f64>, JsValue> {
    let read = |value, edge, field| read_bound(timetable, value, edge, field);
    let plan = || -> Result<Vec<f64>> {
        let request = CatchupRequest {
            start: read(start, Edge::Start, "startDate")?,
            end: read(end, Edge::End, "endDate")?,
            now: read(now, Edge::Point, "now")?.unwrap_or(Instant::MIN),
            last_run: read(last_run, Edge::Point, "lastRun")?,
            policy: read_policy(policy, amount),
            watching_since: None,
            limit: None,
        };
        let catchup = crate::plan::plan_catchup(&timetable.0, &request)?;
        let offsets = Rows::of(&timetable.0.anchored(request.origin()), &catchup.due).offset_seconds;
        let skipped = catchup
            .skipped
            .map_or([0.0, f64::NAN, f64::NAN], |skipped| [skipped.count as f64, skipped.from.js(), skipped.to.js()]);
        let next = catchup.next_run_at.map_or(f64::NAN, Instant::js);
        Ok([&skipped[..], &[next, request.origin().js()], &catchup.due, &offsets].concat())
    };
    plan().map_err(thrown)
}
