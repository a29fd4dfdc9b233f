//! Incoming edges of every node.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::prefetch::prefetch;
use crate::snapshot::{Snapshot, unpack_edge};

/// Set on a source whose edge is not essential.
const NOT_ESSENTIAL: u32 = 1 << 31;

/// Who holds whom.
///
/// # Shapes
/// Sources of the edges into node `v`, in file order of the edges: `source[first[v]..first[v + 1]]`. An edge's own ordinal is not kept:
/// it is found again in the source's row. 4 bytes a node and 4 an edge.
#[derive(Clone, Debug, Default)]
pub struct Retainers {
    first: Vec<u32>,
    source: Vec<u32>,
}

impl Retainers {
    /// Sorts the edges by target, by counting, and marks those that are not essential.
    ///
    /// # Cost
    /// Two passes over the edges.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, essential: &BitSet, control: &Control) -> Result<Self> {
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
            let first_edge = snapshot.edge_range(node).start;
            for (at, packed) in snapshot.packed_edges(node).iter().enumerate() {
                let slot = &mut first[unpack_edge(*packed).1.index() + 1];
                let mark = if essential.contains(first_edge + at) { 0 } else { NOT_ESSENTIAL };
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

    /// Sources of the incoming edges in file order, and whether the edge is essential. A source stands once for each of its edges.
    #[inline(always)]
    pub fn sources(
        &self,
        node: NodeOrdinal,
    ) -> impl DoubleEndedIterator<Item = (NodeOrdinal, bool)> + ExactSizeIterator + '_ {
        self.slots(node).iter().map(|slot| (NodeOrdinal(slot & !NOT_ESSENTIAL), slot & NOT_ESSENTIAL == 0))
    }

    /// Hints that this node's retainers will be asked for soon, and a little later which they are ([`Retainers::expect_sources`]).
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
    use crate::snapshot::drawing::{draw, named};

    #[test]
    fn retainers_come_in_reverse_file_order_and_know_what_is_essential() {
        let snapshot = draw("root > a b | a > b ~b x.b | b > b a");
        let control = Control::new();
        let mut essential = BitSet::new(snapshot.edge_count());
        [0, 1, 2, 4, 6].into_iter().for_each(|edge| essential.insert(edge));
        let retainers = Retainers::of(&snapshot, &essential, &control).unwrap();
        let b = named(&snapshot, "b");
        let edges: Vec<u32> = retainers.edges_into(&snapshot, b).iter().map(|(_, edge)| edge.0).collect();
        assert_eq!(edges, [5, 4, 3, 2, 1]);
        let marks: Vec<bool> = retainers.sources(b).map(|(_, essential)| essential).collect();
        assert_eq!(marks, [true, true, false, true, false]);
        assert_eq!(retainers.count(named(&snapshot, "a")), 2);
    }
}
