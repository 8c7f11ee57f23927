//! Between JavaScript values and the shapes of `wire`.

use wasm_bindgen::JsValue;

use crate::error::{Code, Error, Result};
use crate::time::{Date, Edge, Instant, Zone, read_date};
use crate::wire::{DeserializeOwned, ErrorShape, Serialize};

/// An error as the face expects it: a plain object with the fields of a `DagfillError`.
pub(super) fn thrown(error: Error) -> JsValue {
    answer(&ErrorShape::from(&error)).unwrap_or_else(|value| value)
}

/// A plain object. Maps become objects too.
pub(super) fn answer<T: Serialize + ?Sized>(value: &T) -> std::result::Result<JsValue, JsValue> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| JsValue::from_str(&error.to_string()))
}

/// A shape out of a plain object that the face has checked: a mismatch is a bug of the face.
pub(super) fn shape<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| Error::new(Code::InvalidOption, format!("the core could not read its input: {error}")))
}

/// A date as the face hands it over: a number or a text.
pub(super) fn date(value: &JsValue) -> Date {
    match value.as_f64() {
        Some(ms) => Date::Number(ms),
        None => Date::Text(value.as_string().unwrap_or_default()),
    }
}

/// Reads a date in a zone.
pub(super) fn instant(value: &JsValue, zone: &Zone, edge: Edge) -> Result<Instant> {
    read_date(date(value).as_input(), zone, edge)
}
