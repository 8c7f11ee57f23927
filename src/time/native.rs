//! Zones for native builds, read from chrono-tz by the same probing that a host's Intl needs.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{Instant, Offsets, ZoneSource};

/// The zones that chrono-tz was built with.
pub(super) struct ChronoTz;

/// A longer step misses five zones whose summer time once lasted 6.96 days.
const PROBE_MS: i64 = 6 * super::DAY_MS;

impl ZoneSource for ChronoTz {
    fn name(&self, name: &str) -> Option<String> {
        Tz::from_str_insensitive(name).ok().map(|zone| zone.name().to_owned())
    }

    fn offsets(&self, name: &str, from: Instant, to: Instant) -> Offsets {
        let Ok(zone) = Tz::from_str_insensitive(name) else { return Offsets { first: 0, changes: Vec::new() } };
        let offset = |ms: i64| {
            let utc = DateTime::from_timestamp_millis(ms).unwrap_or_default().naive_utc();
            zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
        };
        let first = offset(from.ms());
        let mut changes = Vec::new();
        let (mut at, mut current) = (from.ms(), first);
        while at < to.ms() - 1 {
            let next = (at + PROBE_MS).min(to.ms() - 1);
            let there = offset(next);
            if there != current {
                let (mut low, mut high) = (at, next);
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    if offset(middle) == current { low = middle } else { high = middle }
                }
                current = offset(high);
                changes.push((Instant::clamped(high), current));
                at = high;
            } else {
                at = next;
            }
        }
        Offsets { first, changes }
    }

    fn names(&self) -> Vec<String> {
        TZ_VARIANTS.iter().map(|zone| zone.name().to_owned()).collect()
    }
}
