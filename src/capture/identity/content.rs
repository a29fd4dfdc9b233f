//! The facts of one snapshot that tell its objects apart: class, place, owner, texts and children.

use super::rows::{Items, Rows};
use super::texts::{Texts, edges, kind, split};
use crate::bit_set::BitSet;
use crate::format::Tables;
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{NO_NODE, StringOrdinal};

/// Texts and children that the table keeps of an object.
pub const TEXTS_KEPT: usize = 4;
pub const CHILDREN_KEPT: usize = 2;

/// Stands for every place of an array: things move inside of arrays.
const PLACE: u32 = 1;

/// Something that an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// A text under a name, or at a place of an array. `telling`: few other objects have it.
    Text { hash: u64, named: bool, telling: bool },
    /// An object under a name. `own`: it is this object's before anybody else's.
    Child { edge: u32, target: usize, own: bool },
}

/// # Shapes
/// By node ordinal, but for `order`.
pub struct Content<'a> {
    pub(super) tables: &'a Tables,
    texts: Texts,
    /// Where the object is; of a synthetic node its id. 0: unknown.
    pub address: Vec<u64>,
    /// Hash of kind, name and size.
    pub class: Vec<u32>,
    /// Nodes by their distance from the root; those that nothing strong leads to are at the end.
    pub(super) order: Vec<u32>,
    /// Who led to a node first, past the array that only stores for it; [`NO_NODE`]: nobody.
    pub owner: Vec<u32>,
    /// Hash of the name under which the owner holds it.
    pub owner_edge: Vec<u32>,
    /// The node that led to it first, storage or not.
    leader: Vec<u32>,
}

impl<'a> Content<'a> {
    /// # Cost
    /// O(bytes of strings + edges); about 60 bytes a node.
    pub fn new(tables: &'a Tables, address: Vec<u64>, secret: u64) -> Self {
        let texts = Texts::new(tables, secret);
        let nodes = &tables.nodes;
        let count = nodes.kind.len();
        let class = (0..count)
            .map(|node| {
                let name = texts.word[nodes.name[node] as usize];
                let size = nodes.size.get(node);
                fold(mix(mix(u64::from(kind(tables, node).0), name), size))
            })
            .collect();
        let mut content = Content {
            tables,
            texts,
            address,
            class,
            order: Vec::with_capacity(count),
            owner: vec![NO_NODE; count],
            owner_edge: vec![0; count],
            leader: vec![NO_NODE; count],
        };
        content.find_owners();
        content
    }

    pub fn len(&self) -> usize {
        self.class.len()
    }

    pub fn is_synthetic(&self, node: usize) -> bool {
        is_synthetic(self.tables, node)
    }

    /// A string or another value that is nothing but its text.
    pub(super) fn is_text(&self, node: usize) -> bool {
        self.texts.text[node] != 0
    }

    /// Breadth first from the root; what only handles and the stack hold comes last, as they come and go.
    fn find_owners(&mut self) {
        let root = self.tables.root as usize;
        let mut seen = BitSet::new(self.len());
        let mut late = Vec::new();
        seen.insert(root);
        self.order.push(root as u32);
        let mut next = 0;
        loop {
            while next < self.order.len() {
                let node = self.order[next] as usize;
                next += 1;
                for edge in edges(self.tables, node) {
                    let (kind_of_edge, target) = split(&self.tables.edges, edge);
                    if kind_of_edge == EdgeKind::Weak || !seen.insert_new(target) {
                        continue;
                    }
                    self.leader[target] = node as u32;
                    let stored = self.is_storage(node) && self.leader[node] != NO_NODE;
                    self.owner[target] = if stored { self.leader[node] } else { node as u32 };
                    self.owner_edge[target] = self.edge_hash(edge);
                    if node == root && self.is_synthetic(target) {
                        late.push(target as u32);
                    } else {
                        self.order.push(target as u32);
                    }
                }
            }
            if late.is_empty() {
                break;
            }
            self.order.append(&mut late);
        }
        for node in 0..self.len() {
            if !seen.contains(node) {
                self.order.push(node as u32);
            }
        }
    }

    /// An array that V8 made for an object's elements, properties or entries.
    fn is_storage(&self, node: usize) -> bool {
        kind(self.tables, node) == NodeKind::ARRAY
    }

    /// Hash of the name of an edge; one hash for all places of an array.
    fn edge_hash(&self, edge: usize) -> u32 {
        let (kind, _) = split(&self.tables.edges, edge);
        let name = self.tables.edges.name_or_index[edge] as usize;
        if kind.has_index() || kind == EdgeKind::Internal && self.texts.numeric.contains(name) {
            return PLACE;
        }
        fold(mix(kind as u64, self.texts.word[name])).max(PLACE + 1)
    }

