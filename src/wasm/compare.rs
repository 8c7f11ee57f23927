//! Two schedules side by side.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::thrown;
use super::timetable::RawTimetable;
use crate::plan::{Comparison, compare};
use crate::time::{Instant, Range};

/// A comparison's columns.
#[wasm_bindgen]
pub struct RawComparison(Comparison);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawComparison {
    /// `existing`: pairs of the start and the end of what existing runs cover; undefined: every date before has run.
    #[wasm_bindgen(constructor)]
    pub fn new(
        before: &RawTimetable,
        after: &RawTimetable,
        start: f64,
        end: f64,
        existing: Option<Vec<f64>>,
    ) -> Result<RawComparison, JsValue> {
        let at = |ms: f64| Instant::clamped(ms as i64);
        let pair = |pair: &[f64]| Some((*pair.first()?, *pair.get(1)?));
        let existing = existing.map(|spans| spans.chunks(2).filter_map(pair).collect::<Vec<_>>());
        let range = Range { start: at(start), end: at(end) };
        compare(&before.0, &after.0, range, existing.as_deref()).map(RawComparison).map_err(thrown)
    }

    pub fn kinds(&self) -> Vec<u8> {
        self.0.kind.clone()
    }

    /// How many dates before and after each row has, in turn.
    pub fn sizes(&self) -> Vec<u32> {
        self.0.sizes.clone()
    }

    pub fn before(&self) -> Vec<f64> {
        self.0.before.clone()
    }

    pub fn after(&self) -> Vec<f64> {
        self.0.after.clone()
    }

    /// Seconds covered twice, and then seconds uncovered, a row each.
    pub fn seconds(&self) -> Vec<f64> {
        [self.0.overlap_seconds.as_slice(), &self.0.uncovered_seconds].concat()
    }
}
