//! The two hashes of heaphound: one of a text, and one that joins two numbers. Both are the same on every machine, so
//! that fingerprints and files can contain them. `analysis/quick_hash.rs` is the seeded one for tables that live for
//! one pass.

use crate::text::Text;

/// [`hash_bytes`] of a text.
pub fn hash_text(text: Text<'_>) -> u64 {
    hash_bytes(text.as_bytes())
}

/// # Source
/// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// Joins two hashes or numbers; the order matters. `mix(0, 0)` is 0.
///
/// # Source
/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014) over a sum
/// that keeps the order of the two.
pub fn mix(first: u64, second: u64) -> u64 {
    let mut hash = first.rotate_left(29).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ second;
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fingerprints in the baselines of users are made of these.
    #[test]
    fn hashes_stay_what_they_are() {
        // Test vectors of the FNV draft.
        assert_eq!(hash_bytes(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash_bytes(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(hash_text(Text::from_str("foobar")), hash_bytes(b"foobar"));
        assert_eq!([mix(0, 0), mix(1, 2), mix(2, 1)], [0, 0xf36f_5f90_e510_0d59, 0x95c6_e77e_c57f_7a18]);
    }
}
