//! Who holds each object of a heap: its parent on the shortest path from the roots, past backing stores, with lists
//! recognised.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::leaks::limits::Limits;
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::paths::labels::{Label, Labels};
use crate::paths::survivors::Persistent;
use crate::paths::tree::{FANS_OUT, Growth, PathTree};
use crate::paths::weight::References;
use crate::snapshot::Snapshot;
use std::collections::HashSet;

/// One heap with its tree of holders.
pub struct HolderTree<'a> {
    pub snapshot: &'a Snapshot,
    pub labels: Labels,
    pub references: References,
    pub forest: PathTree,
    /// By node: the parent, past the backing stores between, and [`FANS_OUT`]; [`NO_NODE`] where there is none.
    owner: Vec<u32>,
    /// By node: the ancestor that it repeats, which is the link of a list before it, plus one; 0 where there is none.
    /// Most rows are 0 and take no memory.
    repeats: Vec<u32>,
    /// Links of lists, the first included.
    in_list: BitSet,
    /// [`Limits::chain_period`].
    pub chain_period: usize,
    /// [`Limits::store_of_one`].
    store_of_one: usize,
}

/// Lists and trees of a heap, as far as its objects show them.
#[derive(Default)]
struct Chains {
    /// Classes with three instances of which each holds the next, by any references.
    classes: HashSet<Label>,
    /// [`HolderTree::way_down`] from one link to the next.
    signatures: HashSet<u64>,
    /// Nodes with another of their class among their near ancestors.
    candidates: Vec<NodeOrdinal>,
}

