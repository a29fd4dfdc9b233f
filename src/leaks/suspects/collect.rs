//! From growing groups to leaks: one for each place where things accumulate.

use super::merge::{kin_joined, linked_joined, owned_joined, same_joined};
use super::name::{best_group, heaviest_part};
use super::rank::score;
use super::single::swollen;
use super::spread::class_joined;
use super::suspect::{Entry, Grown};
use crate::leaks::growth::growing::{Growing, Growth, MANY_OWN, are_few, is_even, is_exact, is_small};
use crate::leaks::growth::why::Why;
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::bounded::{is_bounded, is_own};
use crate::leaks::place::census::Key;
use crate::leaks::place::path::nodes_to;
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Bytes of a few objects that say enough without their number.
const HEAVY: i64 = 16 << 10;
/// The same for objects of Node.js.
const MANY_BYTES: i64 = 512 << 10;

/// Every place where something grew, best evidence first; and groups that grew and are no leak by a rule, with that
/// rule.
pub fn entries(last: &Last<'_>, growing: &Growing) -> (Vec<Entry>, HashMap<Key, Why>) {
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
        by_container.entry(container).or_default().push(Grown {
            key,
            also: Vec::new(),
            node,
            growth,
            container,
            is_top: key == top,
        });
    }
    let places = by_container.into_values().map(|groups| same_joined(last, groups));
    let places: Vec<Vec<Grown>> = places.filter(|groups| groups.iter().any(|group| last.counts(group.node))).collect();
    let places = class_joined(last, growing, owned_joined(last, kin_joined(last, places)));
    let total: i64 = places.iter().flatten().map(|group| group.growth.bytes()).sum();
    let (mut entries, mut dropped) = (Vec::new(), HashMap::new());
    for groups in linked_joined(last, places) {
        let keys: Vec<Key> = groups.iter().flat_map(Grown::keys).collect();
        match entry(last, growing, groups, total) {
            Ok(entry) => entries.push(entry),
            Err(why) => dropped.extend(keys.into_iter().map(|key| (key, why))),
        }
    }
    entries.extend(swollen(last, growing, &entries));
    entries.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.container.cmp(&b.container)));
    (entries, dropped)
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

fn entry(last: &Last<'_>, growing: &Growing, groups: Vec<Grown>, total: i64) -> Result<Entry, Why> {
    let mut sum = Growth::default();
    groups.iter().for_each(|group| sum.add(&group.growth));
    let (mut groups, plumbing): (Vec<Grown>, Vec<Grown>) =
        groups.into_iter().partition(|group| last.counts(group.node));
    let best = best_group(last, &groups).ok_or(Why::Few)?;
    let Grown { key, also, node: item, growth: item_growth, container, .. } = groups.swap_remove(best);
    if is_bounded(last, container, key) {
        return Err(Why::Bounded);
    }
    // Node.js itself keeps a few texts for every module that is loaded late, and has a few connections more or less,
    // but not one for each operation, again and again.
    let is_value = last.meaning(item) <= Meaning::Value && last.held_by(container) <= Meaning::Platform;
    let is_multiple = growing.operations.is_multiple(&item_growth.counts);
    let is_few = are_few(&item_growth.counts);
    if is_value && is_few && !(is_multiple && item_growth.counts.len() > 1) {
        return Err(Why::Few);
    }
    let is_own = is_own(last, item, container);
    // In a single interval parts of its objects say little.
    let is_part = last.meaning(item) <= Meaning::Plain && matches!(&item_growth.counts[..], [one] if *one < MANY_OWN);
    // Over two intervals unequal growth of so few follows the load: connections that some clients open.
    let is_load =
        matches!(&item_growth.counts[..], steps @ [one, other] if !is_even(steps) && one.max(other) < &MANY_OWN);
    let is_number = item_growth.counts.iter().all(|count| *count > 2) && item_growth.bytes() < MANY_BYTES;
    if is_own && is_number && (is_few && !is_exact(&item_growth.counts) || is_part || is_load) && !is_multiple {
        return Err(if is_load { Why::Load } else { Why::Few });
    }
    let is_told = is_multiple || last.meaning(item) >= Meaning::Package;
    let is_heavy = item_growth.bytes() >= HEAVY || item_growth.counts.contains(&0);
    if is_small(&item_growth.counts) && !is_heavy && !is_told {
        return Err(Why::Few);
    }
    let above = last.owner(last.head(item)).unwrap_or(container);
    let container = if nodes_to(last, container).contains(&above) { above } else { container };
    let end = heaviest_part(last, growing, item);
    let on_path: Vec<u64> = nodes_to(last, end).iter().map(|node| last.label(*node)).collect();
    groups.retain(|group| group.key != key);
    groups.sort_by_key(|group| {
        let is_off_path = !on_path.contains(&last.label(group.node));
        let meaning = last.meaning(group.node);
        let says_little = meaning <= Meaning::Value;
        let is_part = meaning < Meaning::Package || group.growth.counts != item_growth.counts;
        (is_off_path || says_little, says_little, is_part, -group.growth.bytes(), group.node)
    });
    let mut entry = Entry { container, item, key, end, item_growth, also, total: sum, groups, plumbing, score: 0.0 };
    entry.score = score(last, &entry, growing, total);
    Ok(entry)
}
