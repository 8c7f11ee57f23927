//! Schedules: expansion, neighbours, explanations.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::codes::EdgeCode;
use super::convert::{answer, instant, thrown};
use crate::plan::range_warnings;
use crate::schedule::Timetable;
use crate::time::{Edge, Instant, Range};
use crate::wire::{date_explanation_shape, explanation_shape, read_origin, read_timetable, warnings_shape};

type Answer<T> = Result<T, JsValue>;

/// A timetable. The face keeps the ones it has used lately.
#[wasm_bindgen]
pub struct RawTimetable(pub(super) Timetable);

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawTimetable {
    #[wasm_bindgen(constructor)]
    pub fn new(spec: &JsValue) -> Answer<RawTimetable> {
        let (schedule, options) = read_timetable(spec);
        let timetable = Timetable::new(&schedule, &options).map_err(thrown)?;
        let anchored = read_origin(spec).map(|origin| timetable.anchored(origin));
        Ok(RawTimetable(anchored.unwrap_or(timetable)))
    }

    /// The name of the zone that it is read in.
    #[wasm_bindgen(js_name = timeZone)]
    pub fn time_zone(&self) -> String {
        self.0.zone().name().to_owned()
    }

    pub fn expand(&self, start: &JsValue, end: &JsValue, limit: Option<f64>) -> Answer<Vec<f64>> {
        let range = self.range(start, end)?;
        self.0.anchored(range.start).expand(range, limit.map(|limit| limit as usize)).map_err(thrown)
    }

    pub fn count(&self, start: &JsValue, end: &JsValue) -> Answer<f64> {
        let range = self.range(start, end)?;
        let count = self.0.scheduled().and_then(|timetable| timetable.checked_count(range));
        Ok(count.map_err(thrown)? as f64)
    }

    pub fn next(&self, after: &JsValue, count: f64) -> Answer<Vec<f64>> {
        let after = self.point(after, Edge::Point, "after")?;
        Ok(self.0.anchored(after).next_dates(after, count as usize))
    }

    pub fn previous(&self, before: &JsValue, count: f64) -> Answer<Vec<f64>> {
        let before = self.point(before, Edge::Point, "before")?;
        Ok(self.0.anchored(before).previous_dates(before, count as usize))
    }

    /// The facts of a range of dates that are read before its dates.
    #[wasm_bindgen(js_name = rangeWarnings)]
    pub fn range_warnings(&self, start: f64, end: f64) -> Answer<JsValue> {
        let at = |ms: f64| Instant::clamped(ms as i64);
        answer(warnings_shape(&range_warnings(&self.0, Range { start: at(start), end: at(end) })))
    }

    /// The data interval of the run of a date.
    pub fn interval(&self, date: f64) -> Vec<f64> {
        let date = Instant::clamped(date as i64);
        let interval = self.0.anchored(date).interval(date);
        vec![interval.start.js(), interval.end.js()]
    }

    pub fn explain(&self, now: &JsValue, count: f64) -> Answer<JsValue> {
        let now = self.point(now, Edge::Point, "now")?;
        answer(explanation_shape(&self.0.explain(now, count as usize)))
    }

    /// A date of the zone as milliseconds; `edge` is a number of `EdgeCode`.
    pub fn read(&self, date: &JsValue, edge: u32) -> Answer<f64> {
        let edge = EdgeCode::read(edge).unwrap_or(Edge::Point);
        instant(date, self.0.zone(), edge).map(Instant::js).map_err(thrown)
    }

    /// A run that is started by hand, which covers the last complete interval; places are those of `ManualNumber`.
    pub fn manual(&self, date: &JsValue) -> Answer<Vec<f64>> {
        let date = self.point(date, Edge::Point, "executionDate")?;
        let timetable = self.0.anchored(date);
        let interval = timetable.last_complete_interval(date);
        let time = |date: Option<Instant>| date.map_or(f64::NAN, Instant::js);
        let (before, after) = (time(timetable.previous(date)), time(timetable.next(date)));
        let offset = f64::from(timetable.zone().offset_at(date));
        Ok(vec![date.js(), interval.start.js(), interval.end.js(), before, after, offset])
    }

    /// The data intervals of the runs of `dates`, ascending: all starts, then all ends. `manual`: the last interval that was complete at each.
    pub fn intervals(&self, dates: &[f64], manual: bool) -> Vec<f64> {
        if !manual && !self.0.has_window() {
            return [dates, &self.0.interval_ends(dates)].concat();
        }
        let covered = |ms: &f64| {
            let date = Instant::clamped(*ms as i64);
            if manual { self.0.last_complete_interval(date) } else { self.0.interval(date) }
        };
        let intervals: Vec<_> = dates.iter().map(covered).collect();
        let starts = intervals.iter().map(|interval| interval.start.js());
        starts.chain(intervals.iter().map(|interval| interval.end.js())).collect()
    }

    #[wasm_bindgen(js_name = explainDate)]
    pub fn explain_date(&self, date: &JsValue, start: &JsValue, end: &JsValue) -> Answer<JsValue> {
        let date = self.point(date, Edge::Point, "date")?;
        let range = match (start.is_undefined(), end.is_undefined()) {
            (true, true) => None,
            _ => Some(self.range(start, end)?),
        };
        answer(date_explanation_shape(&self.0.explain_date(date, range)))
    }
}

impl RawTimetable {
    /// A date of the zone; `field` is what its user calls it.
    fn point(&self, date: &JsValue, edge: Edge, field: &str) -> Answer<Instant> {
        instant(date, self.0.zone(), edge).map_err(|error| thrown(error.field(field)))
    }

    /// A bound that is not given is the end of time.
    fn range(&self, start: &JsValue, end: &JsValue) -> Answer<Range> {
        let start = if start.is_undefined() { Ok(Instant::MIN) } else { self.point(start, Edge::Start, "start") };
        let end = if end.is_undefined() { Ok(Instant::MAX) } else { self.point(end, Edge::End, "end") };
        Ok(Range { start: start?, end: end? })
    }
}
