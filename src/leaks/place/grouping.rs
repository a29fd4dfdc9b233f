//! Sorts the objects of one heap into groups and counts them: the nearest persistent object above, and the classes on
//! the path from it.

use super::census::{Census, Group, GroupKey, Large, PathKey};
use super::holder_tree::{HolderTree, has_fields};
use super::identity::Identity;
use super::unreached::count_unreached;
use crate::analysis::QuickHash;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::node::TIMERS_LIST;
use crate::leaks::limits::Limits;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Which group each node belongs to.
pub struct Grouping {
    /// By node: a hash of everything in its group's key but its own label. 0 where [`Self::base`] makes it from the
    /// owner: most objects last, and so do their owners.
    base: Vec<u64>,
    by_signature: bool,
    /// By node: its path key, once anybody asked for it, else 0.
    paths: Mutex<Vec<u64>>,
    persistent: BitSet,
}

impl Grouping {
    /// # Cost
    /// O(nodes); 17 bytes a node at most, as many while it runs, and one row for each group.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(
        tree: &HolderTree<'_>,
        identity: &Identity<'_>,
        limits: &Limits,
        control: &Control,
    ) -> Result<(Self, Census)> {
        let snapshot = tree.snapshot;
        let nodes = snapshot.node_count();
        let mut grouping = Self {
            base: vec![0; nodes],
            by_signature: identity.is_by_signature(),
            paths: Mutex::new(vec![0; nodes]),
            persistent: BitSet::new(nodes),
        };
        let mut census = Census::default();
        // By node: the sizes of its backing stores, and the same in the file.
        let mut sizes = vec![0_u64; nodes];
        let mut bytes = vec![0_u64; nodes];
        census.lasting += snapshot.file_size(snapshot.root());
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let owner = tree.owner(node);
            if identity.is_persistent(node) && (owner.is_some() || node == snapshot.root()) {
                grouping.persistent.insert(node.index());
            }
            let Some(owner) = owner.filter(|_| tree.is_backing(node)) else { continue };
            let (size, in_file) = (snapshot.shallow_size(node), snapshot.file_size(node));
            // What has not changed stays untouched, and takes no memory.
            if size > 0 {
                sizes[owner.index()] += size;
            }
            if in_file > 0 {
                bytes[owner.index()] += in_file;
            }
        }
        // The root has no owner, and is counted above.
        let own = |node: NodeOrdinal, size: u64| if tree.owner(node).is_some() { size } else { 0 };
        let size_of = |node: NodeOrdinal| sizes[node.index()] + own(node, snapshot.shallow_size(node));
        let bytes_of = |node: NodeOrdinal| bytes[node.index()] + own(node, snapshot.file_size(node));
        let mut watched = BitSet::new(nodes);
        for node in grouping.persistent.iter().map(NodeOrdinal::from_index) {
            control.check_at(node.index())?;
            if tree.is_backing(node) {
                continue;
            }
            let (size, bytes) = (size_of(node), bytes_of(node));
            census.lasting += bytes;
            if let Some(name) = identity.name(snapshot, node).filter(|_| size >= limits.large) {
                let references = reference_count(tree, node);
                let slots = slot_count(snapshot, node);
                census.large.insert(name, Large { node, size, bytes, references, slots });
                watched.insert(node.index());
            }
        }
        for (turn, node) in tree.forest.order().enumerate() {
            control.check_at(turn)?;
            let Some(owner) = tree.owner(node) else { continue };
            if !tree.is_backing(node) {
                grouping.place(tree, identity, node, owner);
            }
        }
        let mut rows = Rows::default();
        for (turn, node) in tree.forest.order().enumerate() {
            control.check_at(turn)?;
            if grouping.is_persistent(node) || tree.is_backing(node) {
                continue;
            }
            let key = grouping.key(tree, node);
            let group = rows.row(key, || {
                let parent = tree.owner(node).filter(|owner| !grouping.is_persistent(*owner));
                Ok(Group {
                    count: 0,
                    links: 0,
                    size: 0,
                    bytes: 0,
                    first: node,
                    latest: None,
                    is_field: !tree.fans_out(node) && !tree.is_in_list(node),
                    is_timer: tree.owner(node).is_some_and(|owner| snapshot.name_text(owner).is(TIMERS_LIST)),
                    parent: parent.map(|parent| grouping.key(tree, parent)),
                    label: tree.label(node),
                    path: grouping.path(tree, limits, node, control)?,
                })
            })?;
            group.count += 1;
            group.links += u64::from(tree.is_link(node));
            group.size += size_of(node);
            group.bytes += bytes_of(node);
        }
        census.groups = rows.groups.into_iter().collect();
        census.total = snapshot.nodes().map(|node| snapshot.file_size(node)).sum();
        census.outside = snapshot.tables().extra_native_bytes;
        drop((sizes, bytes));
        let watched = |node: NodeOrdinal| {
            let is_watched = watched.contains(node.index());
            is_watched.then(|| identity.name(snapshot, node)).flatten()
        };
        let group_of = |node| grouping.key(tree, node);
        count_unreached(&mut census, &group_of, &grouping.persistent, tree, &watched, limits, control)?;
        Ok((grouping, census))
    }

    /// Notes what the key of a node is made of; its owner has been placed before.
    #[inline(always)]
    fn place(&mut self, tree: &HolderTree<'_>, identity: &Identity<'_>, node: NodeOrdinal, owner: NodeOrdinal) {
        let snapshot = tree.snapshot;
        if let Some(link) = tree.repeats(node) {
            self.base[node.index()] = self.base(tree, link);
            return;
        }
        if !self.by_signature && self.is_persistent(owner) {
            return;
        }
        let base = match identity.name(snapshot, owner) {
            Some(name) => mix(1, name.0),
            None => self.key(tree, owner).0,
        };
        // A list may be held at both ends: its fields do not tell its links apart.
        let is_field = self.by_signature && has_fields(snapshot, owner) && !tree.is_in_list(node);
        self.base[node.index()] = if is_field { mix(base, tree.step(node)) } else { base };
    }

    pub fn key(&self, tree: &HolderTree<'_>, node: NodeOrdinal) -> GroupKey {
        GroupKey(mix(self.base(tree, node), tree.label(node).0))
    }

    fn base(&self, tree: &HolderTree<'_>, node: NodeOrdinal) -> u64 {
        match self.base[node.index()] {
            0 if !self.by_signature && !tree.is_backing(node) => {
                let owner = tree.owner(node).filter(|owner| self.is_persistent(*owner));
                owner.map_or(0, |owner| mix(1, tree.snapshot.id(owner)))
            }
            base => base,
        }
    }

    /// # Cost
    /// A step for each node above that nobody asked for before. A list may have millions of them.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn path(
        &self,
        tree: &HolderTree<'_>,
        limits: &Limits,
        node: NodeOrdinal,
        control: &Control,
    ) -> Result<PathKey> {
        let mut paths = self.paths.lock();
        let mut below = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at.filter(|node| paths[node.index()] == 0) {
            control.check_at(below.len())?;
            at = tree.repeats(node).or_else(|| tree.owner(node)).filter(|_| !tree.is_backing(node));
            below.push((node, at));
        }
        while let Some((node, above)) = below.pop() {
            control.check_at(below.len())?;
            let Some(above) = above else { continue };
            let path = paths[above.index()];
            paths[node.index()] = if tree.is_link(node) {
                path
            } else {
                let has_name = self.is_persistent(node) && !is_dictionary(tree.snapshot, above, limits);
                let reference = if has_name { tree.step(node) } else { 0 };
                mix(mix(path, reference), tree.label(node).0)
            };
        }
        Ok(PathKey(paths[node.index()]))
    }

    /// Whether objects were followed by their signatures: old and new ones of a group are counted together.
    pub fn is_by_signature(&self) -> bool {
        self.by_signature
    }

    #[inline(always)]
    pub fn is_persistent(&self, node: NodeOrdinal) -> bool {
        self.persistent.contains(node.index())
    }
}

