//! Merges growing groups that are one leak, though several places hold them.

use super::suspect::{Grown, summed};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::kind::NodeKind;
use crate::known::names::is_global;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{GroupKey, PathKey};
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Merges groups of one container whose objects have the same classes above them: the links of a list that is held at
/// both ends.
pub fn merge_same_paths(newest: &Newest<'_>, mut groups: Vec<Grown>) -> Vec<Grown> {
    let is_top: HashMap<GroupKey, bool> = groups.iter().map(|group| (group.key, group.is_top)).collect();
    groups.sort_by_cached_key(|group| newest.tree.ancestors(group.node).len());
    summed(groups, |group| labels_up(newest, group.key, &is_top))
}

/// Merges places with the same path from the roots that accumulate the same class.
///
/// Example: forty users with a history each.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn merge_generic_paths(newest: &Newest<'_>, places: Vec<Vec<Grown>>, control: &Control) -> Result<Vec<Vec<Grown>>> {
    let mut merged: BTreeMap<PathKey, Vec<Grown>> = BTreeMap::new();
    for groups in places {
        let Some(top) = groups.iter().find(|group| group.is_top) else { continue };
        let path = PathKey(mix(newest.path(top.container, control)?.0, newest.label(top.node).0));
        merged.entry(path).or_default().extend(groups);
    }
    let one_place = |groups: Vec<Grown>| {
        let paths = groups.iter().map(|group| Ok((group.node, newest.path(group.node, control)?)));
        let paths: HashMap<NodeOrdinal, PathKey> = paths.collect::<Result<_>>()?;
        Ok(summed(groups, |group| paths[&group.node]))
    };
    merged.into_values().map(one_place).collect()
}

/// Merges collections of one object that grow in step: of an object of a package; of any other object, where they gain
/// exactly as many of one class. Without its source map a bundle has no packages.
///
/// Example: a spy keeps a list of its calls, one of their arguments and one of their results.
pub fn merge_owned(newest: &Newest<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let mut merged: Vec<Vec<Grown>> = Vec::with_capacity(places.len());
    // By owner: each place with its highest groups. A dictionary has two of them, its values and its keys.
    let mut owned: HashMap<NodeOrdinal, Vec<(Vec<Grown>, usize)>> = HashMap::new();
    for groups in places {
        let is_highest = |group: &&Grown| group.is_top && group.growth.counts.iter().all(|step| *step > 0);
        let highest: Vec<Grown> = groups.iter().filter(is_highest).cloned().collect();
        let owner = highest.first().and_then(|top| newest.owner(top.container));
        let Some(owner) = owner.filter(|owner| is_object(newest, *owner)) else {
            merged.push(groups);
            continue;
        };
        let known = owned.entry(owner).or_default();
        let is_of_package = newest.is_inside_package(owner);
        let is_as_many = |one: &Grown, other: &Grown| {
            one.growth.counts == other.growth.counts && newest.label(one.node) == newest.label(other.node)
        };
        let belongs = |(others, _): &&(Vec<Grown>, usize)| {
            if is_of_package {
                newest.limits.is_in_step(&others[0].growth.counts, &highest[0].growth.counts)
            } else {
                highest.iter().any(|one| others.iter().any(|other| is_as_many(one, other)))
            }
        };
        match known.iter().find(belongs) {
            Some((_, at)) => merged[*at].extend(groups),
            None => {
                known.push((highest, merged.len()));
                merged.push(groups);
            }
        }
    }
    merged
}

/// Whether a class or a literal of the program made it, and not V8: scopes, global objects and collections own what has
/// nothing to do with one another.
fn is_object(newest: &Newest<'_>, node: NodeOrdinal) -> bool {
    let snapshot = newest.snapshot();
    newest.is_inside_package(node)
        || snapshot.kind(node) == NodeKind::OBJECT
            && newest.origin(node) != Origin::Engine
            && !["Array", "Map", "Set"].iter().any(|class| snapshot.name_text(node).is(class))
            && !is_global(&snapshot.name_text(node).to_string_lossy())
}

