//! The shortest path from the roots to every node, by the weights of [`References`].

use super::labels::Labels;
use super::survivors::Persistent;
use super::weight::{MAX_WEIGHT, References};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::names::Marks;
use crate::ordinal::{EdgeOrdinal, NO_NODE, NodeOrdinal};
use crate::prefetch::prefetch;
use crate::snapshot::{Snapshot, unpack_edge};

/// One parent for every node that a path reaches.
///
/// # Shapes
/// `holders` by node; `order` has the reached nodes, parents first.
pub struct PathTree {
    holders: Vec<Holder>,
    order: Vec<u32>,
}

/// The parent of a node and the edge from it; [`NO_NODE`] twice where no path leads and at the root.
#[derive(Clone, Copy)]
struct Holder {
    /// With [`FANS_OUT`], where [`Marks::fans_out`] says so of the edge.
    parent: u32,
    edge: u32,
}

/// Stands above every ordinal of a node, in columns of holders: the edge to the row's node is one of many of its sort.
pub const FANS_OUT: u32 = 1 << 31;

/// A reference on the shortest path to a node.
#[derive(Clone, Copy, Debug)]
pub struct PathStep {
    pub parent: NodeOrdinal,
    pub edge: EdgeOrdinal,
    pub node: NodeOrdinal,
}

const NO_HOLDER: Holder = Holder { parent: NO_NODE, edge: NO_NODE };

impl Holder {
    #[inline(always)]
    fn of(snapshot: &Snapshot, marks: &Marks, parent: NodeOrdinal, edge: EdgeOrdinal) -> Self {
        let fans_out = if marks.fans_out(snapshot, edge) { FANS_OUT } else { 0 };
        Self { parent: parent.0 | fans_out, edge: edge.0 }
    }
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
    /// O(nodes + edges); 12 bytes a node stay, 16 more while it grows.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn grow(
        snapshot: &Snapshot,
        references: &References,
        labels: &mut Labels,
        growth: Growth<'_>,
        control: &Control,
    ) -> Result<Self> {
        Self::grow_to(snapshot, references, labels, growth, MOST, control)
    }

    /// [`Self::grow`] with this weight at most.
    fn grow_to(
        snapshot: &Snapshot,
        references: &References,
        labels: &mut Labels,
        growth: Growth<'_>,
        most: u32,
        control: &Control,
    ) -> Result<Self> {
        let nodes = snapshot.node_count();
        let tree = Self { holders: vec![NO_HOLDER; nodes], order: Vec::with_capacity(nodes) };
        let numbers = labels.take_numbers();
        let reach = numbers.iter().map(|label| Reach { names: 0, state: UNREACHED, label: *label }).collect();
        drop(numbers);
        let mut growing =
            Growing { snapshot, references, labels, tree, reach, most, heaviest: 0, takes_closed: false, turn: 0 };
        let grown = growing.all(growth, control);
        let Growing { tree, reach, .. } = growing;
        labels.give_back(reach.into_iter().map(|reach| reach.label).collect());
        grown.map(|()| tree)
    }

    /// A tree that has these steps only, and no [`Self::order`]: 8 bytes a node.
    pub fn of_steps(snapshot: &Snapshot, marks: &Marks, steps: &[PathStep]) -> Self {
        let mut holders = vec![NO_HOLDER; snapshot.node_count()];
        for PathStep { parent, edge, node } in steps {
            holders[node.index()] = Holder::of(snapshot, marks, *parent, *edge);
        }
        Self { holders, order: Vec::new() }
    }

    /// The tree without [`Self::order`]: 8 bytes a node.
    pub fn without_order(self) -> Self {
        Self { order: Vec::new(), ..self }
    }

    /// Nodes that a path reaches: parents stand before their children, and the nearest of what is new first.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = NodeOrdinal> + '_ {
        self.order.iter().copied().map(NodeOrdinal)
    }

    /// Hints that the nodes a little after this place will be asked for their edges.
    #[inline(always)]
    pub fn hint(&self, snapshot: &Snapshot, place: usize) {
        let [nodes, edges, _] = AHEAD.map(|ahead| self.order.get(place + ahead).copied().map(NodeOrdinal));
        nodes.into_iter().for_each(|node| snapshot.expect_node(node));
        edges.into_iter().for_each(|node| snapshot.expect_edges(node));
    }

    /// How many nodes a path reaches.
    pub fn reached(&self) -> usize {
        self.order.len()
    }

    /// The node at this place of [`Self::order`].
    #[inline(always)]
    pub fn at(&self, place: usize) -> NodeOrdinal {
        NodeOrdinal(self.order[place])
    }

    #[inline(always)]
    pub fn parent(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let parent = self.holders[node.index()].parent;
        (parent != NO_NODE).then_some(NodeOrdinal(parent & !FANS_OUT))
    }

    /// Whether the edge that leads here is one of many of its sort.
    #[inline(always)]
    pub fn fans_out(&self, node: NodeOrdinal) -> bool {
        let parent = self.holders[node.index()].parent;
        parent != NO_NODE && parent & FANS_OUT != 0
    }

    /// The edge that leads from the parent here.
    #[inline(always)]
    pub fn edge(&self, node: NodeOrdinal) -> Option<EdgeOrdinal> {
        let edge = self.holders[node.index()].edge;
        (edge != NO_NODE).then_some(EdgeOrdinal(edge))
    }
}

