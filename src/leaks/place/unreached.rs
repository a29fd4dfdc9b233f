//! Who holds the nodes that no shortest path reaches: code, shapes, numbers; and which nodes nothing holds.

use super::census::{Census, GroupKey, Loose};
use super::holder_tree::HolderTree;
use super::identity::Identity;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::names::is_backing;
use crate::leaks::limits::Limits;
use crate::ordinal::NodeOrdinal;

/// Whose references are followed in a round. Lasting objects come first: new objects get only nodes that they alone
/// hold, as the code and the source of a leaked function. Caches and lists of V8 come last: they keep a source for a
/// while, or list every external string, and are not the reason why it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Lasting,
    New,
    Caches,
}

/// Adds the nodes that no path reaches to the census: to the group of their holder, to the persistent object that holds
/// them, to V8's code, or to the nodes that nothing holds. `group` gives the group of an object, and `None` for a
/// persistent one.
///
/// # Cost
/// O(nodes + edges); one bit a node, and 8 bytes for each that no path reaches, while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn count_unreached(
    census: &mut Census,
    group: &dyn Fn(NodeOrdinal) -> Option<GroupKey>,
    tree: &HolderTree<'_>,
    identity: &Identity<'_>,
    limits: &Limits,
    control: &Control,
) -> Result<()> {
    let snapshot = tree.snapshot;
    let (held, seen) = holders(group, tree, control)?;
    // The nodes of one holder stand together.
    let mut before = None;
    for (turn, (node, holder)) in held.into_iter().enumerate() {
        control.check_at(turn)?;
        let bytes = snapshot.file_size(node);
        if bytes == 0 {
            continue;
        }
        let key = match before {
            Some((known, key)) if known == holder => key,
            _ => group(holder),
        };
        before = Some((holder, key));
        if let Some(group) = key.and_then(|key| census.groups.get_mut(&key)) {
            group.bytes += bytes;
            continue;
        }
        if is_of_engine(snapshot.kind(node)) {
            census.code += bytes;
            continue;
        }
        let large = identity.name(snapshot, holder).and_then(|name| census.large.get_mut(&name));
        match large.filter(|large| large.bytes >= limits.large) {
            Some(large) => {
                large.bytes += bytes;
                census.lasting += bytes;
            }
            None => add(&mut census.loose, tree, node),
        }
    }
    for (turn, node) in snapshot.nodes().enumerate() {
        control.check_at(turn)?;
        if !seen.contains(node.index()) {
            add(&mut census.unheld, tree, node);
        }
    }
    debug_assert_eq!(census.sum(), census.total, "every byte belongs to something");
    Ok(())
}

fn add(classes: &mut std::collections::HashMap<u64, Loose>, tree: &HolderTree<'_>, node: NodeOrdinal) {
    let class = classes.entry(tree.label(node)).or_insert(Loose { count: 0, bytes: 0, node });
    class.count += 1;
    class.bytes += tree.snapshot.file_size(node);
}

/// Each held node that no path reaches, with the object that leads to it; and all nodes that anything leads to.
fn holders(
    group: &dyn Fn(NodeOrdinal) -> Option<GroupKey>,
    tree: &HolderTree<'_>,
    control: &Control,
) -> Result<(Vec<(NodeOrdinal, NodeOrdinal)>, BitSet)> {
    let snapshot = tree.snapshot;
    let mut seen = BitSet::new(snapshot.node_count());
    tree.forest.order().for_each(|node| seen.insert(node.index()));
    let mut held: Vec<(NodeOrdinal, NodeOrdinal)> = Vec::new();
    let mut turn = 0;
    for round in [Round::Lasting, Round::New, Round::Caches] {
        for node in tree.forest.order() {
            let holder = if is_backing(snapshot, node) { tree.owner(node).unwrap_or(node) } else { node };
            let is_lasting = group(holder).is_none() || snapshot.kind(holder) == NodeKind::SYNTHETIC;
            if is_lasting == (round == Round::New) {
                continue;
            }
            let mut next = held.len();
            let mut at = Some(node);
            while let Some(from) = at {
                for edge in snapshot.edges(from) {
                    control.check_at(turn)?;
                    turn += 1;
                    let target = snapshot.target(edge);
                    if snapshot.edge_kind(edge) == EdgeKind::Weak || seen.contains(target.index()) {
                        continue;
                    }
                    if round != Round::Caches && tree.references.marks.is_cache_root(snapshot, target) {
                        continue;
                    }
                    seen.insert(target.index());
                    held.push((target, holder));
                }
                at = held.get(next).map(|(node, _)| *node);
                next += 1;
            }
        }
    }
    Ok((held, seen))
}

/// True for nodes that V8 makes for itself and no program makes: compiled code, shapes, feedback and the tables between
/// them.
pub fn is_of_engine(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::HIDDEN | NodeKind::ARRAY | NodeKind::SYNTHETIC)
}
