//! Who holds what no path of the forest reaches: code, shapes, numbers; and what nothing holds.

use super::census::{Census, Key, LARGE, Loose};
use super::holder_tree::{Hanging, is_backing};
use super::identity::Same;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::NodeOrdinal;

/// Whose references are followed: those of lasting objects first. What new objects hold alone goes with them: the code
/// of a leaked function, and its source. Caches and lists of V8 come last: they keep a source for a while, or list
/// every external string, and are not why it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Lasting,
    New,
    Caches,
}

/// Adds to the census all that no path of the forest reaches: to the group of the objects that hold it, to the lasting
/// object, or to the sums of what V8 holds and of what nothing holds. `group`: that of an object; `None` for one that
/// every heap has.
///
/// # Cost
/// O(nodes + edges); one bit a node, and 8 bytes for each that no path reaches, while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn count_unreached(
    census: &mut Census,
    group: &dyn Fn(NodeOrdinal) -> Option<Key>,
    hanging: &Hanging<'_>,
    same: &Same<'_>,
    control: &Control,
) -> Result<()> {
    let snapshot = hanging.snapshot;
    let (held, seen) = holders(group, hanging, control)?;
    // Those of one holder stand together.
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
        let large = same.name(snapshot, holder).and_then(|name| census.large.get_mut(&name));
        match large.filter(|large| large.bytes >= LARGE) {
            Some(large) => {
                large.bytes += bytes;
                census.lasting += bytes;
            }
            None => add(&mut census.loose, hanging, node),
        }
    }
    for (turn, node) in snapshot.nodes().enumerate() {
        control.check_at(turn)?;
        if !seen.contains(node.index()) {
            add(&mut census.unheld, hanging, node);
        }
    }
    debug_assert_eq!(census.sum(), census.total, "every byte belongs to something");
    Ok(())
}

fn add(classes: &mut std::collections::HashMap<u64, Loose>, hanging: &Hanging<'_>, node: NodeOrdinal) {
    let class = classes.entry(hanging.label(node)).or_insert(Loose { count: 0, bytes: 0, node });
    class.count += 1;
    class.bytes += hanging.snapshot.file_size(node);
}

/// Each node that no path reaches and something holds, with the object of the forest that leads to it; and the nodes
/// that anything leads to.
fn holders(
    group: &dyn Fn(NodeOrdinal) -> Option<Key>,
    hanging: &Hanging<'_>,
    control: &Control,
) -> Result<(Vec<(NodeOrdinal, NodeOrdinal)>, BitSet)> {
    let snapshot = hanging.snapshot;
    let mut seen = BitSet::new(snapshot.node_count());
    hanging.forest.order().for_each(|node| seen.insert(node.index()));
    let mut held: Vec<(NodeOrdinal, NodeOrdinal)> = Vec::new();
    let mut turn = 0;
    for round in [Round::Lasting, Round::New, Round::Caches] {
        for node in hanging.forest.order() {
            let holder = if is_backing(snapshot, node) { hanging.owner(node).unwrap_or(node) } else { node };
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
                    if round != Round::Caches && hanging.references.is_unstable(snapshot, target) {
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

/// What V8 makes for itself, and never what a program made: compiled code, shapes, feedback and the tables between
/// them.
pub fn is_of_engine(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::HIDDEN | NodeKind::ARRAY | NodeKind::SYNTHETIC)
}
