//! Any text as a template.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, i64, &str)| dagfill_fuzz::template(input.0, input.1, input.2));