/// A tree while it grows.
struct Growing<'a> {
    snapshot: &'a Snapshot,
    references: &'a References,
    labels: &'a Labels,
    tree: PathTree,
    /// By node.
    reach: Vec<Reach>,
    /// Of a path. Heavier ones count as this: the order in which they are found decides between them.
    most: u32,
    /// Of the paths so far.
    heaviest: u32,
    /// Whether closed references count now.
    takes_closed: bool,
    turn: usize,
}

/// All that decides whether another path to a node is better. It stands together: each edge asks for it at random.
#[derive(Clone, Copy)]
struct Reach {
    /// Hash of the names on the path.
    names: u64,
    /// The weight of a settled node; the weight of any other with [`OPEN`].
    state: u32,
    /// Number of the node's label.
    label: u32,
}

/// Stands in the state of a node that may still get a shorter path. So a settled node is below all others.
const OPEN: u32 = 1 << 31;
const UNREACHED: u32 = u32::MAX;
/// The heaviest path that a state can tell from [`UNREACHED`]: a list of 36 million of the heaviest steps.
const MOST: u32 = !OPEN - 1;

/// Rows of a bucket between a hint and its use: the node's place in the columns, then its edges, then their targets.
const AHEAD: [usize; 3] = [12, 6, 2];
/// Edges of a node whose targets are hinted at. Most nodes have fewer.
const HINTED: usize = 8;

impl Reach {
    fn weight(self) -> u32 {
        self.state & !OPEN
    }

    fn is_settled(self) -> bool {
        self.state & OPEN == 0
    }
}

