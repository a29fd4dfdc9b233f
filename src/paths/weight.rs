//! How readily a person accepts a reference as a step of a retaining path.

use super::survivors::Persistent;
use super::weak_pairs::{Halves, Pairs};
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::GLOBAL;
use crate::known::mark::Mark;
use crate::known::names::{Marks, is_realm};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;

/// The heaviest step. Every step weighs at least 1. The tree has a bucket for each weight up to this one.
pub const MAX_WEIGHT: u32 = 60;

/// A step over a reference that [`References::weight`] closes: heavier than any other step out of an object.
const CLOSED: u32 = MAX_WEIGHT - 1;
/// The same, where the reference is there for the moment only.
const MOMENTARY: u32 = MAX_WEIGHT;

/// Weights of the edges of one heap.
///
/// # Shapes
/// One mark per string of the snapshot, and one hash, 0 for strings that name no reference.
pub struct References {
    pub marks: Marks,
    hashes: Vec<u64>,
    pairs: Pairs,
}

impl References {
    /// # Cost
    /// O(edges), and one pass over the text of the strings.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, persistent: Option<&Persistent>, control: &Control) -> Result<Self> {
        let marks = Marks::of(snapshot);
        let mut hashes = vec![0; snapshot.tables().strings.len()];
        let mut halves = Halves::default();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
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
        let pairs = halves.pairs(snapshot, persistent);
        Ok(Self { marks, hashes, pairs })
    }

    /// Hash of the edge's kind and name; slots of tables and arrays are all alike.
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

    fn step(&self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) -> Option<u32> {
        let target = snapshot.target(edge);
        let kind = snapshot.edge_kind(edge);
        let target_kind = snapshot.kind(target);
        let target_mark = self.marks.of_node(snapshot, target);
        let closed = kind == EdgeKind::Weak
            || target == from
            || matches!(target_kind, NodeKind::CODE | NodeKind::NUMBER | NodeKind::SYMBOL)
            || target_kind == NodeKind::OBJECT_SHAPE && target_mark != Mark::Cell;
        if closed {
            return None;
        }
        let from_kind = snapshot.kind(from);
        if from_kind == NodeKind::SYNTHETIC {
            return match target_mark {
                Mark::Caches | Mark::Running => None,
                Mark::Handles => Some(8),
                _ if kind == EdgeKind::Shortcut => Some(1),
                _ if from == snapshot.root() && target_kind == NodeKind::SYNTHETIC => Some(16),
                _ if target_kind == NodeKind::SYNTHETIC => Some(40),
                _ => Some(10),
            };
        }
        if target_kind == NodeKind::HIDDEN && matches!(target_mark, Mark::Machinery | Mark::Momentary) {
            return None;
        }
        let more = match target_mark {
            _ if is_realm(snapshot, from) => {
                if snapshot.name_text(target).starts_with(GLOBAL) {
                    0
                } else {
                    20
                }
            }
            // Not from one to the next: what waits for a promise that never settles is a list.
            mark if mark != Mark::Continuation && self.marks.of_node(snapshot, from) == Mark::Continuation => 40,
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
