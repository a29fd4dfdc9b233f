//! The shortest path from the roots to every node, by the weights of [`References`].

use super::labels::Labels;
use super::survivors::Persistent;
use super::weight::{MAX_WEIGHT, References};
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
pub struct PathTree {
    parent: Vec<u32>,
    edge: Vec<u32>,
    order: Vec<u32>,
}

/// How a tree grows.
#[derive(Clone, Copy, Default)]
pub struct Growth<'a> {
    /// Objects that all heaps of a series have.
    pub persistent: Option<&'a Persistent>,
    /// Nodes that no path may touch. The root cannot be one of them.
    pub avoided: &'a [NodeOrdinal],
    /// Whether nodes that only closed references reach get a path, too: compiled code, shapes of objects, V8's caches.
    pub everything: bool,
}

impl PathTree {
    /// Dijkstra's algorithm with a ring of buckets (Dial 1969). Where `persistent` is known, it runs twice: what was
    /// always there hangs from what was always there as far as it can, and not from work that is under way; then comes
    /// the rest. Last comes what only functions under way hold: their variables hold much that has a better holder, as
    /// the frames that take the snapshot do. Among equal weights the names on the path decide, not the order of the
    /// file: heaps that are built alike get trees that are built alike, of whatever process.
    ///
    /// # Cost
    /// O(nodes + edges); 12 bytes a node stay, 12 more while it grows.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn grow(
        snapshot: &Snapshot,
        references: &References,
        labels: &Labels,
        growth: Growth<'_>,
        control: &Control,
    ) -> Result<Self> {
        let nodes = snapshot.node_count();
        let tree = Self { parent: vec![NO_NODE; nodes], edge: vec![NO_NODE; nodes], order: Vec::with_capacity(nodes) };
        let mut growing = Growing {
            snapshot,
            references,
            labels,
            tree,
            weight: vec![u32::MAX; nodes],
            heaviest: 0,
            takes_closed: false,
            names: vec![0; nodes],
            settled: BitSet::new(nodes),
            turn: 0,
        };
        let root = snapshot.root();
        growing.weight[root.index()] = 0;
        growth.avoided.iter().filter(|node| **node != root).for_each(|node| growing.settled.insert(node.index()));
        let mut late = BitSet::new(nodes);
        if let Some(persistent) = growth.persistent {
            // Native objects have a new id in each snapshot: nobody knows whether they were always there.
            let is_late = |node: &NodeOrdinal| snapshot.id(*node) % 2 == 1 && !persistent.contains(snapshot, *node);
            snapshot.nodes().filter(is_late).for_each(|node| late.insert(node.index()));
        }
        growing.run_twice(vec![root.0], &late, control)?;
        let running = growing.admit_running();
        growing.run_twice(running, &late, control)?;
        if growth.everything {
            let starts = growing.admit_closed(control)?;
            growing.run(&starts, &BitSet::new(nodes), control)?;
        }
        Ok(growing.tree)
    }

    /// The tree without [`Self::order`]: 8 bytes a node.
    pub fn without_order(self) -> Self {
        Self { order: Vec::new(), ..self }
    }

    /// Nodes that a path reaches: parents stand before their children, and the nearest of what is new first.
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

