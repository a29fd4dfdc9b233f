//! Which of the growing groups names a leak, and which part of an item holds most of its bytes.

use super::suspect::Grown;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::names::is_realm;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::fingerprint::fingerprint;
use crate::ordinal::NodeOrdinal;
use std::collections::{BTreeSet, HashMap};

/// The index of the group that a person would name: a class of the program before one of a package, and an object near
/// the container before a part of it.
pub fn best_group(newest: &Newest<'_>, groups: &[Grown]) -> Option<usize> {
    let limits = &newest.limits;
    let depth = |group: &Grown| depth(newest, group);
    let heaviest = groups.iter().max_by_key(|group| (group.growth.bytes(), std::cmp::Reverse(group.node)))?;
    let total = |group: &Grown| group.growth.counts.iter().sum::<i64>();
    // A few connections may lead to thousands of objects elsewhere, which are the leak.
    let is_beside =
        |group: &Grown| group.container != heaviest.container && total(group) * limits.most_beside < total(heaviest);
    // Among several places the fullest one counts.
    let mut collected: HashMap<NodeOrdinal, i64> = HashMap::new();
    for group in groups {
        *collected.entry(group.container).or_default() += group.growth.bytes();
    }
    let (mut best, _) = groups.iter().enumerate().max_by_key(|(_, group)| {
        (
            !is_beside(group),
            !limits.is_small(&group.growth.counts),
            limits.is_even(&group.growth.counts) || limits.is_in_step(&group.growth.counts, &heaviest.growth.counts),
            worth(newest.origin(group.node)) - depth(group),
            newest.holder_origin(group.container),
            -depth(group),
            collected[&group.container],
            group.growth.bytes(),
            // Among equals the fingerprint decides, so that it is the same one in every run.
            fingerprint(newest, group.container, group.node),
            std::cmp::Reverse(group.node),
        )
    })?;
    // A function leads to any part of an object by its variables, so the nearest part may not be the object: climb to
    // the owner.
    for _ in 0..limits.most_owners {
        let group = &groups[best];
        let holder = newest.owner(group.node)?;
        if newest.origin(holder) > Origin::Value || newest.grouping.is_persistent(holder) {
            break;
        }
        let owner = property_owners(newest, group.node).find_map(|owner| {
            let key = newest.key(owner);
            groups.iter().position(|other| {
                other.key == key
                    && depth(other) <= depth(group)
                    && newest.origin(other.node) >= newest.origin(group.node)
                    && other.growth.counts == group.growth.counts
            })
        });
        match owner.filter(|owner| *owner != best) {
            Some(owner) => best = owner,
            None => break,
        }
    }
    Some(whole(newest, groups, best).or_else(|| waiting(newest, groups, best)).unwrap_or(best))
}

/// The objects of the program that wait for the timers, if there are as many as timers. A timer names nothing, however
/// near it is.
fn waiting(newest: &Newest<'_>, groups: &[Grown], timer: usize) -> Option<usize> {
    let timers = &groups[timer];
    let is_timer = ["Timeout", "Immediate"].iter().any(|class| newest.class_name(timers.node).as_text().is(class));
    if !is_timer || newest.origin(timers.node) > Origin::Node {
        return None;
    }
    let pairs = |group: &Grown| group.growth.counts.clone().into_iter().zip(timers.growth.counts.clone());
    // One object may just be between two timers.
    let is_as_many = |group: &Grown| pairs(group).all(|(waiting, timers)| (waiting - timers).abs() <= 1);
    let of_program = |group: &Grown| newest.origin(group.node) == Origin::Program && is_as_many(group);
    // There is a list for each duration, and which of them stands for a group is chance.
    let of_list = |group: &Grown| newest.label(group.container) == newest.label(timers.container);
    let found = groups.iter().enumerate().filter(|(_, group)| of_list(group) && of_program(group));
    Some(found.min_by_key(|(_, group)| (depth(newest, group), group.node))?.0)
}

/// The owner of several parts that Node.js itself holds.
///
/// Example: a worker has two streams, its standard output and errors, and each is one of the growing groups.
fn whole(newest: &Newest<'_>, groups: &[Grown], part: usize) -> Option<usize> {
    let of_node = |group: &Grown| newest.holder_origin(group.container) <= Origin::Node;
    let label = newest.label(groups[part].node);
    let alike = || groups.iter().filter(|group| newest.label(group.node) == label);
    if newest.origin(groups[part].node) != Origin::Node || !alike().all(of_node) {
        return None;
    }
    let mut parts = Growth::default();
    alike().for_each(|group| parts.add(&group.growth));
    property_owners(newest, groups[part].node).find_map(|owner| {
        let own: BTreeSet<_> = properties(newest, owner).filter(|node| newest.label(*node) == label).collect();
        let each = own.len() as i64;
        let is_owner = |group: &Grown| {
            let owned: Vec<i64> = group.growth.counts.iter().map(|count| count * each).collect();
            newest.label(group.node) == newest.label(owner) && of_node(group) && owned == parts.counts
        };
        let owners = groups.iter().enumerate().filter(|(_, group)| is_owner(group));
        let (nearest, _) = owners.min_by_key(|(_, group)| (depth(newest, group), group.node))?;
        (each > 1 && newest.origin(owner) == Origin::Node).then_some(nearest)
    })
}

