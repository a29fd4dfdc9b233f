//! Which object of a growing group stands for it, when ids do not say which are new.

use super::growing::Growing;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Last;
use crate::leaks::place::census::Key;
use crate::ordinal::NodeOrdinal;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Where no object holds more than so many of a group, the group is spread over many.
const THIN: u64 = 2;

/// What one object holds of a group.
#[derive(Clone, Copy)]
struct Held {
    count: u64,
    first: NodeOrdinal,
    latest: NodeOrdinal,
}

/// Objects of one group may hang from many: the one that holds the most of them is the most likely to grow. Its first
/// stands for the group, and what hangs from that one stands for the groups below. What is spread thinly must grow by
/// more than what is gathered.
///
/// # Cost
/// Two passes over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn choose(last: &mut Last<'_>, growing: &mut Growing, control: &Control) -> Result<()> {
    let groups = &last.zones.census.groups;
    let is_top = |key: &&Key| !growing.groups.contains_key(&groups[*key].parent);
    let tops: HashSet<Key> = growing.groups.keys().filter(is_top).copied().collect();
    let counted = |node: NodeOrdinal| !last.zones.is_persistent(node);
    // The object that a list hangs from holds all of its links.
    let mut list_holder: HashMap<u32, NodeOrdinal> = HashMap::new();
    let mut held: HashMap<(Key, NodeOrdinal), Held> = HashMap::new();
    for (turn, node) in last.hanging.forest.order().enumerate() {
        control.check_at(turn)?;
        let Some(owner) = last.owner(node) else { continue };
        let holder = match last.hanging.repeats(node) {
            None => owner,
            Some(link) => {
                let known = list_holder.get(&link.0).copied().or_else(|| last.owner(link)).unwrap_or(owner);
                list_holder.insert(node.0, known);
                known
            }
        };
        let key = last.key(node);
        if counted(node) && tops.contains(&key) {
            let held = held.entry((key, holder)).or_insert(Held { count: 0, first: node, latest: node });
            held.count += 1;
            held.latest = node;
        }
    }
    let mut best: HashMap<Key, Held> = HashMap::new();
    for ((key, _), held) in held {
        let known = best.entry(key).or_insert(held);
        if (held.count, Reverse(held.first)) > (known.count, Reverse(known.first)) {
            *known = held;
        }
    }
    let thin: HashSet<Key> = best.iter().filter(|(_, held)| held.count <= THIN).map(|(key, _)| *key).collect();
    growing.drop_thin(groups, &thin);
    let mut chosen: HashMap<Key, NodeOrdinal> = best.iter().map(|(key, held)| (*key, held.first)).collect();
    let stands: HashSet<NodeOrdinal> = chosen.values().copied().collect();
    let mut below = BitSet::new(last.snapshot().node_count());
    for (turn, node) in last.hanging.forest.order().enumerate() {
        control.check_at(turn)?;
        let parent = last.hanging.forest.parent(node);
        if stands.contains(&node) || parent.is_some_and(|parent| below.contains(parent.index())) {
            below.insert(node.index());
            let key = last.key(node);
            if counted(node) && growing.groups.contains_key(&key) {
                chosen.entry(key).or_insert(node);
            }
        }
    }
    for (key, held) in best {
        if let Some(group) = last.zones.census.groups.get_mut(&key) {
            group.latest = Some(held.latest);
        }
    }
    for (key, node) in chosen {
        if let Some(group) = last.zones.census.groups.get_mut(&key) {
            group.first = node.0;
        }
    }
    Ok(())
}
