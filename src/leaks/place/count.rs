//! What hangs from the objects that were always there, counted by the generic path on which it hangs.

use super::census::{Census, Group, Key, LARGE, Large};
use super::holder_tree::{Hanging, has_fields, is_backing};
use super::identity::Same;
use super::unreached::count_unreached;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// One heap, sorted into groups.
pub struct Zones {
    pub census: Census,
    /// By node: what its key is made of, beside its label.
    base: Vec<Key>,
    /// By node: classes and references from the roots, without positions and links of lists; of new objects without
    /// names too.
    kin: Vec<u64>,
    persistent: BitSet,
}

/// An `Object` of more properties is used as a map.
const DICTIONARY: usize = 64;

impl Zones {
    /// # Cost
    /// O(nodes); 17 bytes a node, and one row for each group.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(hanging: &Hanging<'_>, same: &Same<'_>, control: &Control) -> Result<Self> {
        let snapshot = hanging.snapshot;
        let nodes = snapshot.node_count();
        let mut zones = Self {
            census: Census::default(),
            base: vec![0; nodes],
            kin: vec![0; nodes],
            persistent: BitSet::new(nodes),
        };
        let mut own = vec![0_u64; nodes];
        let mut bytes = vec![0_u64; nodes];
        for (turn, node) in hanging.forest.order().enumerate() {
            control.check_at(turn)?;
            if same.name(snapshot, node).is_some() {
                zones.persistent.insert(node.index());
            }
            let Some(owner) = hanging.owner(node) else {
                // The root.
                zones.census.lasting += snapshot.file_size(node);
                continue;
            };
            if is_backing(snapshot, node) {
                own[owner.index()] += snapshot.shallow_size(node);
                bytes[owner.index()] += snapshot.file_size(node);
                continue;
            }
            own[node.index()] += snapshot.shallow_size(node);
            bytes[node.index()] += snapshot.file_size(node);
            if let Some(link) = hanging.repeats(node) {
                zones.base[node.index()] = zones.base[link.index()];
                zones.kin[node.index()] = zones.kin[link.index()];
                continue;
            }
            let told =
                if !zones.is_persistent(node) || is_dictionary(snapshot, owner) { 0 } else { hanging.step(node) };
            zones.kin[node.index()] = mix(mix(zones.kin[owner.index()], told), hanging.label(node));
            let base = match same.name(snapshot, owner) {
                Some(name) => mix(1, name),
                None => zones.key(hanging, owner),
            };
            // A list may be held at both ends.
            let is_field = same.by_way() && has_fields(snapshot, owner) && !hanging.is_in_list(node);
            zones.base[node.index()] = if is_field { mix(base, hanging.step(node)) } else { base };
        }
        for (turn, node) in hanging.forest.order().enumerate() {
            control.check_at(turn)?;
            if is_backing(snapshot, node) {
                continue;
            }
            let size = own[node.index()];
            if zones.is_persistent(node) {
                zones.census.lasting += bytes[node.index()];
            }
            if let Some(name) = same.name(snapshot, node) {
                if size >= LARGE {
                    let references = reference_count(snapshot, node);
                    zones.census.large.insert(name, Large { node, size, bytes: bytes[node.index()], references });
                }
                continue;
            }
            let key = zones.key(hanging, node);
            let parent = hanging.owner(node).filter(|owner| !zones.is_persistent(*owner));
            let parent = parent.map_or(0, |parent| zones.key(hanging, parent));
            let new = Group {
                first: node.0,
                parent,
                label: hanging.label(node),
                kin: zones.kin[node.index()],
                is_field: !hanging.fans_out(node) && !hanging.is_in_list(node),
                ..Group::default()
            };
            let group = zones.census.groups.entry(key).or_insert(new);
            group.count += 1;
            group.links += u64::from(hanging.is_link(node));
            group.size += size;
            group.bytes += bytes[node.index()];
        }
        zones.census.total = snapshot.nodes().map(|node| snapshot.file_size(node)).sum();
        zones.census.outside = snapshot.tables().extra_native_bytes;
        drop((own, bytes));
        let mut census = std::mem::take(&mut zones.census);
        let group = |node| (!zones.is_persistent(node)).then(|| zones.key(hanging, node));
        count_unreached(&mut census, &group, hanging, same, control)?;
        zones.census = census;
        Ok(zones)
    }

    pub fn key(&self, hanging: &Hanging<'_>, node: NodeOrdinal) -> Key {
        mix(self.base[node.index()], hanging.label(node))
    }

    /// How the node hangs from the roots, in general.
    pub fn kin(&self, node: NodeOrdinal) -> u64 {
        self.kin[node.index()]
    }

    pub fn is_persistent(&self, node: NodeOrdinal) -> bool {
        self.persistent.contains(node.index())
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