impl Growing<'_> {
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    fn all(&mut self, growth: Growth<'_>, control: &Control) -> Result<()> {
        let snapshot = self.snapshot;
        let root = snapshot.root();
        self.reach[root.index()].state = OPEN;
        let mut late = BitSet::new(snapshot.node_count());
        let avoided = growth.avoided.iter().filter(|node| **node != root);
        avoided.for_each(|node| self.reach[node.index()].state = 0);
        if let Some(persistent) = growth.persistent {
            // Native objects have a new id in each snapshot: nobody knows whether they were always there.
            let is_late = |node: &NodeOrdinal| snapshot.id(*node) % 2 == 1 && !persistent.contains(*node);
            snapshot.nodes().filter(is_late).for_each(|node| late.insert(node.index()));
        }
        self.run_twice(vec![root.0], &late, control)?;
        let running = self.admit_running();
        self.run_twice(running, &late, control)?;
        if growth.everything {
            let starts = self.admit_closed(control)?;
            self.run(&starts, &BitSet::new(snapshot.node_count()), control)?;
        }
        Ok(())
    }

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
                if is_open && self.tree.parent(target).is_none() && !self.reach[target.index()].is_settled() {
                    self.tree.holders[target.index()] = Holder::of(snapshot, &self.references.marks, root, edge);
                    self.reach[target.index()].state = self.heaviest | OPEN;
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
                !self.reach[snapshot.target(edge).index()].is_settled()
                    && self.references.last_resort(snapshot, node, edge).is_some()
            };
            if snapshot.edges(node).any(leads_on) {
                starts.push(node.0);
            }
        }
        starts.sort_by_key(|node| self.reach[*node as usize].weight());
        Ok(starts)
    }

    /// Settles all that paths from `starts` reach, which stand in the order of their weight, but none of the `late`;
    /// returns the nodes that refer to one of those, in the same order.
    fn run(&mut self, starts: &[u32], late: &BitSet, control: &Control) -> Result<Vec<u32>> {
        let mut ring: Vec<Vec<u32>> = vec![Vec::new(); MAX_WEIGHT as usize + 1];
        let mut starts = starts.iter().copied().peekable();
        let mut left_out = Vec::new();
        // The place of the bucket goes on where the weight stays at its most.
        let (mut place, mut waiting) = (0_u64, 0_usize);
        loop {
            if waiting == 0 {
                match starts.peek() {
                    Some(start) => place = u64::from(self.reach[*start as usize].weight()),
                    None => return Ok(left_out),
                }
            }
            let now = u32::try_from(place).map_or(self.most, |weight| weight.min(self.most));
            while let Some(start) = starts.next_if(|start| self.reach[*start as usize].weight() == now) {
                self.settle(start);
                waiting += self.expand(NodeOrdinal(start), place, late, &mut ring, &mut left_out, control)?;
            }
            let bucket = std::mem::take(&mut ring[bucket_of(place)]);
            waiting -= bucket.len();
            // A node stands in a second bucket when a shorter path to it was found later; it is settled in the one of
            // the shorter path.
            for (at, node) in bucket.iter().enumerate() {
                self.hint(&bucket, at);
                if self.settle(*node) {
                    waiting += self.expand(NodeOrdinal(*node), place, late, &mut ring, &mut left_out, control)?;
                }
            }
            self.heaviest = self.heaviest.max(now);
            place += 1;
        }
    }

    /// True when the node was not settled before.
    #[inline(always)]
    fn settle(&mut self, node: u32) -> bool {
        let reach = &mut self.reach[node as usize];
        let is_new = !reach.is_settled();
        if is_new {
            reach.state &= !OPEN;
            self.tree.order.push(node);
        }
        is_new
    }

    /// Hints at what the next nodes of a bucket will ask for.
    #[inline(always)]
    fn hint(&self, bucket: &[u32], at: usize) {
        let [nodes, edges, targets] = AHEAD.map(|ahead| bucket.get(at + ahead).copied().map(NodeOrdinal));
        if let Some(node) = nodes {
            self.snapshot.expect_node(node);
            prefetch(&self.reach, node.index());
        }
        if let Some(node) = edges {
            self.snapshot.expect_named_edges(node);
        }
        if let Some(node) = targets {
            for packed in self.snapshot.packed_edges(node).iter().take(HINTED) {
                prefetch(&self.reach, unpack_edge(*packed).1.index());
            }
        }
    }

    /// Offers this node's path to all that it refers to; returns how many it put into buckets. `place` is that of the
    /// bucket that the node stood in.
    #[inline(always)]
    fn expand(
        &mut self,
        node: NodeOrdinal,
        place: u64,
        late: &BitSet,
        ring: &mut [Vec<u32>],
        left_out: &mut Vec<u32>,
        control: &Control,
    ) -> Result<usize> {
        let snapshot = self.snapshot;
        let Reach { names, state: now, .. } = self.reach[node.index()];
        let mut put = 0;
        for edge in snapshot.edges(node) {
            control.check_at(self.turn)?;
            self.turn += 1;
            let target = snapshot.target(edge).index();
            let known = self.reach[target];
            if known.state <= now | OPEN {
                continue;
            }
            let open = self.references.weight(snapshot, node, edge);
            let closed = || self.references.last_resort(snapshot, node, edge).filter(|_| self.takes_closed);
            let Some(step) = open.or_else(closed) else { continue };
            let total = now.saturating_add(step).min(self.most) | OPEN;
            if total > known.state {
                continue;
            }
            if late.contains(target) {
                if left_out.last() != Some(&node.0) {
                    left_out.push(node.0);
                }
                continue;
            }
            let name = mix(names, self.references.generic_name(snapshot, edge));
            let name = mix(name, self.labels.numbered(known.label).0);
            if total == known.state && name >= known.names {
                continue;
            }
            if total < known.state {
                ring[bucket_of(place + u64::from(step))].push(snapshot.target(edge).0);
                put += 1;
            }
            self.reach[target] = Reach { names: name, state: total, label: known.label };
            self.tree.holders[target] = Holder::of(snapshot, &self.references.marks, node, edge);
        }
        Ok(put)
    }
}

/// The bucket of the ring at this place.
#[inline(always)]
fn bucket_of(place: u64) -> usize {
    (place % (u64::from(MAX_WEIGHT) + 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    /// The parent of each node, where no path weighs more than `most`.
    fn parents(drawing: &str, most: u32) -> Vec<Option<NodeOrdinal>> {
        let (snapshot, control) = (draw(drawing), Control::new());
        let references = References::of(&snapshot, None, &control).unwrap();
        let mut labels = Labels::of(&snapshot, &control).unwrap();
        let growth = Growth { everything: true, ..Growth::default() };
        let tree = PathTree::grow_to(&snapshot, &references, &mut labels, growth, most, &control).unwrap();
        let mut seen = BitSet::new(snapshot.node_count());
        for node in tree.order() {
            assert!(tree.parent(node).is_none_or(|parent| seen.contains(parent.index())), "parents stand first");
            assert!(seen.insert_new(node.index()), "each node stands once");
        }
        snapshot.nodes().map(|node| tree.parent(node)).collect()
    }

    #[test]
    fn a_path_beyond_the_heaviest_weight_leads_on() {
        let list: String = (1..200).map(|at| format!(" | Job#{} > next.Job#{at}", at - 1)).collect();
        let drawing = format!("root > !global | global > first.Job#0 other.Job#150{list}");
        let expected = parents(&drawing, MOST);
        assert!(expected[2..].iter().all(Option::is_some));
        // The whole list has less room than one of the heaviest steps, about half of it, and just enough.
        for most in [1, MAX_WEIGHT, MAX_WEIGHT + 1, 200, 290, 400, 500] {
            assert_eq!(parents(&drawing, most), expected, "{most}");
        }
    }
}
