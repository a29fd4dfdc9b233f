//! Where each object of a heap hangs: on the cheapest path from the roots, past tables, with lists recognised.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::paths::labels::{Label, Labels};
use crate::paths::survivors::Persistent;
use crate::paths::tree::Forest;
use crate::paths::weight::References;
use crate::snapshot::Snapshot;
use std::collections::HashSet;

/// Links of a list are told by a repeat among this many ancestors.
pub const CHAIN_PERIOD: usize = 8;

/// One heap with its forest.
pub struct Hanging<'a> {
    pub snapshot: &'a Snapshot,
    pub labels: Labels,
    pub references: References,
    pub forest: Forest,
    /// By node: parent without the backing stores between.
    owner: Vec<u32>,
    /// By node: the ancestor that it repeats, as the next link of a list does.
    repeats: Vec<u32>,
    /// Links of lists, the first included.
    in_list: BitSet,
}

/// Classes of a heap whose objects are linked.
#[derive(Default)]
struct Chains {
    /// Classes of the program of which three hang from one another, by any references.
    classes: HashSet<Label>,
    /// [`Hanging::way_down`] from one link to the next.
    ways: HashSet<u64>,
    /// Nodes with another of their class near above them.
    perhaps: Vec<NodeOrdinal>,
}

impl<'a> Hanging<'a> {
    /// # Cost
    /// O(nodes + edges); 20 bytes a node stay.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &'a Snapshot, persistent: Option<&Persistent>, control: &Control) -> Result<Self> {
        let labels = Labels::of(snapshot, control)?;
        let references = References::of(snapshot, persistent, control)?;
        let forest = Forest::grow(snapshot, &references, &labels, persistent, control)?;
        let nodes = snapshot.node_count();
        let (owner, repeats) = (vec![NO_NODE; nodes], vec![NO_NODE; nodes]);
        let in_list = BitSet::new(nodes);
        let mut hanging = Self { snapshot, labels, references, forest, owner, repeats, in_list };
        let mut order = Vec::with_capacity(nodes);
        order.extend(hanging.forest.order());
        let mut chains = Chains::default();
        for (turn, node) in order.into_iter().enumerate() {
            control.check_at(turn)?;
            let Some(parent) = hanging.forest.parent(node) else { continue };
            let owner = if is_backing(snapshot, parent) { hanging.owner(parent).unwrap_or(parent) } else { parent };
            hanging.owner[node.index()] = owner.0;
            if !is_backing(snapshot, node) {
                hanging.follow(node, owner, &mut chains);
            }
        }
        for node in std::mem::take(&mut chains.perhaps) {
            if let Some(ancestor) = hanging.repeated(node, &chains) {
                hanging.repeats[node.index()] = ancestor.0;
                hanging.in_list.insert(node.index());
                hanging.in_list.insert(ancestor.index());
            }
        }
        Ok(hanging)
    }

    /// Adds what `node` shows of lists and trees: it is at least the third of its class in a row, held as the one
    /// before.
    fn follow(&self, node: NodeOrdinal, owner: NodeOrdinal, chains: &mut Chains) {
        let mut same = self.same_above(node, owner).peekable();
        if same.peek().is_none() {
            return;
        }
        chains.perhaps.push(node);
        if self.is_linked(node, owner) && self.owner(owner).is_some_and(|above| self.is_linked(owner, above)) {
            chains.classes.insert(self.label(node));
        }
        if let Some((ancestor, _)) = same.find(|(ancestor, above)| self.is_held_alike(node, owner, *ancestor, *above)) {
            chains.ways.insert(self.way_down(ancestor, node));
        }
    }

    /// The near ancestor of the same class from which it is reached as others of the class are from those before them:
    /// the first of a list has no other before it that would tell. Most ropes are single texts of a few pieces, and no
    /// lists: of a text the third piece is the first link.
    fn repeated(&self, node: NodeOrdinal, chains: &Chains) -> Option<NodeOrdinal> {
        let owner = self.owner(node)?;
        if self.is_linked(node, owner) && chains.classes.contains(&self.label(node)) {
            return Some(owner);
        }
        let is_text = self.snapshot.kind(node).is_string();
        self.same_above(node, owner)
            .find(|(ancestor, above)| {
                chains.ways.contains(&self.way_down(*ancestor, node))
                    && (!is_text || self.is_held_alike(node, owner, *ancestor, *above))
            })
            .map(|(ancestor, _)| ancestor)
    }

    /// Whether the same class holds `node` as it holds its ancestor, in the same way.
    fn is_held_alike(&self, node: NodeOrdinal, owner: NodeOrdinal, ancestor: NodeOrdinal, above: NodeOrdinal) -> bool {
        self.label(above) == self.label(owner)
            && self.step(ancestor) == self.step(node)
            && (ancestor == owner || self.step(above) == self.step(owner))
    }

    /// The near ancestors of the same class, not past a reference that is one of many, each with what is above it.
    fn same_above(&self, node: NodeOrdinal, owner: NodeOrdinal) -> impl Iterator<Item = (NodeOrdinal, NodeOrdinal)> {
        let label = self.label(node);
        let (mut ancestor, mut fans_out) = (owner, self.fans_out(node));
        let nearest = std::iter::from_fn(move || {
            let above = self.owner(ancestor).filter(|_| !fans_out)?;
            let found = (ancestor, above);
            fans_out = self.fans_out(ancestor);
            ancestor = above;
            Some(found)
        });
        nearest.take(CHAIN_PERIOD).filter(move |(ancestor, _)| self.label(*ancestor) == label)
    }

    /// Classes and references from an ancestor to a node.
    fn way_down(&self, ancestor: NodeOrdinal, node: NodeOrdinal) -> u64 {
        let between = std::iter::successors(Some(node), |node| self.owner(*node)).take_while(|node| *node != ancestor);
        between.fold(0, |way, node| mix(way, mix(self.label(node), self.step(node))))
    }

    /// Whether an instance of a class refers to another of its class, as the nodes of a tree do.
    fn is_linked(&self, node: NodeOrdinal, owner: NodeOrdinal) -> bool {
        is_instance(self.snapshot, node)
            && self.label(node) == self.label(owner)
            && !self.fans_out(node)
            && self.forest.edge(node).is_some_and(|edge| !self.references.leads_to_class(self.snapshot, edge))
    }

    /// Parent in the forest, past backing stores.
    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        some(self.owner[node.index()])
    }

    /// The link of a list before this one.
    pub fn repeats(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        some(self.repeats[node.index()])
    }

    /// True for the links of a list.
    pub fn is_in_list(&self, node: NodeOrdinal) -> bool {
        self.in_list.contains(node.index())
    }

    /// True for the links of a list after its first.
    pub fn is_link(&self, node: NodeOrdinal) -> bool {
        self.repeats(node).is_some()
    }

    pub fn label(&self, node: NodeOrdinal) -> Label {
        self.labels.label(self.snapshot, node)
    }

    /// The reference that holds the node, in general; 0 for the root.
    pub fn step(&self, node: NodeOrdinal) -> u64 {
        self.forest.edge(node).map_or(0, |edge| self.references.generic_name(self.snapshot, edge))
    }

    /// Whether the reference that holds the node is one of many of its sort.
    pub fn fans_out(&self, node: NodeOrdinal) -> bool {
        self.forest.edge(node).is_some_and(|edge| self.references.fans_out(self.snapshot, edge))
    }
}

fn some(node: u32) -> Option<NodeOrdinal> {
    (node != NO_NODE).then_some(NodeOrdinal(node))
}

/// Arrays and tables in which V8 keeps the contents of an object: part of it, not something it refers to.
pub fn is_backing(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    match snapshot.kind(node) {
        NodeKind::ARRAY => true,
        NodeKind::HIDDEN => {
            let name = snapshot.name_text(node);
            name.is("system / PropertyArray")
                || name.is("system / EmbedderDataArray")
                || name.starts_with("system / Ordered")
        }
        _ => false,
    }
}

/// True for objects whose references have names of the program: instances of classes, scopes. Names in plain objects
/// may be data.
pub fn has_fields(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    matches!(snapshot.kind(node), NodeKind::CLOSURE | NodeKind::HIDDEN) || is_instance(snapshot, node)
}

fn is_instance(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) == NodeKind::OBJECT && !name.is("Object") && !name.is("Array") && !name.is_empty()
}
