//! The leaked objects as one heap shows them: the objects that pile up, and all that only paths over them lead to.

use super::collect::Piles;
use super::groups::{Groups, NO_GROUP};
use super::limits::CHAIN_PERIOD;
use crate::kind::EdgeKind;
use crate::known::names::is_backing;
use crate::leaks::Leaked;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;

/// One suspect, before it is built.
pub struct InOneHeap<'a> {
    pub naming: &'a Naming<'a>,
    pub groups: &'a Groups,
    pub piles: &'a Piles,
    /// Positions among the chosen groups; none for an object that is large by itself.
    pub positions: &'a [usize],
    /// Group of the objects that name it.
    pub group: u32,
    pub count: u64,
    /// Some of the objects, where each is held by the one before.
    pub links: &'a [NodeOrdinal],
}

impl InOneHeap<'_> {
    fn group_of(&self, node: NodeOrdinal) -> Option<u32> {
        Some(self.groups.of[node.index()]).filter(|group| *group != NO_GROUP)
    }

    fn is_within(&self, group: u32) -> bool {
        self.piles.within[group as usize].is_some_and(|at| self.positions.contains(&at))
    }

    fn sum(&self, is_counted: impl Fn(u32) -> bool, is_one: &dyn Fn(NodeOrdinal) -> bool) -> i64 {
        let rows = self.groups.rows.iter().zip(0..);
        let counted = rows.filter(|(row, at)| is_counted(*at) && is_one(row.sample));
        counted.map(|(row, _)| i64::try_from(row.count).unwrap_or(i64::MAX)).sum()
    }
}

impl Leaked for InOneHeap<'_> {
    fn is_persistent(&self, node: NodeOrdinal) -> bool {
        !self.group_of(node).is_some_and(|group| self.is_within(group))
    }

    fn count(&self) -> i64 {
        i64::try_from(self.count).unwrap_or(i64::MAX)
    }

    fn swells(&self) -> bool {
        self.positions.is_empty()
    }

    fn count_of(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> i64 {
        self.sum(|group| self.is_within(group), is_one)
    }

    fn comes_with(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> bool {
        self.sum(|_| true, is_one) >= self.count().max(1)
    }

    fn weight(&self, node: NodeOrdinal) -> u64 {
        self.naming.heap.graph.retained_size(node)
    }

    fn children(&self, node: NodeOrdinal) -> Vec<NodeOrdinal> {
        let snapshot = &self.naming.heap.snapshot;
        let mut children = Vec::new();
        let mut holders = vec![node];
        while let Some(holder) = holders.pop() {
            let strong = snapshot.edges(holder).filter(|edge| snapshot.edge_kind(*edge) != EdgeKind::Weak);
            for target in strong.map(|edge| snapshot.target(edge)) {
                if self.naming.tree.parent(target) != Some(holder) || target == holder || children.contains(&target) {
                    continue;
                }
                if is_backing(snapshot, target) {
                    holders.push(target);
                } else if !self.is_persistent(target) {
                    children.push(target);
                }
            }
        }
        children
    }

    fn is_alike(&self, one: NodeOrdinal, other: NodeOrdinal) -> bool {
        let class = |node| self.group_of(node).map(|group| self.groups.rows[group as usize].class);
        class(one).is_some() && class(one) == class(other)
    }

    fn link(&self, _first: NodeOrdinal, _item: NodeOrdinal) -> Option<Vec<NodeOrdinal>> {
        let between = |link: NodeOrdinal| {
            let mut nodes = vec![link];
            for _ in 0..CHAIN_PERIOD {
                let above = self.naming.owner(*nodes.last()?)?;
                if self.groups.of[above.index()] == self.groups.of[link.index()] {
                    return Some(nodes);
                }
                nodes.push(above);
            }
            None
        };
        self.links.iter().find_map(|link| between(*link))
    }
}
