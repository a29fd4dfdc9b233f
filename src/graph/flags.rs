//! DevTools' node flags, computed by flooding (`calculateFlags`; rules: docs/design.md, "Parity").

use super::flood::{EdgeKinds, flood};
use super::roots::DOCUMENT_TREES;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{Detachedness, EdgeKind, NodeKind};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Objects that a page, in Node the global object, can reach.
///
/// # Shapes
/// One bit a node.
/// # Cost
/// O(nodes + edges).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn page_objects(snapshot: &Snapshot, control: &Control) -> Result<BitSet> {
    let seeds = snapshot.edges(snapshot.root()).filter(|edge| {
        let target = snapshot.target(*edge);
        match snapshot.edge_kind(*edge) {
            EdgeKind::Shortcut => true,
            EdgeKind::Element => {
                snapshot.kind(target) == NodeKind::SYNTHETIC && snapshot.name_text(target).is(DOCUMENT_TREES)
            }
            _ => false,
        }
    });
    flood(snapshot, seeds.map(|edge| snapshot.target(edge)), EdgeKinds::all_but(&[EdgeKind::Weak]), control)
}

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
    flood(snapshot, seeds, kinds, control)
}

/// A native object that is no longer part of a document (flag bit 2).
pub fn is_detached(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::NATIVE && snapshot.detachedness(node) == Detachedness::Detached
}
