//! Capitals and small letters. ASCII is done here; the letters beyond it are in tables of 24 kB that a host has already.

use std::cell::Cell;

/// Which letters a text shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
}

thread_local! {
    static SOURCE: Cell<fn(&str, Case) -> String> = const { Cell::new(own) };
}

/// Says who knows the letters beyond ASCII, for this thread: in wasm the host's strings, natively the standard library.
pub fn set_case_source(source: fn(&str, Case) -> String) {
    SOURCE.set(source);
}

/// A text in one case, by Unicode's full rules: one letter may become several.
pub(super) fn recased(text: &str, case: Case) -> String {
    if !text.is_ascii() {
        return SOURCE.get()(text, case);
    }
    let mut text = text.to_owned();
    match case {
        Case::Upper => text.make_ascii_uppercase(),
        Case::Lower => text.make_ascii_lowercase(),
    }
    text
}

#[cfg(not(target_arch = "wasm32"))]
fn own(text: &str, case: Case) -> String {
    match case {
        Case::Upper => text.to_uppercase(),
        Case::Lower => text.to_lowercase(),
    }
}

#[cfg(target_arch = "wasm32")]
fn own(text: &str, _: Case) -> String {
    text.to_owned()
}
