//! Which nodes a summary counts.

use super::heap::Heap;
use super::named_filters::{NamedFilter, filter_members};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// A choice of nodes.
#[derive(Clone, Debug, Default)]
pub enum NodeFilter {
    #[default]
    All,
    /// Nodes with `above < id <= up_to`: what was allocated between two snapshots of one process.
    Ids {
        above: u64,
        up_to: u64,
    },
    Members(BitSet),
}

impl NodeFilter {
    pub fn named(heap: &Heap, filter: NamedFilter, control: &Control) -> Result<Self> {
        Ok(Self::Members(filter_members(heap, filter, control)?))
    }

    #[inline(always)]
    pub fn passes(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        match self {
            Self::All => true,
            Self::Ids { above, up_to } => {
                let id = snapshot.id(node);
                *above < id && id <= *up_to
            }
            Self::Members(members) => members.contains(node.index()),
        }
    }

    /// The filter says yes, and the node has a size: only such nodes stand in a summary.
    #[inline(always)]
    pub fn counts(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.shallow_size(node) != 0 && self.passes(snapshot, node)
    }
}

/// Greatest odd id of a snapshot: objects allocated after it was taken have greater ones. 0 when there is none.
///
/// # Cost
/// O(nodes).
pub fn last_object_id(snapshot: &Snapshot) -> u64 {
    let ids = &snapshot.tables().nodes.id;
    if ids.is_narrow() {
        return u64::from(ids.narrow().iter().map(|id| if id % 2 == 1 { *id } else { 0 }).max().unwrap_or(0));
    }
    ids.iter().filter(|id| id % 2 == 1).max().unwrap_or(0)
}
