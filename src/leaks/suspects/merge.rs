//! Growing groups that are one leak, though they hang in several places.

use super::suspect::{Grown, summed};
use crate::bit_set::BitSet;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::leaks::growth::growing::is_in_step;
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::bounded::is_of_package;
use crate::leaks::place::census::Key;
use crate::leaks::place::path::nodes_to;
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Depth of the search for what else an item holds.
const MOST_LINKED: usize = 4000;

/// Groups of one container that are the same thing on two ways, as from both ends of a list, count together.
pub fn same_joined(last: &Last<'_>, mut groups: Vec<Grown>) -> Vec<Grown> {
    let is_top: HashMap<Key, bool> = groups.iter().map(|group| (group.key, group.is_top)).collect();
    groups.sort_by_cached_key(|group| nodes_to(last, group.node).len());
    summed(groups, |group| generic_path(last, group.key, &is_top))
}

/// Places that hang in the same way from the roots, and gather the same, are one: forty users with a history each.
pub fn kin_joined(last: &Last<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let mut joined: BTreeMap<u64, Vec<Grown>> = BTreeMap::new();
    for groups in places {
        let Some(top) = groups.iter().find(|group| group.is_top) else { continue };
        let kin = mix(last.zones.kin(top.container), last.label(top.node));
        joined.entry(kin).or_default().extend(groups);
    }
    joined.into_values().map(|groups| summed(groups, |group| last.zones.kin(group.node))).collect()
}

/// A package keeps several lists of the same: what was called, with what, what it returned. Collections of one of its
/// objects that grow in step are one leak.
pub fn owned_joined(last: &Last<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let mut joined: Vec<Vec<Grown>> = Vec::with_capacity(places.len());
    // By owner: steps of a place, and its index.
    let mut owned: HashMap<NodeOrdinal, Vec<(Vec<i64>, usize)>> = HashMap::new();
    for groups in places {
        let top = groups.iter().find(|group| group.is_top && group.growth.counts.iter().all(|step| *step > 0));
        let owner = top.and_then(|top| last.owner(top.container)).filter(|owner| is_of_package(last, *owner));
        let (Some(top), Some(owner)) = (top, owner) else {
            joined.push(groups);
            continue;
        };
        let known = owned.entry(owner).or_default();
        match known.iter().find(|(steps, _)| is_in_step(steps, &top.growth.counts)) {
            Some((_, at)) => joined[*at].extend(groups),
            None => {
                known.push((top.growth.counts.clone(), joined.len()));
                joined.push(groups);
            }
        }
    }
    joined
}

/// One leak often hangs from several places: listeners in five arrays, a connection in a list and on a socket. Where an
/// object of one place leads to one of another, both are one leak; so are the sockets of Node.js's native code and as
/// many in a list of an agent.
pub fn linked_joined(last: &Last<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let place_of: HashMap<Key, usize> = places
        .iter()
        .enumerate()
        .flat_map(|(index, groups)| groups.iter().map(move |group| (group.key, index)))
        .collect();
    let mut leader: Vec<usize> = (0..places.len()).collect();
    for (index, groups) in places.iter().enumerate() {
        for group in groups.iter().filter(|group| group.is_top) {
            let starts = [Some(group.node), last.zones.census.groups[&group.key].latest];
            for other in starts.into_iter().flatten().flat_map(|start| reached(last, start, &place_of)) {
                unite(&mut leader, index, other);
            }
        }
    }
    for (index, groups) in places.iter().enumerate().filter(|(_, groups)| held_natively(last, groups)) {
        if let Some(other) = (0..places.len()).find(|other| *other != index && have_same(last, groups, &places[*other]))
        {
            unite(&mut leader, index, other);
        }
    }
    let mut joined: BTreeMap<usize, Vec<Grown>> = BTreeMap::new();
    for (index, groups) in places.into_iter().enumerate() {
        joined.entry(find(&leader, index)).or_default().extend(groups);
    }
    joined.into_values().collect()
}

/// Whether only native code holds what grows there.
fn held_natively(last: &Last<'_>, groups: &[Grown]) -> bool {
    let kind = |group: &Grown| last.snapshot().kind(group.container);
    groups.iter().all(|group| matches!(kind(group), NodeKind::SYNTHETIC | NodeKind::NATIVE))
}

/// Whether objects of one class grow in both places by as many in each interval.
fn have_same(last: &Last<'_>, native: &[Grown], others: &[Grown]) -> bool {
    let is_same = |a: &Grown, b: &Grown| {
        last.label(a.node) == last.label(b.node)
            && a.growth.counts == b.growth.counts
            && match last.meaning(a.node) {
                Meaning::Platform => true,
                // Classes that native code makes have no place in the source.
                Meaning::Language => a.is_top && b.is_top,
                _ => false,
            }
    };
    native.iter().any(|group| others.iter().any(|other| is_same(group, other)))
}

fn unite(leader: &mut [usize], one: usize, other: usize) {
    let (a, b) = (find(leader, one), find(leader, other));
    leader[a.max(b)] = a.min(b);
}

fn find(leader: &[usize], mut index: usize) -> usize {
    while leader[index] != index {
        index = leader[index];
    }
    index
}

/// Places whose objects this one leads to over new objects, a WeakRef to what it refers to.
fn reached(last: &Last<'_>, from: NodeOrdinal, place_of: &HashMap<Key, usize>) -> HashSet<usize> {
    let snapshot = last.snapshot();
    let mut found = HashSet::new();
    let mut seen = BitSet::new(snapshot.node_count());
    let mut queue = vec![from];
    seen.insert(from.index());
    let mut next = 0;
    while next < queue.len() && queue.len() < MOST_LINKED {
        let node = queue[next];
        next += 1;
        found.extend(place_of.get(&last.key(node)));
        let is_weak_ref = snapshot.name_text(node).is("WeakRef") && snapshot.kind(node) == NodeKind::OBJECT;
        for edge in snapshot.edges(node) {
            let target = snapshot.target(edge);
            if (last.hanging.references.cost(snapshot, node, edge).is_some() || is_weak_ref)
                && !last.zones.is_persistent(target)
                && seen.insert_new(target.index())
            {
                queue.push(target);
            }
        }
    }
    found
}

/// Labels from the group up to the top one.
fn generic_path(last: &Last<'_>, key: Key, is_top: &HashMap<Key, bool>) -> Vec<u64> {
    let mut labels = Vec::new();
    let mut at = key;
    loop {
        let group = &last.zones.census.groups[&at];
        labels.push(group.label);
        if is_top.get(&at).copied().unwrap_or(true) || labels.len() > 64 {
            return labels;
        }
        at = group.parent;
    }
}
