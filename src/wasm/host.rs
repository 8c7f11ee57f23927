//! Services of the host for the core: its time zones, its capitals and small letters, and the digits of its numbers.

use std::rc::Rc;

use js_sys::{Float64Array, JsString, Math, Number};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::macros::{Case, FloatSource, set_case_source, set_float_source};
use crate::time::{Instant, Offsets, ZoneSource, set_zone_source};
use crate::wire::Input;

#[wasm_bindgen]
extern "C" {
    /// The host's knowledge of zones, an object of the face.
    pub type Host;
    #[wasm_bindgen(method, catch, js_name = zoneName)]
    fn zone_name(this: &Host, name: &str) -> Result<Option<String>, JsValue>;
    /// Offset at `from` in seconds, then pairs of an instant and the offset from it on, all in `[from, to)`.
    #[wasm_bindgen(method, catch, js_name = zoneOffsets)]
    fn zone_offsets(this: &Host, name: &str, from: f64, to: f64) -> Result<Float64Array, JsValue>;
    #[wasm_bindgen(method, catch, js_name = zoneNames)]
    fn zone_names(this: &Host) -> Result<JsValue, JsValue>;
}

/// The face calls this once for each instance, before anything else.
#[wasm_bindgen(js_name = setHost)]
pub fn set_host(host: Host) {
    set_zone_source(Rc::new(Intl(host)));
    set_case_source(by_string);
    set_float_source(FloatSource { digits, parse: Number::parse_float, power: Math::pow });
}

fn digits(number: f64, count: Option<u8>) -> String {
    let number = Number::from(number);
    let text = match count {
        Some(count) => number.to_exponential(count).ok(),
        None => number.to_string_with_radix(10).ok(),
    };
    text.map(String::from).unwrap_or_default()
}

fn by_string(text: &str, case: Case) -> String {
    let text = JsString::from(text);
    match case {
        Case::Upper => text.to_upper_case().into(),
        Case::Lower => text.to_lower_case().into(),
    }
}

struct Intl(Host);

impl ZoneSource for Intl {
    fn name(&self, name: &str) -> Option<String> {
        self.0.zone_name(name).ok().flatten()
    }

    fn offsets(&self, name: &str, from: Instant, to: Instant) -> Offsets {
        let told = self.0.zone_offsets(name, from.js(), to.js()).map(|array| array.to_vec()).unwrap_or_default();
        let mut told = told.into_iter();
        let first = told.next().unwrap_or(0.0) as i32;
        let mut changes = Vec::new();
        while let (Some(at), Some(offset)) = (told.next(), told.next()) {
            changes.push((Instant::clamped(at as i64), offset as i32));
        }
        Offsets { first, changes }
    }

    fn names(&self) -> Vec<String> {
        self.0.zone_names().map(|names| names.as_texts()).unwrap_or_default()
    }
}
