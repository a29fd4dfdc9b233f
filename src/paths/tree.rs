//! The cheapest path from the roots to every node, by the costs of [`References`].

use super::labels::Labels;
use super::survivors::Persistent;
use super::weight::{MAX_COST, References};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{EdgeOrdinal, NO_NODE, NodeOrdinal};
use crate::snapshot::Snapshot;

/// One parent for every node that a path reaches.
///
/// # Shapes
/// `parent` and `edge` by node, [`NO_NODE`] where no path leads and at the root; `order` has the reached nodes, parents
/// first.
pub struct Forest {
    parent: Vec<u32>,
    edge: Vec<u32>,
    order: Vec<u32>,
}

impl Forest {
    /// Dijkstra's algorithm with a ring of buckets (Dial 1969). Where `persistent` is known, it runs twice: what was
    /// always there hangs from what was always there as far as it can, and not from work that is under way; then comes
    /// the rest. Last comes what only functions under way hold: their variables hold much that has a better holder, as
    /// the frames that take the snapshot do. Among equal costs the names on the way decide, not the order of the file:
    /// heaps that are built alike get forests that are built alike, of whatever process.
    ///
    /// # Cost
    /// O(nodes + edges); 12 bytes a node stay, 12 more while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn grow(
        snapshot: &Snapshot,
        references: &References,
        labels: &Labels,
        persistent: Option<&Persistent>,
        control: &Control,
    ) -> Result<Self> {
        let nodes = snapshot.node_count();
        let forest =
            Self { parent: vec![NO_NODE; nodes], edge: vec![NO_NODE; nodes], order: Vec::with_capacity(nodes) };
        let mut growing = Growing {
            snapshot,
            references,
            labels,
            forest,
            cost: vec![u32::MAX; nodes],
            way: vec![0; nodes],
            settled: BitSet::new(nodes),
            turn: 0,
        };
        let root = snapshot.root();
        growing.cost[root.index()] = 0;
        let mut late = BitSet::new(nodes);
        if let Some(persistent) = persistent {
            // Native objects have a new id in each snapshot: nobody knows whether they were always there.
            let is_late = |node: &NodeOrdinal| snapshot.id(*node) % 2 == 1 && !persistent.contains(snapshot, *node);
            snapshot.nodes().filter(is_late).for_each(|node| late.insert(node.index()));
        }
        growing.run_twice(vec![root.0], &late, control)?;
        let running = growing.admit_running();
        growing.run_twice(running, &late, control)?;
        Ok(growing.forest)
    }

    /// Nodes that a path reaches: parents stand before their children, and the cheapest of what is new first.
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

/// A forest while it grows.
struct Growing<'a> {
    snapshot: &'a Snapshot,
    references: &'a References,
    labels: &'a Labels,
    forest: Forest,
    cost: Vec<u32>,
    way: Vec<u64>,
    settled: BitSet,
    turn: usize,
}

impl Growing<'_> {
    /// Settles all that paths from `starts` reach, the `late` after the others.
    fn run_twice(&mut self, mut starts: Vec<u32>, late: &BitSet, control: &Control) -> Result<()> {
        if !late.is_empty() {
            starts = self.run(&starts, late, control)?;
        }
        self.run(&starts, &BitSet::new(self.snapshot.node_count()), control)?;
        Ok(())
    }

    /// Gives the roots of functions under way a parent, so that paths may start from them.
    fn admit_running(&mut self) -> Vec<u32> {
        let snapshot = self.snapshot;
        let mut admitted = Vec::new();
        let roots: Vec<NodeOrdinal> =
            self.forest.order().filter(|node| snapshot.kind(*node) == NodeKind::SYNTHETIC).collect();
        for root in roots {
            for edge in snapshot.edges(root) {
                let target = snapshot.target(edge);
                let is_open =
                    snapshot.edge_kind(edge) != EdgeKind::Weak && self.references.is_running(snapshot, target);
                if is_open && self.forest.parent(target).is_none() {
                    self.forest.parent[target.index()] = root.0;
                    self.forest.edge[target.index()] = edge.0;
                    self.cost[target.index()] = 0;
                    admitted.push(target.0);
                }
            }
        }
        admitted
    }

    /// Settles all that paths from `starts` reach, which stand in the order of their cost, but none of the `late`;
    /// returns the nodes that refer to one of those, in the same order.
    fn run(&mut self, starts: &[u32], late: &BitSet, control: &Control) -> Result<Vec<u32>> {
        let mut ring: Vec<Vec<u32>> = vec![Vec::new(); MAX_COST + 1];
        let mut starts = starts.iter().copied().peekable();
        let mut left_out = Vec::new();
        let (mut now, mut waiting) = (0_u32, 0_usize);
        loop {
            if waiting == 0 {
                match starts.peek() {
                    Some(start) => now = self.cost[*start as usize],
                    None => return Ok(left_out),
                }
            }
            while let Some(start) = starts.next_if(|start| self.cost[*start as usize] == now) {
                if self.settled.insert_new(start as usize) {
                    self.forest.order.push(start);
                }
                waiting += self.expand(NodeOrdinal(start), late, &mut ring, &mut left_out, control)?;
            }
            let bucket = std::mem::take(&mut ring[now as usize % (MAX_COST + 1)]);
            waiting -= bucket.len();
            // A node stands in a second bucket when a cheaper way to it was found later; it is settled in the cheaper
            // one.
            for node in bucket {
                if self.settled.insert_new(node as usize) {
                    self.forest.order.push(node);
                    waiting += self.expand(NodeOrdinal(node), late, &mut ring, &mut left_out, control)?;
                }
            }
            now += 1;
        }
    }

    /// Offers this node's way to all that it refers to; returns how many it put into buckets.
    fn expand(
        &mut self,
        node: NodeOrdinal,
        late: &BitSet,
        ring: &mut [Vec<u32>],
        left_out: &mut Vec<u32>,
        control: &Control,
    ) -> Result<usize> {
        let snapshot = self.snapshot;
        let now = self.cost[node.index()];
        let mut put = 0;
        for edge in snapshot.edges(node) {
            control.check_at(self.turn)?;
            self.turn += 1;
            let target = snapshot.target(edge).index();
            if self.cost[target] <= now {
                continue;
            }
            let Some(step) = self.references.cost(snapshot, node, edge) else { continue };
            let total = now + step;
            if total > self.cost[target] || self.settled.contains(target) {
                continue;
            }
            if late.contains(target) {
                if left_out.last() != Some(&node.0) {
                    left_out.push(node.0);
                }
                continue;
            }
            let name = mix(self.way[node.index()], self.references.generic_name(snapshot, edge));
            let name = mix(name, self.labels.label(snapshot, snapshot.target(edge)));
            if total == self.cost[target] && name >= self.way[target] {
                continue;
            }
            if total < self.cost[target] {
                ring[total as usize % (MAX_COST + 1)].push(snapshot.target(edge).0);
                put += 1;
            }
            self.cost[target] = total;
            self.way[target] = name;
            self.forest.parent[target] = node.0;
            self.forest.edge[target] = edge.0;
        }
        Ok(put)
    }
}
