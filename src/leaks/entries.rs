//! From growing groups to leaks: one for each place where things accumulate.

use super::growth::{Growing, Growth, is_small};
use super::hanging::is_backing;
use super::labels::mix;
use super::last::{Last, Meaning};
use super::path::nodes_to;
use super::zones::Key;
use crate::bit_set::BitSet;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One leak, in ordinals of the newest heap.
#[derive(Debug)]
pub struct Entry {
    /// What accumulates them.
    pub container: NodeOrdinal,
    /// The leaked object to show, and what it is a sample of.
    pub item: NodeOrdinal,
    pub key: Key,
    /// Last object of the path to show: the item, or the part of it that weighs most.
    pub end: NodeOrdinal,
    pub item_growth: Growth,
    /// All that hangs from the container.
    pub total: Growth,
    /// Growing groups beside the item's own: those of the path first, then by bytes.
    pub groups: Vec<Grown>,
    /// Growing groups of V8's own objects.
    pub plumbing: Vec<Grown>,
    pub score: f64,
}

impl Entry {
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.groups.iter().chain(&self.plumbing).map(|group| group.key).chain([self.key])
    }
}

/// A growing group as a part of a leak.
#[derive(Clone, Debug)]
pub struct Grown {
    pub key: Key,
    /// A sample.
    pub node: NodeOrdinal,
    pub growth: Growth,
    /// What accumulates it.
    container: NodeOrdinal,
    is_top: bool,
}

/// Depth of the search for what else an item holds.
const MOST_LINKED: usize = 4000;
/// Fewer texts or functions than this, held by Node.js, are no leak.
const FEW_TEXTS: i64 = 20;
/// Property edges followed up to the object that owns the others.
const MOST_OWNERS: usize = 4;
/// Bytes of a few objects that say enough without their number.
const HEAVY: i64 = 16 << 10;
/// Steps from an item down to the part that makes its weight.
const MOST_PARTS: usize = 4;

/// Every place where something grew, best evidence first.
pub fn entries(last: &Last<'_>, growing: &Growing) -> Vec<Entry> {
    let mut by_container: BTreeMap<NodeOrdinal, Vec<Grown>> = BTreeMap::new();
    let mut containers: HashMap<Key, NodeOrdinal> = HashMap::new();
    let mut keys: Vec<Key> = growing.groups.keys().copied().collect();
    keys.sort_unstable_by_key(|key| (last.zones.census.groups[key].first, *key));
    for key in keys {
        let top = top_of(last, growing, key);
        let container = *containers.entry(top).or_insert_with(|| {
            let first = NodeOrdinal(last.zones.census.groups[&top].first);
            last.owner(last.head(first)).unwrap_or(last.snapshot().root())
        });
        let node = NodeOrdinal(last.zones.census.groups[&key].first);
        let growth = growing.groups[&key].clone();
        by_container.entry(container).or_default().push(Grown { key, node, growth, container, is_top: key == top });
    }
    let places = by_container.into_values().map(|groups| same_joined(last, groups));
    let places: Vec<Vec<Grown>> = places.filter(|groups| groups.iter().any(|group| last.counts(group.node))).collect();
    let places = kin_joined(last, places);
    let total: i64 = places.iter().flatten().map(|group| bytes(&group.growth)).sum();
    let mut entries: Vec<Entry> =
        linked_joined(last, places).into_iter().filter_map(|groups| entry(last, growing, groups, total)).collect();
    swollen(last, growing, &mut entries);
    entries.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.container.cmp(&b.container)));
    entries
}

/// The highest growing group above this one.
fn top_of(last: &Last<'_>, growing: &Growing, key: Key) -> Key {
    let mut top = key;
    let mut seen = HashSet::from([key]);
    loop {
        let parent = last.zones.census.groups[&top].parent;
        if !growing.groups.contains_key(&parent) || !seen.insert(parent) {
            return top;
        }
        top = parent;
    }
}

