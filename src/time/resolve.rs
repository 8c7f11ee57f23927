//! From wall-clock time to instants: a clock change may remove a time or show it twice.

use super::{Change, Civil, DAY_MS, Instant, Zone};

/// What a wall-clock time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// It happens once.
    Unique(Instant),
    /// It never happens: `change` jumps over it. `earlier` and `later` read it with the offset after and before the change.
    Gap {
        /// The time moved back by the length of the gap.
        earlier: Instant,
        /// The time moved forward by the length of the gap.
        later: Instant,
        /// The change of the clocks.
        change: Change,
    },
    /// It happens twice.
    Fold {
        /// The first time.
        first: Instant,
        /// The last time.
        second: Instant,
        /// The change of the clocks.
        change: Change,
    },
}

/// Reads a wall-clock time in a zone.
///
/// ```
/// use dagfill::time::{Civil, Local, Zone, resolve};
/// let zone = Zone::load("America/New_York").unwrap();
/// let Local::Gap { later, .. } = resolve(&zone, Civil::new(2024, 3, 10, 2, 30, 0).unwrap()) else { panic!() };
/// assert_eq!(later.to_string(), "2024-03-10T07:30:00Z");
/// ```
pub fn resolve(zone: &Zone, civil: Civil) -> Local {
    if zone.is_utc() {
        return Local::Unique(Instant::clamped(civil.ms()));
    }
    // No offset was ever further than 16 hours from UTC, so a change that matters lies within a day.
    let (from, to) = (Instant::clamped(civil.ms() - DAY_MS), Instant::clamped(civil.ms() + DAY_MS));
    let read = |offset: i32| Instant::clamped(civil.ms() - i64::from(offset) * 1000);
    let mut offset = zone.offset_at(from);
    let mut start = Instant::MIN;
    let mut matches: Option<(Instant, Instant)> = None;
    let mut gap = None;
    let mut fold = None;
    let mut consider = |from: Instant, to: Instant, offset: i32| {
        let instant = read(offset);
        if instant >= from && instant < to || instant == Instant::MAX {
            matches = Some(matches.map_or((instant, instant), |(first, _)| (first, instant)));
        }
    };
    for change in zone.changes(from, to) {
        consider(start, change.at, offset);
        let (old, new) = (change.at.civil(change.before), change.at.civil(change.after));
        if old <= civil && civil < new {
            gap = Some(change);
        }
        if new <= civil && civil < old {
            fold = Some(change);
        }
        (start, offset) = (change.at, change.after);
    }
    consider(start, Instant::MAX, offset);
    match (matches, gap, fold) {
        (Some((first, second)), _, Some(change)) if first != second => Local::Fold { first, second, change },
        (Some((first, _)), ..) => Local::Unique(first),
        (None, Some(change), _) => Local::Gap { earlier: read(change.after), later: read(change.before), change },
        (None, ..) => Local::Unique(read(offset)),
    }
}
