//! What cutting the reference of a leak would free, and what else holds what it does not.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Ephemerons;
use crate::kind::EdgeKind;
use crate::leaks::newest::Newest;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::text::TextBuf;

/// Objects of the newest heap that go away when each leaked object loses the reference to cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freed {
    /// Bytes.
    pub size: u64,
    pub count: u64,
    /// Leaked objects that lose the reference.
    pub cut_count: u64,
    /// `None` when all of them go away.
    pub still: Option<Still>,
}

/// Leaked objects that something else holds too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Still {
    pub count: u64,
    /// Id of one of them.
    pub id: u64,
    /// The nearest object outside that holds this one.
    pub holder_id: u64,
    pub holder_name: TextBuf,
}

/// `None` when the heap has no object of this id: `cut` is the first object behind the reference to cut.
///
/// # Cost
/// O(nodes + edges), twice; three bits a node and the stack.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn freed(newest: &Newest<'_>, cut: u64, control: &Control) -> Result<Option<Freed>> {
    let snapshot = newest.snapshot();
    let Some(cut) = snapshot.find(cut) else { return Ok(None) };
    let leaked = alike(newest, cut, control)?;
    let ephemerons = Ephemerons::of(snapshot);
    let all = reached(newest, &ephemerons, None, control)?;
    let left = reached(newest, &ephemerons, Some(&leaked), control)?;
    let mut freed = Freed { size: 0, count: 0, cut_count: 0, still: None };
    for (turn, node) in snapshot.nodes().enumerate() {
        control.check_at(turn)?;
        if all.contains(node.index()) && !left.contains(node.index()) {
            freed.size += snapshot.shallow_size(node);
            freed.count += 1;
        }
        if !leaked.contains(node.index()) {
            continue;
        }
        freed.cut_count += 1;
        if left.contains(node.index()) {
            match &mut freed.still {
                Some(still) => still.count += 1,
                None => freed.still = still(newest, node, &left),
            }
        }
    }
    Ok(Some(freed))
}

/// The objects of the same group that the same object holds.
fn alike(newest: &Newest<'_>, cut: NodeOrdinal, control: &Control) -> Result<BitSet> {
    let mut alike = BitSet::new(newest.snapshot().node_count());
    let (key, owner) = (newest.key(cut), newest.owner(cut));
    for (turn, node) in newest.tree.forest.order().enumerate() {
        control.check_at(turn)?;
        if newest.owner(node) == owner && !newest.grouping.is_persistent(node) && newest.key(node) == key {
            alike.insert(node.index());
        }
    }
    alike.insert(cut.index());
    Ok(alike)
}

/// Every node that the root reaches when the nodes of `cut` have lost the reference that their path goes over. A
/// WeakMap's value is reached when both its key and its table are.
fn reached(newest: &Newest<'_>, ephemerons: &Ephemerons, cut: Option<&BitSet>, control: &Control) -> Result<BitSet> {
    let snapshot = newest.snapshot();
    let mut reached = BitSet::new(snapshot.node_count());
    let mut half_open = BitSet::new(ephemerons.pair_count());
    reached.insert(snapshot.root().index());
    let mut stack = vec![snapshot.root()];
    let mut turn = 0;
    while let Some(node) = stack.pop() {
        turn += 1;
        control.check_at(turn)?;
        for edge in snapshot.edges(node) {
            let (kind, target) = (snapshot.edge_kind(edge), snapshot.target(edge));
            if kind == EdgeKind::Weak || reached.contains(target.index()) {
                continue;
            }
            let is_cut = cut.is_some_and(|cut| cut.contains(target.index()));
            if is_cut && newest.tree.forest.parent(target) == Some(node) {
                continue;
            }
            if kind == EdgeKind::Internal
                && let Some(pair) = ephemerons.get(StringOrdinal(snapshot.name_or_index(edge)))
                && half_open.insert_new(pair.pair as usize)
            {
                // The first of the pair: the other one opens it.
                continue;
            }
            reached.insert(target.index());
            stack.push(target);
        }
    }
    Ok(reached)
}

/// What holds a leaked object besides the reference to cut.
fn still(newest: &Newest<'_>, node: NodeOrdinal, left: &BitSet) -> Option<Still> {
    let snapshot = newest.snapshot();
    let holders = newest.heap.graph.retainers.edges_into(snapshot, node).into_iter().filter(|(from, edge)| {
        snapshot.edge_kind(*edge) != EdgeKind::Weak
            && left.contains(from.index())
            && newest.tree.forest.parent(node) != Some(*from)
    });
    // A reference that a program has says more than one of V8's own.
    let by_rank = |(_, edge): &(NodeOrdinal, _)| {
        matches!(snapshot.edge_kind(*edge), EdgeKind::Internal | EdgeKind::Hidden | EdgeKind::Shortcut)
    };
    let (from, _) = holders.min_by_key(by_rank)?;
    let naming = newest.naming();
    let holder = std::iter::successors(Some(from), |node| newest.owner(*node))
        .find(|node| !naming.original_name(*node).as_text().as_bytes().starts_with(b"("))
        .unwrap_or(from);
    Some(Still {
        count: 1,
        id: snapshot.id(node),
        holder_id: snapshot.id(holder),
        holder_name: naming.original_name(holder),
    })
}
