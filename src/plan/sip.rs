//! SipHash-1-3 of 128 bits with a key of zeros. A plan of a million dates hashes three million words: here one costs a few additions, where
//! a hasher that is written for bytes gathers each from its bytes first.

/// Bytes and words in any order: the hash is of all bytes, one behind the other.
pub(super) struct Sip {
    state: State,
    /// Bytes that fill no word yet, the first one lowest, and how many bits they have.
    tail: u64,
    bits: u32,
    /// Of all bytes.
    length: u64,
}

#[derive(Clone, Copy)]
struct State([u64; 4]);

impl State {
    #[inline(always)]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        self.0 = [a, b, c.rotate_left(32), d];
    }

    #[inline(always)]
    fn take(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    /// One half of the result.
    fn half(&mut self) -> u64 {
        (0..3).for_each(|_| self.round());
        let [a, b, c, d] = self.0;
        a ^ b ^ c ^ d
    }
}

impl Sip {
    pub(super) fn new() -> Sip {
        // "somepseudorandomlygeneratedbytes", and the mark of a result of 128 bits.
        let state =
            State([0x736f_6d65_7073_6575, 0x646f_7261_6e64_6f6d ^ 0xee, 0x6c79_6765_6e65_7261, 0x7465_6462_7974_6573]);
        Sip { state, tail: 0, bits: 0, length: 0 }
    }

    /// Eight bytes, the lowest first.
    #[inline(always)]
    pub(super) fn word(&mut self, word: u64) {
        self.length += 8;
        self.state.take(self.tail | word << self.bits);
        // In two steps: none of the bits is left over where the tail was empty.
        self.tail = word >> 1 >> (63 - self.bits);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        for byte in rest {
            self.length += 1;
            self.tail |= u64::from(*byte) << self.bits;
            self.bits += 8;
            if self.bits == 64 {
                self.state.take(self.tail);
                (self.tail, self.bits) = (0, 0);
            }
        }
    }

    pub(super) fn finish(&self) -> u128 {
        let mut state = self.state;
        state.take(self.tail | self.length << 56);
        state.0[2] ^= 0xee;
        let low = state.half();
        state.0[1] ^= 0xdd;
        u128::from(low) | u128::from(state.half()) << 64
    }
}

#[cfg(test)]
mod tests {
    use super::Sip;
    use siphasher::sip128::{Hasher128, SipHasher13};
    use std::hash::Hasher;

    #[test]
    fn it_is_siphash_whatever_the_parts() {
        for length in 0..64_usize {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 37 + length) as u8).collect();
            for cut in 0..=length {
                let (mut own, mut other) = (Sip::new(), SipHasher13::new());
                let (first, second) = bytes.split_at(cut);
                own.bytes(first);
                own.word(0x0123_4567_89ab_cdef ^ length as u64);
                own.bytes(second);
                other.write(first);
                other.write(&(0x0123_4567_89ab_cdef_u64 ^ length as u64).to_le_bytes());
                other.write(second);
                assert_eq!(own.finish(), other.finish128().as_u128(), "{length} bytes, {cut} before the word");
            }
        }
    }
}
