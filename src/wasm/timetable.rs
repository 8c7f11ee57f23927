//! Schedules: expansion, neighbours, explanations.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{answer, instant, shape, thrown};
use crate::schedule::Timetable;
use crate::time::{Edge, Range};
use crate::wire::{DateExplanationShape, ExplanationShape, TimetableShape};

type Answer<T> = Result<T, JsValue>;

/// A timetable. The face keeps the ones it has used lately.
#[wasm_bindgen]
pub struct RawTimetable(pub(super) Timetable);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawTimetable {
    #[wasm_bindgen(constructor)]
    pub fn new(spec: JsValue) -> Answer<RawTimetable> {
        let parts = shape::<TimetableShape>(spec).map_err(thrown)?;
        let (schedule, options) = parts.into_parts();
        Timetable::new(&schedule, &options).map(RawTimetable).map_err(thrown)
    }

    pub fn expand(&self, start: &JsValue, end: &JsValue, limit: Option<f64>) -> Answer<Vec<f64>> {
        let range = self.range(start, end)?;
        self.0.anchored(range.start).expand(range, limit.map(|limit| limit as usize)).map_err(thrown)
    }

    pub fn count(&self, start: &JsValue, end: &JsValue) -> Answer<f64> {
        let range = self.range(start, end)?;
        Ok(self.0.anchored(range.start).count(range) as f64)
    }

    pub fn next(&self, after: &JsValue, count: f64) -> Answer<Vec<f64>> {
        let after = self.point(after, Edge::Point)?;
        Ok(self.0.anchored(after).next_dates(after, count as usize))
    }

    pub fn previous(&self, before: &JsValue, count: f64) -> Answer<Vec<f64>> {
        let before = self.point(before, Edge::Point)?;
        Ok(self.0.anchored(before).previous_dates(before, count as usize))
    }

    pub fn explain(&self, now: &JsValue, count: f64) -> Answer<JsValue> {
        let now = self.point(now, Edge::Point)?;
        answer(&ExplanationShape::from(&self.0.explain(now, count as usize)))
    }

    #[wasm_bindgen(js_name = explainDate)]
    pub fn explain_date(&self, date: &JsValue, start: &JsValue, end: &JsValue) -> Answer<JsValue> {
        let date = self.point(date, Edge::Point)?;
        let range = match (start.is_undefined(), end.is_undefined()) {
            (true, true) => None,
            _ => Some(self.range(start, end)?),
        };
        answer(&DateExplanationShape::from(&self.0.explain_date(date, range)))
    }
}

impl RawTimetable {
    fn point(&self, date: &JsValue, edge: Edge) -> Answer<crate::time::Instant> {
        instant(date, self.0.zone(), edge).map_err(thrown)
    }

    /// A bound that is not given is the end of time.
    fn range(&self, start: &JsValue, end: &JsValue) -> Answer<Range> {
        let start = if start.is_undefined() { Ok(crate::time::Instant::MIN) } else { self.point(start, Edge::Start) };
        let end = if end.is_undefined() { Ok(crate::time::Instant::MAX) } else { self.point(end, Edge::End) };
        Ok(Range { start: start?, end: end? })
    }
}
