//! Sorts the nodes of one heap into groups: the objects of one class that are held alike, below holders that are held
//! alike. The groups form a tree; each byte of a path belongs to one of them.
//!
//! `sessions: Map → Session → name: string` are three groups, however many sessions there are. A link of a list belongs
//! to the group of the link before it.

use super::limits::{CHAIN_PERIOD, DICTIONARY};
use crate::analysis::{Heap, QuickHash};
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::known::engine::PLAIN_OBJECT;
use crate::known::names::{is_backing, is_context_name, is_global};
use crate::known::node::PROCESS;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::paths::whole_tree::WholeTree;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// No group: the node has no path.
pub const NO_GROUP: u32 = u32::MAX;

/// The class of all plain objects.
const PLAIN: u64 = u64::MAX;

/// Objects of one class that are held alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// [`NO_GROUP`] for that of the root. A group stands behind the group above it.
    pub parent: u32,
    pub class: u64,
    step: u64,
    /// The first of them: the nearest to the roots.
    pub sample: NodeOrdinal,
    /// Whether it is one of many that its holder has alike: an element, an entry, a listener in a list.
    pub fans_out: bool,
    pub count: u64,
    /// Those of them that hang on another one of them, as the links of a list do.
    pub links: u64,
    /// Bytes of the objects themselves, with their tables.
    pub shallow: u64,
    /// The same with all groups below.
    pub total: u64,
}

/// The groups of a heap.
///
/// # Shapes
/// `of` has the group of each node, by ordinal.
pub struct Groups {
    pub of: Vec<u32>,
    pub rows: Vec<Group>,
}

impl Groups {
    /// # Cost
    /// One pass over the nodes, and a row of a table for each; 4 bytes a node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(heap: &Heap, whole: &WholeTree, control: &Control) -> Result<Self> {
        let snapshot = &heap.snapshot;
        let mut groups = Self { of: vec![NO_GROUP; snapshot.node_count()], rows: Vec::new() };
        let codes = Codes::of(snapshot);
        let mut known: HashMap<(u32, u64, u64), u32, QuickHash> = HashMap::default();
        for (turn, node) in whole.tree.order().enumerate() {
            control.check_at(turn)?;
            let size = snapshot.shallow_size(node);
            let (parent, edge) = match whole.tree.parent(node).zip(whole.tree.edge(node)) {
                Some((parent, edge)) => (groups.of[parent.index()], edge),
                None => (NO_GROUP, EdgeOrdinal(0)),
            };
            if parent != NO_GROUP && is_backing(snapshot, node) {
                groups.of[node.index()] = parent;
                let group = &mut groups.rows[parent as usize];
                group.shallow = group.shallow.saturating_add(size);
                continue;
            }
            let class = class_of(heap, &codes, node);
            let holder = whole.tree.parent(node);
            let is_data = holder.is_some_and(|holder| is_dictionary(heap, holder, edge));
            let fans_out = is_data || parent != NO_GROUP && whole.references.marks.fans_out(snapshot, edge);
            let step = match parent {
                NO_GROUP => 0,
                _ if is_data => mix(EdgeKind::Property as u64, 0),
                _ => whole.references.generic_name(snapshot, edge),
            };
            let linked = groups.link(heap, &codes, (parent, class, step), fans_out, node);
            let at = match linked {
                Some(at) => at,
                None => *known.entry((parent, class, step)).or_insert_with(|| {
                    let place = groups.rows.len();
                    let (count, links, shallow, total) = (0, 0, 0, 0);
                    let row = Group { parent, class, step, sample: node, fans_out, count, links, shallow, total };
                    groups.rows.push(row);
                    NodeOrdinal::from_index(place).0
                }),
            };
            let group = &mut groups.rows[at as usize];
            group.count += 1;
            group.links += u64::from(linked.is_some());
            group.shallow = group.shallow.saturating_add(size);
            groups.of[node.index()] = at;
        }
        groups.add_up();
        Ok(groups)
    }

    /// The group of the link before, where the node is a link: a near group above has the same class and is held alike,
    /// or an instance holds another one of its class.
    fn link(
        &self,
        heap: &Heap,
        codes: &Codes,
        (parent, class, step): (u32, u64, u64),
        fans_out: bool,
        node: NodeOrdinal,
    ) -> Option<u32> {
        let near = self.rows.get(parent as usize)?;
        let is_instance = || {
            let snapshot = &heap.snapshot;
            snapshot.kind(node) == NodeKind::OBJECT
                && class != PLAIN
                && !snapshot.name_text(node).is("Array")
                && !is_context_name(snapshot.name_text(node))
        };
        if near.class == class && !fans_out && is_instance() {
            return Some(parent);
        }
        let mut at = parent;
        for _ in 0..CHAIN_PERIOD {
            let group = self.rows.get(at as usize)?;
            if group.class == class && group.step == step && codes.is_same(&heap.snapshot, group.sample, node) {
                return Some(at);
            }
            // Emitters that listen to one emitter are no list: many hang on one.
            if group.fans_out && !fans_out {
                return None;
            }
            at = group.parent;
        }
        None
    }

    /// Gives each group the bytes of the groups below it.
    fn add_up(&mut self) {
        for at in (0..self.rows.len()).rev() {
            let Group { parent, shallow, total, .. } = self.rows[at];
            let total = total.saturating_add(shallow);
            self.rows[at].total = total;
            if let Some(above) = self.rows.get_mut(parent as usize) {
                above.total = above.total.saturating_add(total);
            }
        }
    }

    /// Objects for each holder. V8 writes roots of native code in as many nodes as it likes: together they are one.
    pub fn fan(&self, snapshot: &Snapshot, at: u32) -> f64 {
        let group = &self.rows[at as usize];
        let above = self.rows.get(group.parent as usize);
        let above = above.filter(|above| snapshot.kind(above.sample) != NodeKind::SYNTHETIC);
        let holders = above.map_or(1, |above| above.count);
        group.count as f64 / holders.max(1) as f64
    }
}