/// Groups in the order in which they are met.
#[derive(Default)]
struct Rows {
    groups: Vec<(GroupKey, Group)>,
    places: HashMap<u64, usize, QuickHash>,
    /// Key and place of the last one: objects of one group stand together.
    last: Option<(GroupKey, usize)>,
}

impl Rows {
    #[inline(always)]
    fn row(&mut self, key: GroupKey, new: impl FnOnce() -> Result<Group>) -> Result<&mut Group> {
        let place = match self.last {
            Some((known, place)) if known == key => place,
            _ => match self.places.entry(key.0) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(place) => {
                    self.groups.push((key, new()?));
                    *place.insert(self.groups.len() - 1)
                }
            },
        };
        self.last = Some((key, place));
        Ok(&mut self.groups[place].1)
    }
}

/// References of an object and its backing stores, without those to V8's own kinds of nodes.
fn reference_count(tree: &HolderTree<'_>, node: NodeOrdinal) -> u64 {
    let snapshot = tree.snapshot;
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let is_counted = |node: &NodeOrdinal| {
        let kind = snapshot.kind(*node);
        !tree.is_backing(*node)
            && !matches!(kind, NodeKind::HIDDEN | NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::NUMBER)
    };
    let stores = targets(node).filter(|target| tree.is_backing(*target)).flat_map(targets);
    targets(node).chain(stores).filter(is_counted).count() as u64
}

