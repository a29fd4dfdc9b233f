//! The newest heap with all that is asked of it to explain a growth.

use crate::analysis::{Heap, Scripts, SourceLocation, SourceMaps, is_module_scope, scope_file};
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::place::census::Key;
use crate::leaks::place::count::Zones;
use crate::leaks::place::holder_tree::{CHAIN_PERIOD, Hanging, is_backing};
use crate::leaks::place::identity::Same;
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::paths::labels::Label;
use crate::paths::weight::is_realm;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;

/// The newest heap, its forest and its groups.
pub struct Last<'a> {
    pub heap: &'a Heap,
    pub hanging: Hanging<'a>,
    pub zones: Zones,
    pub scripts: Scripts,
    /// `None` when the disk is left alone.
    pub maps: Option<&'a SourceMaps>,
    /// By node: bytes below it that belong to it alone, without the rest of a list it links to.
    weight: Vec<u64>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
}

/// Objects above a container, itself included, that tell whose it is.
const NEAR: usize = 4;

/// How much a class says to a person who looks for a leak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Meaning {
    /// Contexts, cells, V8's own.
    Plumbing,
    /// Functions, strings.
    Value,
    /// `Object`, `Array`: anything.
    Plain,
    /// Classes of the language, memory outside the heap.
    Language,
    /// Classes of Node.js.
    Platform,
    /// Classes of a package.
    Package,
    /// Classes of the program itself.
    Program,
}

