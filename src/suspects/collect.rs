//! One pass over the nodes for the chosen groups: in which objects they pile up, how much each holds, how old they are.

use super::ages::{Ages, Ranges};
use super::groups::{Group, Groups, NO_GROUP};
use crate::analysis::{Heap, QuickHash};
use crate::control::Control;
use crate::error::Result;
use crate::known::names::is_backing;
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::paths::whole_tree::WholeTree;
use std::collections::HashMap;

/// One holder of objects of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The nearest to the roots.
    pub first: NodeOrdinal,
    pub count: u64,
    /// Bytes that would be freed with the objects.
    pub retained: u64,
}

/// What piles up in one group.
#[derive(Clone, Debug, Default)]
pub struct Pile {
    /// By the holder.
    pub holders: HashMap<NodeOrdinal, Holding, QuickHash>,
    /// The object of the group that retains most, with these bytes.
    pub heaviest: Option<(u64, NodeOrdinal)>,
    /// The newest by id.
    pub examples: Vec<NodeOrdinal>,
    pub ages: Ages,
    /// Ages of the objects and of all below them.
    pub all_ages: Ages,
}

impl Pile {
    /// The holder of most objects; of two with as many the one of which more bytes hang, then the first.
    pub fn main_holder(&self) -> Option<(NodeOrdinal, Holding)> {
        let holders = self.holders.iter().map(|(node, holding)| (*node, *holding));
        holders.max_by_key(|(node, holding)| (holding.count, holding.retained, std::cmp::Reverse(*node)))
    }
}

/// What the pass found.
pub struct Piles {
    /// One for each chosen group.
    pub piles: Vec<Pile>,
    /// By group: the position of the chosen group at it or above it.
    pub within: Vec<Option<usize>>,
    pub ages: Ages,
    /// Whether the ids tell ages.
    pub ids_tell_ages: bool,
}

/// Ids to name for each group.
const EXAMPLES: usize = 20;

/// # Cost
/// Two passes over the nodes; 4 bytes a node while they run.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn collect(heap: &Heap, whole: &WholeTree, groups: &Groups, chosen: &[u32], control: &Control) -> Result<Piles> {
    let snapshot = &heap.snapshot;
    let mut within: Vec<Option<usize>> = vec![None; groups.rows.len()];
    chosen.iter().enumerate().for_each(|(at, group)| within[*group as usize] = Some(at));
    for at in 0..within.len() {
        let Group { parent, .. } = groups.rows[at];
        if within[at].is_none() && parent != NO_GROUP {
            within[at] = within[parent as usize];
        }
    }
    let mut piles: Vec<Pile> = vec![Pile::default(); chosen.len()];
    let ranges = Ranges::of(snapshot);
    let mut ages = Ages::default();
    // By node: the holder of the list that the node is a link of.
    let mut list_holder: HashMap<NodeOrdinal, NodeOrdinal, QuickHash> = HashMap::default();
    for (turn, node) in whole.tree.order().enumerate() {
        control.check_at(turn)?;
        let range = ranges.at(snapshot, node);
        if let Some(range) = range {
            ages.add(range);
        }
        let group = groups.of[node.index()];
        let Some(at) = within[group as usize] else { continue };
        let pile = &mut piles[at];
        if let Some(range) = range {
            pile.all_ages.add(range);
        }
        if group != chosen[at] || is_backing(snapshot, node) {
            continue;
        }
        if let Some(range) = range {
            pile.ages.add(range);
        }
        let Some(owner) = owner(heap, whole, groups, node) else { continue };
        let is_link = groups.rows[group as usize].links > 0;
        let holder = match list_holder.get(&owner) {
            Some(holder) if is_link => *holder,
            _ => owner,
        };
        if is_link {
            list_holder.insert(node, holder);
        }
        let retained = heap.graph.retained_size(node);
        let new = Holding { first: node, count: 0, retained: 0 };
        let holding = pile.holders.entry(holder).or_insert(new);
        holding.count += 1;
        holding.retained = holding.retained.saturating_add(retained);
        if pile.heaviest.is_none_or(|(most, _)| retained > most) {
            pile.heaviest = Some((retained, node));
        }
        pile.examples.push(node);
        if pile.examples.len() > EXAMPLES * 64 {
            keep_newest(heap, &mut pile.examples);
        }
    }
    for pile in &mut piles {
        keep_newest(heap, &mut pile.examples);
    }
    let ids_tell_ages = ranges.tell_ages;
    Ok(Piles { piles, within, ages, ids_tell_ages })
}

fn keep_newest(heap: &Heap, examples: &mut Vec<NodeOrdinal>) {
    examples.sort_unstable_by_key(|node| (std::cmp::Reverse(heap.snapshot.id(*node)), *node));
    examples.truncate(EXAMPLES);
}

/// The parent of the node, past the tables in which it keeps its contents. Between the links of a list may lie other
/// objects: then the link before.
fn owner(heap: &Heap, whole: &WholeTree, groups: &Groups, node: NodeOrdinal) -> Option<NodeOrdinal> {
    let group = groups.of[node.index()];
    let above = |node: NodeOrdinal| {
        let mut owner = whole.tree.parent(node)?;
        while is_backing(&heap.snapshot, owner) {
            owner = whole.tree.parent(owner)?;
        }
        Some(owner)
    };
    let first = above(node)?;
    let mut at = first;
    for _ in 0..super::limits::CHAIN_PERIOD {
        if groups.of[at.index()] == group {
            return Some(at);
        }
        // A link lies below links only.
        match above(at) {
            Some(next) if groups.of[at.index()] > group && groups.of[at.index()] != NO_NODE => at = next,
            _ => break,
        }
    }
    Some(first)
}
