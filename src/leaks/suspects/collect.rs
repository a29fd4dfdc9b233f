//! From growing groups to suspects: one for each place where things accumulate.

use super::alike::merge_named_alike;
use super::idle::{Waiting, waiting_sockets};
use super::merge::{merge_generic_paths, merge_linked, merge_owned, merge_same_paths};
use super::name::{best_group, heaviest_part};
use super::rank::score;
use super::rules::{Candidate, UNNAMED, dropped_by};
use super::single::growing_singles;
use super::spread::merge_classes;
use super::suspect::{Grown, Suspect};
use crate::control::Control;
use crate::error::Result;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::why::Rule;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Groups that grew and are no leak, each with the rule that dropped it.
pub type Dropped = HashMap<GroupKey, Rule>;

/// Every suspect, best evidence first; and the dropped groups.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn suspects(newest: &Newest<'_>, growing: &Growing, control: &Control) -> Result<(Vec<Suspect>, Dropped)> {
    let places = by_container(newest, growing).into_values().map(|groups| merge_same_paths(newest, groups));
    let may_leak = |groups: &Vec<Grown>| groups.iter().any(|group| newest.may_leak(group.node));
    let places: Vec<Vec<Grown>> = places.filter(may_leak).collect();
    let places = merge_classes(newest, growing, merge_owned(newest, merge_generic_paths(newest, places, control)?));
    let total: i64 = places.iter().flatten().map(|group| group.growth.bytes()).sum();
    let (mut suspects, mut dropped) = (Vec::new(), growing.dropped.clone());
    let waiting = waiting_sockets(newest, growing, control)?;
    for groups in merge_linked(newest, places) {
        let keys: Vec<GroupKey> = groups.iter().flat_map(Grown::keys).collect();
        match suspect_of(newest, growing, groups, &waiting, total) {
            Ok(suspect) => suspects.push(suspect),
            Err(rule) => dropped.extend(keys.into_iter().map(|key| (key, rule))),
        }
    }
    suspects.extend(growing_singles(newest, growing, &suspects));
    suspects.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.container.cmp(&b.container)));
    Ok((merge_named_alike(newest, suspects), dropped))
}

/// The growing groups by their container, which is the owner of the highest group.
fn by_container(newest: &Newest<'_>, growing: &Growing) -> BTreeMap<NodeOrdinal, Vec<Grown>> {
    let groups = &newest.census.groups;
    let mut by_container: BTreeMap<NodeOrdinal, Vec<Grown>> = BTreeMap::new();
    let mut containers: HashMap<GroupKey, NodeOrdinal> = HashMap::new();
    let mut keys: Vec<GroupKey> = growing.groups.keys().copied().collect();
    keys.sort_unstable_by_key(|key| (groups[key].first, *key));
    for key in keys {
        let top = top_of(newest, growing, key);
        let container = *containers.entry(top).or_insert_with(|| container_of(newest, growing, top));
        by_container.entry(container).or_default().push(Grown {
            key,
            also: Vec::new(),
            node: groups[&key].first,
            growth: growing.groups[&key].clone(),
            container,
            is_top: key == top,
        });
    }
    by_container
}

/// The owner of the objects of a group, or of the list that they are links of; past owners that are
/// [renewed](Growing::is_renewed).
fn container_of(newest: &Newest<'_>, growing: &Growing, top: GroupKey) -> NodeOrdinal {
    let owner = |node| newest.owner(newest.head(node)).unwrap_or(newest.snapshot().root());
    let mut container = owner(newest.census.groups[&top].first);
    while !newest.grouping.is_persistent(container) && growing.is_renewed(newest.key(container)) {
        container = owner(container);
    }
    container
}

/// The highest growing group above this one.
fn top_of(newest: &Newest<'_>, growing: &Growing, key: GroupKey) -> GroupKey {
    let mut top = key;
    let mut seen = HashSet::from([key]);
    loop {
        match newest.census.groups[&top].parent {
            Some(parent) if growing.groups.contains_key(&parent) && seen.insert(parent) => top = parent,
            _ => return top,
        }
    }
}

/// One suspect from the groups of one place, or the rule that drops them.
fn suspect_of(
    newest: &Newest<'_>,
    growing: &Growing,
    groups: Vec<Grown>,
    waiting: &HashMap<GroupKey, Waiting>,
    total: i64,
) -> std::result::Result<Suspect, Rule> {
    let mut sum = Growth::default();
    groups.iter().for_each(|group| sum.add(&group.growth));
    let (mut groups, engine_groups): (Vec<Grown>, Vec<Grown>) =
        groups.into_iter().partition(|group| newest.may_leak(group.node));
    let best = best_group(newest, &groups).ok_or(UNNAMED)?;
    let Grown { key, also, node: item, growth: item_growth, container, .. } = groups.swap_remove(best);
    let candidate =
        Candidate { newest, growing, item, key, also: &also, growth: &item_growth, container, parts: &groups, waiting };
    if let Some(rule) = dropped_by(&candidate) {
        return Err(rule);
    }
    // The container of the item, where that lies above the container of the place.
    let above = newest.owner(newest.head(item)).unwrap_or(container);
    let container = if newest.tree.ancestors(container).contains(&above) { above } else { container };
    let end = heaviest_part(newest, growing, item);
    let on_path: Vec<Label> = newest.tree.ancestors(end).iter().map(|node| newest.label(*node)).collect();
    groups.retain(|group| group.key != key);
    groups.sort_by_key(|group| {
        let is_off_path = !on_path.contains(&newest.label(group.node));
        let origin = newest.origin(group.node);
        let says_little = origin <= Origin::Value;
        let is_part = origin < Origin::Package || group.growth.counts != item_growth.counts;
        (is_off_path || says_little, says_little, is_part, -group.growth.bytes(), group.node)
    });
    let score = score(newest, growing, &item_growth, (container, item), sum.bytes() as f64 / total.max(1) as f64);
    Ok(Suspect { container, item, key, end, item_growth, also, total: sum, groups, engine_groups, score })
}
