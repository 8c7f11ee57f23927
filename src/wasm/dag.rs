//! Graphs of tasks.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{answer, shape, thrown};
use crate::dag::{Dag, TaskSpec};
use crate::error::Result;
use crate::wire::{GraphShape, TaskShape};

/// The checked graph of the tasks that the face hands over.
pub(super) fn read(tasks: JsValue) -> Result<Dag> {
    Dag::new(shape::<Vec<TaskShape>>(tasks)?.into_iter().map(TaskSpec::from).collect())
}

/// Order and layers of tasks.
#[wasm_bindgen]
pub fn graph(tasks: JsValue) -> std::result::Result<JsValue, JsValue> {
    answer(&GraphShape::from(&read(tasks).map_err(thrown)?))
}