/// Elements of an Array. V8 writes an edge for each, whatever the slot holds, but for numbers and holes.
fn slot_count(snapshot: &Snapshot, node: NodeOrdinal) -> u64 {
    if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is("Array") {
        return 0;
    }
    snapshot.edges(node).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Element).count() as u64
}

/// True for an object that is used as a map: its property names are data.
fn is_dictionary(snapshot: &Snapshot, node: NodeOrdinal, limits: &Limits) -> bool {
    snapshot.edge_range(node).len() > limits.dictionary
        && snapshot.kind(node) == NodeKind::OBJECT
        && snapshot.name_text(node).is("Object")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::leaks::test_leaks::{heap, many};
    use crate::paths::survivors::{OddIds, Persistent};

    /// Of the last heap, the nodes that all have.
    fn persistent(heaps: &[&Snapshot], control: &Control) -> Persistent {
        let ids = heaps.iter().map(|heap| OddIds::of(&heap.tables().nodes.id, control).unwrap());
        let common = ids.reduce(|one, other| one.common(&other)).expect("one heap at least");
        Persistent::of(heaps.last().expect("one heap at least"), &common, control).unwrap()
    }

    /// Count, links and bytes of each group of the last heap, and whether a group stands above it.
    fn rows(drawings: [&str; 2]) -> Vec<(u64, u64, u64, bool)> {
        let [before, after] = drawings.map(heap);
        let (control, limits) = (Control::new(), Limits::default());
        let persistent = persistent(&[&before, &after], &control);
        let tree = HolderTree::of(&after, Some(&persistent), &limits, &control).unwrap();
        let (_, census) = Grouping::of(&tree, &Identity::Ids(&persistent), &limits, &control).unwrap();
        assert_eq!(census.sum(), census.total);
        let groups = census.groups.values();
        let mut rows: Vec<_> = groups.map(|it| (it.count, it.links, it.size, it.parent.is_some())).collect();
        rows.sort_unstable();
        rows
    }

    #[test]
    fn objects_of_one_place_and_class_are_one_group() {
        let always = "root > !global | global > cache other";
        let sessions = many("cache > Session#", 0..4);
        let users = "Session#0 > user.User#0:8 | Session#1 > owner.User#1:8";
        let elsewhere = many("other > Session#", 4..6);
        let after = format!("{always} | {sessions} | {users} | {elsewhere}");
        let expected = [(2, 0, 16, true), (2, 0, 32, false), (4, 0, 64, false)];
        assert_eq!(rows([always, &after]), expected);
    }

    #[test]
    fn a_climb_to_the_roots_can_be_cancelled() {
        let links: String = (1..100).map(|at| format!(" | Job#{} > next.Job#{at}", at - 1)).collect();
        let after = heap(&format!("root > !global | global > first.Job#0{links}"));
        let (control, limits) = (Control::new(), Limits::default());
        let persistent = persistent(&[&after], &control);
        let tree = HolderTree::of(&after, Some(&persistent), &limits, &control).unwrap();
        let (grouping, _) = Grouping::of(&tree, &Identity::Ids(&persistent), &limits, &control).unwrap();
        let last = after.nodes().last().expect("the last job");
        control.cancel();
        assert_eq!(grouping.path(&tree, &limits, last, &control), Err(Error::Cancelled));
        assert!(grouping.path(&tree, &limits, last, &Control::new()).is_ok());
    }

    #[test]
    fn links_of_a_list_are_one_group() {
        let always = "root > !global | global > queue.Queue";
        let links = (1..6).map(|at| format!(" | Job#{} > next.Job#{at}:16", at - 1)).collect::<String>();
        let after = format!("{always} | Queue > first.Job#0:16{links}");
        assert_eq!(rows([always, &after]), [(6, 5, 96, false)]);
    }
}
