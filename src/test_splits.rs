//! Tests for readers of bytes: a reader gives the same result for every split of its input.

use crate::error::Result;
use crate::test_random::Random;
use std::fmt::Debug;

/// Checks that `read` gives the same for every cut in two, for a byte at a time with nothing between, and for random
/// pieces. Gives the answer for the whole.
pub fn check_splits<T: PartialEq + Debug>(bytes: &[u8], read: impl Fn(&[&[u8]]) -> T) -> T {
    let whole = read(&[bytes]);
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(read(&[first, second]), whole, "{}, cut at {cut}", bytes.escape_ascii());
    }
    let single: Vec<&[u8]> = bytes.chunks(1).flat_map(|byte| [byte, b""]).collect();
    assert_eq!(read(&single), whole, "{}, a byte at a time", bytes.escape_ascii());
    let mut random = Random::new(0x59_1175);
    for _ in 0..30 {
        let mut rest = bytes;
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(rest.len().min(random.below(9) as usize));
            pieces.push(piece);
            rest = more;
        }
        assert_eq!(read(&pieces), whole, "{pieces:?}");
    }
    whole
}

/// Gives pieces to the reader of one section until it is done, as `format::document` does. `feed` says how many bytes
/// it took and whether it is done. Gives the number of bytes that were taken, `None` when the section did not end.
pub fn feed_section(
    pieces: &[&[u8]],
    mut feed: impl FnMut(&[u8], u64) -> Result<(usize, bool)>,
) -> Result<Option<usize>> {
    let mut at = 0;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        let (taken, is_done) = feed(piece, at as u64)?;
        at += taken;
        if is_done {
            return Ok(Some(at));
        }
        assert_eq!(taken, piece.len(), "a section that is not done takes all");
    }
    Ok(None)
}
