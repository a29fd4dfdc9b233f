//! Finds the objects that are in all heaps.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::wide_column::WideColumn;

/// Odd ids of one heap, or of several: V8 numbers its own objects with odd ids and keeps them for life. Embedders'
/// objects get an even id that changes from one snapshot to the next, so none of those is ever taken for the same.
///
/// # Shapes
/// One bit for half of each id where the ids are dense, as those of a real process are; else the ids, ascending.
#[derive(Clone, Debug)]
pub enum OddIds {
    Dense { bits: BitSet, len: usize },
    Sparse(Vec<u64>),
}

/// Bits for each node, from which on ids are taken for sparse.
const BITS_PER_NODE: usize = 64;
/// Fewer nodes count as this many.
const FEW_NODES: usize = 1024;

impl OddIds {
    /// # Cost
    /// O(nodes) for dense ids; O(nodes log nodes) for any others.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(ids: &WideColumn, control: &Control) -> Result<Self> {
        let largest = ids.iter().filter(|id| id % 2 == 1).max().unwrap_or(0);
        let most = BITS_PER_NODE * ids.len().max(FEW_NODES);
        let Some(len) = usize::try_from(largest / 2).ok().filter(|bit| *bit < most).map(|bit| bit + 1) else {
            let mut sparse: Vec<u64> = ids.iter().filter(|id| id % 2 == 1).collect();
            sparse.sort_unstable();
            control.check()?;
            return Ok(Self::Sparse(sparse));
        };
        let mut bits = BitSet::new(len);
        for (at, id) in ids.iter().enumerate() {
            control.check_at(at)?;
            if id % 2 == 1 {
                bits.insert(usize::try_from(id / 2).expect("it is below the length"));
            }
        }
        Ok(Self::Dense { bits, len })
    }

    /// The ids that both have.
    pub fn common(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Dense { bits, len }, Self::Dense { bits: others, len: other_len }) => {
                let (mut common, len) = (BitSet::new(*len.min(other_len)), *len.min(other_len));
                let words = bits.words().iter().zip(others.words());
                common.words_mut().iter_mut().zip(words).for_each(|(common, (one, other))| *common = one & other);
                Self::Dense { bits: common, len }
            }
            (Self::Sparse(ids), other) | (other, Self::Sparse(ids)) => {
                Self::Sparse(ids.iter().copied().filter(|id| other.contains(*id)).collect())
            }
        }
    }

    #[inline(always)]
    pub fn contains(&self, id: u64) -> bool {
        match self {
            Self::Dense { bits, len } => {
                id % 2 == 1 && usize::try_from(id / 2).is_ok_and(|bit| bit < *len && bits.contains(bit))
            }
            Self::Sparse(ids) => ids.binary_search(&id).is_ok(),
        }
    }
}

/// Nodes of one heap whose ids every heap of a series has: one bit each.
pub struct Persistent {
    nodes: BitSet,
}

impl Persistent {
    /// The nodes of a heap with these ids.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(heap: &Snapshot, ids: &OddIds, control: &Control) -> Result<Self> {
        let mut nodes = BitSet::new(heap.node_count());
        for node in heap.nodes() {
            control.check_at(node.index())?;
            if ids.contains(heap.id(node)) {
                nodes.insert(node.index());
            }
        }
        Ok(Self { nodes })
    }

    #[inline(always)]
    pub fn contains(&self, node: NodeOrdinal) -> bool {
        self.nodes.contains(node.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;

    /// A heap with these ids, its root's first.
    fn heap(ids: &[u64]) -> Snapshot {
        let words: Vec<String> = (1..ids.len()).map(|at| format!("n{at}")).collect();
        let mut tables = draw(&format!("root > {}", words.join(" "))).tables().clone();
        tables.nodes.id = ids.iter().copied().collect();
        Snapshot::new(tables)
    }

    /// A heap with one id as large as an address beside heaps whose ids are dense.
    #[test]
    fn dense_and_sparse_ids_are_compared_too() {
        let ids = |ids: &[u64]| OddIds::of(&ids.iter().copied().collect(), &Control::new()).unwrap();
        let (dense, sparse) = (ids(&[1, 2, 3, 5, 9]), ids(&[3, 5, 6, 7, (1 << 40) + 1]));
        assert!(matches!((&dense, &sparse), (OddIds::Dense { .. }, OddIds::Sparse(_))));
        for common in [dense.common(&sparse), sparse.common(&dense)] {
            let found: Vec<u64> = (0..20).chain([(1 << 40) + 1]).filter(|id| common.contains(*id)).collect();
            assert_eq!(found, [3, 5]);
        }
    }

    #[test]
    fn persistent_nodes_have_an_odd_id_that_all_heaps_have() {
        let mut random = Random::new(15);
        // Dense ids, sparse ids, and ids beyond 32 bits; even ids that are larger than all odd ones.
        for (limit, even) in [(60, 0), (1 << 24, 0), (1 << 40, 0), (60, 1 << 40)] {
            let known: Vec<u64> = (0..20).map(|_| random.below(limit)).collect();
            let mut ids = || {
                let mut ids: Vec<u64> = known.iter().copied().filter(|_| random.below(4) > 0).collect();
                ids.extend((0..20).map(|_| random.below(limit)));
                ids.iter_mut().filter(|id| **id % 2 == 0).for_each(|id| *id += even);
                ids
            };
            let heaps = [heap(&ids()), heap(&ids()), heap(&ids())];
            let heaps: Vec<&Snapshot> = heaps.iter().collect();
            let control = Control::new();
            let odd: Vec<OddIds> =
                heaps.iter().map(|heap| OddIds::of(&heap.tables().nodes.id, &control).unwrap()).collect();
            let common = odd[0].common(&odd[1]).common(&odd[2]);
            for heap in &heaps {
                let found = Persistent::of(heap, &common, &control).unwrap();
                for node in heap.nodes() {
                    let id = heap.id(node);
                    let is_in = |heap: &&Snapshot| heap.nodes().any(|node| heap.id(node) == id);
                    assert_eq!(found.contains(node), id % 2 == 1 && heaps.iter().all(is_in), "{id} of {limit}");
                }
            }
        }
    }
}
