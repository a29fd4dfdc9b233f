//! Single objects that grow, with no new object in them: numbers in an array, the memory of a WebAssembly module.

use super::suspect::Suspect;
use crate::kind::NodeKind;
use crate::known::names::is_backing;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::collections::HashSet;

/// A suspect for each persistent object that grew, unless another suspect or a rule explains its growth.
pub fn growing_singles(newest: &Newest<'_>, growing: &Growing, suspects: &[Suspect]) -> Vec<Suspect> {
    let mut found = Vec::new();
    let on_paths: HashSet<NodeOrdinal> =
        suspects.iter().flat_map(|suspect| newest.tree.ancestors(suspect.end)).collect();
    let reported: HashSet<GroupKey> = suspects
        .iter()
        .flat_map(|suspect| suspect.groups.iter().map(|group| group.key).chain([newest.key(suspect.item)]))
        .collect();
    let owners: HashSet<NodeOrdinal> =
        suspects.iter().flat_map(|suspect| suspect.groups.iter()).flat_map(|group| newest.owner(group.node)).collect();
    let owners_of_passing = newest.owners_of_passing(&growing.rest);
    for (name, growth) in &growing.objects {
        let node = newest.census.large[name].node;
        // The table of a collection keeps room for the most entries that it ever had.
        if owners_of_passing.contains(&node) {
            continue;
        }
        let is_explained = on_paths.contains(&node) || owners.contains(&node) || holds(newest, node, &reported);
        if is_explained || !newest.may_leak(node) {
            continue;
        }
        // Queues of Node.js and of packages have slots for a few hundred, and start anew. A package's array whose slots
        // grow by the same does not; the slots of Node.js's own queues follow the requests.
        let is_little = growth.sizes.iter().any(|step| *step < newest.limits.swelling);
        let is_queue =
            || newest.is_inside_node(node) || !growing.arrays.contains(name) && newest.is_inside_package(node);
        if is_little && is_queue() {
            continue;
        }
        // A registry has a cell for each object that it watches: the objects are the leak.
        if !suspects.is_empty() && newest.class_name(node).to_string() == "FinalizationRegistry" {
            continue;
        }
        let is_collection = newest.origin(node) != Origin::Value && newest.snapshot().kind(node) == NodeKind::OBJECT;
        let container = if is_collection { node } else { newest.owner(node).unwrap_or(node) };
        let growth = Growth::of_sizes(&growth.sizes);
        found.push(Suspect {
            container,
            item: node,
            key: newest.key(node),
            end: node,
            item_growth: growth.clone(),
            also: Vec::new(),
            total: growth,
            groups: Vec::new(),
            engine_groups: Vec::new(),
            score: 1.0,
        });
    }
    found
}

/// True when the object, or a table of its own, refers to an object that a suspect reports.
fn holds(newest: &Newest<'_>, node: NodeOrdinal, reported: &HashSet<GroupKey>) -> bool {
    let snapshot = newest.snapshot();
    let targets = |node| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let stores = targets(node).filter(|target| is_backing(snapshot, *target)).flat_map(targets);
    targets(node)
        .chain(stores)
        .any(|target| !newest.grouping.is_persistent(target) && reported.contains(&newest.key(target)))
}
