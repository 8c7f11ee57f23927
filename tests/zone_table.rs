//! What chrono-tz knows of every zone, for the tests of the JavaScript face.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use chrono_tz::{IANA_TZDB_VERSION, TZ_VARIANTS};
use dagfill::time::{Civil, Instant, Zone};
use serde_json::{Value, json};

/// Writes the offsets of all zones from 1970 to 2037 to the file that `DAGFILL_ZONE_TABLE` names: the offset at the start in
/// seconds, then pairs of an instant and the offset from it on.
#[test]
fn the_table_of_all_zones() {
    let at = |year| Instant::clamped(Civil::new(year, 1, 1, 0, 0, 0).unwrap().ms());
    let (from, to) = (at(1970), at(2038));
    let mut zones = serde_json::Map::new();
    for name in TZ_VARIANTS.iter().map(|zone| zone.name()) {
        let zone = Zone::load(name).unwrap();
        let mut row: Vec<Value> = vec![zone.offset_at(from).into()];
        for change in zone.changes(from, to) {
            assert_ne!(change.before, change.after, "{name}");
            row.extend([Value::from(change.at.ms()), Value::from(change.after)]);
        }
        zones.insert(name.to_owned(), row.into());
    }
    assert!(zones.len() > 500);
    if let Ok(file) = std::env::var("DAGFILL_ZONE_TABLE") {
        std::fs::write(file, json!({ "version": IANA_TZDB_VERSION, "zones": zones }).to_string()).unwrap();
    }
}
