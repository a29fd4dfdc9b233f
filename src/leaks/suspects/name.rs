//! What to call a leak: which of the growing groups a person would name, and what in it makes the weight.

use super::suspect::Grown;
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::growth::growing::{Growing, Growth, is_even, is_in_step, is_small};
use crate::leaks::newest::{Last, Meaning};
use crate::leaks::place::fingerprint::fingerprint;
use crate::leaks::place::path::nodes_to;
use crate::ordinal::NodeOrdinal;
use crate::paths::weight::is_realm;
use std::collections::{BTreeSet, HashMap};

/// Property edges followed up to the object that owns the others.
const MOST_OWNERS: usize = 4;
/// Steps from an item down to the part that makes its weight.
const MOST_PARTS: usize = 4;
/// An item in one place has at most so many parts in another.
const MOST_BESIDE: i64 = 300;
/// Steps that put a class behind all others.
const FAR: i64 = 100;

/// The group that a person would name: a class of the program before one of a package, one near the container before a
/// part of it.
pub fn best_group(last: &Last<'_>, groups: &[Grown]) -> Option<usize> {
    let depth = |group: &Grown| depth(last, group);
    let heaviest = groups.iter().max_by_key(|group| (group.growth.bytes(), std::cmp::Reverse(group.node)))?;
    let total = |group: &Grown| group.growth.counts.iter().sum::<i64>();
    // A few connections lead to what piles up in thousands elsewhere, and are not what piles up.
    let is_beside =
        |group: &Grown| group.container != heaviest.container && total(group) * MOST_BESIDE < total(heaviest);
    // Of several places the one where most of it collects.
    let mut collected: HashMap<NodeOrdinal, i64> = HashMap::new();
    for group in groups {
        *collected.entry(group.container).or_default() += group.growth.bytes();
    }
    let (mut best, _) = groups.iter().enumerate().max_by_key(|(_, group)| {
        (
            !is_beside(group),
            !is_small(&group.growth.counts),
            is_even(&group.growth.counts) || is_in_step(&group.growth.counts, &heaviest.growth.counts),
            worth(last.meaning(group.node)) - depth(group),
            last.held_by(group.container),
            -depth(group),
            collected[&group.container],
            group.growth.bytes(),
            // Of what is alike in all of that the same one every time.
            fingerprint(last, group.container, group.node),
            std::cmp::Reverse(group.node),
        )
    })?;
    // Behind functions and their variables any part of the object may be the nearest: its owner is meant.
    for _ in 0..MOST_OWNERS {
        let group = &groups[best];
        let holder = last.owner(group.node)?;
        if last.meaning(holder) > Meaning::Value || last.zones.is_persistent(holder) {
            break;
        }
        let owner = property_owners(last, group.node).find_map(|owner| {
            let key = last.key(owner);
            groups.iter().position(|other| {
                other.key == key
                    && depth(other) <= depth(group)
                    && last.meaning(other.node) >= last.meaning(group.node)
                    && other.growth.counts == group.growth.counts
            })
        });
        match owner.filter(|owner| *owner != best) {
            Some(owner) => best = owner,
            None => break,
        }
    }
    Some(whole(last, groups, best).or_else(|| waiting(last, groups, best)).unwrap_or(best))
}

/// Of timers, which say nothing, the objects of the program that wait for them, as many as there are timers, however
/// far behind.
fn waiting(last: &Last<'_>, groups: &[Grown], timer: usize) -> Option<usize> {
    let timers = &groups[timer];
    let is_timer = ["Timeout", "Immediate"].iter().any(|class| last.class_name(timers.node).as_text().is(class));
    if !is_timer || last.meaning(timers.node) > Meaning::Platform {
        return None;
    }
    let pairs = |group: &Grown| group.growth.counts.clone().into_iter().zip(timers.growth.counts.clone());
    // One may just be between two timers.
    let is_as_many = |group: &Grown| pairs(group).all(|(waiting, timers)| (waiting - timers).abs() <= 1);
    let of_program = |group: &Grown| last.meaning(group.node) == Meaning::Program && is_as_many(group);
    let found = groups.iter().enumerate().filter(|(_, group)| group.container == timers.container && of_program(group));
    Some(found.min_by_key(|(_, group)| (depth(last, group), group.node))?.0)
}

