//! What hangs from the objects that were always there, counted by the generic path on which it hangs.

use super::forest::Forest;
use super::labels::{Label, Labels, hash_text, mix};
use super::persistent::Persistent;
use super::references::References;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::{EdgeOrdinal, NO_NODE, NodeOrdinal};
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Links of a list are told by a repeat among this many ancestors.
pub const CHAIN_PERIOD: usize = 8;

/// Name of a group of objects: the id of the nearest object that is in every heap, and the labels on the path from it.
/// Names of properties and positions are left out: they differ from one item of a collection to the next.
pub type Key = u64;

/// Objects of one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Group {
    pub count: u64,
    /// How many of them are links of a list after its first.
    pub links: u64,
    /// Bytes, backing stores included.
    pub size: u64,
    /// The one that is nearest to the roots.
    pub first: u32,
    /// Group of the object they hang from; 0: an object that is in every heap.
    pub parent: Key,
    pub label: Label,
    /// The same for all groups that hang in the same way from objects which themselves hang in the same way from the roots.
    pub kin: u64,
}

/// A persistent object that is watched for growth of its own.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    pub node: NodeOrdinal,
    /// Bytes, backing stores included.
    pub size: u64,
    /// References to other objects, those of the backing stores included.
    pub references: u64,
}

/// What one heap holds, without its nodes.
#[derive(Default)]
pub struct Census {
    pub groups: HashMap<Key, Group>,
    /// Persistent objects that are large, by id.
    pub large: HashMap<u64, Large>,
}

/// One heap, sorted into groups.
pub struct Zones {
    pub census: Census,
    /// By node: parent without the backing stores between.
    owner: Vec<u32>,
    /// By node: what its key is made of, beside its label.
    base: Vec<Key>,
    /// By node: classes and references from the roots, without positions and links of lists; of new objects without names too.
    kin: Vec<u64>,
    persistent: BitSet,
    /// Links of a list after its first.
    pub links: BitSet,
}

/// An `Object` of more properties is used as a map.
const DICTIONARY: usize = 64;

/// Persistent objects below this are not watched for growth of their own.
pub const LARGE: u64 = 512;

