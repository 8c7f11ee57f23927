//! What the host lends to templates: the letters beyond ASCII, and the digits of fractions. Their tables take 40 kB that every
//! JavaScript engine has already.

use std::cell::Cell;

/// Which letters a text shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
}

/// Who knows the digits of fractions.
#[derive(Debug, Clone, Copy)]
pub struct FloatSource {
    /// The shortest decimal text that reads back as the number, or `1.500e0` with so many digits behind the point.
    pub digits: fn(f64, Option<u8>) -> String,
    /// The number nearest to a decimal text.
    pub parse: fn(&str) -> f64,
    /// Base and exponent.
    pub power: fn(f64, f64) -> f64,
}

thread_local! {
    static CASES: Cell<fn(&str, Case) -> String> = const { Cell::new(own_case) };
    static FLOATS: Cell<FloatSource> = const { Cell::new(OWN_FLOATS) };
}

/// Says who knows the letters beyond ASCII, for this thread: in wasm the host's strings, natively the standard library.
pub fn set_case_source(source: fn(&str, Case) -> String) {
    CASES.set(source);
}

/// Says who knows the digits of fractions, for this thread: in wasm the host's numbers, natively the standard library.
pub fn set_float_source(source: FloatSource) {
    FLOATS.set(source);
}

pub(super) fn floats() -> FloatSource {
    FLOATS.get()
}

/// A text in one case, by Unicode's full rules: one letter may become several.
pub(super) fn recased(text: &str, case: Case) -> String {
    if !text.is_ascii() {
        return CASES.get()(text, case);
    }
    let mut text = text.to_owned();
    match case {
        Case::Upper => text.make_ascii_uppercase(),
        Case::Lower => text.make_ascii_lowercase(),
    }
    text
}

#[cfg(not(target_arch = "wasm32"))]
fn own_case(text: &str, case: Case) -> String {
    match case {
        Case::Upper => text.to_uppercase(),
        Case::Lower => text.to_lowercase(),
    }
}

#[cfg(not(target_arch = "wasm32"))]
const OWN_FLOATS: FloatSource = FloatSource {
    digits: |number, digits| match digits {
        Some(digits) => format!("{number:.*e}", usize::from(digits)),
        None => format!("{number:e}"),
    },
    parse: |text| text.parse().unwrap_or(f64::NAN),
    power: f64::powf,
};

#[cfg(target_arch = "wasm32")]
fn own_case(text: &str, _: Case) -> String {
    text.to_owned()
}

#[cfg(target_arch = "wasm32")]
const OWN_FLOATS: FloatSource =
    FloatSource { digits: |_, _| String::from("0e0"), parse: |_| f64::NAN, power: |_, _| f64::NAN };
