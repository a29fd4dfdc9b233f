//! Small heaps with addresses, for unit tests.

use crate::format::Tables;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::StringOrdinal;
use crate::text::Text;
use std::collections::HashMap;

struct Node {
    label: String,
    kind: NodeKind,
    name: String,
    size: u64,
    address: u64,
}

/// Nodes have labels that only the test knows.
pub struct Heap {
    nodes: Vec<Node>,
    by_label: HashMap<String, usize>,
    edges: Vec<(usize, EdgeKind, String, usize)>,
}

impl Heap {
    /// With a root and nothing else.
    pub fn new() -> Self {
        let mut heap = Heap { nodes: Vec::new(), by_label: HashMap::new(), edges: Vec::new() };
        heap.add("root", NodeKind::SYNTHETIC, "", 1);
        heap
    }

    pub fn object(&mut self, label: &str, class: &str, address: u64) -> &mut Self {
        self.add(label, NodeKind::OBJECT, class, address)
    }

    pub fn string(&mut self, label: &str, text: &str, address: u64) -> &mut Self {
        self.add(label, NodeKind::STRING, text, address)
    }

    /// Makes the string `label` the first part of a rope, which takes its label and place; its holders hold the rope.
    pub fn rope(&mut self, label: &str, second: &str, address: u64) {
        let first = self.node(label);
        let name = self.nodes[first].name.clone();
        self.string("first part", &name, address).string("second part", second, address + 0x40);
        self.nodes[first].kind = NodeKind::CONCATENATED_STRING;
        self.nodes[first].name = "(concatenated string)".into();
        self.link(label, EdgeKind::Internal, "first", "first part").link(
            label,
            EdgeKind::Internal,
            "second",
            "second part",
        );
    }

    pub fn edge(&mut self, from: &str, name: &str, to: &str) -> &mut Self {
        self.link(from, EdgeKind::Property, name, to)
    }

    pub fn element(&mut self, from: &str, to: &str) -> &mut Self {
        self.link(from, EdgeKind::Element, "", to)
    }

    pub fn size(&mut self, label: &str, size: u64) {
        let node = self.node(label);
        self.nodes[node].size = size;
    }

    pub fn node(&self, label: &str) -> usize {
        self.by_label[label]
    }

    pub fn label(&self, node: u32) -> &str {
        &self.nodes[node as usize].label
    }

    pub fn addresses(&self) -> Vec<u64> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    pub fn tables(&self) -> Tables {
        let mut tables = Tables { node_stride: 6, ..Tables::default() };
        let mut known: HashMap<String, StringOrdinal> = HashMap::new();
        let mut text = |text: &str, tables: &mut Tables| {
            *known.entry(text.to_owned()).or_insert_with(|| tables.strings.push(Text::from_str(text)))
        };
        for (from, node) in self.nodes.iter().enumerate() {
            tables.nodes.kind.push(node.kind.0);
            let name = text(&node.name, &mut tables);
            tables.nodes.name.push(name.0);
            tables.nodes.id.push(from as u64 * 2 + 1);
            tables.nodes.size.push(node.size);
            tables.nodes.first_edge.push(tables.edges.kind_and_target.len() as u32);
            for (at, (_, kind, name, to)) in self.edges.iter().filter(|edge| edge.0 == from).enumerate() {
                tables.edges.kind_and_target.push((*kind as u32) << 29 | *to as u32);
                let name = if kind.has_index() { at as u32 } else { text(name, &mut tables).0 };
                tables.edges.name_or_index.push(name);
            }
        }
        tables.nodes.first_edge.push(tables.edges.kind_and_target.len() as u32);
        tables
    }

    fn add(&mut self, label: &str, kind: NodeKind, name: &str, address: u64) -> &mut Self {
        let known = self.by_label.insert(label.to_owned(), self.nodes.len());
        assert!(known.is_none(), "a second {label}");
        self.nodes.push(Node { label: label.to_owned(), kind, name: name.to_owned(), size: 24, address });
        self
    }

    fn link(&mut self, from: &str, kind: EdgeKind, name: &str, to: &str) -> &mut Self {
        self.edges.push((self.node(from), kind, name.to_owned(), self.node(to)));
        self
    }
}
