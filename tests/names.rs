//! The table of `tests/cases/names`: which name is meant.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod tables;

use dagfill::error::nearest;
use dagfill::plan::{RunType, run_id};
use dagfill::time::{DateInput, Edge, Zone, read_date};

#[test]
fn a_misspelt_name_is_known_and_another_word_is_not() {
    for case in tables::table(include_str!("cases/names/nearest.json")) {
        let names: Vec<&str> = case["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(nearest(case["word"].as_str().unwrap(), names), case["nearest"].as_str(), "{case}");
    }
}

/// `tests/js/names.test.mjs` holds the ids that JavaScript writes against the same table.
#[test]
fn a_run_is_named_by_its_type_and_date() {
    for case in tables::table(include_str!("cases/names/run_ids.json")) {
        let date = read_date(DateInput::Text(case["date"].as_str().unwrap()), &Zone::utc(), Edge::Point).unwrap();
        for kind in RunType::ALL {
            assert_eq!(run_id(kind, date), format!("{}__{}", kind.as_str(), case["id"].as_str().unwrap()));
        }
    }
}
