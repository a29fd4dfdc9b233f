//! The cheapest path from the roots to every node, by the costs of [`References`].

use super::labels::{Labels, mix};
use super::references::{MAX_COST, References};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::{EdgeOrdinal, NO_NODE, NodeOrdinal};
use crate::snapshot::Snapshot;

/// One parent for every node that a path reaches.
///
/// # Shapes
/// `parent` and `edge` by node, [`NO_NODE`] where no path leads and at the root; `order` has the reached nodes, parents first.
pub struct Forest {
    parent: Vec<u32>,
    edge: Vec<u32>,
    order: Vec<u32>,
}

impl Forest {
    /// Dijkstra's algorithm with a ring of buckets (Dial 1969). Among equal costs the names on the way decide, not the order of the file: heaps
    /// that are built alike get forests that are built alike, of whatever process.
    ///
    /// # Cost
    /// O(nodes + edges); 12 bytes a node stay, 12 more while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn grow(snapshot: &Snapshot, references: &References, labels: &Labels, control: &Control) -> Result<Self> {
        let nodes = snapshot.node_count();
        let mut cost = vec![u32::MAX; nodes];
        let mut way = vec![0_u64; nodes];
        let mut settled = BitSet::new(nodes);
        let mut forest =
            Self { parent: vec![NO_NODE; nodes], edge: vec![NO_NODE; nodes], order: Vec::with_capacity(nodes) };
        let mut ring: Vec<Vec<u32>> = vec![Vec::new(); MAX_COST + 1];
        let root = snapshot.root();
        cost[root.index()] = 0;
        ring[0].push(root.0);
        let (mut now, mut waiting, mut turn) = (0_u32, 1_usize, 0_usize);
        while waiting > 0 {
            let bucket = std::mem::take(&mut ring[now as usize % (MAX_COST + 1)]);
            waiting -= bucket.len();
            // A node stands in a second bucket when a cheaper way to it was found later; it is settled in the cheaper one.
            for node in bucket.into_iter().map(NodeOrdinal) {
                if !settled.insert_new(node.index()) {
                    continue;
                }
                forest.order.push(node.0);
                for edge in snapshot.edges(node) {
                    control.check_at(turn)?;
                    turn += 1;
                    let target = snapshot.target(edge).index();
                    if cost[target] <= now {
                        continue;
                    }
                    let Some(step) = references.cost(snapshot, node, edge) else { continue };
                    let total = now + step;
                    if total > cost[target] {
                        continue;
                    }
                    let name = mix(way[node.index()], references.generic_name(snapshot, edge));
                    let name = mix(name, labels.label(snapshot, snapshot.target(edge)));
                    if total == cost[target] && name >= way[target] {
                        continue;
                    }
                    if total < cost[target] {
                        ring[total as usize % (MAX_COST + 1)].push(snapshot.target(edge).0);
                        waiting += 1;
                    }
                    cost[target] = total;
                    way[target] = name;
                    forest.parent[target] = node.0;
                    forest.edge[target] = edge.0;
                }
            }
            now += 1;
        }
        Ok(forest)
    }

    /// Nodes that a path reaches, cheapest first: parents stand before their children.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = NodeOrdinal> + '_ {
        self.order.iter().copied().map(NodeOrdinal)
    }

    pub fn parent(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let parent = self.parent[node.index()];
        (parent != NO_NODE).then_some(NodeOrdinal(parent))
    }

    /// The edge that leads from the parent here.
    pub fn edge(&self, node: NodeOrdinal) -> Option<EdgeOrdinal> {
        let edge = self.edge[node.index()];
        (edge != NO_NODE).then_some(EdgeOrdinal(edge))
    }
}
