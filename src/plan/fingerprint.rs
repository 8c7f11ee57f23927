//! A small hash of 128 bits: the same number for the same words on every machine and in every version.

/// Takes words one by one. It finds accidents, not attackers: whoever could forge a plan could forge its hash as well.
///
/// In each of the two lanes a step maps states one to one, and words one to one, so that two sequences that differ in a
/// single word can never meet again; two lanes with other constants make everything else a matter of 2^-128.
#[derive(Debug, Clone)]
pub(super) struct Fingerprint {
    a: u64,
    b: u64,
}

/// Odd multipliers whose bits look random: the fractions of the golden ratio and of the square root of two.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const ROOT: u64 = 0x6A09_E667_F3BC_C909;

impl Fingerprint {
    pub(super) fn new() -> Fingerprint {
        Fingerprint { a: ROOT, b: GOLDEN }
    }

    pub(super) fn word(&mut self, word: u64) {
        self.a = (self.a ^ word).wrapping_mul(GOLDEN);
        self.a ^= self.a >> 32;
        self.b = (self.b.rotate_left(23) ^ word).wrapping_mul(ROOT);
        self.b ^= self.b >> 29;
    }

    /// Its length, then its bytes: `["ab", "c"]` is not `["a", "bc"]`.
    pub(super) fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            self.word(chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    /// The 128 bits. Every bit of each lane reaches every bit of the result.
    pub(super) fn finish(&self) -> [u64; 2] {
        let mixed = |lane: u64| {
            let lane = (lane ^ lane >> 31).wrapping_mul(GOLDEN);
            let lane = (lane ^ lane >> 29).wrapping_mul(ROOT);
            lane ^ lane >> 32
        };
        let (a, b) = (mixed(self.a), mixed(self.b));
        [a.wrapping_add(b.rotate_left(32)), b.wrapping_mul(GOLDEN) ^ a]
    }
}
