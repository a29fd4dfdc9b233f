//! Sorts the objects of one heap into groups and counts them: the nearest persistent object above, and the classes on
//! the path from it.

use super::census::{Census, Group, GroupKey, Large, PathKey};
use super::holder_tree::{HolderTree, has_fields};
use super::identity::Identity;
use super::unreached::count_unreached;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::known::names::is_backing;
use crate::leaks::limits::Limits;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Which group each node belongs to.
pub struct Grouping {
    /// By node: a hash of everything in its group's key but its own label.
    base: Vec<u64>,
    path: Vec<PathKey>,
    persistent: BitSet,
}

impl Grouping {
    /// # Cost
    /// O(nodes); 17 bytes a node, and one row for each group.
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
        let mut grouping =
            Self { base: vec![0; nodes], path: vec![PathKey::default(); nodes], persistent: BitSet::new(nodes) };
        let mut census = Census::default();
        // By node: the sizes of the node and of its backing stores, and the same in the file.
        let mut sizes = vec![0_u64; nodes];
        let mut bytes = vec![0_u64; nodes];
        for (turn, node) in tree.forest.order().enumerate() {
            control.check_at(turn)?;
            if identity.name(snapshot, node).is_some() {
                grouping.persistent.insert(node.index());
            }
            let Some(owner) = tree.owner(node) else {
                // The root.
                census.lasting += snapshot.file_size(node);
                continue;
            };
            let sized = if is_backing(snapshot, node) { owner } else { node };
            sizes[sized.index()] += snapshot.shallow_size(node);
            bytes[sized.index()] += snapshot.file_size(node);
            if !is_backing(snapshot, node) {
                grouping.place(tree, identity, limits, node, owner);
            }
        }
        for (turn, node) in tree.forest.order().enumerate() {
            control.check_at(turn)?;
            if is_backing(snapshot, node) {
                continue;
            }
            let (size, bytes) = (sizes[node.index()], bytes[node.index()]);
            if grouping.is_persistent(node) {
                census.lasting += bytes;
            }
            if let Some(name) = identity.name(snapshot, node) {
                if size >= limits.large {
                    let references = reference_count(snapshot, node);
                    census.large.insert(name, Large { node, size, bytes, references });
                }
                continue;
            }
            let parent = tree.owner(node).filter(|owner| !grouping.is_persistent(*owner));
            let new = Group {
                count: 0,
                links: 0,
                size: 0,
                bytes: 0,
                first: node,
                latest: None,
                is_field: !tree.fans_out(node) && !tree.is_in_list(node),
                parent: parent.map(|parent| grouping.key(tree, parent)),
                label: tree.label(node),
                path: grouping.path(node),
            };
            let group = census.groups.entry(grouping.key(tree, node)).or_insert(new);
            group.count += 1;
            group.links += u64::from(tree.is_link(node));
            group.size += size;
            group.bytes += bytes;
        }
        census.total = snapshot.nodes().map(|node| snapshot.file_size(node)).sum();
        census.outside = snapshot.tables().extra_native_bytes;
        drop((sizes, bytes));
        let group = |node| (!grouping.is_persistent(node)).then(|| grouping.key(tree, node));
        count_unreached(&mut census, &group, tree, identity, limits, control)?;
        Ok((grouping, census))
    }

    /// Notes what the keys of a node are made of; its owner has been placed before.
    fn place(
        &mut self,
        tree: &HolderTree<'_>,
        identity: &Identity<'_>,
        limits: &Limits,
        node: NodeOrdinal,
        owner: NodeOrdinal,
    ) {
        let snapshot = tree.snapshot;
        if let Some(link) = tree.repeats(node) {
            self.base[node.index()] = self.base[link.index()];
            self.path[node.index()] = self.path[link.index()];
            return;
        }
        let has_name = self.is_persistent(node) && !is_dictionary(snapshot, owner, limits);
        let reference = if has_name { tree.step(node) } else { 0 };
        self.path[node.index()] = PathKey(mix(mix(self.path[owner.index()].0, reference), tree.label(node)));
        let base = match identity.name(snapshot, owner) {
            Some(name) => mix(1, name.0),
            None => self.key(tree, owner).0,
        };
        // A list may be held at both ends: its fields do not tell its links apart.
        let is_field = identity.is_by_signature() && has_fields(snapshot, owner) && !tree.is_in_list(node);
        self.base[node.index()] = if is_field { mix(base, tree.step(node)) } else { base };
    }

    pub fn key(&self, tree: &HolderTree<'_>, node: NodeOrdinal) -> GroupKey {
        GroupKey(mix(self.base[node.index()], tree.label(node)))
    }

    pub fn path(&self, node: NodeOrdinal) -> PathKey {
        self.path[node.index()]
    }

    pub fn is_persistent(&self, node: NodeOrdinal) -> bool {
        self.persistent.contains(node.index())
    }
}

/// References of an object and its backing stores, without those to V8's own kinds of nodes.
fn reference_count(snapshot: &Snapshot, node: NodeOrdinal) -> u64 {
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let is_counted = |node: &NodeOrdinal| {
        let kind = snapshot.kind(*node);
        !is_backing(snapshot, *node)
            && !matches!(kind, NodeKind::HIDDEN | NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::NUMBER)
    };
    let stores = targets(node).filter(|target| is_backing(snapshot, *target)).flat_map(targets);
    targets(node).chain(stores).filter(is_counted).count() as u64
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
    use crate::leaks::test_leaks::{heap, many};
    use crate::paths::survivors::Persistent;

    /// Count, links and bytes of each group of the last heap, and whether a group stands above it.
    fn rows(drawings: [&str; 2]) -> Vec<(u64, u64, u64, bool)> {
        let [before, after] = drawings.map(heap);
        let (control, limits) = (Control::new(), Limits::default());
        let persistent = Persistent::of(&[&before, &after], &control).unwrap();
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
    fn links_of_a_list_are_one_group() {
        let always = "root > !global | global > queue.Queue";
        let links = (1..6).map(|at| format!(" | Job#{} > next.Job#{at}:16", at - 1)).collect::<String>();
        let after = format!("{always} | Queue > first.Job#0:16{links}");
        assert_eq!(rows([always, &after]), [(6, 5, 96, false)]);
    }
}
