//! The quartz dialect against the `cron` crate: what both read they read alike. `cargo test --features cron`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::str::FromStr;

use cron::Schedule;
use dagfill::schedule::{Dialect, ScheduleInput, Timetable, TimetableOptions};
use dagfill::time::{Instant, Range};

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u32) as usize]
    }
}

const MONTHS: [&str; 8] = ["JAN", "feb", "Mar", "June", "JULY", "september", "OCT", "Dec"];
const WEEKDAYS: [&str; 7] = ["SUN", "mon", "Tue", "Wednesday", "THURSDAY", "fri", "Sat"];

/// An item of a field as either reader might take it, or neither.
fn item(random: &mut Random, min: u32, max: u32, names: &[&str]) -> String {
    let value = |random: &mut Random| match names.len() {
        0 => (min + random.below(max + 1 - min)).to_string(),
        _ if random.below(2) == 0 => random.pick(names).to_owned(),
        _ => (min + random.below(max + 1 - min)).to_string(),
    };
    match random.below(10) {
        0..=3 => value(random),
        4 | 5 => {
            let (first, last) = (min + random.below(max + 1 - min), min + random.below(max + 1 - min));
            // Mostly forward: the crate has no ranges that wrap.
            if random.below(8) == 0 {
                format!("{first}-{last}")
            } else {
                format!("{}-{}", first.min(last), first.max(last))
            }
        }
        6 => format!("{}-{max}/{}", value(random), 1 + random.below(9)),
        7 => format!("{}/{}", value(random), 1 + random.below(max)),
        8 => format!("*/{}", 1 + random.below(max)),
        _ => "*".to_owned(),
    }
}

fn field(random: &mut Random, min: u32, max: u32, names: &[&str]) -> String {
    // A text is rich in two or three of its fields, so that few have a table of all the seconds of a day.
    if random.below(5) > 1 {
        return if max > 30 && max < 60 && random.below(16) > 0 { min.to_string() } else { "*".to_owned() };
    }
    let items: Vec<String> = (0..1 + random.below(3)).map(|_| item(random, min, max, names)).collect();
    items.join(",")
}

fn text(random: &mut Random) -> String {
    let mut fields = vec![
        field(random, 0, 59, &[]),
        field(random, 0, 59, &[]),
        field(random, 0, 23, &[]),
        field(random, 1, 31, &[]),
        field(random, 1, 12, &MONTHS),
        field(random, 1, 7, &WEEKDAYS),
    ];
    // "?" stands for one of the day fields.
    match random.below(4) {
        0 => fields[3] = "?".to_owned(),
        1 => fields[5] = "?".to_owned(),
        _ => {}
    }
    if random.below(3) == 0 {
        fields.push(field(random, 1970, 2100, &[]));
    }
    fields.join(" ")
}

fn quartz(text: &str) -> Option<Timetable> {
    let schedule = ScheduleInput::Cron { texts: vec![text.to_owned()], dialect: Dialect::Quartz, day_match: None };
    Timetable::new(&schedule, &TimetableOptions::default()).ok()
}

/// The first dates of both after a few moments; the crate's years end in 2100.
fn alike(text: &str, one: &Timetable, other: &Timetable) {
    for at in [951_782_400, 4_102_444_800_i64] {
        let range = Range { start: Instant::clamped(at * 1000), end: Instant::clamped(4_133_980_799_999) };
        let dates = |timetable: &Timetable| timetable.expand(range, Some(9)).unwrap();
        assert_eq!(dates(one), dates(other), "{text} from {at}");
    }
    let range = Range { start: Instant::clamped(1_700_000_000_000), end: Instant::clamped(1_705_000_000_000) };
    assert_eq!(one.count(range), other.count(range), "{text}");
}

/// Two halves of two hundred thousand texts, for two processors.
#[test]
fn a_hundred_thousand_texts_are_read_alike() {
    read_alike(Random(0x9E37_79B9_7F4A_7C15));
}

#[test]
fn another_hundred_thousand_texts_are_read_alike() {
    read_alike(Random(0xD1B5_4A32_D192_ED03));
}

fn read_alike(mut random: Random) {
    let (mut both, mut ours, mut neither) = (0, 0, 0);
    for _ in 0..100_000 {
        let text = text(&mut random);
        match (quartz(&text), Schedule::from_str(&text)) {
            (Some(own), Ok(schedule)) => {
                alike(&text, &own, &Timetable::try_from(&schedule).unwrap());
                both += 1;
            }
            // No range that wraps, no step that is longer than its field.
            (Some(_), Err(_)) => ours += 1,
            (None, Err(_)) => neither += 1,
            (None, Ok(_)) => panic!("only the crate reads {text}"),
        }
    }
    assert!(both > 50_000 && ours > 1_000, "{both} {ours} {neither}");
}

/// The enumerator against the crate's own iterator, which knows nothing of bit sets and segments.
#[test]
fn the_dates_are_those_of_the_crates_iterator() {
    let mut random = Random(42);
    let mut compared = 0;
    while compared < 2_000 {
        let text = text(&mut random);
        let Ok(schedule) = Schedule::from_str(&text) else { continue };
        let start = chrono::DateTime::from_timestamp(1_600_000_000 + i64::from(random.below(200_000_000)), 0).unwrap();
        let expected: Vec<f64> = schedule.after(&start).take(3).map(|at| at.timestamp() as f64 * 1000.0).collect();
        let timetable = Timetable::try_from(&schedule).unwrap();
        let found = timetable.next_dates(Instant::clamped(start.timestamp() * 1000), 3);
        // The crate's years end in 2100.
        let end = 4_133_980_800_000.0;
        let found: Vec<f64> = found.into_iter().filter(|at| *at < end).collect();
        assert_eq!(found, expected, "{text} after {start}");
        compared += 1;
    }
}

/// What only one of the two reads, as COMPATIBILITY.md lists it.
#[test]
fn the_differences_that_remain() {
    let ours = [
        "0 0 22-2 * * ?",
        "0 0 0 ? * FRI-MON",
        "0 */60 * * * ?",
        "0 0 0 L * ?",
        "0 0 0 L-3 * ?",
        "0 0 0 LW * ?",
        "0 0 0 15W * ?",
        "0 0 0 ? * 6L",
        "0 0 0 ? * 6#3",
        "0 /5 * * * ?",
        "0 0 0 1 1 ? 2101",
    ];
    for text in ours {
        assert!(quartz(text).is_some(), "{text}");
        assert!(Schedule::from_str(text).is_err(), "{text}");
    }
}