    /// Whether a name is more than a place in an array.
    pub(super) fn is_named(edge: u32) -> bool {
        edge != PLACE
    }

    /// Everything strong that `node` leads to, with the contents of the arrays that store for it: name, target.
    pub(super) fn each_held(&self, node: usize, held: &mut dyn FnMut(u32, usize)) {
        for edge in edges(self.tables, node) {
            let (kind, target) = split(&self.tables.edges, edge);
            if kind == EdgeKind::Weak {
                continue;
            }
            held(self.edge_hash(edge), target);
            if self.is_storage(target) && self.leader[target] == node as u32 {
                for inner in edges(self.tables, target) {
                    let (kind, target) = split(&self.tables.edges, inner);
                    if kind != EdgeKind::Weak {
                        held(self.edge_hash(inner), target);
                    }
                }
            }
        }
    }

    /// Gives the facts that tell `node` from other objects of its class.
    pub(super) fn each_fact(&self, node: usize, fact: &mut dyn FnMut(Fact)) {
        if self.is_text(node) {
            return fact(Fact::Text { hash: self.texts.text[node], named: true, telling: true });
        }
        for edge in edges(self.tables, node) {
            let (kind_of_edge, target) = split(&self.tables.edges, edge);
            match kind_of_edge {
                EdgeKind::Property | EdgeKind::Context | EdgeKind::Element => {
                    self.fact(node, self.edge_hash(edge), target, fact);
                }
                EdgeKind::Internal if self.is_storage(target) && self.leader[target] == node as u32 => {
                    for inner in edges(self.tables, target) {
                        let (kind, target) = split(&self.tables.edges, inner);
                        if kind != EdgeKind::Weak {
                            self.fact(node, PLACE, target, fact);
                        }
                    }
                }
                EdgeKind::Internal => {
                    let name = StringOrdinal(self.tables.edges.name_or_index[edge]);
                    if self.tables.strings.get(name).is("context") {
                        self.fact(node, self.edge_hash(edge), target, fact);
                    }
                }
                _ => {}
            }
        }
    }

    fn fact(&self, node: usize, edge: u32, target: usize, fact: &mut dyn FnMut(Fact)) {
        if self.is_text(target) {
            let hash = mix(u64::from(edge), self.texts.text[target]);
            let telling = self.texts.telling.contains(target);
            fact(Fact::Text { hash, named: Self::is_named(edge), telling });
        } else {
            fact(Fact::Child { edge, target, own: self.owner[target] == node as u32 });
        }
    }

    /// The table's rows of all objects whose place is known.
    pub fn rows(&self, ids: &[u32]) -> Rows {
        let mut nodes: Vec<u32> = (0..self.len() as u32).filter(|node| self.address[*node as usize] != 0).collect();
        nodes.sort_unstable_by_key(|node| self.address[*node as usize]);
        let mut row_of = vec![NO_NODE; self.len()];
        nodes.iter().enumerate().for_each(|(row, node)| row_of[*node as usize] = row as u32);
        let mut rows = Rows::default();
        for node in nodes {
            let node = node as usize;
            let owner = self.owner[node];
            let owner = if owner == NO_NODE { NO_NODE } else { row_of[owner as usize] };
            let held = (owner, self.owner_edge[node]);
            rows.push(self.address[node], ids[node], self.class[node], held, &self.items(node));
        }
        rows
    }

    /// The telling texts and own children that stand for `node` in a table: those with the smallest hashes, which are
    /// the same ones next time, whatever else has come.
    pub fn items(&self, node: usize) -> Items {
        let mut items = Items::default();
        self.each_fact(node, &mut |fact| match fact {
            Fact::Text { hash, telling: true, .. } => keep(hash, TEXTS_KEPT, &mut items.texts),
            Fact::Child { edge, target, own: true } if self.address[target] != 0 => {
                keep(child_hash(edge, self.address[target]), CHILDREN_KEPT, &mut items.children);
            }
            _ => {}
        });
        items
    }
}

/// A root that V8 made up for the snapshot: its id is always the same.
pub fn is_synthetic(tables: &Tables, node: usize) -> bool {
    kind(tables, node) == NodeKind::SYNTHETIC
}

pub(super) fn child_hash(edge: u32, address: u64) -> u32 {
    fold(mix(u64::from(edge), address))
}

fn keep<T: Ord>(hash: T, limit: usize, kept: &mut Vec<T>) {
    if let Err(at) = kept.binary_search(&hash)
        && at < limit
    {
        kept.insert(at, hash);
        kept.truncate(limit);
    }
}

fn fold(hash: u64) -> u32 {
    (hash >> 32) as u32
}
