//! The table of `tests/cases/names`: which name is meant.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod tables;

use dagfill::error::nearest;

#[test]
fn a_misspelt_name_is_known_and_another_word_is_not() {
    for case in tables::table(include_str!("cases/names/nearest.json")) {
        let names: Vec<&str> = case["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(nearest(case["word"].as_str().unwrap(), names), case["nearest"].as_str(), "{case}");
    }
}