/// Groups of one container that are the same thing on two ways, as from both ends of a list, count together.
fn same_joined(last: &Last<'_>, groups: Vec<Grown>) -> Vec<Grown> {
    let keys: HashMap<Key, bool> = groups.iter().map(|group| (group.key, group.is_top)).collect();
    let mut same: BTreeMap<Vec<u64>, Grown> = BTreeMap::new();
    for group in groups {
        match same.entry(generic_path(last, group.key, &keys)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(group);
            }
            std::collections::btree_map::Entry::Occupied(mut first) => {
                let first = first.get_mut();
                first.growth.add(&group.growth);
                if nodes_to(last, group.node).len() < nodes_to(last, first.node).len() {
                    (first.key, first.node) = (group.key, group.node);
                }
            }
        }
    }
    same.into_values().collect()
}

/// Places that hang in the same way from the roots, and gather the same, are one: forty users with a history each.
fn kin_joined(last: &Last<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let mut joined: BTreeMap<u64, Vec<Grown>> = BTreeMap::new();
    for groups in places {
        let Some(top) = groups.iter().find(|group| group.is_top) else { continue };
        let kin = mix(last.zones.kin(top.container), last.label(top.node));
        let place = joined.entry(kin).or_default();
        for group in groups {
            let kin = last.zones.kin(group.node);
            match place.iter_mut().find(|known| last.zones.kin(known.node) == kin) {
                Some(known) => known.growth.add(&group.growth),
                None => place.push(group),
            }
        }
    }
    joined.into_values().collect()
}

fn entry(last: &Last<'_>, growing: &Growing, groups: Vec<Grown>, total: i64) -> Option<Entry> {
    let mut sum = Growth::default();
    groups.iter().for_each(|group| sum.add(&group.growth));
    let (mut groups, plumbing): (Vec<Grown>, Vec<Grown>) =
        groups.into_iter().partition(|group| last.counts(group.node));
    let best = best_group(last, &groups)?;
    let Grown { key, node: item, growth: item_growth, container, .. } = groups.swap_remove(best);
    // Node.js itself keeps a few texts for every module that is loaded late, but not one for each operation, again and again.
    let is_regular = item_growth.counts.len() > 1 && growing.operations.is_multiple(&item_growth.counts);
    let is_few = !is_regular && item_growth.counts.iter().all(|count| *count < FEW_TEXTS);
    if is_few && last.meaning(item) <= Meaning::Value && held_by(last, container) <= Meaning::Platform {
        return None;
    }
    let is_told = growing.operations.is_multiple(&item_growth.counts) || last.meaning(item) >= Meaning::Package;
    let is_heavy = bytes(&item_growth) >= HEAVY || item_growth.counts.contains(&0);
    if is_small(&item_growth.counts) && !is_heavy && !is_told {
        return None;
    }
    let above = last.owner(last.head(item)).unwrap_or(container);
    let container = if nodes_to(last, container).contains(&above) { above } else { container };
    let end = heaviest_part(last, growing, item);
    let on_path: Vec<u64> = nodes_to(last, end).iter().map(|node| last.label(*node)).collect();
    groups.retain(|group| group.key != key);
    groups.sort_by_key(|group| {
        let is_off_path = !on_path.contains(&last.label(group.node));
        let says_little = last.meaning(group.node) <= Meaning::Value;
        (is_off_path || says_little, says_little, -bytes(&group.growth), group.node)
    });
    let mut entry = Entry { container, item, key, end, item_growth, total: sum, groups, plumbing, score: 0.0 };
    entry.score = score(last, &entry, growing, total);
    Some(entry)
}

