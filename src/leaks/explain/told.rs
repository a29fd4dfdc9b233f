//! One leak as it is told.

use super::container::Container;
use super::evidence::{Facts, weigh};
use super::leak::Leak;
use super::leaked_class::LeakedClass;
use super::parts::Part;
use super::steps::{first_leaking, steps};
use crate::leaks::kind::{Kind, Scene, advice, kind_of, link_after};
use crate::leaks::newest::Last;
use crate::leaks::place::fingerprint::fingerprint;
use crate::leaks::place::path::{edge_name, told_nodes_to};
use crate::leaks::suspects::suspect::Entry;

/// Everything about one leak that its own part of the heap tells.
pub fn leak(last: &Last<'_>, entry: &Entry, facts: &Facts<'_>, most: usize) -> Leak {
    let nodes = told_nodes_to(last, entry.end, entry.container);
    let cut = first_leaking(last, entry, facts.growing, &nodes);
    let item = nodes.iter().position(|node| *node == entry.item).unwrap_or(nodes.len() - 1);
    let scene = Scene { last, entry, growing: facts.growing, nodes: &nodes, cut, item };
    let (kind, detail) = kind_of(&scene);
    let advice = advice(&scene, kind, &detail);
    // In a chain of scopes the reference from one link to the next is the one to cut.
    let link = (kind == Kind::Closures).then(|| link_after(&scene)).flatten();
    let link = link.filter(|link| last.key(*link) == last.key(entry.item));
    let (nodes, cut) = match link {
        Some(link) => {
            let nodes = told_nodes_to(last, link, entry.container);
            let cut = nodes.len() - 1;
            (nodes, cut)
        }
        None => (nodes, cut),
    };
    let (confidence, evidence) = weigh(last, entry, facts);
    let holders = nodes.iter().position(|node| *node == entry.container).map_or(&nodes[..], |at| &nodes[..=at]);
    Leak {
        class_name: last.original_name(entry.item),
        location: last.location(entry.item),
        container: Container {
            id: last.snapshot().id(entry.container),
            name: last.original_name(entry.container),
            edge: edge_name(last, entry.container),
            location: last.nearest_location(holders),
        },
        count_growth: entry.item_growth.counts.clone(),
        size_growth: entry.total.sizes.clone(),
        retained_growth: entry.total.sizes.iter().sum(),
        retaining_path: steps(last, &nodes, cut, &entry.item_growth.counts),
        kind,
        advice,
        detail,
        confidence,
        evidence,
        fingerprint: fingerprint_of(last, entry),
        examples: Vec::new(),
        classes: classes(last, entry, most),
        allocated: None,
        item: Part::default(),
        per_operation: None,
    }
}

pub fn fingerprint_of(last: &Last<'_>, entry: &Entry) -> String {
    format!("{:016x}", fingerprint(last, entry.container, entry.item))
}

/// What else grows there, objects of one class together.
fn classes(last: &Last<'_>, entry: &Entry, most: usize) -> Vec<LeakedClass> {
    let mut classes: Vec<LeakedClass> = Vec::new();
    for group in &entry.groups {
        let class_name = last.original_name(group.node);
        if class_name == last.original_name(entry.item) {
            continue;
        }
        let (count_growth, size_growth) = (group.growth.counts.clone(), group.growth.sizes.clone());
        match classes.iter_mut().find(|known| known.class_name == class_name) {
            Some(known) => {
                known.count_growth.iter_mut().zip(count_growth).for_each(|(to, from)| *to += from);
                known.size_growth.iter_mut().zip(size_growth).for_each(|(to, from)| *to += from);
            }
            None => classes.push(LeakedClass { class_name, count: 0, size: 0, count_growth, size_growth }),
        }
    }
    classes.truncate(most);
    for class in &mut classes {
        class.count = class.count_growth.iter().sum();
        class.size = class.size_growth.iter().sum();
    }
    classes
}