impl Zones {
    /// # Cost
    /// O(nodes); 13 bytes a node, and one row for each group.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(
        snapshot: &Snapshot,
        labels: &Labels,
        references: &References,
        forest: &Forest,
        persistent: &Persistent,
        control: &Control,
    ) -> Result<Self> {
        let nodes = snapshot.node_count();
        let mut zones = Self {
            census: Census::default(),
            owner: vec![NO_NODE; nodes],
            base: vec![0; nodes],
            kin: vec![0; nodes],
            persistent: BitSet::new(nodes),
            links: BitSet::new(nodes),
        };
        let step = |node: NodeOrdinal| forest.edge(node).map_or(0, |edge| generic_name(snapshot, references, edge));
        let mut own = vec![0_u64; nodes];
        for (turn, node) in forest.order().enumerate() {
            control.check_at(turn)?;
            if persistent.contains(snapshot, node) {
                zones.persistent.insert(node.index());
            }
            let Some(parent) = forest.parent(node) else { continue };
            let owner = if is_backing(snapshot, parent) { zones.owner(parent).unwrap_or(parent) } else { parent };
            zones.owner[node.index()] = owner.0;
            if is_backing(snapshot, node) {
                own[owner.index()] += snapshot.shallow_size(node);
                continue;
            }
            own[node.index()] += snapshot.shallow_size(node);
            let label = labels.label(snapshot, node);
            zones.base[node.index()] = zones.base_below(snapshot, labels, owner);
            let name = step(node);
            let told = if !zones.is_persistent(node) || is_dictionary(snapshot, owner) { 0 } else { name };
            zones.kin[node.index()] = mix(mix(zones.kin[owner.index()], told), label);
            let fan = |node| forest.edge(node).is_some_and(|edge| references.fans_out(snapshot, edge));
            let (mut ancestor, mut fans_out) = (owner, fan(node));
            for _ in 0..CHAIN_PERIOD {
                let Some(above) = zones.owner(ancestor).filter(|_| !fans_out) else { break };
                let repeats = labels.label(snapshot, ancestor) == label
                    && step(ancestor) == name
                    && labels.label(snapshot, above) == labels.label(snapshot, owner)
                    && (ancestor == owner || step(above) == step(owner));
                if repeats {
                    zones.base[node.index()] = zones.base[ancestor.index()];
                    zones.kin[node.index()] = zones.kin[ancestor.index()];
                    zones.links.insert(node.index());
                    break;
                }
                fans_out = fan(ancestor);
                ancestor = above;
            }
        }
        for (turn, node) in forest.order().enumerate() {
            control.check_at(turn)?;
            if is_backing(snapshot, node) {
                continue;
            }
            let size = own[node.index()];
            if zones.persistent.contains(node.index()) {
                if size >= LARGE {
                    let references = reference_count(snapshot, node);
                    zones.census.large.insert(snapshot.id(node), Large { node, size, references });
                }
                continue;
            }
            let key = zones.key(snapshot, labels, node);
            let parent = zones.owner(node).filter(|owner| !zones.persistent.contains(owner.index()));
            let parent = parent.map_or(0, |parent| zones.key(snapshot, labels, parent));
            let label = labels.label(snapshot, node);
            let kin = zones.kin[node.index()];
            let new = Group { first: node.0, parent, label, kin, ..Group::default() };
            let group = zones.census.groups.entry(key).or_insert(new);
            group.count += 1;
            group.links += u64::from(zones.links.contains(node.index()));
            group.size += size;
        }
        Ok(zones)
    }

    /// [`Zones::of`] for a heap of which nothing else is asked.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn alone(snapshot: &Snapshot, persistent: &Persistent, control: &Control) -> Result<Self> {
        let labels = Labels::of(snapshot, control)?;
        let references = References::of(snapshot);
        let forest = Forest::grow(snapshot, &references, control)?;
        Self::of(snapshot, &labels, &references, &forest, persistent, control)
    }

    /// Parent in the forest, past backing stores.
    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let owner = self.owner[node.index()];
        (owner != NO_NODE).then_some(NodeOrdinal(owner))
    }

    pub fn key(&self, snapshot: &Snapshot, labels: &Labels, node: NodeOrdinal) -> Key {
        mix(self.base[node.index()], labels.label(snapshot, node))
    }

    /// How the node hangs from the roots, in general.
    pub fn kin(&self, node: NodeOrdinal) -> u64 {
        self.kin[node.index()]
    }

    pub fn is_persistent(&self, node: NodeOrdinal) -> bool {
        self.persistent.contains(node.index())
    }

    fn base_below(&self, snapshot: &Snapshot, labels: &Labels, owner: NodeOrdinal) -> Key {
        if self.is_persistent(owner) { mix(1, snapshot.id(owner)) } else { self.key(snapshot, labels, owner) }
    }
}

/// Arrays and tables in which V8 keeps the contents of an object: part of it, not something it refers to.
pub fn is_backing(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    match snapshot.kind(node) {
        NodeKind::ARRAY => true,
        NodeKind::HIDDEN => {
            let name = snapshot.name_text(node);
            name.is("system / PropertyArray")
                || name.is("system / EmbedderDataArray")
                || name.starts_with("system / Ordered")
        }
        _ => false,
    }
}

/// References that an object and its backing stores hold, those to V8's own kinds left out.
fn reference_count(snapshot: &Snapshot, node: NodeOrdinal) -> u64 {
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let counts = |node: &NodeOrdinal| {
        let kind = snapshot.kind(*node);
        !is_backing(snapshot, *node)
            && !matches!(kind, NodeKind::HIDDEN | NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::NUMBER)
    };
    let stores = targets(node).filter(|target| is_backing(snapshot, *target)).flat_map(targets);
    targets(node).chain(stores).filter(counts).count() as u64
}

/// True for an object that is used as a map: its property names are data.
fn is_dictionary(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.edge_range(node).len() > DICTIONARY
        && snapshot.kind(node) == NodeKind::OBJECT
        && snapshot.name_text(node).is("Object")
}

/// Hash of the edge's kind and name; slots of tables and arrays are all alike.
pub fn generic_name(snapshot: &Snapshot, references: &References, edge: EdgeOrdinal) -> u64 {
    let kind = snapshot.edge_kind(edge) as u64;
    match snapshot.edge_string(edge) {
        Some(name) if !references.is_slot(snapshot, edge) => mix(kind, hash_text(snapshot.text(name))),
        _ => kind + 1,
    }
}
