//! Time zones as the core knows them: tables of UTC-offset changes, filled piece by piece from the host.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Civil, Instant};
use crate::error::{Code, Error, Result, quoted};

/// From `at` on the wall clock is `after` seconds ahead of UTC; until then it was `before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The first instant with the new offset.
    pub at: Instant,
    /// Offset before, in seconds.
    pub before: i32,
    /// Offset from `at` on, in seconds.
    pub after: i32,
}

/// A span in which the offset stays as it is. It may be shorter than the truth, because it ends where the source was not asked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steady {
    /// The first instant.
    pub from: Instant,
    /// The first instant behind it.
    pub to: Instant,
    /// Seconds ahead of UTC.
    pub offset: i32,
    /// The offset that a change at `from` ended; none where the span only begins with what is known.
    pub before: Option<i32>,
    /// The offset that a change at `to` begins; none where the span only ends with what is known.
    pub after: Option<i32>,
}

/// What a source knows of one zone between two instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    /// Offset at the start, in seconds.
    pub first: i32,
    /// Later changes, ascending: the first instant of an offset (after the start, before the end), and that offset.
    pub changes: Vec<(Instant, i32)>,
}

/// Where offsets come from: the host's Intl in wasm, chrono-tz natively.
pub trait ZoneSource {
    /// The name as it is written of the zone that has it, in whatever case it is given.
    fn name(&self, name: &str) -> Option<String>;
    /// All offsets of a known zone in `[from, to)`.
    fn offsets(&self, name: &str, from: Instant, to: Instant) -> Offsets;
    /// Every name, for "did you mean".
    fn names(&self) -> Vec<String>;
}

thread_local! {
    static SOURCE: RefCell<Option<Rc<dyn ZoneSource>>> = const { RefCell::new(None) };
    /// Those that were loaded, ascending by name.
    static ZONES: RefCell<Vec<Zone>> = const { RefCell::new(Vec::new()) };
}

/// Names the source of zones of this thread and forgets what an earlier one said.
pub fn set_zone_source(source: Rc<dyn ZoneSource>) {
    SOURCE.with(|slot| *slot.borrow_mut() = Some(source));
    ZONES.with(|zones| zones.borrow_mut().clear());
}

fn source() -> Option<Rc<dyn ZoneSource>> {
    SOURCE.with(|slot| slot.borrow().clone()).or_else(super::native_zones)
}

fn find(zones: &[Zone], name: &str) -> std::result::Result<usize, usize> {
    zones.binary_search_by(|zone| zone.name().cmp(name))
}

/// One zone. Cheap to clone; clones share the table, which grows in blocks of about two years as it is asked.
///
/// ```
/// use dagfill::time::{Instant, Zone};
/// let zone = Zone::load("America/New_York").unwrap();
/// assert_eq!(zone.offset_at(Instant::new(1_710_000_000_000).unwrap()), -5 * 3600);
/// assert_eq!(Zone::load("utc").unwrap().name(), "UTC");
/// assert_eq!(Zone::load("Europe/Berln").unwrap_err().hint.as_deref().unwrap_or_default(), "Did you mean Europe/Berlin?");
/// ```
#[derive(Clone)]
pub struct Zone(Rc<Table>);

struct Table {
    name: String,
    source: Option<Rc<dyn ZoneSource>>,
    /// Ascending by number.
    blocks: RefCell<Vec<(i64, Rc<Offsets>)>>,
}

/// A block is 2^36 ms, 2.2 years: one probe of a host without Temporal stays under a millisecond.
const BLOCK_BITS: u32 = 36;

/// After 400 years the days of the week and the leap years come again, and with them the clock changes of zones whose last rules
/// hold for ever. Morocco's table, the longest, ends in 2087.
const CYCLE_MS: i64 = 146_097 * 86_400_000;
/// The year 2510 or so, where a block begins. From here on blocks are made of those of four centuries before, so that a range of
/// millennia does not ask the host for each of them.
const FAR: i64 = 248 << BLOCK_BITS;

impl Zone {
    /// UTC, which needs no source.
    pub fn utc() -> Zone {
        Zone(Rc::new(Table { name: "UTC".into(), source: None, blocks: RefCell::default() }))
    }

    /// The zone of this name, in whatever case it is written. UNKNOWN_TIME_ZONE, with the nearest name, when the source has none.
    pub fn load(name: &str) -> Result<Zone> {
        if let Some(zone) = Zone::find(name) {
            return Ok(zone);
        }
        let source = source().ok_or_else(|| Error::new(Code::Internal, "no source of time zones is set"))?;
        let shown: String = name.chars().take(80).collect();
        let message =
            ["no time zone is named ", &quoted(&shown), ": expected an IANA name such as \"Europe/Berlin\""].concat();
        let names = source.names();
        Err(Error::new(Code::UnknownTimeZone, message).did_you_mean(name, names.iter().map(String::as_str)))
    }

