//! The newest heap: how each object is held, how many there are of each group, what they are called and where they are
//! written. All questions about a growth are asked of it.

use crate::analysis::{Heap, Scripts, SourceLocation, SourceMaps, is_module_scope, scope_file};
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::limits::Limits;
use crate::leaks::place::census::{Census, GroupKey};
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::leaks::place::identity::Identity;
use crate::leaks::place::weight::Weights;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
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

impl<'a> Newest<'a> {
    /// # Cost
    /// O(nodes + edges).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(
        heap: &'a Heap,
        tree: HolderTree<'a>,
        identity: &Identity<'_>,
        maps: Option<&'a SourceMaps>,
        limits: Limits,
        control: &Control,
    ) -> Result<Self> {
        let (grouping, census) = Grouping::of(&tree, identity, &limits, control)?;
        let scripts = Scripts::of(&heap.snapshot, control)?;
        let weights = Weights::of(&tree, &grouping, control)?;
        Ok(Self { heap, tree, grouping, census, weights, scripts, maps, limits })
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        &self.heap.snapshot
    }

    /// The group of a node.
    pub fn key(&self, node: NodeOrdinal) -> GroupKey {
        self.grouping.key(&self.tree, node)
    }

    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        self.tree.owner(node)
    }

    pub fn label(&self, node: NodeOrdinal) -> Label {
        self.tree.label(node)
    }

    /// Whether the reference that holds the node is one of many of its sort.
    pub fn fans_out(&self, node: NodeOrdinal) -> bool {
        self.tree.fans_out(node)
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
            let (mut ancestor, mut fans_out) = (owner, self.fans_out(head));
            for _ in 0..self.tree.chain_period {
                let Some(above) = self.owner(ancestor).filter(|_| !fans_out) else { return head };
                if label(ancestor) == label(head) && (ancestor == owner || step(above) == step(owner)) {
                    head = ancestor;
                    continue 'climb;
                }
                fans_out = self.fans_out(ancestor);
                ancestor = above;
            }
            return head;
        }
    }

    /// The class of a node in a report: `Session`, `(closure)`, `(sliced string)`.
    pub fn class_name(&self, node: NodeOrdinal) -> TextBuf {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        if let Some(own) = self.tree.labels.own_name(node) {
            return snapshot.text(own).to_owned();
        }
        match snapshot.kind(node) {
            _ if node == snapshot.root() => TextBuf::from("(roots)"),
            kind if kind.is_string() => TextBuf::from(format!("({})", snapshot.kind_name(kind))),
            NodeKind::CLOSURE if name.is_empty() => TextBuf::from("(closure)"),
            NodeKind::CLOSURE => TextBuf::from(format!("{}()", name.to_string_lossy())),
            NodeKind::OBJECT | NodeKind::NATIVE | NodeKind::HIDDEN | NodeKind::SYNTHETIC if !name.is_empty() => {
                // Node.js adds the wrapped object behind the class: `Socket / TCP`.
                let long = name.to_string_lossy();
                TextBuf::from(if long.starts_with("system / ") || long.starts_with("Node / ") {
                    long.as_str()
                } else {
                    long.split(" / ").next().unwrap_or(&long)
                })
            }
            kind => TextBuf::from(format!("({})", snapshot.kind_name(kind))),
        }
    }

    /// The place of the node's function, class or scope in the source; the file of a module.
    pub fn location(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        let of_scope = || is_module_scope(self.snapshot(), node).then(|| scope_file(self.heap, node)).flatten();
        self.module_file(node).or_else(|| self.scripts.locate(self.heap, node)).or_else(of_scope)
    }

    /// The place of the last of these nodes that has one.
    pub fn nearest_location(&self, nodes: &[NodeOrdinal]) -> Option<SourceLocation> {
        nodes.iter().rev().find_map(|node| self.location(*node))
    }

    fn module_file(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        let snapshot = self.snapshot();
        if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is("Module") {
            return None;
        }
        let (_, file) = snapshot.named_edge(node, EdgeKind::Property, "filename")?;
        let is_file = snapshot.kind(file) == NodeKind::STRING && !snapshot.name_text(file).is_empty();
        is_file.then(|| SourceLocation { file: snapshot.name_text(file).to_owned(), line: 1, column: 1, script_id: 0 })
    }

    /// Whether growth in the number of such objects is a leak by itself. V8 makes and drops code, shapes, feedback and
    /// numbers as it likes.
    pub fn may_leak(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::NATIVE | NodeKind::BIGINT | NodeKind::WASM_OBJECT => true,
            NodeKind::HIDDEN => name.starts_with("system / Promise") || name.is("system / WeakCell"),
            kind => kind.is_string(),
        }
    }
}
