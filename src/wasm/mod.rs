//! Floor 5: what JavaScript sees. Converts arguments, calls a lower floor, converts the answer.

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of this crate, the same as that of the package around it.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
