//! Any text, in any dialect or the one that DAGFILL_DIALECT names, is read or refused; what is read can be explained and walked.
#![no_main]

use dagfill_fuzz::{DIALECTS, cron};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, i64, u32, &str)| {
    let (choice, at, length, text) = input;
    let named = std::env::var("DAGFILL_DIALECT").ok();
    let known = DIALECTS.iter().find(|(name, _)| Some(*name) == named.as_deref());
    cron(known.unwrap_or(&DIALECTS[usize::from(choice) % 3]).1, choice, at, length, text);
});
