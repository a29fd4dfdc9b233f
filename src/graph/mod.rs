//! Facts that follow from the shape of the graph, with one algorithm in each file.

mod detachedness;
mod distances;
mod dominated;
mod dominators;
mod ephemerons;
mod essential;
mod flags;
mod flood;
mod native_contexts;
mod nearest_ancestor;
mod retained_sizes;
mod retainers;
mod roots;
mod shallow_sizes;
mod spanning;

pub use detachedness::with_detachedness;
pub use distances::{SYSTEM, UNREACHABLE, distances, distances_avoiding, leading_integer};
pub use dominated::Dominated;
pub use dominators::{DominatorTree, dominator_tree};
pub use ephemerons::{Ephemeron, Ephemerons};
pub use essential::{Essential, Holding};
pub use flags::{is_detached, queryable_objects};
pub use native_contexts::{NO_CONTEXT, NativeContexts, SHARED, native_contexts};
pub use retained_sizes::retained_sizes;
pub use retainers::Retainers;
pub use roots::user_roots;
pub use shallow_sizes::shallow_sizes;
pub use spanning::Spanning;

use crate::ordinal::NodeOrdinal;
use crate::wide_column::WideColumn;

/// The columns that the open pipeline computes once for a snapshot and keeps.
pub struct Graph {
    pub retainers: Retainers,
    /// [`UNREACHABLE`], or from [`SYSTEM`] on reached from the system only.
    pub distances: Vec<i32>,
    /// Immediate dominator of every node; the root's is itself.
    pub dominators: Vec<u32>,
    /// Bytes that would go away with the node.
    pub retained_sizes: WideColumn,
    /// Nodes that the root does not reach over essential edges; the root dominates them.
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
