//! Which objects are persistent, that is, in all heaps; and which name they have in each.

use super::census::ObjectName;
use super::signature::Signatures;
use crate::bit_set::BitSet;
use crate::ordinal::NodeOrdinal;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;

/// How one heap knows its persistent objects.
pub enum Identity<'a> {
    /// By their ids, which are comparable.
    Ids(&'a Persistent),
    /// By their signatures. An object whose signature nothing else has is the same as the one with this signature in
    /// another heap.
    Signatures { signatures: &'a Signatures, unique: &'a BitSet },
}

impl Identity<'_> {
    /// The name of a persistent object; `None` for any other.
    pub fn name(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Option<ObjectName> {
        match self {
            Self::Ids(persistent) => persistent.contains(node).then(|| ObjectName(snapshot.id(node))),
            Self::Signatures { signatures, unique } => {
                unique.contains(node.index()).then(|| ObjectName(signatures.signature(node).0))
            }
        }
    }

    #[inline(always)]
    pub fn is_persistent(&self, node: NodeOrdinal) -> bool {
        match self {
            Self::Ids(persistent) => persistent.contains(node),
            Self::Signatures { unique, .. } => unique.contains(node.index()),
        }
    }

    pub fn is_by_signature(&self) -> bool {
        matches!(self, Self::Signatures { .. })
    }
}
