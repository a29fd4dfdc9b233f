//! Single objects that grow, with nothing new in them.

use super::suspect::Entry;
use crate::kind::NodeKind;
use crate::leaks::growth::growing::{Growing, Growth, SWELLING};
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::bounded::{is_of_node, is_of_package};
use crate::leaks::place::census::Key;
use crate::leaks::place::holder_tree::is_backing;
use crate::leaks::place::path::nodes_to;
use crate::ordinal::NodeOrdinal;
use std::collections::HashSet;

/// Single objects that grow without anything new in them: numbers in an array, the memory of a WebAssembly module.
pub fn swollen(last: &Last<'_>, growing: &Growing, entries: &[Entry]) -> Vec<Entry> {
    let mut found = Vec::new();
    let shown: HashSet<NodeOrdinal> = entries.iter().flat_map(|entry| nodes_to(last, entry.end)).collect();
    let known: HashSet<Key> = entries
        .iter()
        .flat_map(|entry| entry.groups.iter().map(|group| group.key).chain([last.key(entry.item)]))
        .collect();
    let joined: HashSet<NodeOrdinal> =
        entries.iter().flat_map(|entry| entry.groups.iter()).flat_map(|group| last.owner(group.node)).collect();
    let passing: HashSet<NodeOrdinal> = growing
        .rest
        .iter()
        .filter(|(_, growth)| growth.stayed.is_passing())
        .filter_map(|(key, _)| last.owner(NodeOrdinal(last.zones.census.groups[key].first)))
        .collect();
    for (id, growth) in &growing.objects {
        let node = last.zones.census.large[id].node;
        // The table of a collection has room for the most it ever held.
        if passing.contains(&node) {
            continue;
        }
        if shown.contains(&node) || joined.contains(&node) || !last.counts(node) || holds(last, node, &known) {
            continue;
        }
        // Queues of Node.js and of packages have slots for a few hundred, and start anew.
        let is_little = growth.sizes.iter().any(|step| *step < SWELLING);
        if is_little && (is_of_node(last, node) || is_of_package(last, node)) {
            continue;
        }
        // Its cells go with what they watch: there is another leak.
        if !entries.is_empty() && last.class_name(node).to_string() == "FinalizationRegistry" {
            continue;
        }
        let is_collection = last.meaning(node) != Meaning::Value && last.snapshot().kind(node) == NodeKind::OBJECT;
        let container = if is_collection { node } else { last.owner(node).unwrap_or(node) };
        let growth = Growth::of_sizes(&growth.sizes);
        found.push(Entry {
            container,
            item: node,
            key: last.key(node),
            end: node,
            item_growth: growth.clone(),
            also: Vec::new(),
            total: growth,
            groups: Vec::new(),
            plumbing: Vec::new(),
            score: 1.0,
        });
    }
    found
}

/// True when the object, or a table of its own, refers to something that is reported already.
fn holds(last: &Last<'_>, node: NodeOrdinal, known: &HashSet<Key>) -> bool {
    let snapshot = last.snapshot();
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let stores = targets(node).filter(|target| is_backing(snapshot, *target)).flat_map(targets);
    targets(node).chain(stores).any(|target| !last.zones.is_persistent(target) && known.contains(&last.key(target)))
}