/// Of what Node.js itself holds, the owner that has several of these, wherever they hang: one worker, its standard
/// output and errors.
fn whole(last: &Last<'_>, groups: &[Grown], part: usize) -> Option<usize> {
    let of_node = |group: &Grown| last.held_by(group.container) <= Meaning::Platform;
    let label = last.label(groups[part].node);
    let alike = || groups.iter().filter(|group| last.label(group.node) == label);
    if last.meaning(groups[part].node) != Meaning::Platform || !alike().all(of_node) {
        return None;
    }
    let mut parts = Growth::default();
    alike().for_each(|group| parts.add(&group.growth));
    property_owners(last, groups[part].node).find_map(|owner| {
        let own: BTreeSet<_> = properties(last, owner).filter(|node| last.label(*node) == label).collect();
        let each = own.len() as i64;
        let is_owner = |group: &Grown| {
            let owned: Vec<i64> = group.growth.counts.iter().map(|count| count * each).collect();
            last.label(group.node) == last.label(owner) && of_node(group) && owned == parts.counts
        };
        let owners = groups.iter().enumerate().filter(|(_, group)| is_owner(group));
        let (nearest, _) = owners.min_by_key(|(_, group)| (depth(last, group), group.node))?;
        (each > 1 && last.meaning(owner) == Meaning::Platform).then_some(nearest)
    })
}

/// What an object has as its properties, also over a plain object between.
fn properties<'b>(last: &'b Last<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let snapshot = last.snapshot();
    let direct = move |node: NodeOrdinal| {
        let properties = snapshot.edges(node).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Property);
        properties.map(|edge| snapshot.target(edge))
    };
    direct(node).flat_map(move |node| {
        let is_plain = last.meaning(node) == Meaning::Plain;
        [node].into_iter().chain(is_plain.then(|| direct(node)).into_iter().flatten())
    })
}

/// Steps from the container, all links of a list being one; far away what belongs to every realm alike, as its `String`
/// and `Array`.
fn depth(last: &Last<'_>, group: &Grown) -> i64 {
    let nodes = nodes_to(last, group.node);
    let below = &nodes[nodes_to(last, group.container).len().min(nodes.len())..];
    let in_realm =
        below.split_last().is_some_and(|(_, above)| above.iter().any(|node| is_realm(last.snapshot(), *node)));
    let steps = below.iter().filter(|node| !last.hanging.is_link(**node)).count();
    i64::try_from(steps).unwrap_or(i64::MAX / 2) + if in_realm { FAR } else { 0 }
}

/// New objects of which this one is a property, also over a plain object between.
fn property_owners<'b>(last: &'b Last<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let over_plain = move |owner: NodeOrdinal| {
        let is_plain = last.meaning(owner) == Meaning::Plain;
        [owner].into_iter().chain(is_plain.then(|| direct_owners(last, owner)).into_iter().flatten())
    };
    direct_owners(last, node).flat_map(over_plain)
}

fn direct_owners<'b>(last: &'b Last<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let snapshot = last.snapshot();
    let sources = last.heap.graph.retainers.sources(node).map(|(source, _)| source);
    sources.filter(move |source| {
        !last.zones.is_persistent(*source)
            && snapshot.kind(*source) == NodeKind::OBJECT
            && snapshot
                .edges(*source)
                .any(|edge| snapshot.target(edge) == node && snapshot.edge_kind(edge) == EdgeKind::Property)
    })
}

/// Steps that a class is worth: a class of the program is shown though it lies so much deeper.
pub fn worth(meaning: Meaning) -> i64 {
    match meaning {
        Meaning::Plumbing => 0,
        Meaning::Value => 2,
        Meaning::Plain => 3,
        Meaning::Language => 4,
        Meaning::Platform => 7,
        Meaning::Package => 11,
        Meaning::Program => 14,
    }
}

/// Where the bytes of an item lie that its own class does not show: memory outside of the heap, a long text that a
/// slice of it keeps; of what is not the program's own also an object of Node.js or a package, but not what an object
/// of Node.js has inside (the state of a stream). Follows what weighs most as far as it is the better part; the item
/// itself when that ends elsewhere.
pub fn heaviest_part(last: &Last<'_>, growing: &Growing, item: NodeOrdinal) -> NodeOrdinal {
    let snapshot = last.snapshot();
    let mut at = item;
    for _ in 0..MOST_PARTS {
        let heaviest = last
            .children(at)
            .filter(|child| !last.hanging.is_link(*child) && growing.groups.contains_key(&last.key(*child)))
            .max_by_key(|child| (last.weight(*child), std::cmp::Reverse(*child)));
        let Some(child) = heaviest.filter(|child| last.weight(*child) * 2 > last.weight(at)) else { break };
        at = child;
        let is_content = snapshot.kind(at) == NodeKind::NATIVE || snapshot.kind(at).is_string();
        let (whole, part) = (last.meaning(item), last.meaning(at));
        let is_inside = whole == Meaning::Platform && part == Meaning::Platform;
        let is_known = whole < Meaning::Program && part >= Meaning::Platform && !is_inside;
        if is_known || is_content && snapshot.shallow_size(at) * 2 > last.weight(item) {
            return at;
        }
    }
    item
}
