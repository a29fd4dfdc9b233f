//! Growth that a rule dropped, for whoever asks why it is no leak.

use super::place_growth::PlaceGrowth;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::why::Rule;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::leaks::suspects::collect::Dropped;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// Growth in every interval, and the rule by which it is no leak.
#[derive(Clone, Debug, PartialEq)]
pub struct DroppedGrowth {
    pub place: PlaceGrowth,
    pub rule: Rule,
}

/// The heaviest of the dropped groups. A group below another dropped one is a part of it and has no row; groups of one
/// class in one container are one row.
pub fn dropped_growths(newest: &Newest<'_>, growing: &Growing, dropped: &Dropped) -> Vec<DroppedGrowth> {
    let groups = &newest.census.groups;
    let is_below = |key: &GroupKey| {
        let above = std::iter::successors(groups[key].parent, |key| groups.get(key).and_then(|group| group.parent));
        let mut seen = HashSet::from([*key]);
        let mut above = above.take_while(|key| seen.insert(*key));
        above.any(|key| dropped.contains_key(&key) && newest.may_leak(groups[&key].first))
    };
    let tops = dropped.iter().filter(|(key, _)| newest.may_leak(groups[key].first) && !is_below(key));
    let mut sums: BTreeMap<_, (GroupKey, Rule, Growth)> = BTreeMap::new();
    let mut keys: Vec<(&GroupKey, &Rule)> = tops.collect();
    keys.sort_unstable_by_key(|(key, _)| (groups[key].first, **key));
    for (key, rule) in keys {
        let Some(growth) = growing.groups.get(key).or_else(|| growing.rest.get(key)) else { continue };
        let group = &groups[key];
        let container = newest.owner(newest.head(group.first)).unwrap_or(newest.snapshot().root());
        let sum = sums.entry((container, group.label, rule.because)).or_insert((*key, *rule, Growth::default()));
        sum.2.add(growth);
    }
    let rows = sums.into_iter().map(|((container, ..), (key, rule, growth))| DroppedGrowth {
        place: PlaceGrowth::of(newest, groups[&key].first, container, growth),
        rule,
    });
    let mut rows: Vec<DroppedGrowth> = rows.collect();
    rows.sort_by_key(|row| (Reverse(row.place.size()), row.place.container.id));
    rows.truncate(newest.limits.dropped_rows);
    rows
}
