//! A row of a diff.

use crate::format::Location;
use crate::text::TextBuf;

/// What changed in one class. Objects are matched by id within the class.
///
/// # Units
/// Sizes are bytes; shallow unless said otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiffRow {
    /// DevTools' class key.
    pub key: TextBuf,
    pub name: TextBuf,
    /// Where the constructor stands.
    pub location: Option<Location>,
    pub added_count: u64,
    pub removed_count: u64,
    pub added_size: u64,
    pub removed_size: u64,
    /// Bytes that would go away with all the added objects of the class; what one of them retains of another counts
    /// once.
    pub added_retained_size: u64,
    /// How much survivors that grew have grown, and survivors that shrank have shrunk.
    pub grown_size: u64,
    pub shrunk_size: u64,
    /// Added objects, by ascending id; if there are more than asked for, those that retain the most.
    pub added_ids: Vec<u64>,
    /// Removed objects, by ascending id; if there are more than asked for, the largest.
    pub removed_ids: Vec<u64>,
    /// Survivors that grew, most first.
    pub grown_ids: Vec<u64>,
}

impl DiffRow {
    pub fn count_delta(&self) -> i64 {
        difference(self.added_count, self.removed_count)
    }

    /// Added minus removed bytes; the growth of survivors is not in it.
    pub fn size_delta(&self) -> i64 {
        difference(self.added_size, self.removed_size)
    }

    /// DevTools shows the row.
    pub fn has_members(&self) -> bool {
        self.added_count != 0 || self.removed_count != 0
    }
}

fn difference(plus: u64, minus: u64) -> i64 {
    let difference = i128::from(plus) - i128::from(minus);
    i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
}
