//! Between JavaScript values and the shapes of `wire`.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use crate::error::{Error, Result};
use crate::time::{Edge, Instant, Zone, read_date};
use crate::wire::{Input, Serialize, Shape, error_shape};

/// An error as the face expects it: a plain object with the fields of a `DagfillError`.
#[cold]
#[inline(never)]
pub(super) fn thrown(error: Error) -> JsValue {
    answer(error_shape(&error)).unwrap_or_else(|value| value)
}

/// A plain object, or a list of them.
#[inline(never)]
pub(super) fn answer(shape: Shape) -> std::result::Result<JsValue, JsValue> {
    shape.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

impl Input for JsValue {
    fn field(&self, name: &str) -> Option<JsValue> {
        Reflect::get(self, &JsValue::from_str(name)).ok().filter(|field| !field.is_undefined() && !field.is_null())
    }

    fn items(&self) -> Vec<JsValue> {
        Array::from(self).to_vec()
    }

    fn as_text(&self) -> Option<String> {
        self.as_string()
    }

    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_flag(&self) -> Option<bool> {
        self.as_bool()
    }
}

/// Reads a date in a zone.
pub(super) fn instant(value: &JsValue, zone: &Zone, edge: Edge) -> Result<Instant> {
    read_date(value.as_date().as_input(), zone, edge)
}
