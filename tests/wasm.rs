//! The crate as wasm, without the JavaScript face: run in Node and in a headless browser.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(dagfill::wasm::version(), env!("CARGO_PKG_VERSION"));
}
