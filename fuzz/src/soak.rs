//! The targets in a loop of random inputs: `soak ROUNDS [SEED]` about templates, `soak schedules ROUNDS [SEED]` about each dialect of cron.
//! It needs no special compiler.

use dagfill_fuzz::{DIALECTS, cron, expression, template};

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below.max(1)
    }
}

/// Some letters of a text taken out, put in, or replaced; parts of another one put in.
fn mutated(random: &mut Random, corpus: &[String], letters: &str, most: usize) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let mut text: Vec<char> = corpus[random.next(corpus.len())].chars().collect();
    for _ in 0..=random.next(most) {
        let at = random.next(text.len() + 1);
        match random.next(4) {
            0 => drop(text.splice(at..(at + random.next(6)).min(text.len()), [])),
            1 => text.insert(at, char::from(32 + random.next(95) as u8)),
            2 => {
                let other: Vec<char> = corpus[random.next(corpus.len())].chars().collect();
                let from = random.next(other.len() + 1);
                let to = (from + random.next(20)).min(other.len());
                text.splice(at..at, other[from..to].iter().copied());
            }
            _ if at < text.len() => text[at] = letters[random.next(letters.len())],
            _ => {}
        }
    }
    text.into_iter().collect()
}

fn templates(rounds: u64, random: &mut Random) {
    let corpus: Vec<String> = include_str!("../corpus/seeds.txt").split("\n%%\n").map(str::to_owned).collect();
    for round in 0..rounds {
        if round % 4 > 0 {
            let bytes: Vec<u8> = (0..random.next(24)).map(|_| random.next(256) as u8).collect();
            expression(&bytes);
        } else {
            let text = mutated(random, &corpus, "{}%#'\"()[]|.-~ 0", 4);
            template(round as u8, round as i64 * 1_000_003, &text);
        }
    }
}

/// Each dialect in as many rounds.
fn schedules(rounds: u64, random: &mut Random) {
    const TEXTS: &str = "*/5 * * * *|0 9 * * 1-5|0 0 L * *|0 0 LW * *|0 0 15W * *|0 0 L-3 * *|0 0 * * 5L|0 0 * * 1#2|0 0 * * FRI#L|0 12 1-7 * +MON|\
        30 4 1,15 * 5|0 0 29 2 *|@daily|@every 5m|CRON_TZ=Europe/Berlin 0 5 * * *|0 15 10 ? * MON-FRI|0 15 10 L-5W * ? 2010|0 0/5 14,18 * * ?|\
        0 10,44 14 ? 3 WED|0 15 10 ? * 6#3|0 15 10 ? * 6L 2002-2005|cron(0 10 * * ? *)|cron(0/15 8-17 ? * MON-FRI *)|rate(5 minutes)|cron(0 8 1W * ? 2030)|\
        0 0 0 1 1 ? 2024/3|22-2/3 55-10/7 * jan-mar sun|*/20,7 0-23/2 */10 */3 *|0 0 31 4 *|H * * * *";
    for (name, dialect) in DIALECTS {
        let texts = TEXTS.split('|').filter(|text| cron(dialect, 0, 0, 0, text));
        let (corpus, mut read): (Vec<String>, u64) = (texts.map(str::to_owned).collect(), 0);
        for round in 0..rounds {
            let text = mutated(random, &corpus, "*/-,#LW?+ 0123456789()SUNmon", 2);
            let at = random.next(4_000_000_000_000) as i64 - 1_000_000_000_000;
            read += u64::from(cron(dialect, round as u8, at, random.next(400_000_000) as u32, &text));
        }
        println!("{name}: {rounds} texts, {read} of them read");
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (schedule, numbers) = match args.split_first() {
        Some((word, rest)) if word == "schedules" => (true, rest),
        _ => (false, args.as_slice()),
    };
    let mut numbers = numbers.iter().map(|number| number.parse::<u64>().unwrap());
    let (rounds, seed) = (numbers.next().unwrap_or(1_000_000), numbers.next().unwrap_or(1));
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    if schedule {
        schedules(rounds, &mut random)
    } else {
        templates(rounds, &mut random)
    }
    println!("{rounds} rounds from seed {seed}");
}
