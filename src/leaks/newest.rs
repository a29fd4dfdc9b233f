//! The newest heap: how each object is held, how many there are of each group, what they are called and where they are
//! written. All questions about a growth are asked of it.

use crate::analysis::{Heap, Scripts, SourceLocation, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::known::engine::{PROMISE_PARTS, WEAK_CELL};
use crate::leaks::limits::Limits;
use crate::leaks::place::census::{Census, GroupKey, PathKey};
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::leaks::place::identity::Identity;
use crate::leaks::place::weight::Weights;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::paths::name::Naming;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;

/// The newest heap.
pub struct Newest<'a> {
    pub heap: &'a Heap,
    pub tree: HolderTree<'a>,
    pub grouping: Grouping,
    pub census: Census,
    pub weights: Weights,
    pub scripts: Scripts,
    /// `None` when no file of the disk may be read.
    pub maps: Option<&'a SourceMaps>,
    pub limits: Limits,
}

/// All of the newest heap that takes passes over it. Source maps belong to one thread; this may come from another.
pub struct Passes<'a> {
    tree: HolderTree<'a>,
    grouping: Grouping,
    census: Census,
    weights: Weights,
    scripts: Scripts,
}

impl<'a> Passes<'a> {
    /// # Cost
    /// O(nodes + edges).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(tree: HolderTree<'a>, identity: &Identity<'_>, limits: &Limits, control: &Control) -> Result<Self> {
        let (grouping, census) = Grouping::of(&tree, identity, limits, control)?;
        let (scripts, weights) =
            rayon::join(|| Scripts::of(tree.snapshot, control), || Weights::of(&tree, &grouping, control));
        let (scripts, weights) = (scripts?, weights?);
        Ok(Self { tree, grouping, census, weights, scripts })
    }
}

impl<'a> Newest<'a> {
    pub fn of(heap: &'a Heap, passes: Passes<'a>, maps: Option<&'a SourceMaps>, limits: Limits) -> Self {
        let Passes { tree, grouping, census, weights, scripts } = passes;
        Self { heap, tree, grouping, census, weights, scripts, maps, limits }
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        &self.heap.snapshot
    }

    /// The group of a node.
    pub fn key(&self, node: NodeOrdinal) -> GroupKey {
        self.grouping.key(&self.tree, node)
    }

    /// The path key of a node.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn path(&self, node: NodeOrdinal, control: &Control) -> Result<PathKey> {
        self.grouping.path(&self.tree, &self.limits, node, control)
    }

    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        self.tree.owner(node)
    }

    pub fn label(&self, node: NodeOrdinal) -> Label {
        self.tree.label(node)
    }

    /// [`HolderTree::is_one_of_many`].
    pub fn is_one_of_many(&self, node: NodeOrdinal) -> bool {
        self.tree.is_one_of_many(node)
    }

    /// The first object of the list that this node is a link of; the node itself when it is no link.
    ///
    /// A link repeats an ancestor: it has the same class, and the same class holds it by the same reference.
    pub fn head(&self, node: NodeOrdinal) -> NodeOrdinal {
        let label = |node| self.label(node);
        let mut head = node;
        let step = |node| (label(node), self.tree.step(node));
        let in_list = self.census.groups.get(&self.key(node)).is_some_and(|group| group.links * 2 > group.count);
        if !in_list && !self.tree.is_link(node) {
            return head;
        }
        'climb: loop {
            let Some(owner) = self.owner(head) else { return head };
            let (mut ancestor, mut is_one_of_many) = (owner, self.is_one_of_many(head));
            for _ in 0..self.tree.chain_period {
                let Some(above) = self.owner(ancestor).filter(|_| !is_one_of_many) else { return head };
                if label(ancestor) == label(head) && (ancestor == owner || step(above) == step(owner)) {
                    head = ancestor;
                    continue 'climb;
                }
                is_one_of_many = self.is_one_of_many(ancestor);
                ancestor = above;
            }
            return head;
        }
    }

    /// The names of this heap's nodes and references.
    pub fn naming(&self) -> Naming<'_> {
        Naming {
            heap: self.heap,
            scripts: &self.scripts,
            maps: self.maps,
            given: self.tree.labels.given_names(),
            marks: &self.tree.references.marks,
            tree: &self.tree.forest,
        }
    }

    /// [`Naming::class_name`].
    pub fn class_name(&self, node: NodeOrdinal) -> TextBuf {
        self.naming().class_name(node)
    }

    /// [`Naming::original_name`].
    pub fn original_name(&self, node: NodeOrdinal) -> TextBuf {
        self.naming().original_name(node)
    }

    /// [`Naming::location`].
    pub fn location(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        self.naming().location(node)
    }

    /// [`Naming::nearest_location`].
    pub fn nearest_location(&self, nodes: &[NodeOrdinal]) -> Option<SourceLocation> {
        self.naming().nearest_location(nodes)
    }

    /// Whether growth in the number of such objects is a leak by itself. V8 makes and drops code, shapes, feedback and
    /// numbers as it likes.
    pub fn may_leak(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::NATIVE | NodeKind::BIGINT | NodeKind::WASM_OBJECT => true,
            NodeKind::HIDDEN => name.starts_with(PROMISE_PARTS) || name.is(WEAK_CELL),
            kind => kind.is_string(),
        }
    }
}
