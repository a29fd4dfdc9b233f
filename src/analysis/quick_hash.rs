//! A fast hash for tables that live during one pass.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Odd, with bits spread evenly: the fraction of the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Seeded anew for every table, so that no file can be made whose keys all collide.
#[derive(Clone, Copy)]
pub struct QuickHash {
    seed: u64,
}

impl Default for QuickHash {
    fn default() -> Self {
        Self { seed: RandomState::new().hash_one(0u8) }
    }
}

impl BuildHasher for QuickHash {
    type Hasher = QuickHasher;

    fn build_hasher(&self) -> QuickHasher {
        QuickHasher { state: self.seed }
    }
}

/// Multiplies 64 by 64 bits and folds the halves, a word at a time.
pub struct QuickHasher {
    state: u64,
}

impl QuickHasher {
    #[inline(always)]
    fn add(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(SPREAD);
        self.state = (product as u64 ^ (product >> 64) as u64).wrapping_add(word.rotate_left(32));
    }
}

impl Hasher for QuickHasher {
    #[inline(always)]
    fn finish(&self) -> u64 {
        let product = u128::from(self.state) * u128::from(SPREAD);
        product as u64 ^ (product >> 64) as u64
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ (rest.len() as u64) << 56);
    }

    #[inline(always)]
    fn write_u32(&mut self, word: u32) {
        self.add(u64::from(word));
    }

    #[inline(always)]
    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    #[inline(always)]
    fn write_usize(&mut self, word: usize) {
        self.add(word as u64);
    }
}
