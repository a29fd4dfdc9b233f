//! DevTools' node flags (`calculateFlags`; rules: docs/design.md, "Parity"), except the flag of page objects, which
//! [`super::Spanning`] finds.

use super::flood::{EdgeKinds, flood};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{Detachedness, EdgeKind, NodeKind};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Objects that code in the console could name: reached without hidden, internal or weak edges.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn queryable_objects(snapshot: &Snapshot, control: &Control) -> Result<BitSet> {
    let seeds = snapshot
        .edges(snapshot.root())
        .map(|edge| snapshot.target(edge))
        .filter(|target| snapshot.kind(*target) != NodeKind::SYNTHETIC);
    let kinds = EdgeKinds::all_but(&[EdgeKind::Hidden, EdgeKind::Internal, EdgeKind::Weak]);
    flood(snapshot, BitSet::new(snapshot.node_count()), seeds, kinds, control)
}

/// A native object that is no longer part of a document (flag bit 2).
pub fn is_detached(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::NATIVE && snapshot.detachedness(node) == Detachedness::Detached
}