/// The group that a person would name: a class of the program before one of a package, one near the container before a part of it.
fn best_group(last: &Last<'_>, groups: &[Grown]) -> Option<usize> {
    let depth = |group: &Grown| {
        let above = nodes_to(last, group.node).len()
            - nodes_to(last, group.container).len().min(nodes_to(last, group.node).len());
        i64::try_from(above).unwrap_or(i64::MAX)
    };
    let (mut best, _) = groups.iter().enumerate().max_by_key(|(_, group)| {
        (
            !is_small(&group.growth.counts),
            worth(last.meaning(group.node)) - depth(group),
            bytes(&group.growth),
            std::cmp::Reverse(group.node),
        )
    })?;
    // Behind functions and their variables any part of the object may be the nearest: its owner is meant.
    for _ in 0..MOST_OWNERS {
        let group = &groups[best];
        let holder = last.owner(group.node)?;
        if last.meaning(holder) > Meaning::Value || last.zones.is_persistent(holder) {
            break;
        }
        let owner = property_owners(last, group.node).find_map(|owner| {
            let key = last.key(owner);
            groups.iter().position(|other| {
                other.key == key
                    && depth(other) <= depth(group)
                    && last.meaning(other.node) >= last.meaning(group.node)
                    && other.growth.counts == group.growth.counts
            })
        });
        match owner.filter(|owner| *owner != best) {
            Some(owner) => best = owner,
            None => break,
        }
    }
    Some(best)
}

/// New objects of which this one is a property.
fn property_owners<'b>(last: &'b Last<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let snapshot = last.snapshot();
    let sources = last.heap.graph.retainers.sources(node).map(|(source, _)| source);
    sources.filter(move |source| {
        !last.zones.is_persistent(*source)
            && snapshot.kind(*source) == NodeKind::OBJECT
            && snapshot
                .edges(*source)
                .any(|edge| snapshot.target(edge) == node && snapshot.edge_kind(edge) == EdgeKind::Property)
    })
}

fn bytes(growth: &Growth) -> i64 {
    growth.sizes.iter().sum()
}

/// Steps that a class is worth: a class of the program is shown though it lies so much deeper.
fn worth(meaning: Meaning) -> i64 {
    match meaning {
        Meaning::Plumbing => 0,
        Meaning::Value => 1,
        Meaning::Plain => 2,
        Meaning::Language => 4,
        Meaning::Platform => 7,
        Meaning::Package => 9,
        Meaning::Program => 12,
    }
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

/// Where the bytes of an item lie that its own class does not show: memory outside of the heap, a long text that a slice of it keeps; of what is
/// not the program's own also an object of Node.js or a package. Follows what weighs most as far as it is the better part; the item itself
/// when that ends elsewhere.
fn heaviest_part(last: &Last<'_>, growing: &Growing, item: NodeOrdinal) -> NodeOrdinal {
    let snapshot = last.snapshot();
    let mut at = item;
    for _ in 0..MOST_PARTS {
        let heaviest = last
            .children(at)
            .filter(|child| !last.hanging.is_link(*child) && growing.groups.contains_key(&last.key(*child)))
            .max_by_key(|child| (last.weight(*child), std::cmp::Reverse(*child)));
        let Some(child) = heaviest.filter(|child| last.weight(*child) * 2 > last.weight(at)) else { break };
        at = child;
        let is_content = snapshot.kind(at) == NodeKind::NATIVE || snapshot.kind(at).is_string();
        let is_known = last.meaning(item) < Meaning::Program && last.meaning(at) >= Meaning::Platform;
        if is_known || is_content && snapshot.shallow_size(at) * 2 > last.weight(item) {
            return at;
        }
    }
    item
}

/// Evidence: steps that are equal, or multiples of the operations, a container and a class that the program knows, the share of the growth.
fn score(last: &Last<'_>, entry: &Entry, growing: &Growing, total: i64) -> f64 {
    let steps = &growing.operations.scaled(&entry.item_growth.counts);
    let exact = if growing.operations.is_multiple(&entry.item_growth.counts) { 1.5 } else { 0.0 };
    let (least, most) = (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0));
    let even = if most > 0 { least as f64 / most as f64 } else { 0.5 };
    let share = bytes(&entry.total) as f64 / total.max(1) as f64;
    let held_by = held_by(last, entry.container);
    exact + even * 2.0 + share * 3.0 + worth(held_by) as f64 / 6.0 + worth(last.meaning(entry.item)) as f64 / 6.0
}

