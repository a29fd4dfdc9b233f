//! Dense positions inside one snapshot. They index columns and never leave the process; ids do.

/// Position of a node in file order, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeOrdinal(pub u32);

/// Position of an edge in file order, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EdgeOrdinal(pub u32);

/// Position of a text in the string table, from 0. Two equal texts may have different ordinals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StringOrdinal(pub u32);

/// The most nodes a snapshot may have: an edge keeps its kind in the three bits above the target.
pub const MAX_NODES: u64 = 1 << 29;

/// The most edges a snapshot may have: edge ordinals are `u32`.
pub const MAX_EDGES: u64 = u32::MAX as u64;

/// Stands for "no node" in a column of node ordinals.
pub const NO_NODE: u32 = u32::MAX;

macro_rules! ordinal {
    ($name:ident) => {
        impl $name {
            #[inline(always)]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// The one place where a `usize` becomes an ordinal.
            #[inline(always)]
            pub fn from_index(index: usize) -> Self {
                debug_assert!(index <= u32::MAX as usize);
                Self(index as u32)
            }
        }
    };
}

ordinal!(NodeOrdinal);
ordinal!(EdgeOrdinal);
ordinal!(StringOrdinal);