/// Where V8 names the code that a function runs, and the scope that a context belongs to.
struct Codes {
    shared: KnownText,
    scope_info: KnownText,
}

impl Codes {
    fn of(snapshot: &Snapshot) -> Self {
        Self { shared: KnownText::of(snapshot, "shared"), scope_info: KnownText::of(snapshot, "scope_info") }
    }

    /// The code of a function, the scope of a context.
    fn code(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let name = if snapshot.kind(node) == NodeKind::CLOSURE { &self.shared } else { &self.scope_info };
        let is_one = |edge: &EdgeOrdinal| {
            snapshot.edge_kind(*edge) == EdgeKind::Internal && snapshot.edge_string(*edge).is_some_and(|at| name.is(at))
        };
        snapshot.edges(node).find(is_one).map(|edge| snapshot.target(edge))
    }

    /// Functions are links of one chain only when they run the same code.
    fn is_same(&self, snapshot: &Snapshot, first: NodeOrdinal, second: NodeOrdinal) -> bool {
        snapshot.kind(second) != NodeKind::CLOSURE || self.code(snapshot, first) == self.code(snapshot, second)
    }
}

/// What objects are counted under: plain objects of several forms pile up in one list, contexts of several functions
/// have nothing to do with each other.
fn class_of(heap: &Heap, codes: &Codes, node: NodeOrdinal) -> u64 {
    let snapshot = &heap.snapshot;
    match snapshot.kind(node) {
        NodeKind::OBJECT if snapshot.name_text(node).is(PLAIN_OBJECT) => PLAIN,
        NodeKind::OBJECT | NodeKind::HIDDEN if is_context_name(snapshot.name_text(node)) => {
            let code = codes.code(snapshot, node).map_or(0, |code| u64::from(code.0) + 1);
            code << 32 | u64::from(heap.classes.class_of(node).0)
        }
        _ => u64::from(heap.classes.class_of(node).0),
    }
}

/// Whether the edge is one of the many properties of an object that is used as a dictionary.
fn is_dictionary(heap: &Heap, holder: NodeOrdinal, edge: EdgeOrdinal) -> bool {
    let snapshot = &heap.snapshot;
    if snapshot.kind(holder) != NodeKind::OBJECT
        || snapshot.edge_range(holder).len() < DICTIONARY
        || snapshot.edge_kind(edge) != EdgeKind::Property
    {
        return false;
    }
    let name = snapshot.name_text(holder).to_string_lossy();
    !is_global(&name) && name != PROCESS
}
