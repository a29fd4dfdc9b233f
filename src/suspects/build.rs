//! Builds one suspect, whole, from the groups that pile up in one place, or from one large object.

use super::choose::is_list;
use super::collect::{Holding, Pile, Piles};
use super::evidence::{Facts, opinion};
use super::groups::Groups;
use super::item::item;
use super::kind::{Scene, kind_of};
use super::own_line::own_line;
use super::suspect::{Other, Suspect};
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::leaks::Container;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;

/// All that suspects are built from.
pub struct Found<'a, 'b> {
    pub naming: &'b Naming<'a>,
    pub groups: &'b Groups,
    pub below: &'b [Vec<u32>],
    /// The chosen groups, as `piles` has them.
    pub chosen: &'b [u32],
    pub piles: &'b Piles,
    /// Bytes of the whole heap.
    pub total: u64,
}

impl Found<'_, '_> {
    /// The suspect of some chosen groups with the same holders; the first of them names it. `table_size`: bytes of the
    /// holders themselves.
    pub fn of_groups(&self, positions: &[usize], table_size: u64) -> Option<Suspect> {
        let (first, others) = positions.split_first()?;
        let (at, pile) = (self.chosen[*first], &self.piles.piles[*first]);
        let group = &self.groups.rows[at as usize];
        let (container, holding) = pile.main_holder()?;
        let size = positions.iter().map(|at| self.groups.rows[self.chosen[*at] as usize].total).sum::<u64>();
        let others = others.iter().map(|at| {
            let row = &self.groups.rows[self.chosen[*at] as usize];
            Other { class_name: self.naming.original_name(row.sample), count: row.count, size: row.total }
        });
        let part = item(self.naming, self.groups, self.below, at);
        let examples = pile.examples.iter().map(|node| self.naming.heap.snapshot.id(*node)).collect();
        let place = Place { container, item: holding.first, is_list: is_list(group), is_single: false };
        let counts = Counts { count: group.count, size: size.saturating_add(table_size), holding, pile };
        let suspect = self.suspect(place, &counts, part)?;
        Some(Suspect { others: others.collect(), examples, container_count: pile.holders.len() as u64, ..suspect })
    }

    /// The suspect that is one large object.
    pub fn of_object(&self, node: NodeOrdinal, size: u64) -> Option<Suspect> {
        let nodes = self.naming.nodes_to(node);
        let container = nodes.len().checked_sub(2).map_or(node, |at| nodes[at]);
        let at = self.groups.of[node.index()];
        let row = self.groups.rows.get(at as usize)?;
        let part = crate::leaks::Part {
            name: self.naming.original_name(row.sample),
            edge: self.naming.generic_edge_name(node),
            count: 1.0,
            size: size as f64,
            children: Vec::new(),
        };
        let pile = Pile::default();
        let holding = Holding { first: node, count: 1, retained: size };
        let place = Place { container, item: node, is_list: false, is_single: true };
        let suspect = self.suspect(place, &Counts { count: 1, size, holding, pile: &pile }, part)?;
        let examples = vec![self.naming.heap.snapshot.id(node)];
        Some(Suspect { examples, container_count: 1, ..suspect })
    }

    fn suspect(&self, place: Place, counts: &Counts<'_>, part: crate::leaks::Part) -> Option<Suspect> {
        let (naming, heap) = (self.naming, self.naming.heap);
        let path = naming.nodes_to(place.item);
        let at = path.iter().position(|node| *node == place.container)?;
        let scene = Scene { naming, nodes: &path, container: at, is_list: place.is_list, is_single: place.is_single };
        let (kind, detail) = kind_of(&scene);
        let facts = Facts {
            heap,
            pile: counts.pile,
            piles: self.piles,
            kind,
            container: if place.is_single { place.item } else { place.container },
            holding: counts.holding,
            count: counts.count,
            size: counts.size,
            total: self.total,
        };
        let location = path[..=at].iter().rev().find_map(|node| naming.location(*node));
        let container = Container {
            id: heap.snapshot.id(place.container),
            name: naming.original_name(place.container),
            edge: naming.edge_name(place.container),
            location,
        };
        Some(Suspect {
            class_name: naming.original_name(place.item),
            location: naming.location(place.item),
            count: counts.count,
            size: counts.size,
            container,
            container_item_count: counts.holding.count,
            container_retained_size: heap.graph.retained_size(place.container),
            container_count: 1,
            is_single: place.is_single,
            kind,
            advice: kind.advice(),
            detail,
            opinion: opinion(&facts),
            item: part,
            own_line: own_line(naming, &path),
            fingerprint: fingerprint(naming, &path[..=at], place.item),
            path,
            examples: Vec::new(),
            others: Vec::new(),
        })
    }
}

#[derive(Clone, Copy)]
struct Place {
    container: NodeOrdinal,
    item: NodeOrdinal,
    is_list: bool,
    is_single: bool,
}

struct Counts<'a> {
    count: u64,
    size: u64,
    holding: Holding,
    pile: &'a Pile,
}

/// A hash of the classes and references of the container and of the two objects above it, and of the class of the
/// objects; positions are left out.
fn fingerprint(naming: &Naming<'_>, holders: &[NodeOrdinal], item: NodeOrdinal) -> String {
    let class = |node: NodeOrdinal| match naming.heap.snapshot.kind(node) {
        NodeKind::SYNTHETIC => 0,
        _ => hash_text(naming.class_name(node).as_text()),
    };
    let near = &holders[holders.len().saturating_sub(3)..];
    let hash = near
        .iter()
        .fold(0, |hash, node| mix(mix(hash, hash_text(naming.generic_edge_name(*node).as_text())), class(*node)));
    format!("{:016x}", mix(hash, class(item)))
}
