//! Classes that grow in number though no place does: in one array for each hour, in the nodes of a trie.

use super::suspect::{Grown, summed};
use crate::leaks::growth::growing::{FEWEST_SPREAD, Growing, Growth, is_even, is_exact, is_passing, is_sustained};
use crate::leaks::growth::survival::Stayed;
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::census::{Census, Key};
use crate::leaks::place::holder_tree::is_backing;
use crate::leaks::place::path::nodes_to;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Objects of the program in each interval that are equally many; others are as many as where kin is summed.
const FEWEST_EXACT: i64 = 5;
/// Steps from what leads to all places down to the farthest of them; what lies so far above that it leads to half the
/// program names nothing.
const MOST_BETWEEN: usize = 4;

/// Adds all groups of the classes of the program and of packages that grow by the same in every interval, and of which
/// no group does.
pub fn add_classes(growing: &mut Growing, heaps: &[&Census], last: &Last<'_>, stayed: &HashMap<Key, Stayed>) {
    if heaps.len() < 3 {
        return;
    }
    let groups = &last.zones.census.groups;
    let told: HashSet<Label> = growing.groups.keys().map(|key| groups[key].label).collect();
    let mut stays: HashMap<Label, Stayed> = HashMap::new();
    let mut of_program: HashSet<Label> = HashSet::new();
    for (key, group) in groups.iter().filter(|(_, group)| !told.contains(&group.label)) {
        let meaning = last.meaning(NodeOrdinal(group.first));
        if meaning < Meaning::Package {
            continue;
        }
        stays.entry(group.label).or_default().add(stayed.get(key).copied().unwrap_or_default());
        if meaning == Meaning::Program {
            of_program.insert(group.label);
        }
    }
    let count = |census: &&Census| {
        let mut counts: HashMap<Label, (u64, u64)> = HashMap::new();
        for group in census.groups.values().filter(|group| stays.contains_key(&group.label)) {
            let (count, size) = counts.entry(group.label).or_default();
            (*count, *size) = (*count + group.count, *size + group.size);
        }
        counts
    };
    let counts: Vec<HashMap<Label, (u64, u64)>> = heaps.iter().map(count).collect();
    let of_class = |label: &Label| {
        let states: Vec<_> = counts.iter().map(|counts| counts.get(label).copied().unwrap_or_default()).collect();
        Growth { stayed: stays[label], ..Growth::between(&states) }
    };
    let mut sums: HashMap<Label, Growth> = stays.keys().map(|label| (*label, of_class(label))).collect();
    let operations = &growing.operations;
    sums.retain(|label, growth| {
        let counts = operations.scaled(&growth.counts);
        let fewest = if of_program.contains(label) { FEWEST_EXACT } else { FEWEST_SPREAD };
        let is_regular = is_exact(&growth.counts) && is_exact(&counts) && growth.counts[0] >= fewest
            || operations.is_multiple(&growth.counts)
            || is_sustained(&counts, FEWEST_SPREAD) && is_even(&counts);
        is_regular && !is_passing(growth, operations)
    });
    for (key, group) in groups.iter().filter(|(_, group)| sums.contains_key(&group.label)) {
        growing.rest.remove(key);
        growing.groups.insert(*key, Growth::of_group(heaps, *key, stayed));
        growing.spread.insert(group.label);
    }
}

/// The places of such a class are one. Its container is the nearest object that leads to all of them, or where that
/// says nothing the one that gained most at last.
pub fn class_joined(last: &Last<'_>, growing: &Growing, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let label = |groups: &[Grown]| {
        let top = groups.iter().find(|group| group.is_top)?;
        Some(last.label(top.node)).filter(|label| growing.spread.contains(label))
    };
    let mut joined: BTreeMap<Label, Vec<Grown>> = BTreeMap::new();
    let mut rest = Vec::new();
    for groups in places {
        match label(&groups) {
            Some(label) => joined.entry(label).or_default().extend(groups),
            None => rest.push(groups),
        }
    }
    rest.extend(joined.into_values().filter_map(|groups| one_place(last, groups)));
    rest
}

fn one_place(last: &Last<'_>, mut groups: Vec<Grown>) -> Option<Vec<Grown>> {
    // Samples are of those that came last.
    groups.sort_by_key(|group| (group.growth.counts.last().map(|step| -step), group.node));
    let paths: Vec<Vec<NodeOrdinal>> = groups.iter().map(|group| nodes_to(last, group.container)).collect();
    let deepest = paths.iter().map(Vec::len).max()?;
    let above = paths.into_iter().reduce(common)?;
    let is_near = deepest - above.len() <= MOST_BETWEEN;
    let above = above.iter().rfind(|node| !is_backing(last.snapshot(), **node)).copied();
    let says_something = |node: &NodeOrdinal| is_near && last.meaning(*node) >= Meaning::Plain;
    let container = above.filter(says_something).unwrap_or(groups.first()?.container);
    let groups = groups.into_iter().map(|group| Grown { container, ..group });
    Some(summed(groups, |group| last.label(group.node)))
}

/// What two paths from the roots have in common.
fn common(mut path: Vec<NodeOrdinal>, other: Vec<NodeOrdinal>) -> Vec<NodeOrdinal> {
    let same = path.iter().zip(&other).take_while(|(node, other)| node == other).count();
    path.truncate(same);
    path
}
