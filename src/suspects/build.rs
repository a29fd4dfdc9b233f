//! Builds one suspect, whole, from the groups that pile up in one place, or from one large object.

use super::choose::is_list;
use super::collect::{Holding, Pile, Piles};
use super::evidence::{Facts, opinion};
use super::groups::Groups;
use super::in_one_heap::InOneHeap;
use super::item::item;
use super::limits::{CHAIN_PERIOD, FEWEST_BYTES, NAMED_MORE};
use super::name::{best_group, first_of, heaviest_part};
use super::suspect::{Other, Suspect};
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::leaks::{Container, Leaked, Limits, Origin, Scene, Search, advice, kind_of};
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
    /// Asks for the place in own code.
    pub own: &'b Search<'b>,
    /// Bytes of the whole heap.
    pub total: u64,
    /// Nothing takes much of the heap.
    pub is_small: bool,
}

impl Found<'_, '_> {
    /// The suspect of some chosen groups with the same holders; the first of them names it. `table_size`: bytes of the
    /// holders themselves.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of_groups(&self, positions: &[usize], table_size: u64) -> Result<Option<Suspect>> {
        let Some((first, others)) = positions.split_first() else { return Ok(None) };
        let (top, pile) = (self.chosen[*first], &self.piles.piles[*first]);
        let Some((holder, holding)) = pile.main_holder() else { return Ok(None) };
        let best = best_group(self.naming, self.groups, self.below, top);
        let is_list = is_list(&self.groups.rows[top as usize]);
        let mut leaked = InOneHeap {
            naming: self.naming,
            groups: self.groups,
            piles: self.piles,
            positions,
            group: best,
            count: self.count_named(*first, best),
            links: if is_list { &pile.examples } else { &[] },
        };
        let named = first_of(self.groups, &leaked, holding.first, best);
        if named.is_none() {
            (leaked.group, leaked.count) = (top, self.groups.rows[top as usize].count);
        }
        let class_name = self.naming.original_name(named.unwrap_or(holding.first));
        let (container, above) = self.above_list(&leaked, holder, holding.first);
        let size = positions.iter().map(|at| self.groups.rows[self.chosen[*at] as usize].total).sum::<u64>();
        let row_of = |group: u32| &self.groups.rows[group as usize];
        let others = others.iter().map(|at| {
            let top = self.chosen[*at];
            let best = best_group(self.naming, self.groups, self.below, top);
            let class_name = self.naming.original_name(row_of(best).sample);
            Other { class_name, count: row_of(best).count, size: row_of(top).total }
        });
        // The links of a list that is held at both ends are in two groups.
        let (same, others): (Vec<Other>, Vec<Other>) = others.partition(|other| other.class_name == class_name);
        leaked.count += same.iter().map(|other| other.count).sum::<u64>();
        let examples = pile.examples.iter().map(|node| {
            let named = named.and_then(|_| first_of(self.groups, &leaked, *node, leaked.group));
            self.naming.heap.snapshot.id(named.unwrap_or(*node))
        });
        let part = item(self.naming, self.groups, self.below, top);
        let item_node = named.unwrap_or(holding.first);
        let place = Place { container, first: above, item: item_node, is_single: false };
        let counts = Counts { size: size.saturating_add(table_size), holding, pile };
        let suspect = self.suspect(place, &leaked, &counts, part)?;
        Ok(suspect.map(|suspect| Suspect {
            others,
            examples: examples.collect(),
            container_count: pile.holders.len() as u64,
            ..suspect
        }))
    }

    /// Objects of a class within the chosen group at this position: V8 may lead to them by two names, as the callback
    /// of a listener and the listener itself. Where each of those that pile up has several of the class, those of the
    /// group alone.
    fn count_named(&self, position: usize, group: u32) -> u64 {
        let rows = &self.groups.rows;
        let named = &rows[group as usize];
        let within = rows.iter().zip(&self.piles.within).filter(|(_, within)| **within == Some(position));
        let sum = within.filter(|(row, _)| row.class == named.class).map(|(row, _)| row.count).sum::<u64>();
        let top = rows[self.chosen[position] as usize].count;
        if sum as f64 <= top as f64 * NAMED_MORE { sum } else { named.count }
    }

    /// The object that holds a list, and the first link: the oldest link is no container.
    fn above_list(
        &self,
        leaked: &InOneHeap<'_>,
        holder: NodeOrdinal,
        first: NodeOrdinal,
    ) -> (NodeOrdinal, NodeOrdinal) {
        let (mut container, mut first_link) = (holder, first);
        for _ in 0..CHAIN_PERIOD {
            let is_link = !leaked.links.is_empty() && leaked.is_alike(container, first);
            let Some(owner) = self.naming.owner(container).filter(|_| is_link) else { break };
            (container, first_link) = (owner, container);
        }
        (container, first_link)
    }

    /// The suspect that is one large object.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of_object(&self, node: NodeOrdinal, size: u64) -> Result<Option<Suspect>> {
        let nodes = self.naming.nodes_to(node);
        let container = nodes.len().checked_sub(2).map_or(node, |at| nodes[at]);
        let group = self.groups.of[node.index()];
        let Some(row) = self.groups.rows.get(group as usize) else { return Ok(None) };
        let part = crate::leaks::Part {
            name: self.naming.original_name(row.sample),
            edge: self.naming.generic_edge_name(node),
            count: 1.0,
            size: size as f64,
            children: Vec::new(),
        };
        let pile = Pile::default();
        let holding = Holding { first: node, count: 1, retained: size };
        let place = Place { container, first: node, item: node, is_single: true };
        let (naming, groups, piles) = (self.naming, self.groups, self.piles);
        let leaked = InOneHeap { naming, groups, piles, positions: &[], group, count: 1, links: &[] };
        let suspect = self.suspect(place, &leaked, &Counts { size, holding, pile: &pile }, part)?;
        let examples = vec![self.naming.heap.snapshot.id(node)];
        Ok(suspect.map(|suspect| Suspect { examples, container_count: 1, ..suspect }))
    }

    fn suspect(
        &self,
        place: Place,
        leaked: &InOneHeap<'_>,
        counts: &Counts<'_>,
        part: crate::leaks::Part,
    ) -> Result<Option<Suspect>> {
        let (naming, heap) = (self.naming, self.naming.heap);
        let path = naming.nodes_to(place.item);
        let position = |node: NodeOrdinal| path.iter().position(|at| *at == node);
        let (Some(at), Some(cut)) = (position(place.container), position(place.first)) else { return Ok(None) };
        let below = if place.is_single { Vec::new() } else { heaviest_part(naming, leaked, place.item) };
        let nodes: Vec<NodeOrdinal> = path.iter().copied().chain(below).collect();
        let limits = Limits::default();
        let scene = Scene { naming: *naming, leaked, limits: &limits, nodes: &nodes, cut, item: path.len() - 1 };
        let (kind, detail) = kind_of(&scene);
        let responsible = self.own.responsible(&scene, &[], detail.module.as_deref())?;
        let facts = Facts {
            heap,
            pile: counts.pile,
            piles: self.piles,
            kind,
            container: if place.is_single { place.item } else { place.container },
            holding: counts.holding,
            count: leaked.count,
            size: counts.size,
            total: self.total,
            is_small: self.is_small && counts.size < FEWEST_BYTES,
        };
        let container = Container {
            id: heap.snapshot.id(place.container),
            name: naming.original_name(place.container),
            edge: naming.edge_name(place.container),
            location: naming.nearest_location(&path[..=at]),
        };
        Ok(Some(Suspect {
            class_name: naming.original_name(place.item),
            location: naming.location(place.item),
            count: leaked.count,
            size: counts.size,
            container,
            container_item_count: counts.holding.count,
            container_retained_size: heap.graph.retained_size(place.container),
            container_count: 1,
            is_single: place.is_single,
            kind,
            advice: advice(&scene, kind, &detail),
            detail,
            opinion: opinion(&facts),
            item: part,
            responsible,
            fingerprint: fingerprint(naming, &path[..=at], place.item),
            holder: naming.owner(place.container),
            is_held_by_node: self.is_held_by_node(&path[..=at]),
            path,
            examples: Vec::new(),
            others: Vec::new(),
        }))
    }

    /// Whether Node.js or native code holds the container, the last of these, and no own code and no package does.
    fn is_held_by_node(&self, holders: &[NodeOrdinal]) -> bool {
        let kind = holders.last().map(|node| self.naming.heap.snapshot.kind(*node));
        let places = holders.iter().filter_map(|node| self.naming.location(*node));
        let origins: Vec<Origin> = places.map(|place| self.naming.origin_at(&place)).collect();
        let is_native = matches!(kind, Some(NodeKind::NATIVE | NodeKind::SYNTHETIC));
        (is_native || origins.contains(&Origin::Node)) && origins.iter().all(|origin| *origin < Origin::Package)
    }
}

#[derive(Clone, Copy)]
struct Place {
    container: NodeOrdinal,
    /// The first object below the container.
    first: NodeOrdinal,
    /// The object that names the suspect: that one, or a part of it.
    item: NodeOrdinal,
    /// One object that is large by itself.
    is_single: bool,
}

struct Counts<'a> {
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
