//! Which growth without a rule is no noise, so that "no leak" would be a guess?

use crate::kind::NodeKind;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey, ObjectName};
use crate::paths::labels::Label;
use std::collections::{HashMap, HashSet};

/// Whether objects of the program or of a package came in every interval, nothing says that any of them went, and no
/// rule says why. They may have been more in the first interval: a snapshot from before the warm-up says nothing about
/// the pace.
///
/// Example: nineteen and thirteen tickets in snapshots that cannot be compared by ids.
pub fn is_doubtful(newest: &Newest<'_>, growing: &Growing, key: GroupKey) -> bool {
    let Some(growth) = growing.rest.get(&key).filter(|_| !growing.dropped.contains_key(&key)) else { return false };
    let Some(group) = newest.census.groups.get(&key) else { return false };
    let Survival { kept, there } = growth.survival;
    let limits = &newest.limits;
    kept == there
        && growing.operations.may_go_on(&growth.counts, limits.fewest)
        && newest.origin(group.first) >= Origin::Package
}

/// Classes of the program and of packages that are more in sum after every interval, though no place of them is, and of
/// which nothing says that any went.
///
/// Example: an array for each hour, nineteen hits before the second snapshot and seven after it.
pub fn doubtful_classes(newest: &Newest<'_>, growing: &Growing, heaps: &[&Census]) -> HashSet<Label> {
    let limits = &newest.limits;
    let groups: HashMap<GroupKey, Label> =
        heaps.iter().flat_map(|heap| heap.groups.iter().map(|(key, group)| (*key, group.label))).collect();
    let mut sums: HashMap<Label, Growth> = HashMap::new();
    let mut gone: HashSet<Label> = HashSet::new();
    for (key, label) in groups {
        let growth = Growth::of_group(heaps, key, &HashMap::new());
        let Survival { kept, there } = growing.rest.get(&key).map(|known| known.survival).unwrap_or_default();
        let is_less = growth.counts.iter().any(|step| *step < 0);
        if is_less || kept < there || growing.dropped.contains_key(&key) || growing.groups.contains_key(&key) {
            gone.insert(label);
        }
        sums.entry(label).or_default().add(&growth);
    }
    let mut origins: HashMap<Label, Origin> = HashMap::new();
    for group in newest.census.groups.values().filter(|group| !gone.contains(&group.label)) {
        origins.entry(group.label).or_insert_with(|| newest.origin(group.first));
    }
    let is_doubtful = |label: &Label| {
        let fewest = match origins.get(label) {
            Some(Origin::Program) => limits.fewest_exact_class,
            Some(Origin::Package) => limits.fewest_spread,
            _ => return false,
        };
        growing.operations.may_go_on(&sums[label].counts, fewest)
    };
    sums.keys().filter(|label| is_doubtful(label)).copied().collect()
}

/// Whether one object of the program took in numbers between two snapshots, by much: it may fill up, or go on. Nobody
/// sees how many numbers a table has room for.
///
/// Example: an array of latencies that gained 6 kB. Of packages and of Node.js more is needed: their queues have slots
/// for a few hundred.
pub fn took_in_numbers(newest: &Newest<'_>, earlier: &Census, name: ObjectName, bytes: i64) -> bool {
    let limits = &newest.limits;
    let Some(after) = newest.census.large.get(&name) else { return false };
    let before = earlier.large.get(&name).map_or(0, |large| large.references);
    let shown = after.references.saturating_sub(before);
    let is_of_others = newest.is_inside_node(after.node) || newest.is_inside_package(after.node);
    let least = if is_of_others { limits.swelling } else { limits.rest };
    bytes >= least
        && newest.snapshot().kind(after.node) == NodeKind::OBJECT
        && newest.may_leak(after.node)
        && shown.saturating_mul(limits.bytes_of_reference) < bytes.unsigned_abs()
}
