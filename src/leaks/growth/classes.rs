//! Classes that grow in number though no place does: an array for each hour, the nodes of a trie.

use super::change::Growth;
use super::growing::Growing;
use super::passing::is_passing;
use super::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey};
use crate::paths::labels::Label;
use std::collections::{HashMap, HashSet};

/// Adds all groups of the classes of the program and of packages that grow by the same in every interval, and of which
/// no group grows by itself.
pub fn add_classes(
    growing: &mut Growing,
    heaps: &[&Census],
    newest: &Newest<'_>,
    survivals: &HashMap<GroupKey, Survival>,
) {
    let limits = growing.operations.limits.clone();
    if heaps.len() < limits.snapshots_of_class {
        return;
    }
    let groups = &newest.census.groups;
    let growing_already: HashSet<Label> = growing.groups.keys().map(|key| groups[key].label).collect();
    let mut survival_of: HashMap<Label, Survival> = HashMap::new();
    let mut of_program: HashSet<Label> = HashSet::new();
    for (key, group) in groups.iter().filter(|(_, group)| !growing_already.contains(&group.label)) {
        let origin = newest.origin(group.first);
        if origin < Origin::Package {
            continue;
        }
        survival_of.entry(group.label).or_default().add(survivals.get(key).copied().unwrap_or_default());
        if origin == Origin::Program {
            of_program.insert(group.label);
        }
    }
    let count = |census: &&Census| {
        let mut counts: HashMap<Label, (u64, u64)> = HashMap::new();
        for group in census.groups.values().filter(|group| survival_of.contains_key(&group.label)) {
            let (count, size) = counts.entry(group.label).or_default();
            (*count, *size) = (*count + group.count, *size + group.size);
        }
        counts
    };
    let counts: Vec<HashMap<Label, (u64, u64)>> = heaps.iter().map(count).collect();
    let of_class = |label: &Label| {
        let states: Vec<_> = counts.iter().map(|counts| counts.get(label).copied().unwrap_or_default()).collect();
        Growth { survival: survival_of[label], ..Growth::between(&states) }
    };
    let mut sums: HashMap<Label, Growth> = survival_of.keys().map(|label| (*label, of_class(label))).collect();
    let operations = &growing.operations;
    sums.retain(|label, growth| {
        let counts = operations.scaled(&growth.counts);
        let fewest = if of_program.contains(label) { limits.fewest_exact_class } else { limits.fewest_spread };
        let is_regular = limits.is_exact(&growth.counts) && limits.is_exact(&counts) && growth.counts[0] >= fewest
            || operations.is_multiple(&growth.counts)
            || limits.is_sustained(&counts, limits.fewest_spread) && limits.is_even(&counts);
        is_regular && !is_passing(growth, operations)
    });
    for (key, group) in groups.iter().filter(|(_, group)| sums.contains_key(&group.label)) {
        growing.admit(*key, Growth::of_group(heaps, *key, survivals));
        growing.spread.insert(group.label);
    }
}
