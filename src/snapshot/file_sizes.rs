//! Sizes as the file has them, of the nodes whose size was changed.

use crate::ranks::Ranks;
use crate::wide_column::WideColumn;

/// The sizes that charging backing stores to their owners has replaced (`graph::shallow_sizes`).
///
/// # Units
/// Bytes.
#[derive(Clone, Debug, Default)]
pub struct FileSizes {
    changed: Ranks,
    sizes: WideColumn,
}

impl FileSizes {
    /// Remembers the sizes of the nodes that will change.
    pub fn of(changed: Ranks, sizes: &WideColumn) -> Self {
        let before = changed.rows().iter().map(|row| sizes.get(row)).collect();
        Self { changed, sizes: before }
    }

    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// `None`: the size did not change.
    #[inline(always)]
    pub fn get(&self, node: usize) -> Option<u64> {
        self.changed.get(node).map(|rank| self.sizes.get(rank))
    }
}
