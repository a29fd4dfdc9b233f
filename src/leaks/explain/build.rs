//! Builds one leak, whole, from a suspect.

use super::allocated::Allocated;
use super::container::Container;
use super::evidence::{Facts, weigh};
use super::leak::Leak;
use super::leaked_class::LeakedClass;
use super::parts::Part;
use super::steps::{first_leaking, steps};
use crate::error::Result;
use crate::leaks::kind::{BetweenHeaps, Kind, Scene, advice, kind_of};
use crate::leaks::newest::Newest;
use crate::leaks::own::Search;
use crate::leaks::place::fingerprint::fingerprint;
use crate::leaks::place::path::shown_nodes_to;
use crate::leaks::suspects::suspect::Suspect;

/// The leaked objects themselves, from passes over the whole heap.
pub struct Objects {
    /// Ids; empty when the item alone leaks.
    pub examples: Vec<u64>,
    pub allocated: Option<Allocated>,
    pub item: Part,
}

/// The leak of a suspect, with `most` classes.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn leak(
    newest: &Newest<'_>,
    suspect: &Suspect,
    objects: Objects,
    facts: &Facts<'_>,
    own: &Search<'_>,
    most: usize,
) -> Result<Leak> {
    let nodes = shown_nodes_to(newest, suspect.end, suspect.container);
    let cut = first_leaking(newest, suspect, facts.growing, &nodes);
    let item = nodes.iter().position(|node| *node == suspect.item).unwrap_or(nodes.len() - 1);
    let leaked = BetweenHeaps { newest, suspect, growing: facts.growing };
    let scene = Scene { naming: newest.naming(), leaked: &leaked, limits: &newest.limits, nodes: &nodes, cut, item };
    let (kind, detail) = kind_of(&scene);
    let advice = advice(&scene, kind, &detail);
    let stack = objects.allocated.as_ref().map_or(&[][..], |allocated| &allocated.stack);
    let responsible = own.responsible(&scene, stack, detail.module.as_deref())?;
    // In a chain of scopes the reference from one link to the next is the one to cut.
    let link = (kind == Kind::Closures).then(|| leaked.link_after(nodes[cut])).flatten();
    let link = link.filter(|link| newest.key(*link) == newest.key(suspect.item));
    let (nodes, cut) = match link {
        Some(link) => {
            let nodes = shown_nodes_to(newest, link, suspect.container);
            let cut = nodes.len() - 1;
            (nodes, cut)
        }
        None => (nodes, cut),
    };
    let (confidence, evidence) = weigh(newest, suspect, facts);
    let holders = nodes.iter().position(|node| *node == suspect.container).map_or(&nodes[..], |at| &nodes[..=at]);
    let (counts, operations) = (&suspect.item_growth.counts, facts.growing.operations.total());
    let examples =
        if objects.examples.is_empty() { vec![newest.snapshot().id(suspect.item)] } else { objects.examples };
    Ok(Leak {
        class_name: newest.original_name(suspect.item),
        location: newest.location(suspect.item),
        container: Container::on_path(newest, suspect.container, holders),
        count_growth: counts.clone(),
        size_growth: suspect.total.sizes.clone(),
        retained_growth: suspect.total.bytes(),
        retaining_path: steps(newest, &nodes, cut, counts),
        kind,
        advice,
        detail,
        confidence,
        evidence,
        fingerprint: fingerprint_of(newest, suspect),
        examples,
        classes: classes(newest, suspect, most),
        item: objects.item,
        per_operation: (operations > 0).then(|| counts.iter().sum::<i64>() as f64 / operations as f64),
        allocated: objects.allocated,
        responsible,
        freed: None,
    })
}

pub fn fingerprint_of(newest: &Newest<'_>, suspect: &Suspect) -> String {
    format!("{:016x}", fingerprint(newest, suspect.container, suspect.item))
}

/// The other classes that grow there, one row each.
fn classes(newest: &Newest<'_>, suspect: &Suspect, most: usize) -> Vec<LeakedClass> {
    let mut classes: Vec<LeakedClass> = Vec::new();
    for group in &suspect.groups {
        let class_name = newest.original_name(group.node);
        if class_name == newest.original_name(suspect.item) {
            continue;
        }
        let (count_growth, size_growth) = (group.growth.counts.clone(), group.growth.sizes.clone());
        let row = LeakedClass { class_name, count_growth, size_growth };
        match classes.iter_mut().find(|known| known.class_name == row.class_name) {
            Some(known) => known.add(&row),
            None => classes.push(row),
        }
    }
    classes.truncate(most);
    classes
}
