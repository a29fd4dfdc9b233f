//! One suspect for a class that grows in number though no place does: its places are one.

use super::suspect::{Grown, summed};
use crate::known::names::is_backing;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::holder_tree::has_fields;
use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::BTreeMap;

/// Merges the places of each spread class. Their container is the nearest object above all of them; where that says
/// nothing, the container of the place that gained most in the last interval.
pub fn merge_classes(newest: &Newest<'_>, growing: &Growing, places: Vec<Vec<Grown>>) -> Vec<Vec<Grown>> {
    let label = |groups: &[Grown]| {
        let top = groups.iter().find(|group| group.is_top)?;
        Some(newest.label(top.node)).filter(|label| growing.spread.contains(label))
    };
    let mut merged: BTreeMap<Label, Vec<Grown>> = BTreeMap::new();
    let mut rest = Vec::new();
    for groups in places {
        match label(&groups) {
            Some(label) => merged.entry(label).or_default().extend(groups),
            None => rest.push(groups),
        }
    }
    rest.extend(merged.into_values().filter_map(|groups| one_place(newest, groups)));
    rest
}

fn one_place(newest: &Newest<'_>, mut groups: Vec<Grown>) -> Option<Vec<Grown>> {
    // The sample is one of the objects that came last.
    groups.sort_by_key(|group| (group.growth.counts.last().map(|step| -step), group.node));
    let paths: Vec<Vec<NodeOrdinal>> = groups.iter().map(|group| newest.tree.ancestors(group.container)).collect();
    let deepest = paths.iter().map(Vec::len).max()?;
    let above = paths.into_iter().reduce(common)?;
    let is_near = deepest - above.len() <= newest.limits.most_between;
    let above = above.iter().rfind(|node| !is_backing(newest.snapshot(), **node)).copied();
    let says_something = |node: &NodeOrdinal| is_near && newest.origin(*node) >= Origin::Plain;
    let first = groups.first()?;
    let container = collector(newest, first.node, above.filter(says_something).unwrap_or(first.container));
    let groups = groups.into_iter().map(|group| Grown { container, ..group });
    Some(summed(groups, |group| newest.label(group.node)))
}

/// The container, or what collects containers of which each has one of the objects in a field.
///
/// Example: `[[receiver]]` of a generator is the download that waits, and a list of timers has all who wait.
fn collector(newest: &Newest<'_>, item: NodeOrdinal, container: NodeOrdinal) -> NodeOrdinal {
    let mut at = item;
    for _ in 0..newest.limits.deepest {
        let head = newest.head(at);
        let Some(owner) = newest.owner(head) else { return container };
        if at == item && owner != container {
            return container;
        }
        // In a scope a number is the place of a variable. Who waits for another that waits is no list of many.
        let is_one_of_many = newest.tree.is_one_of_many(head) && !has_fields(newest.snapshot(), owner);
        let is_timer = newest.census.groups.get(&newest.key(at)).is_some_and(|group| group.is_timer);
        let is_link = || newest.owner(at).is_some_and(|link| newest.label(link) == newest.label(at));
        let is_in_list = is_timer || head != at && is_link();
        if newest.grouping.is_persistent(owner) || is_one_of_many || is_in_list {
            return owner;
        }
        at = owner;
    }
    container
}

/// The common beginning of two paths from the roots.
fn common(mut path: Vec<NodeOrdinal>, other: Vec<NodeOrdinal>) -> Vec<NodeOrdinal> {
    let same = path.iter().zip(&other).take_while(|(node, other)| node == other).count();
    path.truncate(same);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_paths_have_their_beginning_in_common() {
        let path = |nodes: &[u32]| nodes.iter().copied().map(NodeOrdinal).collect::<Vec<_>>();
        for (one, other, both) in [
            (&[0, 1, 2][..], &[0, 1, 3, 4][..], &[0, 1][..]),
            (&[0, 1], &[0, 1, 2], &[0, 1]),
            (&[0], &[0], &[0]),
            (&[1, 0], &[2, 0], &[]),
        ] {
            assert_eq!(common(path(one), path(other)), path(both), "{one:?} and {other:?}");
        }
    }
}