/// A tree while it grows.
struct Growing<'a> {
    snapshot: &'a Snapshot,
    references: &'a References,
    labels: &'a Labels,
    tree: PathTree,
    weight: Vec<u32>,
    /// Of the paths so far.
    heaviest: u32,
    /// Whether closed references count now.
    takes_closed: bool,
    /// Hash of the names on the path, by node.
    names: Vec<u64>,
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
            self.tree.order().filter(|node| snapshot.kind(*node) == NodeKind::SYNTHETIC).collect();
        for root in roots {
            for edge in snapshot.edges(root) {
                let target = snapshot.target(edge);
                let is_open =
                    snapshot.edge_kind(edge) != EdgeKind::Weak && self.references.marks.is_running(snapshot, target);
                if is_open && self.tree.parent(target).is_none() && !self.settled.contains(target.index()) {
                    self.tree.parent[target.index()] = root.0;
                    self.tree.edge[target.index()] = edge.0;
                    self.weight[target.index()] = self.heaviest;
                    admitted.push(target.0);
                }
            }
        }
        admitted
    }

    /// Counts closed references from now on. Returns the nodes that lead to others over such references only, in the
    /// order of their weight.
    fn admit_closed(&mut self, control: &Control) -> Result<Vec<u32>> {
        self.takes_closed = true;
        let snapshot = self.snapshot;
        let mut starts = Vec::new();
        for (turn, node) in self.tree.order().enumerate() {
            control.check_at(turn)?;
            let leads_on = |edge| {
                !self.settled.contains(snapshot.target(edge).index())
                    && self.references.last_resort(snapshot, node, edge).is_some()
            };
            if snapshot.edges(node).any(leads_on) {
                starts.push(node.0);
            }
        }
        starts.sort_by_key(|node| self.weight[*node as usize]);
        Ok(starts)
    }

    /// Settles all that paths from `starts` reach, which stand in the order of their weight, but none of the `late`;
    /// returns the nodes that refer to one of those, in the same order.
    fn run(&mut self, starts: &[u32], late: &BitSet, control: &Control) -> Result<Vec<u32>> {
        let mut ring: Vec<Vec<u32>> = vec![Vec::new(); MAX_WEIGHT as usize + 1];
        let mut starts = starts.iter().copied().peekable();
        let mut left_out = Vec::new();
        let (mut now, mut waiting) = (0_u32, 0_usize);
        loop {
            if waiting == 0 {
                match starts.peek() {
                    Some(start) => now = self.weight[*start as usize],
                    None => return Ok(left_out),
                }
            }
            while let Some(start) = starts.next_if(|start| self.weight[*start as usize] == now) {
                if self.settled.insert_new(start as usize) {
                    self.tree.order.push(start);
                }
                waiting += self.expand(NodeOrdinal(start), late, &mut ring, &mut left_out, control)?;
            }
            let bucket = std::mem::take(&mut ring[now as usize % (MAX_WEIGHT as usize + 1)]);
            waiting -= bucket.len();
            // A node stands in a second bucket when a shorter path to it was found later; it is settled in the one of
            // the shorter path.
            for node in bucket {
                if self.settled.insert_new(node as usize) {
                    self.tree.order.push(node);
                    waiting += self.expand(NodeOrdinal(node), late, &mut ring, &mut left_out, control)?;
                }
            }
            self.heaviest = self.heaviest.max(now);
            now += 1;
        }
    }

    /// Offers this node's path to all that it refers to; returns how many it put into buckets.
    fn expand(
        &mut self,
        node: NodeOrdinal,
        late: &BitSet,
        ring: &mut [Vec<u32>],
        left_out: &mut Vec<u32>,
        control: &Control,
    ) -> Result<usize> {
        let snapshot = self.snapshot;
        let now = self.weight[node.index()];
        let mut put = 0;
        for edge in snapshot.edges(node) {
            control.check_at(self.turn)?;
            self.turn += 1;
            let target = snapshot.target(edge).index();
            if self.weight[target] <= now {
                continue;
            }
            let open = self.references.weight(snapshot, node, edge);
            let closed = || self.references.last_resort(snapshot, node, edge).filter(|_| self.takes_closed);
            let Some(step) = open.or_else(closed) else { continue };
            let total = now + step;
            if total > self.weight[target] || self.settled.contains(target) {
                continue;
            }
            if late.contains(target) {
                if left_out.last() != Some(&node.0) {
                    left_out.push(node.0);
                }
                continue;
            }
            let name = mix(self.names[node.index()], self.references.generic_name(snapshot, edge));
            let name = mix(name, self.labels.label(snapshot, snapshot.target(edge)));
            if total == self.weight[target] && name >= self.names[target] {
                continue;
            }
            if total < self.weight[target] {
                ring[total as usize % (MAX_WEIGHT as usize + 1)].push(snapshot.target(edge).0);
                put += 1;
            }
            self.weight[target] = total;
            self.names[target] = name;
            self.tree.parent[target] = node.0;
            self.tree.edge[target] = edge.0;
        }
        Ok(put)
    }
}
