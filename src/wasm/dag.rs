//! Graphs of tasks.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{answer, thrown};
use crate::dag::Dag;
use crate::wire::{Input, graph_shape, read_tasks};

/// A checked graph. The runs of one backfill share one.
#[wasm_bindgen]
pub struct RawDag {
    pub(super) dag: Rc<Dag>,
    origin: Vec<u32>,
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl RawDag {
    #[wasm_bindgen(constructor)]
    pub fn new(tasks: &JsValue) -> Result<RawDag, JsValue> {
        let dag = Dag::new(read_tasks(tasks)).map_err(thrown)?;
        Ok(RawDag { origin: Vec::new(), dag: Rc::new(dag) })
    }

    /// Some of the tasks.
    pub fn subset(&self, task_ids: &JsValue, with_upstream: bool) -> Result<RawDag, JsValue> {
        let subset = self.dag.subset(&task_ids.as_texts(), with_upstream).map_err(thrown)?;
        Ok(RawDag { dag: Rc::new(subset.dag), origin: subset.origin })
    }

    /// Of a subset, for each task its number in the list that the whole was made of.
    pub fn origin(&self) -> Vec<u32> {
        self.origin.clone()
    }

    /// Order and layers.
    pub fn graph(&self) -> Result<JsValue, JsValue> {
        answer(graph_shape(&self.dag))
    }
}
