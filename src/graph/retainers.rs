//! Incoming edges of every node.

use super::essential::Holding;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::prefetch::prefetch;
use crate::snapshot::{Snapshot, unpack_edge};

/// Set on a source whose edge does not hold the target ([`Holding`]).
const NOT_HOLDING: u32 = 1 << 31;

/// Who holds whom.
///
/// # Shapes
/// Sources of the edges into node `v`, in file order of the edges: `source[first[v]..first[v + 1]]`. An edge's own
/// ordinal is not kept: it is found again in the source's row. 4 bytes a node and 4 an edge.
#[derive(Clone, Debug, Default)]
pub struct Retainers {
    first: Vec<u32>,
    source: Vec<u32>,
}

impl Retainers {
    /// Sorts the edges by target, by counting, and marks those that do not hold it.
    ///
    /// # Cost
    /// Two passes over the edges.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(holding: &Holding<'_>, control: &Control) -> Result<Self> {
        let snapshot = holding.snapshot();
        let edges = &snapshot.tables().edges.kind_and_target;
        // While counting, place v + 2 holds the edges into v; while filling, place v + 1 the next free slot of v.
        let mut first = vec![0u32; snapshot.node_count() + 2];
        for (turn, packed) in edges.iter().enumerate() {
            control.check_at(turn)?;
            first[unpack_edge(*packed).1.index() + 2] += 1;
        }
        let mut sum = 0;
        for place in &mut first {
            sum += *place;
            *place = sum;
        }
        let mut source = vec![0u32; edges.len()];
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            for (target, holds) in holding.targets(node) {
                let slot = &mut first[target.index() + 1];
                let mark = if holds { 0 } else { NOT_HOLDING };
                source[*slot as usize] = node.0 | mark;
                *slot += 1;
            }
        }
        first.pop();
        Ok(Self { first, source })
    }

    #[inline(always)]
    fn slots(&self, node: NodeOrdinal) -> &[u32] {
        &self.source[self.first[node.index()] as usize..self.first[node.index() + 1] as usize]
    }

    /// Number of incoming edges, weak ones and those of the node itself included.
    #[inline(always)]
    pub fn count(&self, node: NodeOrdinal) -> usize {
        self.slots(node).len()
    }

    /// Nodes with more than one incoming edge. Their bits stay in the cache.
    ///
    /// # Cost
    /// O(nodes).
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn several(&self, control: &Control) -> Result<BitSet> {
        let mut several = BitSet::new(self.first.len() - 1);
        for (node, pair) in self.first.windows(2).enumerate() {
            control.check_at(node)?;
            if pair[1] - pair[0] > 1 {
                several.insert(node);
            }
        }
        Ok(several)
    }

    /// Sources of the incoming edges in file order, and whether the edge holds the node ([`Holding`]). A source stands
    /// once for each of its edges.
    #[inline(always)]
    pub fn sources(
        &self,
        node: NodeOrdinal,
    ) -> impl DoubleEndedIterator<Item = (NodeOrdinal, bool)> + ExactSizeIterator + '_ {
        self.slots(node).iter().map(|slot| (NodeOrdinal(slot & !NOT_HOLDING), slot & NOT_HOLDING == 0))
    }

    /// Hints that this node's retainers will be asked for soon, and a little later which they are
    /// ([`Retainers::expect_sources`]).
    #[inline(always)]
    pub fn expect(&self, node: NodeOrdinal) {
        prefetch(&self.first, node.index());
    }

    /// Hints that this node's sources will be walked next. Worth it some steps after [`Retainers::expect`].
    #[inline(always)]
    pub fn expect_sources(&self, node: NodeOrdinal) {
        prefetch(&self.source, self.first[node.index()] as usize);
    }

    /// Incoming edges in DevTools' order: the last edge of the file first.
    ///
    /// # Cost
    /// O(edges of all the sources).
    pub fn edges_into(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Vec<(NodeOrdinal, EdgeOrdinal)> {
        let mut found: Vec<(NodeOrdinal, EdgeOrdinal)> = Vec::with_capacity(self.count(node));
        let mut last = None;
        for (source, _) in self.sources(node) {
            if last == Some(source) {
                continue;
            }
            last = Some(source);
            found.extend(
                snapshot.edges(source).filter(|edge| snapshot.target(*edge) == node).map(|edge| (source, edge)),
            );
        }
        found.reverse();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Ephemerons;
    use crate::snapshot::drawing::{draw, named};

    #[test]
    fn retainers_come_in_reverse_file_order_and_know_what_holds() {
        let snapshot = draw("root > a b | a > b ~b x.b | b > b a");
        let (ephemerons, control) = (Ephemerons::of(&snapshot), Control::new());
        let retainers = Retainers::of(&Holding::of(&snapshot, &ephemerons, &control).unwrap(), &control).unwrap();
        let b = named(&snapshot, "b");
        let edges: Vec<u32> = retainers.edges_into(&snapshot, b).iter().map(|(_, edge)| edge.0).collect();
        assert_eq!(edges, [5, 4, 3, 2, 1]);
        let marks: Vec<bool> = retainers.sources(b).map(|(_, holds)| holds).collect();
        assert_eq!(marks, [true, true, false, true, false]);
        assert_eq!(retainers.count(named(&snapshot, "a")), 2);
    }
}