/// Whose the container is: the best of what holds it.
fn held_by(last: &Last<'_>, container: NodeOrdinal) -> Meaning {
    let nodes = nodes_to(last, container);
    nodes.iter().rev().take(4).map(|node| last.meaning(*node)).max().unwrap_or(Meaning::Plumbing)
}

/// One leak often hangs from several places: listeners in five arrays, a connection in a list and on a socket. Where an object of one
/// place leads to one of another, both are one leak.
fn linked_joined(last: &Last<'_>, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let place_of: HashMap<Key, usize> = places
        .iter()
        .enumerate()
        .flat_map(|(index, groups)| groups.iter().map(move |group| (group.key, index)))
        .collect();
    let mut leader: Vec<usize> = (0..places.len()).collect();
    for (index, groups) in places.iter().enumerate() {
        for group in groups.iter().filter(|group| group.is_top) {
            for other in reached(last, group.node, &place_of) {
                let (a, b) = (find(&leader, index), find(&leader, other));
                leader[a.max(b)] = a.min(b);
            }
        }
    }
    let mut joined: BTreeMap<usize, Vec<Grown>> = BTreeMap::new();
    for (index, groups) in places.into_iter().enumerate() {
        joined.entry(find(&leader, index)).or_default().extend(groups);
    }
    joined.into_values().collect()
}

fn find(leader: &[usize], mut index: usize) -> usize {
    while leader[index] != index {
        index = leader[index];
    }
    index
}

/// Places whose objects this one leads to over new objects.
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
        for edge in snapshot.edges(node) {
            let target = snapshot.target(edge);
            if last.hanging.references.cost(snapshot, node, edge).is_some()
                && !last.zones.is_persistent(target)
                && seen.insert_new(target.index())
            {
                queue.push(target);
            }
        }
    }
    found
}

/// Single objects that grow without anything new in them: numbers in an array, the memory of a WebAssembly module.
fn swollen(last: &Last<'_>, growing: &Growing, entries: &mut Vec<Entry>) {
    let shown: HashSet<NodeOrdinal> = entries.iter().flat_map(|entry| nodes_to(last, entry.end)).collect();
    let known: HashSet<Key> = entries
        .iter()
        .flat_map(|entry| entry.groups.iter().map(|group| group.key).chain([last.key(entry.item)]))
        .collect();
    let joined: HashSet<NodeOrdinal> =
        entries.iter().flat_map(|entry| entry.groups.iter()).flat_map(|group| last.owner(group.node)).collect();
    for (id, growth) in &growing.objects {
        let node = last.zones.census.large[id].node;
        if shown.contains(&node) || joined.contains(&node) || !last.counts(node) || holds(last, node, &known) {
            continue;
        }
        let is_collection = last.meaning(node) != Meaning::Value && last.snapshot().kind(node) == NodeKind::OBJECT;
        let container = if is_collection { node } else { last.owner(node).unwrap_or(node) };
        let growth = Growth { counts: vec![0; growth.sizes.len()], sizes: growth.sizes.clone() };
        entries.push(Entry {
            container,
            item: node,
            key: last.key(node),
            end: node,
            item_growth: growth.clone(),
            total: growth,
            groups: Vec::new(),
            plumbing: Vec::new(),
            score: 1.0,
        });
    }
}

/// True when the object, or a table of its own, refers to something that is reported already.
fn holds(last: &Last<'_>, node: NodeOrdinal, known: &HashSet<Key>) -> bool {
    let snapshot = last.snapshot();
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let stores = targets(node).filter(|target| is_backing(snapshot, *target)).flat_map(targets);
    targets(node).chain(stores).any(|target| !last.zones.is_persistent(target) && known.contains(&last.key(target)))
}
