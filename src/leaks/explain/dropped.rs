//! Growth that a rule dropped, for whoever asks why it is no leak.

use super::container::Container;
use crate::analysis::SourceLocation;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::why::Rule;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::leaks::suspects::collect::Dropped;
use crate::text::TextBuf;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// Objects of one class that grew in every interval, and the rule by which they are no leak.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct DroppedGrowth {
    pub class_name: TextBuf,
    pub location: Option<SourceLocation>,
    pub container: Container,
    pub count_growth: Vec<i64>,
    pub size_growth: Vec<i64>,
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
    let rows = sums.into_iter().map(|((container, ..), (key, rule, growth))| {
        let node = groups[&key].first;
        DroppedGrowth {
            class_name: newest.original_name(node),
            location: newest.location(node),
            container: Container::of(newest, container),
            count_growth: growth.counts,
            size_growth: growth.sizes,
            rule,
        }
    });
    let mut rows: Vec<DroppedGrowth> = rows.collect();
    rows.sort_by_key(|row| (Reverse(row.size_growth.iter().sum::<i64>()), row.container.id));
    rows.truncate(newest.limits.dropped_rows);
    rows
}