/// The properties of an object, and those of a plain object among them.
fn properties<'b>(newest: &'b Newest<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let snapshot = newest.snapshot();
    let direct = move |node: NodeOrdinal| {
        let properties = snapshot.edges(node).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Property);
        properties.map(|edge| snapshot.target(edge))
    };
    direct(node).flat_map(move |node| {
        let is_plain = newest.origin(node) == Origin::Plain;
        [node].into_iter().chain(is_plain.then(|| direct(node)).into_iter().flatten())
    })
}

/// Steps from the container; all links of a list are one. The built-in objects of a realm are far away: each realm has
/// its `String` and `Array`.
fn depth(newest: &Newest<'_>, group: &Grown) -> i64 {
    let nodes = newest.tree.ancestors(group.node);
    let below = &nodes[newest.tree.ancestors(group.container).len().min(nodes.len())..];
    let in_realm =
        below.split_last().is_some_and(|(_, above)| above.iter().any(|node| is_realm(newest.snapshot(), *node)));
    let steps = below.iter().filter(|node| !newest.tree.is_link(**node)).count();
    i64::try_from(steps).unwrap_or(i64::MAX / 2) + if in_realm { newest.limits.far } else { 0 }
}

/// New objects that have this one as a property, or as a property of a plain object of theirs.
fn property_owners<'b>(newest: &'b Newest<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let over_plain = move |owner: NodeOrdinal| {
        let is_plain = newest.origin(owner) == Origin::Plain;
        [owner].into_iter().chain(is_plain.then(|| direct_owners(newest, owner)).into_iter().flatten())
    };
    direct_owners(newest, node).flat_map(over_plain)
}

fn direct_owners<'b>(newest: &'b Newest<'_>, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + 'b {
    let snapshot = newest.snapshot();
    let sources = newest.heap.graph.retainers.sources(node).map(|(source, _)| source);
    sources.filter(move |source| {
        !newest.grouping.is_persistent(*source)
            && snapshot.kind(*source) == NodeKind::OBJECT
            && snapshot
                .edges(*source)
                .any(|edge| snapshot.target(edge) == node && snapshot.edge_kind(edge) == EdgeKind::Property)
    })
}

/// Steps that an origin is worth: a class of the program names the leak though it lies so much deeper.
pub fn worth(origin: Origin) -> i64 {
    match origin {
        Origin::Engine => 0,
        Origin::Value => 2,
        Origin::Plain => 3,
        Origin::Language => 4,
        Origin::Node => 7,
        Origin::Package => 11,
        Origin::Program => 14,
    }
}

/// The part of an item that holds most of its bytes, if the class name does not already tell: external memory, or a
/// long string kept by a slice. For items that the program did not define, also an object of Node.js or a package,
/// except the internals of a Node.js object. Descends to the heaviest child while it has more than half of the weight;
/// returns the item when no such part is found.
pub fn heaviest_part(newest: &Newest<'_>, growing: &Growing, item: NodeOrdinal) -> NodeOrdinal {
    let snapshot = newest.snapshot();
    let mut at = item;
    for _ in 0..newest.limits.most_parts {
        let heaviest = newest
            .weights
            .children(at)
            .filter(|child| !newest.tree.is_link(*child) && growing.groups.contains_key(&newest.key(*child)))
            .max_by_key(|child| (newest.weights.weight(*child), std::cmp::Reverse(*child)));
        let Some(child) = heaviest.filter(|child| newest.weights.weight(*child) * 2 > newest.weights.weight(at)) else {
            break;
        };
        at = child;
        let is_content = snapshot.kind(at) == NodeKind::NATIVE || snapshot.kind(at).is_string();
        let (whole, part) = (newest.origin(item), newest.origin(at));
        let is_inside = whole == Origin::Node && part == Origin::Node;
        let is_known = whole < Origin::Program && part >= Origin::Node && !is_inside;
        if is_known || is_content && snapshot.shallow_size(at) * 2 > newest.weights.weight(item) {
            return at;
        }
    }
    item
}
