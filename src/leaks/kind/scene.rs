//! A leak as the questions about its kind see it.

use crate::analysis::SourceLocation;
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::entries::Entry;
use crate::leaks::last::{Last, Meaning};
use crate::leaks::path::edge_name;
use crate::ordinal::NodeOrdinal;

/// The path of a leak, and where on it the leaking objects begin.
pub struct Scene<'a, 'b> {
    pub last: &'b Last<'a>,
    pub entry: &'b Entry,
    /// As told, root first.
    pub nodes: &'b [NodeOrdinal],
    /// Index of the first leaking one.
    pub cut: usize,
    /// Index of the item.
    pub item: usize,
}

/// Steps before the first leaking object that still tell what holds it.
const NEAR: usize = 3;

impl<'a> Scene<'a, '_> {
    pub fn class(&self, at: usize) -> String {
        self.last.class_name(self.nodes[at]).to_string()
    }

    pub fn edge(&self, at: usize) -> String {
        edge_name(self.last, self.nodes[at]).to_string()
    }

    pub fn kind(&self, at: usize) -> NodeKind {
        self.last.snapshot().kind(self.nodes[at])
    }

    pub fn location(&self, at: usize) -> Option<SourceLocation> {
        self.last.location(self.nodes[at])
    }

    pub fn item(&self) -> NodeOrdinal {
        self.nodes[self.item]
    }

    pub fn item_class(&self) -> String {
        self.class(self.item)
    }

    /// From a little above the first leaking object down to it.
    pub fn holders(&self) -> std::ops::RangeInclusive<usize> {
        self.cut.saturating_sub(NEAR)..=self.cut
    }

    /// From the first leaking object to the item.
    pub fn leaking(&self) -> std::ops::RangeInclusive<usize> {
        self.cut..=self.item
    }

    /// The nearest function below the first leaking object, itself included.
    pub fn function(&self) -> Option<usize> {
        (self.cut..self.nodes.len()).find(|at| self.kind(*at) == NodeKind::CLOSURE)
    }

    pub fn property(&self, node: NodeOrdinal, name: &str) -> Option<NodeOrdinal> {
        self.last.snapshot().named_edge(node, EdgeKind::Property, name).map(|(_, target)| target)
    }

    pub fn has_property(&self, node: NodeOrdinal, name: &str) -> bool {
        self.property(node, name).is_some()
    }

    pub fn meaning(&self, at: usize) -> Meaning {
        self.last.meaning(self.nodes[at])
    }

    /// Names of the classes that an object inherits from, its own first.
    pub fn lineage(&self, node: NodeOrdinal) -> Vec<String> {
        let snapshot = self.last.snapshot();
        let mut names = vec![self.last.class_name(node).to_string()];
        let mut at = node;
        for _ in 0..12 {
            let Some(prototype) = self.property(at, "__proto__") else { break };
            if let Some(made) = self.property(prototype, "constructor") {
                names.push(snapshot.name_text(made).to_string_lossy());
            }
            at = prototype;
        }
        names
    }
}
