//! Who holds the nodes that no shortest path reaches: code, shapes, numbers; and which nodes nothing holds.

use super::census::{Census, GroupKey, Loose, ObjectName};
use super::holder_tree::HolderTree;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::names::Marks;
use crate::leaks::limits::Limits;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use crate::snapshot::{Snapshot, unpack_edge};
use std::collections::HashMap;

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
/// them, to V8's code, or to the nodes that nothing holds. `group_of` is asked for
/// holders that are not persistent; `watched` names the persistent objects that the census has.
///
/// # Cost
/// O(nodes + edges); one bit a node, 24 bytes a label, and 8 bytes for each node that no path reaches, while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn count_unreached(
    census: &mut Census,
    group_of: &dyn Fn(NodeOrdinal) -> GroupKey,
    persistent: &BitSet,
    tree: &HolderTree<'_>,
    watched: &dyn Fn(NodeOrdinal) -> Option<ObjectName>,
    limits: &Limits,
    control: &Control,
) -> Result<()> {
    let snapshot = tree.snapshot;
    let (held, seen) = holders(persistent, tree, control)?;
    let mut loose = Classes::of(tree);
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
            _ => (!persistent.contains(holder.index())).then(|| group_of(holder)),
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
        let large = watched(holder).and_then(|name| census.large.get_mut(&name));
        match large.filter(|large| large.bytes >= limits.large) {
            Some(large) => {
                large.bytes += bytes;
                census.lasting += bytes;
            }
            None => loose.add(tree, node),
        }
    }
    census.loose = loose.by_label(tree);
    let mut unheld = Classes::of(tree);
    for (turn, node) in snapshot.nodes().enumerate() {
        control.check_at(turn)?;
        if !seen.contains(node.index()) {
            unheld.add(tree, node);
        }
    }
    census.unheld = unheld.by_label(tree);
    debug_assert_eq!(census.sum(), census.total, "every byte belongs to something");
    Ok(())
}

/// Sums by the number of a label.
struct Classes(Vec<Option<Loose>>);

impl Classes {
    fn of(tree: &HolderTree<'_>) -> Self {
        Self(vec![None; tree.labels.count()])
    }

    fn add(&mut self, tree: &HolderTree<'_>, node: NodeOrdinal) {
        let number = tree.labels.numbers()[node.index()];
        let class = self.0[number as usize].get_or_insert(Loose { count: 0, bytes: 0, node });
        class.count += 1;
        class.bytes += tree.snapshot.file_size(node);
    }

    fn by_label(self, tree: &HolderTree<'_>) -> HashMap<Label, Loose> {
        let sums = (0..).zip(self.0).filter_map(|(number, class)| Some((tree.labels.numbered(number), class?)));
        sums.collect()
    }
}

/// Held nodes that no path reaches, each with the object that leads to it; and all nodes that anything leads to.
struct Held<'a> {
    snapshot: &'a Snapshot,
    marks: &'a Marks,
    rows: Vec<(NodeOrdinal, NodeOrdinal)>,
    seen: BitSet,
    turn: usize,
}

impl Held<'_> {
    /// Adds what `from` refers to and nothing before did. Puts caches of V8 aside, unless it is their round.
    #[inline(always)]
    fn add(
        &mut self,
        from: NodeOrdinal,
        holder: NodeOrdinal,
        round: Round,
        mut aside: impl FnMut(NodeOrdinal),
        control: &Control,
    ) -> Result<()> {
        for packed in self.snapshot.packed_edges(from) {
            control.check_at(self.turn)?;
            self.turn += 1;
            let (kind, target) = unpack_edge(*packed);
            if self.seen.contains(target.index()) || kind == EdgeKind::Weak {
                continue;
            }
            if round != Round::Caches && self.marks.is_cache_root(self.snapshot, target) {
                aside(target);
                continue;
            }
            self.seen.insert(target.index());
            self.rows.push((target, holder));
        }
        Ok(())
    }

    /// Follows the rows from `next` on.
    #[inline(always)]
    fn follow(&mut self, mut next: usize, round: Round, control: &Control) -> Result<()> {
        while let Some((node, holder)) = self.rows.get(next).copied() {
            next += 1;
            self.add(node, holder, round, |_| (), control)?;
        }
        Ok(())
    }
}

/// Each held node that no path reaches, with the object that leads to it; and all nodes that anything leads to.
fn holders(
    persistent: &BitSet,
    tree: &HolderTree<'_>,
    control: &Control,
) -> Result<(Vec<(NodeOrdinal, NodeOrdinal)>, BitSet)> {
    let snapshot = tree.snapshot;
    let marks = &tree.references.marks;
    let seen = BitSet::new(snapshot.node_count());
    let mut held = Held { snapshot, marks, rows: Vec::new(), seen, turn: 0 };
    tree.forest.order().for_each(|node| held.seen.insert(node.index()));
    let holder_of = |node| if tree.is_backing(node) { tree.owner(node).unwrap_or(node) } else { node };
    let is_new =
        |holder: NodeOrdinal| !persistent.contains(holder.index()) && snapshot.kind(holder) != NodeKind::SYNTHETIC;
    // Caches that lasting objects refer to, with the object and its holder.
    let mut caches: Vec<(NodeOrdinal, NodeOrdinal, NodeOrdinal)> = Vec::new();
    let mut new = Vec::new();
    for place in 0..tree.forest.reached() {
        tree.forest.hint(snapshot, place);
        let node = tree.forest.at(place);
        let holder = holder_of(node);
        if is_new(holder) {
            new.push((node, holder));
            continue;
        }
        let next = held.rows.len();
        held.add(node, holder, Round::Lasting, |cache| caches.push((cache, node, holder)), control)?;
        held.follow(next, Round::Lasting, control)?;
    }
    for (node, holder) in new {
        let next = held.rows.len();
        held.add(node, holder, Round::New, |_| (), control)?;
        held.follow(next, Round::New, control)?;
    }
    for of_one in caches.chunk_by(|one, other| one.1 == other.1) {
        let next = held.rows.len();
        for (cache, _, holder) in of_one {
            if held.seen.insert_new(cache.index()) {
                held.rows.push((*cache, *holder));
            }
        }
        held.follow(next, Round::Caches, control)?;
    }
    Ok((held.rows, held.seen))
}

/// True for nodes that V8 makes for itself and no program makes: compiled code, shapes, feedback and the tables between
/// them.
pub fn is_of_engine(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::HIDDEN | NodeKind::ARRAY | NodeKind::SYNTHETIC)
}
