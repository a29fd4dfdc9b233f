//! The weight of a reference: light where a person understands it as a step of a retaining path.

use super::survivors::Persistent;
use super::weak_pairs::{Halves, Pairs};
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::GLOBAL;
use crate::known::mark::Mark;
use crate::known::names::{Marks, is_backing, is_realm};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;

/// The heaviest step. Every step weighs at least 1. The tree has a bucket for each weight up to this one.
pub const MAX_WEIGHT: u32 = 60;

/// A step over a reference that [`References::weight`] closes: heavier than any other step out of an object.
const CLOSED: u32 = MAX_WEIGHT - 1;
/// The same, where the reference is there for the moment only.
const MOMENTARY: u32 = MAX_WEIGHT;

/// What the steps from and to a node ask of its kind and its name: one byte.
#[derive(Clone, Copy)]
struct Sort(u8);

impl Sort {
    /// No path goes to it.
    const CLOSED: u8 = 1;
    /// No path goes to it from anything but a set of roots.
    const MACHINERY: u8 = 1 << 1;
    const SYNTHETIC: u8 = 1 << 2;
    const CONTINUATION: u8 = 1 << 3;
    const REALM: u8 = 1 << 4;
    /// No path goes to it from a set of roots.
    const SHUT: u8 = 1 << 5;
    const HANDLES: u8 = 1 << 6;
    const BACKING: u8 = 1 << 7;

    fn of(snapshot: &Snapshot, marks: &Marks, node: NodeOrdinal) -> Self {
        let kind = snapshot.kind(node);
        let by_mark = match marks.of_node(snapshot, node) {
            Mark::Machinery | Mark::Momentary if kind == NodeKind::HIDDEN => Self::MACHINERY,
            Mark::Continuation => Self::CONTINUATION,
            Mark::Caches | Mark::Running => Self::SHUT,
            Mark::Handles => Self::HANDLES,
            Mark::Cell if kind == NodeKind::OBJECT_SHAPE => return Self(0),
            _ => 0,
        };
        let by_kind = match kind {
            NodeKind::CODE | NodeKind::NUMBER | NodeKind::SYMBOL | NodeKind::OBJECT_SHAPE => Self::CLOSED,
            NodeKind::SYNTHETIC => Self::SYNTHETIC,
            NodeKind::ARRAY => Self::BACKING,
            NodeKind::HIDDEN if is_backing(snapshot, node) => Self::BACKING,
            NodeKind::HIDDEN if is_realm(snapshot, node) => Self::REALM,
            _ => 0,
        };
        Self(by_mark | by_kind)
    }

    #[inline(always)]
    fn is(self, sort: u8) -> bool {
        self.0 & sort != 0
    }
}

/// Weights of the edges of one heap.
///
/// # Shapes
/// One mark per string of the snapshot, and one hash, 0 for strings that name no reference; one [`Sort`] per node.
pub struct References {
    pub marks: Marks,
    sorts: Vec<Sort>,
    hashes: Vec<u64>,
    pairs: Pairs,
}

