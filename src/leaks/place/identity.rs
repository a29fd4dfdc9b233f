//! Which objects of a heap are in all of them, and what names them there.

use super::signature::Ways;
use crate::bit_set::BitSet;
use crate::ordinal::NodeOrdinal;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;

/// One heap's view on what all heaps have.
pub enum Same<'a> {
    /// Ids are comparable.
    Ids(&'a Persistent),
    /// They are not: an object that is alone on its way is the same as the one that is alone there in another heap.
    Ways { ways: &'a Ways, alone: &'a BitSet },
}

impl Same<'_> {
    /// What names the object in all heaps; `None` when it is not in all of them.
    pub fn name(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Option<u64> {
        match self {
            Self::Ids(persistent) => persistent.contains(snapshot, node).then(|| snapshot.id(node)),
            Self::Ways { ways, alone } => alone.contains(node.index()).then(|| ways.way(node)),
        }
    }

    pub fn by_way(&self) -> bool {
        matches!(self, Self::Ways { .. })
    }
}
