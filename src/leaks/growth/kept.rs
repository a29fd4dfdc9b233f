//! Few objects of the program that all stay, in steps that are not equal: the first interval had the start in it.

use super::growing::Growing;
use super::survival::Survival;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::{Census, GroupKey};

/// Adds groups of the program and of packages that are too few for uneven steps, where nothing is gone of what the
/// interval before brought.
///
/// Example: 18 and 13 tickets, of which the first snapshot was taken before the program began to work.
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
    let kept: Vec<GroupKey> = growing.rest.keys().filter(|key| is_kept(key)).copied().collect();
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