impl<'a> Last<'a> {
    /// # Cost
    /// O(nodes + edges).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(
        heap: &'a Heap,
        hanging: Hanging<'a>,
        same: &Same<'_>,
        maps: Option<&'a SourceMaps>,
        control: &Control,
    ) -> Result<Self> {
        let zones = Zones::of(&hanging, same, control)?;
        let scripts = Scripts::of(&heap.snapshot, control)?;
        let nodes = heap.snapshot.node_count();
        let mut last = Self {
            heap,
            hanging,
            zones,
            scripts,
            maps,
            weight: vec![0; nodes],
            first_child: vec![NO_NODE; nodes],
            next_sibling: vec![NO_NODE; nodes],
        };
        last.weigh(control)?;
        Ok(last)
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        &self.heap.snapshot
    }

    pub fn key(&self, node: NodeOrdinal) -> Key {
        self.zones.key(&self.hanging, node)
    }

    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        self.hanging.owner(node)
    }

    pub fn label(&self, node: NodeOrdinal) -> Label {
        self.hanging.label(node)
    }

    pub fn weight(&self, node: NodeOrdinal) -> u64 {
        self.weight[node.index()]
    }

    /// New objects that hang from this one, in no particular order.
    pub fn children(&self, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + '_ {
        let some = |node: u32| (node != NO_NODE).then_some(NodeOrdinal(node));
        std::iter::successors(some(self.first_child[node.index()]), move |child| some(self.next_sibling[child.index()]))
    }

    /// First object of the list that this one is a link of; itself when it is none.
    ///
    /// A link repeats an ancestor: the same class, held by the same class that is held in the same way.
    pub fn head(&self, node: NodeOrdinal) -> NodeOrdinal {
        let label = |node| self.label(node);
        let mut head = node;
        let step = |node| (label(node), self.hanging.step(node));
        let in_list = self.zones.census.groups.get(&self.key(node)).is_some_and(|group| group.links * 2 > group.count);
        if !in_list && !self.hanging.is_link(node) {
            return head;
        }
        'climb: loop {
            let Some(owner) = self.owner(head) else { return head };
            let (mut ancestor, mut fans_out) = (owner, self.fans_out(head));
            for _ in 0..CHAIN_PERIOD {
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

    /// Whether the reference that holds the node is one of many of its sort.
    pub fn fans_out(&self, node: NodeOrdinal) -> bool {
        self.hanging.fans_out(node)
    }

    /// What a report calls the node's class.
    pub fn class_name(&self, node: NodeOrdinal) -> TextBuf {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        if let Some(own) = self.hanging.labels.own_name(node) {
            return snapshot.text(own).to_owned();
        }
        match snapshot.kind(node) {
            _ if node == snapshot.root() => TextBuf::from("(roots)"),
            kind if kind.is_string() => TextBuf::from(format!("({})", snapshot.kind_name(kind))),
            NodeKind::CLOSURE if name.is_empty() => TextBuf::from("(closure)"),
            NodeKind::CLOSURE => TextBuf::from(format!("{}()", name.to_string_lossy())),
            NodeKind::OBJECT | NodeKind::NATIVE | NodeKind::HIDDEN | NodeKind::SYNTHETIC if !name.is_empty() => {
                // Node.js writes what an object wraps behind its class.
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

    /// Where the node's function, class or scope is written; of a module its file.
    pub fn location(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        let of_scope = || is_module_scope(self.snapshot(), node).then(|| scope_file(self.heap, node)).flatten();
        self.module_file(node).or_else(|| self.scripts.locate(self.heap, node)).or_else(of_scope)
    }

    /// That of the last of these nodes which has one.
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

    pub fn meaning(&self, node: NodeOrdinal) -> Meaning {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::CLOSURE | NodeKind::REGEXP | NodeKind::BIGINT => Meaning::Value,
            kind if kind.is_string() => Meaning::Value,
            NodeKind::OBJECT if name.starts_with("system / ") => Meaning::Plumbing,
            NodeKind::OBJECT if name.is("Object") || name.is("Array") || name.is_empty() => Meaning::Plain,
            // Their constructor is the function whose run they are.
            NodeKind::OBJECT if name.is("Generator") || name.is("AsyncGenerator") || name.is("AsyncFunction") => {
                Meaning::Language
            }
            NodeKind::OBJECT => match self.scripts.locate(self.heap, node) {
                None => Meaning::Language,
                Some(place) => self.whose(&place),
            },
            NodeKind::NATIVE if name.is("system / JSArrayBufferData") => Meaning::Language,
            NodeKind::NATIVE if name.starts_with("Node / ") => Meaning::Language,
            NodeKind::WASM_OBJECT => Meaning::Language,
            _ => Meaning::Plumbing,
        }
    }

    /// Whose a container is: the best of what holds it. A module and a function are their file's.
    pub fn held_by(&self, container: NodeOrdinal) -> Meaning {
        let whose = |node: NodeOrdinal| {
            let is_of_file =
                self.snapshot().kind(node) == NodeKind::CLOSURE || self.class_name(node).as_text().is("Module");
            let place = is_of_file.then(|| self.location(node)).flatten();
            place.map_or_else(|| self.meaning(node), |place| self.whose(&place))
        };
        // What hangs from a realm itself is V8's, whoever refers to the realm.
        let holders = std::iter::successors(Some(container), |node| self.owner(*node));
        holders
            .take(NEAR)
            .take_while(|node| !is_realm(self.snapshot(), *node))
            .map(whose)
            .max()
            .unwrap_or(Meaning::Plumbing)
    }

    /// Whether growth in number of such objects is a leak by itself. Code, shapes, feedback and numbers come and go
    /// with the engine's mood.
    pub fn counts(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::NATIVE | NodeKind::BIGINT | NodeKind::WASM_OBJECT => true,
            NodeKind::HIDDEN => name.starts_with("system / Promise") || name.is("system / WeakCell"),
            kind => kind.is_string(),
        }
    }

    fn weigh(&mut self, control: &Control) -> Result<()> {
        let snapshot = self.snapshot();
        for (turn, node) in self.hanging.forest.order().rev().enumerate() {
            control.check_at(turn)?;
            self.weight[node.index()] += snapshot.shallow_size(node);
            let Some(owner) = self.owner(node) else { continue };
            if self.zones.is_persistent(node) {
                continue;
            }
            let weight = self.weight[node.index()];
            if is_backing(snapshot, node) {
                self.weight[owner.index()] += weight;
            } else {
                if !self.hanging.is_link(node) {
                    self.weight[owner.index()] += weight;
                }
                self.next_sibling[node.index()] = self.first_child[owner.index()];
                self.first_child[owner.index()] = node.0;
            }
        }
        Ok(())
    }
}
