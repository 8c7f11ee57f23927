//! Words of the template language in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| dagfill_fuzz::expression(input));
