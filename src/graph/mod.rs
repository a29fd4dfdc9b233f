//! What follows from the shape of the graph; one algorithm a file.

use crate::bit_set::BitSet;
use crate::ordinal::NodeOrdinal;
use crate::wide_column::WideColumn;

/// Everything the open pipeline computes once for a snapshot.
pub struct Graph {
    pub retainers: Retainers,
    /// See [`distances`]: -5 unreachable, from 100,000,000 reachable from the system only.
    pub distances: Vec<i32>,
    /// Immediate dominator of every node; the root's is itself.
    pub dominators: Vec<u32>,
    /// Bytes that would go away with the node.
    pub retained_sizes: WideColumn,
    pub flags: Flags,
    /// Nodes that the root does not reach over essential edges: they were hung under the root.
    pub unreachable_count: u32,
}

impl Graph {
    #[inline(always)]
    pub fn dominator(&self, node: NodeOrdinal) -> NodeOrdinal {
        NodeOrdinal(self.dominators[node.index()])
    }

    #[inline(always)]
    pub fn retained_size(&self, node: NodeOrdinal) -> u64 {
        self.retained_sizes.get(node.index())
    }

    #[inline(always)]
    pub fn distance(&self, node: NodeOrdinal) -> i32 {
        self.distances[node.index()]
    }
}

/// Incoming edges of every node.
///
/// # Shapes
/// Sources of node `v`, in file order of the edges: `source[first[v]..first[v + 1]]`; bit 31 says that the edge is not essential.
#[derive(Clone, Debug, Default)]
pub struct Retainers {
    pub first: Vec<u32>,
    pub source: Vec<u32>,
}

/// DevTools' node flags.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Bit 1: can be queried from the inspector.
    pub queryable: BitSet,
    /// Bit 4: reachable from a page object.
    pub page: BitSet,
}
