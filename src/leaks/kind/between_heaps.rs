//! The leaked objects as several heaps show them: what came from one heap to the next.

use super::leaked::Leaked;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::suspects::suspect::Suspect;
use crate::ordinal::NodeOrdinal;

/// A suspect and all that grows.
pub struct BetweenHeaps<'a, 'b> {
    pub newest: &'b Newest<'a>,
    pub suspect: &'b Suspect,
    pub growing: &'b Growing,
}

impl BetweenHeaps<'_, '_> {
    /// A later link of the list: the references from the link before lead to it. A list inside of each item begins
    /// below the first leaking object, and is none.
    pub fn link_after(&self, first: NodeOrdinal) -> Option<NodeOrdinal> {
        let links = |node: NodeOrdinal| {
            let group = self.newest.census.groups.get(&self.newest.key(node))?;
            (group.links * 2 > group.count).then(|| self.newest.key(node))
        };
        let key = links(self.suspect.item).or_else(|| links(first))?;
        let is_link = |node: &NodeOrdinal| self.newest.tree.is_link(*node) && self.newest.key(*node) == key;
        self.newest.tree.forest.order().find(is_link)
    }
}

impl Leaked for BetweenHeaps<'_, '_> {
    fn is_persistent(&self, node: NodeOrdinal) -> bool {
        self.newest.grouping.is_persistent(node)
    }

    fn count(&self) -> i64 {
        self.suspect.item_growth.counts.iter().sum()
    }

    fn swells(&self) -> bool {
        self.suspect.item_growth.counts.iter().all(|count| *count == 0)
    }

    fn count_of(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> i64 {
        let groups = self.suspect.groups.iter().chain(&self.suspect.engine_groups);
        groups.filter(|group| is_one(group.node)).map(|group| group.growth.counts.iter().sum::<i64>()).sum()
    }

    fn comes_with(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> bool {
        let mut sums = vec![0; self.suspect.item_growth.counts.len()];
        for (key, growth) in &self.growing.groups {
            if is_one(self.newest.census.groups[key].first) {
                sums.iter_mut().zip(&growth.counts).for_each(|(sum, count)| *sum += count);
            }
        }
        self.suspect.item_growth.counts.iter().zip(&sums).all(|(items, sum)| *sum > 0 && sum >= items)
    }

    fn weight(&self, node: NodeOrdinal) -> u64 {
        self.newest.weights.weight(node)
    }

    fn children(&self, node: NodeOrdinal) -> Vec<NodeOrdinal> {
        self.newest.weights.children(node).collect()
    }

    fn is_alike(&self, one: NodeOrdinal, other: NodeOrdinal) -> bool {
        self.newest.label(one) == self.newest.label(other)
    }

    fn link(&self, first: NodeOrdinal, _item: NodeOrdinal) -> Option<Vec<NodeOrdinal>> {
        let link = self.link_after(first)?;
        let before = self.newest.tree.repeats(link);
        let above = std::iter::successors(Some(link), |node| self.newest.owner(*node));
        Some(above.take(self.newest.tree.chain_period).take_while(|node| Some(*node) != before).collect())
    }
}
