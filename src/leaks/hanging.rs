//! Where each object of a heap hangs: on the cheapest path from the roots, past tables, with lists recognised.

use super::forest::Forest;
use super::labels::{Label, Labels};
use super::references::References;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::{NO_NODE, NodeOrdinal};
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
}

impl<'a> Hanging<'a> {
    /// # Cost
    /// O(nodes + edges); 20 bytes a node stay.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &'a Snapshot, control: &Control) -> Result<Self> {
        let labels = Labels::of(snapshot, control)?;
        let references = References::of(snapshot, control)?;
        let forest = Forest::grow(snapshot, &references, &labels, control)?;
        let nodes = snapshot.node_count();
        let (owner, repeats) = (vec![NO_NODE; nodes], vec![NO_NODE; nodes]);
        let mut hanging = Self { snapshot, labels, references, forest, owner, repeats };
        let mut order = Vec::with_capacity(nodes);
        order.extend(hanging.forest.order());
        let mut linked = HashSet::new();
        for (turn, node) in order.iter().enumerate() {
            control.check_at(turn)?;
            let Some(parent) = hanging.forest.parent(*node) else { continue };
            let owner = if is_backing(snapshot, parent) { hanging.owner(parent).unwrap_or(parent) } else { parent };
            hanging.owner[node.index()] = owner.0;
            if hanging.is_linked(*node, owner)
                && hanging.owner(owner).is_some_and(|above| hanging.is_linked(owner, above))
            {
                linked.insert(hanging.label(*node));
            }
        }
        for (turn, node) in order.into_iter().enumerate() {
            control.check_at(turn)?;
            if let Some(owner) = hanging.owner(node).filter(|_| !is_backing(snapshot, node))
                && let Some(ancestor) = hanging.repeated(node, owner, &linked)
            {
                hanging.repeats[node.index()] = ancestor.0;
            }
        }
        Ok(hanging)
    }

    /// Whether an instance of a class refers to another of its class, as the nodes of a list or a tree do.
    fn is_linked(&self, node: NodeOrdinal, owner: NodeOrdinal) -> bool {
        is_instance(self.snapshot, node)
            && self.label(node) == self.label(owner)
            && !self.fans_out(node)
            && self.forest.edge(node).is_some_and(|edge| !self.references.leads_to_class(self.snapshot, edge))
    }

    /// The near ancestor of the same class that is held in the same way by the same class. Where three of a class (`linked`) are linked anywhere,
    /// each is a link of the one that holds it, however it does.
    fn repeated(&self, node: NodeOrdinal, owner: NodeOrdinal, linked: &HashSet<Label>) -> Option<NodeOrdinal> {
        if self.is_linked(node, owner) && linked.contains(&self.label(node)) {
            return Some(owner);
        }
        let (mut ancestor, mut fans_out) = (owner, self.fans_out(node));
        for _ in 0..CHAIN_PERIOD {
            let above = self.owner(ancestor).filter(|_| !fans_out)?;
            let repeats = self.label(ancestor) == self.label(node)
                && self.label(above) == self.label(owner)
                && self.step(ancestor) == self.step(node)
                && (ancestor == owner || self.step(above) == self.step(owner));
            if repeats {
                return Some(ancestor);
            }
            fans_out = self.fans_out(ancestor);
            ancestor = above;
        }
        None
    }

    /// Parent in the forest, past backing stores.
    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        some(self.owner[node.index()])
    }

    /// The link of a list before this one.
    pub fn repeats(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        some(self.repeats[node.index()])
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

/// True for objects whose references have names of the program: instances of classes, scopes. Names in plain objects may be data.
pub fn has_fields(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    matches!(snapshot.kind(node), NodeKind::CLOSURE | NodeKind::HIDDEN) || is_instance(snapshot, node)
}

fn is_instance(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) == NodeKind::OBJECT && !name.is("Object") && !name.is("Array") && !name.is_empty()
}
