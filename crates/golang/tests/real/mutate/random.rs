//! Reproducible damage.

use std::ops::Range;

/// A small generator with a known seed, so that a failure repeats.
pub(super) struct Random(u64);

impl Random {
    /// That of one input, which depends on no other.
    pub(super) fn of(seed: u64, input: u64) -> Self {
        let mixed = (seed ^ input.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ (mixed >> 29)) | 1)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).expect("64-bit").checked_rem(limit).unwrap_or(0)
    }

    /// One of these.
    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn byte(&mut self) -> u8 {
        const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x0b, 0x41];
        if self.below(2) == 0 { self.pick(&EDGES) } else { u8::try_from(self.below(256)).expect("a byte") }
    }

    /// One to seven edits within `range`: single bytes, runs, copies from elsewhere.
    pub(super) fn damage(&mut self, bytes: &mut [u8], range: Range<usize>) {
        for _ in 0..=self.below(6) {
            let at = range.start + self.below(range.len());
            match self.below(4) {
                0 | 1 => bytes[at] = self.byte(),
                2 => {
                    let end = (at + 1 + self.below(16)).min(range.end);
                    let byte = self.byte();
                    bytes[at..end].fill(byte);
                }
                _ => {
                    let from = range.start + self.below(range.len());
                    let length = self.below(16).min(range.end - at.max(from));
                    bytes.copy_within(from..from + length, at);
                }
            }
        }
    }
}
