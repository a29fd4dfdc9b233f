//! Which object of this snapshot is which object of the one before, decided by what both hold. `docs/design.md` has the
//! method.

mod addresses;
mod content;
mod crowds;
mod decide;
mod evacuation;
mod heap_key;
mod matching;
mod moved;
mod numbering;
mod own_memory;
mod rewrite;
mod rows;
mod split_document;
mod table;
#[cfg(test)]
pub(super) mod test_heap;
mod texts;

pub use decide::{Numbered, Origin};
pub use heap_key::HeapKey;
pub use numbering::Numbering;
pub use table::Table;

/// A good mixture of two numbers.
///
/// # Source
/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
pub fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.rotate_left(25) ^ b.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_add(a);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}