impl References {
    /// # Cost
    /// O(nodes + edges), and one pass over the text of the strings; one byte a node stays, and 9 a string.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, persistent: Option<&Persistent>, control: &Control) -> Result<Self> {
        let marks = Marks::of(snapshot);
        let mut hashes = vec![0; snapshot.tables().strings.len()];
        let mut halves = Halves::default();
        let mut sorts = Vec::with_capacity(snapshot.node_count());
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            sorts.push(Sort::of(snapshot, &marks, node));
            for edge in snapshot.edges(node) {
                let Some(name) = snapshot.edge_string(edge) else { continue };
                if hashes[name.index()] == 0 {
                    hashes[name.index()] = hash_text(snapshot.text(name)) | 1;
                }
                if marks.of_string(name) == Mark::Pair && snapshot.edge_kind(edge) == EdgeKind::Internal {
                    halves.add(snapshot, node, edge);
                }
            }
        }
        let pairs = halves.pairs(persistent);
        Ok(Self { marks, sorts, hashes, pairs })
    }

    /// Hash of the edge's kind and name; slots of tables and arrays are all alike.
    #[inline(always)]
    pub fn generic_name(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> u64 {
        let kind = snapshot.edge_kind(edge) as u64;
        match snapshot.edge_string(edge) {
            Some(name) if !self.marks.is_slot(snapshot, edge) => mix(kind, self.hashes[name.index()]),
            _ => kind + 1,
        }
    }

    /// How much this step adds to the weight of a path; `None`: no path goes here.
    ///
    /// Properties and elements are light, and references that only V8 names are heavy. Weak edges and the inside of the
    /// engine are closed.
    #[inline(always)]
    pub fn weight(&self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) -> Option<u32> {
        let weight = self.step(snapshot, from, edge);
        debug_assert!(weight.is_none_or(|weight| (1..=MAX_WEIGHT).contains(&weight)), "{weight:?} has no bucket");
        weight
    }

    /// The weight of a step that [`Self::weight`] closes, for nodes that nothing better reaches; `None`: the reference
    /// keeps nothing alive.
    pub fn last_resort(&self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) -> Option<u32> {
        let target = snapshot.target(edge);
        if snapshot.edge_kind(edge) == EdgeKind::Weak || target == from {
            return None;
        }
        let is_momentary = matches!(self.marks.of_edge(snapshot, edge), Mark::Momentary | Mark::Pair)
            || self.marks.is_running(snapshot, target)
            || self.marks.is_cache_root(snapshot, target);
        Some(if is_momentary { MOMENTARY } else { CLOSED })
    }

    /// [`is_backing`], from the column.
    #[inline(always)]
    pub fn is_backing(&self, node: NodeOrdinal) -> bool {
        self.sorts[node.index()].is(Sort::BACKING)
    }

    #[inline(always)]
    fn step(&self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) -> Option<u32> {
        let target = snapshot.target(edge);
        let kind = snapshot.edge_kind(edge);
        let (from_sort, target_sort) = (self.sorts[from.index()], self.sorts[target.index()]);
        if kind == EdgeKind::Weak || target == from || target_sort.is(Sort::CLOSED) {
            return None;
        }
        if from_sort.is(Sort::SYNTHETIC) {
            return match target_sort {
                to if to.is(Sort::SHUT) => None,
                to if to.is(Sort::HANDLES) => Some(8),
                _ if kind == EdgeKind::Shortcut => Some(1),
                to if to.is(Sort::SYNTHETIC) => Some(if from == snapshot.root() { 16 } else { 40 }),
                _ => Some(10),
            };
        }
        if target_sort.is(Sort::MACHINERY) {
            return None;
        }
        let more = match from_sort {
            from if from.is(Sort::REALM) => {
                if snapshot.name_text(target).starts_with(GLOBAL) {
                    0
                } else {
                    20
                }
            }
            // Not from one to the next: what waits for a promise that never settles is a list.
            from if from.is(Sort::CONTINUATION) && !target_sort.is(Sort::CONTINUATION) => 40,
            _ => 0,
        };
        let step = match kind {
            EdgeKind::Element => 2,
            EdgeKind::Hidden => 4,
            _ => match (kind, self.marks.of_edge(snapshot, edge)) {
                (EdgeKind::Internal, Mark::Machinery | Mark::Momentary) => return None,
                (EdgeKind::Property, Mark::Class) => 14,
                (EdgeKind::Property, Mark::Timer) => 12,
                (EdgeKind::Property, Mark::Symbol) => 3,
                (EdgeKind::Property, _) => 2,
                (EdgeKind::Context, _) => 3,
                (EdgeKind::Internal, Mark::Link | Mark::Slot) => 1,
                (EdgeKind::Internal, Mark::Pair) if self.pairs.is_open(edge) => 3,
                (EdgeKind::Internal, Mark::Pair) => return None,
                (EdgeKind::Shortcut, _) => 3,
                _ => 5,
            },
        };
        Some(step + more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{engine, node};
    use crate::snapshot::drawing::draw;
    use crate::text::Text;

    /// Each name of the tables, as node and as edge, from nodes of each kind to nodes of each kind.
    #[test]
    fn every_step_has_a_bucket() {
        let kinds = ["object", "hidden", "synthetic", "native", "closure", "code", "array", "object_shape"];
        let edges = ["", "#", "=", "!", "%1.", "?2."];
        let mut heaviest = 0;
        let names: Vec<&str> = engine::KNOWN.iter().chain(&node::KNOWN).map(|known| known.name).collect();
        for (from_kind, to_kind) in kinds.iter().flat_map(|from| kinds.map(|to| (*from, to))) {
            for edge in edges {
                let edge = if edge.ends_with('.') { format!("{edge}to") } else { format!("{edge}name.to") };
                let snapshot = draw(&format!("root > from/{from_kind} | from > {edge}/{to_kind}"));
                for name in &names {
                    heaviest = heaviest.max(heaviest_step(&snapshot, name));
                }
            }
        }
        assert!(heaviest > 40, "{heaviest}: the heaviest steps were not met");
    }

    /// With the name in place of each single text of the drawing, and of all.
    fn heaviest_step(snapshot: &Snapshot, name: &str) -> u32 {
        let count = snapshot.tables().strings.len();
        let mut heaviest = 0;
        for replaced in 0..=count {
            let mut tables = snapshot.tables().clone();
            let texts: Vec<String> = tables.strings.iter().map(|(_, text)| text.to_string_lossy()).collect();
            tables.strings = Default::default();
            for (at, text) in texts.iter().enumerate() {
                let text = if at == replaced || replaced == count { name } else { text };
                tables.strings.push(Text::from_str(text));
            }
            let renamed = Snapshot::new(tables);
            let references = References::of(&renamed, None, &Control::new()).unwrap();
            for node in renamed.nodes() {
                for edge in renamed.edges(node) {
                    let weight = references.weight(&renamed, node, edge);
                    let last = references.last_resort(&renamed, node, edge);
                    assert!(weight.is_none_or(|weight| (1..=MAX_WEIGHT).contains(&weight)), "{name}: {weight:?}");
                    assert!(last.is_none_or(|last| last <= MAX_WEIGHT && weight.is_none_or(|weight| weight < last)));
                    heaviest = heaviest.max(weight.unwrap_or(0));
                }
            }
        }
        heaviest
    }
}