/// Merges places of which one leads to the other: listeners in five arrays, a connection in a list and on a socket.
/// Also merges objects that native code holds with as many of their class elsewhere: the handles of sockets, and the
/// list of an agent.
pub fn merge_linked(newest: &Newest<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let place_of: HashMap<GroupKey, usize> = places
        .iter()
        .enumerate()
        .flat_map(|(index, groups)| groups.iter().map(move |group| (group.key, index)))
        .collect();
    let mut leader: Vec<usize> = (0..places.len()).collect();
    for (index, groups) in places.iter().enumerate() {
        for group in groups.iter().filter(|group| group.is_top) {
            let starts = [Some(group.node), newest.census.groups[&group.key].latest];
            for other in starts.into_iter().flatten().flat_map(|start| reached(newest, start, &place_of)) {
                unite(&mut leader, index, other);
            }
        }
    }
    for (index, groups) in places.iter().enumerate().filter(|(_, groups)| held_natively(newest, groups)) {
        if let Some(other) =
            (0..places.len()).find(|other| *other != index && have_same(newest, groups, &places[*other]))
        {
            unite(&mut leader, index, other);
        }
    }
    let mut merged: BTreeMap<usize, Vec<Grown>> = BTreeMap::new();
    for (index, groups) in places.into_iter().enumerate() {
        merged.entry(find(&leader, index)).or_default().extend(groups);
    }
    merged.into_values().collect()
}

/// Whether only native code holds the growing objects.
fn held_natively(newest: &Newest<'_>, groups: &[Grown]) -> bool {
    let kind = |group: &Grown| newest.snapshot().kind(group.container);
    groups.iter().all(|group| matches!(kind(group), NodeKind::SYNTHETIC | NodeKind::NATIVE))
}

/// Whether objects of one class grow in both places by as many in each interval.
fn have_same(newest: &Newest<'_>, native: &[Grown], others: &[Grown]) -> bool {
    let is_same = |a: &Grown, b: &Grown| {
        newest.label(a.node) == newest.label(b.node)
            && a.growth.counts == b.growth.counts
            && match newest.origin(a.node) {
                Origin::Node => true,
                // A class of native code has no place in the source, so it counts as one of the language.
                Origin::Language => a.is_top && b.is_top,
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

/// Places that an object leads to over new objects. A WeakRef leads to its target.
fn reached(newest: &Newest<'_>, from: NodeOrdinal, place_of: &HashMap<GroupKey, usize>) -> HashSet<usize> {
    let snapshot = newest.snapshot();
    let mut found = HashSet::new();
    let mut seen = BitSet::new(snapshot.node_count());
    let mut queue = vec![from];
    seen.insert(from.index());
    let mut next = 0;
    while next < queue.len() && queue.len() < newest.limits.most_linked {
        let node = queue[next];
        next += 1;
        found.extend(place_of.get(&newest.key(node)));
        let is_weak_ref = snapshot.name_text(node).is("WeakRef") && snapshot.kind(node) == NodeKind::OBJECT;
        for edge in snapshot.edges(node) {
            let target = snapshot.target(edge);
            if (newest.tree.references.weight(snapshot, node, edge).is_some() || is_weak_ref)
                && !newest.grouping.is_persistent(target)
                && seen.insert_new(target.index())
            {
                queue.push(target);
            }
        }
    }
    found
}

/// Labels from the group up to the highest growing one.
fn labels_up(newest: &Newest<'_>, key: GroupKey, is_top: &HashMap<GroupKey, bool>) -> Vec<Label> {
    let mut labels = Vec::new();
    let mut at = key;
    loop {
        let group = &newest.census.groups[&at];
        labels.push(group.label);
        let is_end = is_top.get(&at).copied().unwrap_or(true) || labels.len() > newest.limits.longest_path;
        match group.parent.filter(|_| !is_end) {
            Some(parent) => at = parent,
            None => return labels,
        }
    }
}
