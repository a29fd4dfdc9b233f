//! "Ignore this retainer": the retainers of a node without some ignored nodes.

use super::heap::Heap;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::{Ephemerons, UNREACHABLE, distances_avoiding};
use crate::kind::EdgeKind;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal, StringOrdinal};
use std::collections::HashSet;

/// Added to the distance of a node that is only reached through ignored nodes.
pub const IGNORED_DISTANCE: i32 = 200_000_000;

/// A choice of nodes that do not count as retainers, and what follows from it.
#[derive(Default)]
pub struct IgnoredRetainers {
    /// Distances without the ignored nodes; empty when none is ignored.
    distances: Vec<i32>,
    /// Edges of WeakMap entries whose other half is gone.
    edges: HashSet<u32>,
}

impl IgnoredRetainers {
    /// Nothing is ignored.
    pub fn none() -> Self {
        Self::default()
    }

    /// # Cost
    /// O(nodes + edges).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    /// # Source
    /// DevTools' `ignoreNodeInRetainersView`.
    pub fn of(heap: &Heap, nodes: &[NodeOrdinal], control: &Control) -> Result<Self> {
        if nodes.is_empty() {
            return Ok(Self::none());
        }
        let snapshot = &heap.snapshot;
        let mut ignored = BitSet::new(snapshot.node_count());
        nodes.iter().for_each(|node| ignored.insert(node.index()));
        let ephemerons = Ephemerons::of(snapshot);
        let distances = distances_avoiding(snapshot, &ephemerons, &ignored, control)?;
        let pair = |edge: EdgeOrdinal| {
            let is_internal = snapshot.edge_kind(edge) == EdgeKind::Internal;
            is_internal.then(|| ephemerons.get(StringOrdinal(snapshot.name_or_index(edge)))).flatten().map(|it| it.pair)
        };
        let mut edges = HashSet::new();
        for node in snapshot.nodes().filter(|_| !ephemerons.is_empty()) {
            control.check_at(node.index())?;
            if distances[node.index()] != UNREACHABLE {
                continue;
            }
            for edge in snapshot.edges(node) {
                let Some(gone) = pair(edge) else { continue };
                let partners = heap.graph.retainers.edges_into(snapshot, snapshot.target(edge));
                edges.extend(partners.into_iter().filter(|(_, it)| pair(*it) == Some(gone)).map(|(_, it)| it.0));
            }
        }
        Ok(Self { distances, edges })
    }

    pub fn is_edge_ignored(&self, edge: EdgeOrdinal) -> bool {
        self.edges.contains(&edge.0)
    }

    /// Distance of the node in the retainers' view: from [`IGNORED_DISTANCE`] on nothing leads to it, or ignored nodes
    /// only.
    pub fn distance(&self, heap: &Heap, node: NodeOrdinal) -> i32 {
        let original = heap.graph.distance(node);
        match self.distances.get(node.index()).copied().unwrap_or(original) {
            UNREACHABLE => original.max(0) + IGNORED_DISTANCE,
            distance => distance,
        }
    }
}
