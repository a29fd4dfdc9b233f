//! Few objects of the program that all stay, in steps that are not equal: the first interval had the start in it.

use super::change::Growth;
use super::growing::Growing;
use super::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey, PathKey};
use std::collections::HashMap;

/// Adds groups of the program and of packages that are too few for uneven steps, where nothing is gone of what the
/// interval before brought.
///
/// Example: 18 and 13 tickets, of which the first snapshot was taken before the program began to work. Also groups that
/// are more in sum: 181 and 101 visits of forty users.
pub fn add_kept(growing: &mut Growing, heaps: &[&Census], newest: &Newest<'_>) {
    let limits = &growing.operations.limits;
    let groups = &newest.census.groups;
    let is_kept = |key: &GroupKey| {
        let Some(growth) = growing.rest.get(key).filter(|_| !growing.dropped.contains_key(key)) else { return false };
        let Survival { kept, there } = growth.survival;
        kept == there
            && there >= limits.fewest_survivors
            && growing.operations.is_sustained(&growth.counts, limits.fewest)
            && newest.origin(groups[key].first) >= Origin::Package
    };
    let mut kept: Vec<GroupKey> = growing.rest.keys().filter(|key| is_kept(key)).copied().collect();
    kept.extend(spread_and_kept(growing, newest));
    if kept.is_empty() {
        return;
    }
    for key in kept {
        if let Some(growth) = growing.rest.get(&key).cloned() {
            growing.admit(key, growth);
        }
    }
    growing.drop_parts(heaps, &newest.census);
}

/// Groups of one path of which the same is true in sum, and which are many. `Growing` counts those whose steps are
/// even.
fn spread_and_kept(growing: &Growing, newest: &Newest<'_>) -> Vec<GroupKey> {
    let limits = &growing.operations.limits;
    let groups = &newest.census.groups;
    let mut sums: HashMap<PathKey, (Growth, Vec<GroupKey>)> = HashMap::new();
    for (key, growth) in growing.rest.iter().filter(|(key, _)| !growing.dropped.contains_key(key)) {
        let (sum, keys) = sums.entry(groups[key].path).or_default();
        sum.add(growth);
        keys.push(*key);
    }
    let is_kept = |sum: &Growth| {
        let Survival { kept, there } = sum.survival;
        kept == there
            && there >= limits.fewest_survivors
            && growing.operations.is_sustained(&sum.counts, limits.fewest_spread)
    };
    let kept = sums.into_values().filter(|(sum, keys)| {
        is_kept(sum) && keys.iter().all(|key| newest.origin(groups[key].first) >= Origin::Package)
    });
    kept.flat_map(|(_, keys)| keys).collect()
}
