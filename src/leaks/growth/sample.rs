//! Chooses the object that stands for a growing group, where ids do not say which objects are new.

use super::growing::Growing;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// The objects of a group below one holder.
#[derive(Clone, Copy)]
struct Held {
    count: u64,
    first: NodeOrdinal,
    latest: NodeOrdinal,
}

/// Objects of one group may have many holders. The holder with the most of them is the most likely one to grow: the
/// first object below it stands for the group, and the objects below that one stand for the groups below. A group of
/// which each holder has one or two must grow by more.
///
/// # Cost
/// Two passes over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn choose(newest: &mut Newest<'_>, growing: &mut Growing, control: &Control) -> Result<()> {
    let groups = &newest.census.groups;
    let is_top = |key: &&GroupKey| groups[*key].parent.is_none_or(|parent| !growing.groups.contains_key(&parent));
    let tops: HashSet<GroupKey> = growing.groups.keys().filter(is_top).copied().collect();
    let best = fullest_holders(newest, &tops, control)?;
    let thin = best.iter().filter(|(_, held)| held.count <= newest.limits.thin).map(|(key, _)| *key).collect();
    growing.drop_thin(groups, &thin);
    let mut chosen: HashMap<GroupKey, NodeOrdinal> = best.iter().map(|(key, held)| (*key, held.first)).collect();
    let samples: HashSet<NodeOrdinal> = chosen.values().copied().collect();
    let mut below = BitSet::new(newest.snapshot().node_count());
    for (turn, node) in newest.tree.forest.order().enumerate() {
        control.check_at(turn)?;
        let parent = newest.tree.forest.parent(node);
        if samples.contains(&node) || parent.is_some_and(|parent| below.contains(parent.index())) {
            below.insert(node.index());
            let key = newest.key(node);
            if !newest.grouping.is_persistent(node) && growing.groups.contains_key(&key) {
                chosen.entry(key).or_insert(node);
            }
        }
    }
    for (key, held) in best {
        if let Some(group) = newest.census.groups.get_mut(&key) {
            group.latest = Some(held.latest);
        }
    }
    for (key, node) in chosen {
        if let Some(group) = newest.census.groups.get_mut(&key) {
            group.first = node;
        }
    }
    Ok(())
}

/// Of each group the holder with the most of its objects.
fn fullest_holders(
    newest: &Newest<'_>,
    groups: &HashSet<GroupKey>,
    control: &Control,
) -> Result<HashMap<GroupKey, Held>> {
    // All links of a list belong to the holder of the list.
    let mut list_holder: HashMap<NodeOrdinal, NodeOrdinal> = HashMap::new();
    let mut held: HashMap<(GroupKey, NodeOrdinal), Held> = HashMap::new();
    for (turn, node) in newest.tree.forest.order().enumerate() {
        control.check_at(turn)?;
        let Some(owner) = newest.owner(node) else { continue };
        let holder = match newest.tree.repeats(node) {
            None => owner,
            Some(link) => {
                let known = list_holder.get(&link).copied().or_else(|| newest.owner(link)).unwrap_or(owner);
                list_holder.insert(node, known);
                known
            }
        };
        let key = newest.key(node);
        if !newest.grouping.is_persistent(node) && groups.contains(&key) {
            let held = held.entry((key, holder)).or_insert(Held { count: 0, first: node, latest: node });
            held.count += 1;
            held.latest = node;
        }
    }
    let mut best: HashMap<GroupKey, Held> = HashMap::new();
    for ((key, _), held) in held {
        let known = best.entry(key).or_insert(held);
        if (held.count, Reverse(held.first)) > (known.count, Reverse(known.first)) {
            *known = held;
        }
    }
    Ok(best)
}