impl<'a> HolderTree<'a> {
    /// # Cost
    /// O(nodes + edges); 25 bytes a node stay.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(
        snapshot: &'a Snapshot,
        persistent: Option<&Persistent>,
        limits: &Limits,
        control: &Control,
    ) -> Result<Self> {
        let (labels, references) =
            rayon::join(|| Labels::of(snapshot, control), || References::of(snapshot, persistent, control));
        let (mut labels, references) = (labels?, references?);
        let forest =
            PathTree::grow(snapshot, &references, &mut labels, Growth { persistent, ..Growth::default() }, control)?;
        let nodes = snapshot.node_count();
        let (owner, repeats) = (vec![NO_NODE; nodes], vec![0; nodes]);
        let in_list = BitSet::new(nodes);
        let (chain_period, store_of_one) = (limits.chain_period, limits.store_of_one);
        let mut tree =
            Self { snapshot, labels, references, forest, owner, repeats, in_list, chain_period, store_of_one };
        tree.find_owners(control)?;
        let mut chains = Chains::default();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            if let Some(owner) = tree.owner(node).filter(|_| !tree.is_one_of_many(node) && !tree.is_backing(node)) {
                tree.follow(node, owner, &mut chains);
            }
        }
        for node in std::mem::take(&mut chains.candidates) {
            if let Some(ancestor) = tree.repeated(node, &chains) {
                tree.repeats[node.index()] = ancestor.0 + 1;
                tree.in_list.insert(node.index());
                tree.in_list.insert(ancestor.index());
            }
        }
        Ok(tree)
    }

    /// Goes through the nodes as they stand in the file: columns are read in their order.
    fn find_owners(&mut self, control: &Control) -> Result<()> {
        // Nodes of which each is the parent of the one before, all but the first of them backing stores.
        let mut below = Vec::new();
        for node in self.snapshot.nodes() {
            control.check_at(node.index())?;
            let mut at = node;
            while self.owner[at.index()] == NO_NODE
                && let Some(parent) = self.forest.parent(at)
            {
                below.push((at, parent));
                if !self.is_backing(parent) {
                    break;
                }
                at = parent;
            }
            while let Some((node, parent)) = below.pop() {
                let owner = if self.is_backing(parent) { self.owner(parent).unwrap_or(parent) } else { parent };
                self.owner[node.index()] = owner.0 | if self.forest.fans_out(node) { FANS_OUT } else { 0 };
            }
        }
        Ok(())
    }

    /// Adds to `chains` what a node shows: it is the third of its class in a row, or more, and is held as the one
    /// before.
    fn follow(&self, node: NodeOrdinal, owner: NodeOrdinal, chains: &mut Chains) {
        let mut same = self.same_above(node, owner).peekable();
        if same.peek().is_none() {
            return;
        }
        chains.candidates.push(node);
        if self.is_linked(node, owner) && self.owner(owner).is_some_and(|above| self.is_linked(owner, above)) {
            chains.classes.insert(self.label(node));
        }
        if let Some((ancestor, _)) = same.find(|(ancestor, above)| self.is_held_alike(node, owner, *ancestor, *above)) {
            chains.signatures.insert(self.path_between(ancestor, node));
        }
    }

    /// The previous link of the list, if the node is a link: the nearest ancestor of its class that leads to it by the
    /// same references as between two other links. So the second link is found too, though nothing before it repeats.
    ///
    /// Most ropes are one text of a few pieces, and no list: of ropes only the third piece and later ones are links.
    fn repeated(&self, node: NodeOrdinal, chains: &Chains) -> Option<NodeOrdinal> {
        let owner = self.owner(node)?;
        if self.is_linked(node, owner) && chains.classes.contains(&self.label(node)) {
            return Some(owner);
        }
        let is_text = self.snapshot.kind(node).is_string();
        self.same_above(node, owner)
            .find(|(ancestor, above)| {
                chains.signatures.contains(&self.path_between(*ancestor, node))
                    && (!is_text || self.is_held_alike(node, owner, *ancestor, *above))
            })
            .map(|(ancestor, _)| ancestor)
    }

    /// Whether the same class holds the node and the ancestor, by the same reference.
    fn is_held_alike(&self, node: NodeOrdinal, owner: NodeOrdinal, ancestor: NodeOrdinal, above: NodeOrdinal) -> bool {
        self.label(above) == self.label(owner)
            && self.step(ancestor) == self.step(node)
            && (ancestor == owner || self.step(above) == self.step(owner))
    }

    /// The near ancestors of the same class, each with its owner. The search ends at a reference that is one of many.
    fn same_above(&self, node: NodeOrdinal, owner: NodeOrdinal) -> impl Iterator<Item = (NodeOrdinal, NodeOrdinal)> {
        let numbers = self.labels.numbers();
        let label = numbers[node.index()];
        let (mut ancestor, mut is_one_of_many) = (owner, self.is_one_of_many(node));
        let nearest = std::iter::from_fn(move || {
            let above = self.owner(ancestor).filter(|_| !is_one_of_many)?;
            let found = (ancestor, above);
            is_one_of_many = self.is_one_of_many(ancestor);
            ancestor = above;
            Some(found)
        });
        nearest.take(self.chain_period).filter(move |(ancestor, _)| numbers[ancestor.index()] == label)
    }

    /// A hash of the classes and references from an ancestor to a node.
    fn path_between(&self, ancestor: NodeOrdinal, node: NodeOrdinal) -> u64 {
        let between = std::iter::successors(Some(node), |node| self.owner(*node)).take_while(|node| *node != ancestor);
        between.fold(0, |path, node| mix(path, mix(self.label(node).0, self.step(node))))
    }

    /// Whether an instance of a class refers to another of its class, as the nodes of a tree do.
    fn is_linked(&self, node: NodeOrdinal, owner: NodeOrdinal) -> bool {
        is_instance(self.snapshot, node)
            && self.label(node) == self.label(owner)
            && !self.fans_out(node)
            && self.forest.edge(node).is_some_and(|edge| !self.references.marks.leads_to_class(self.snapshot, edge))
    }

    /// The parent of the node, past backing stores.
    #[inline(always)]
    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let owner = self.owner[node.index()];
        (owner != NO_NODE).then_some(NodeOrdinal(owner & !FANS_OUT))
    }

    /// [`is_backing`](crate::known::names::is_backing), from a column.
    #[inline(always)]
    pub fn is_backing(&self, node: NodeOrdinal) -> bool {
        self.references.is_backing(node)
    }

    /// Nodes from the root down to this one, backing stores left out.
    pub fn ancestors(&self, node: NodeOrdinal) -> Vec<NodeOrdinal> {
        let mut nodes: Vec<_> = std::iter::successors(Some(node), |node| self.owner(*node)).collect();
        nodes.reverse();
        nodes
    }

    /// The link of a list before this one.
    pub fn repeats(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        self.repeats[node.index()].checked_sub(1).map(NodeOrdinal)
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
        self.labels.label(node)
    }

    /// A hash of the reference that holds the node, without positions; 0 for the root.
    pub fn step(&self, node: NodeOrdinal) -> u64 {
        self.forest.edge(node).map_or(0, |edge| self.references.generic_name(self.snapshot, edge))
    }

    /// Whether the reference that holds the node is one of many of its sort: an element, an entry.
    pub fn fans_out(&self, node: NodeOrdinal) -> bool {
        let owner = self.owner[node.index()];
        owner != NO_NODE && owner & FANS_OUT != 0
    }

    /// [`Self::fans_out`], and the array, Map or Set holds other objects too. Links of a list may hold one another
    /// through an array of one.
    pub fn is_one_of_many(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.snapshot;
        let Some(store) = self.forest.parent(node).filter(|_| self.fans_out(node)) else { return false };
        let holds_another = |edge| {
            let target = snapshot.target(edge);
            target != node && self.references.marks.fans_out(snapshot, edge) && may_be_link(snapshot, target)
        };
        snapshot.edge_range(store).len() > self.store_of_one || snapshot.edges(store).any(holds_another)
    }
}

/// False for keys and for the values that V8 fills free slots with.
fn may_be_link(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let kind = snapshot.kind(node);
    !kind.is_string() && !matches!(kind, NodeKind::NUMBER | NodeKind::SYMBOL | NodeKind::HIDDEN)
}

/// True for objects whose references the program named: instances of classes, and scopes. Names in plain objects may be
/// data.
pub fn has_fields(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    matches!(snapshot.kind(node), NodeKind::CLOSURE | NodeKind::HIDDEN) || is_instance(snapshot, node)
}

fn is_instance(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) == NodeKind::OBJECT && !name.is("Object") && !name.is("Array") && !name.is_empty()
}
