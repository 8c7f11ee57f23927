//! The targets about templates in a loop of random inputs: `soak ROUNDS [SEED]`. It needs no special compiler.

use dagfill_fuzz::{expression, template};

struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below.max(1)
    }
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().unwrap());
    let (rounds, seed) = (args.next().unwrap_or(1_000_000), args.next().unwrap_or(1));
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let corpus: Vec<String> = include_str!("../corpus/seeds.txt").split("\n%%\n").map(str::to_owned).collect();
    for round in 0..rounds {
        if round % 4 > 0 {
            let bytes: Vec<u8> = (0..random.next(24)).map(|_| random.next(256) as u8).collect();
            expression(&bytes);
            continue;
        }
        let mut text: Vec<char> = corpus[random.next(corpus.len())].chars().collect();
        for _ in 0..=random.next(4) {
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
                _ if at < text.len() => text[at] = "{}%#'\"()[]|.-~ 0"[random.next(16)..].chars().next().unwrap(),
                _ => {}
            }
        }
        let text: String = text.into_iter().collect();
        template(round as u8, round as i64 * 1_000_003, &text);
    }
    println!("{rounds} rounds from seed {seed}");
}