    /// The same, without a search for the nearest name where there is none: that costs milliseconds.
    pub(crate) fn find(name: &str) -> Option<Zone> {
        if let Some(zone) = Zone::known(name) {
            return Some(zone);
        }
        // Hosts also take offsets such as "+05:30" for zones; chrono-tz does not, and the contract says IANA names.
        let source = source().filter(|_| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        let name = source.name(name)?;
        // Its name may be another than the one that was given, and the host may have asked for the same zone meanwhile.
        if let Some(zone) = Zone::known(&name) {
            return Some(zone);
        }
        let zone = Zone(Rc::new(Table { name, source: Some(source), blocks: RefCell::default() }));
        ZONES.with(|zones| {
            let mut zones = zones.borrow_mut();
            if let Err(index) = find(&zones, zone.name()) {
                zones.insert(index, zone.clone());
            }
        });
        Some(zone)
    }

    /// UTC, or a zone that was loaded, in whatever case it is written: to ask the host for it costs a third of a millisecond.
    fn known(name: &str) -> Option<Zone> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(Zone::utc());
        }
        ZONES.with(|zones| {
            let zones = zones.borrow();
            let exact = find(&zones, name).ok().and_then(|index| zones.get(index));
            exact.or_else(|| zones.iter().find(|zone| zone.name().eq_ignore_ascii_case(name))).cloned()
        })
    }

    /// Its name, as the source writes it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether this is UTC, where no clock ever changes.
    pub fn is_utc(&self) -> bool {
        self.0.source.is_none()
    }

    /// Seconds that the wall clock is ahead of UTC at `instant`.
    pub fn offset_at(&self, instant: Instant) -> i32 {
        let Some(block) = self.block(instant.ms() >> BLOCK_BITS) else { return 0 };
        let later = block.changes.partition_point(|(at, _)| *at <= instant);
        later.checked_sub(1).and_then(|i| block.changes.get(i)).map_or(block.first, |(_, offset)| *offset)
    }

    /// What the wall clock shows at `instant`.
    pub fn civil(&self, instant: Instant) -> Civil {
        instant.civil(self.offset_at(instant))
    }

    /// The span around `instant` in which the offset is known to stay as it is.
    pub fn steady(&self, instant: Instant) -> Steady {
        let number = instant.ms() >> BLOCK_BITS;
        let Some(block) = self.block(number) else {
            return Steady { from: Instant::MIN, to: Instant::MAX, offset: 0, before: None, after: None };
        };
        let later = block.changes.partition_point(|(at, _)| *at <= instant);
        let change = |index: Option<usize>| index.and_then(|index| block.changes.get(index)).copied();
        let (last, next) = (change(later.checked_sub(1)), change(Some(later)));
        let (from, offset) = last.unwrap_or((Instant::clamped(number << BLOCK_BITS), block.first));
        Steady {
            from,
            to: next.map_or(Instant::clamped((number + 1) << BLOCK_BITS), |(at, _)| at),
            offset,
            before: last.map(|_| change(later.checked_sub(2)).map_or(block.first, |(_, offset)| offset)),
            after: next.map(|(_, offset)| offset),
        }
    }

    /// Every change of the offset in `[from, to)`, ascending.
    pub fn changes(&self, from: Instant, to: Instant) -> Vec<Change> {
        if self.is_utc() || from >= to {
            return Vec::new();
        }
        let mut changes = Vec::new();
        let mut before = self.offset_at(Instant::clamped(from.ms() - 1));
        for number in (from.ms() >> BLOCK_BITS)..=((to.ms() - 1) >> BLOCK_BITS) {
            let Some(block) = self.block(number) else { continue };
            let start = (Instant::clamped(number << BLOCK_BITS), block.first);
            for (at, after) in std::iter::once(start).chain(block.changes.iter().copied()) {
                if at >= from && at < to && after != before {
                    changes.push(Change { at, before, after });
                    before = after;
                }
            }
        }
        changes
    }

    /// What is known of the same years some cycles before.
    fn shifted(&self, from: Instant, to: Instant, shift: i64) -> Offsets {
        let [start, end] = [from, to].map(|at| Instant::clamped(at.ms() - shift));
        let later = Instant::clamped(start.ms() + 1);
        let changes = self.changes(later, end).into_iter();
        let changes = changes.map(|change| (Instant::clamped(change.at.ms() + shift), change.after)).collect();
        Offsets { first: self.offset_at(start), changes }
    }

    fn block(&self, number: i64) -> Option<Rc<Offsets>> {
        let source = self.0.source.as_ref()?;
        let find = |blocks: &[(i64, Rc<Offsets>)]| blocks.binary_search_by_key(&number, |(number, _)| *number);
        let known = self.0.blocks.borrow();
        if let Some((_, block)) = find(&known).ok().and_then(|index| known.get(index)) {
            return Some(block.clone());
        }
        drop(known);
        // The host is asked while nothing is borrowed: it may call back into the core.
        let (from, to) = (Instant::clamped(number << BLOCK_BITS), Instant::clamped((number + 1) << BLOCK_BITS));
        let shift = if from.ms() < FAR { 0 } else { (from.ms() - FAR) / CYCLE_MS * CYCLE_MS + CYCLE_MS };
        let block = Rc::new(match shift {
            0 => source.offsets(&self.0.name, from, to),
            _ => self.shifted(from, to, shift),
        });
        let mut known = self.0.blocks.borrow_mut();
        if let Err(index) = find(&known) {
            known.insert(index, (number, block.clone()));
        }
        Some(block)
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name() == other.name()
    }
}
