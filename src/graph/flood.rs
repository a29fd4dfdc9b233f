//! Finds the nodes that can be reached from some others.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::EdgeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::{Snapshot, unpack_edge};

/// A set of edge kinds.
#[derive(Clone, Copy)]
pub(super) struct EdgeKinds(u8);

impl EdgeKinds {
    pub(super) const fn all_but(kinds: &[EdgeKind]) -> Self {
        let mut set = u8::MAX;
        let mut at = 0;
        while at < kinds.len() {
            set &= !(1 << kinds[at] as u8);
            at += 1;
        }
        Self(set)
    }

    #[inline(always)]
    pub(super) fn contains(self, kind: EdgeKind) -> bool {
        self.0 >> kind as u8 & 1 != 0
    }
}

/// `reached` and every node that edges of these kinds reach from the seeds that are not in it, those seeds included.
///
/// # Cost
/// O(nodes + edges) time; one bit a node and the stack.
pub(super) fn flood(
    snapshot: &Snapshot,
    mut reached: BitSet,
    seeds: impl Iterator<Item = NodeOrdinal>,
    kinds: EdgeKinds,
    control: &Control,
) -> Result<BitSet> {
    let mut stack: Vec<NodeOrdinal> = seeds.filter(|seed| reached.insert_new(seed.index())).collect();
    let mut turn = 0;
    while let Some(node) = stack.pop() {
        turn += 1;
        control.check_at(turn)?;
        for packed in snapshot.packed_edges(node) {
            let (kind, target) = unpack_edge(*packed);
            if kinds.contains(kind) && reached.insert_new(target.index()) {
                snapshot.expect_node(target);
                stack.push(target);
            }
        }
        if let Some(next) = stack.last() {
            snapshot.expect_edges(*next);
        }
    }
    Ok(reached)
}
