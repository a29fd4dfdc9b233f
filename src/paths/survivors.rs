//! Finds the objects that are in all heaps.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use rayon::prelude::*;

/// Nodes of one heap that every heap of a series has: one bit each.
///
/// V8 numbers its own objects with odd ids and keeps them for life; embedders' objects get an even id that changes from
/// one snapshot to the next, so none of those is ever taken for the same.
pub struct Persistent {
    nodes: BitSet,
}

impl Persistent {
    /// For each heap its nodes whose ids all of the heaps have.
    ///
    /// # Cost
    /// O(nodes) for the dense ids of a real process; O(nodes log nodes) for any others.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn in_all(heaps: &[&Snapshot], control: &Control) -> Result<Vec<Self>> {
        // Ids of embedders' objects are even, and as large as addresses.
        let largest_of = |heap: &&Snapshot| heap.tables().nodes.id.iter().filter(|id| id % 2 == 1).max().unwrap_or(0);
        let largest = heaps.par_iter().map(largest_of).min().unwrap_or(0);
        let nodes: usize = heaps.iter().map(|heap| heap.node_count()).sum();
        let dense = usize::try_from(largest / 2).ok().filter(|bits| *bits < 64 * nodes.max(1024));
        match dense {
            Some(bits) => {
                let ids = dense_ids(heaps, bits + 1, control)?;
                let has = |id: u64| usize::try_from(id / 2).is_ok_and(|bit| bit <= bits && ids.contains(bit));
                heaps.par_iter().map(|heap| Self::of_ids(heap, has, control)).collect()
            }
            None => {
                let ids = sparse_ids(heaps, control)?;
                let has = |id: u64| ids.binary_search(&id).is_ok();
                heaps.par_iter().map(|heap| Self::of_ids(heap, has, control)).collect()
            }
        }
    }

    /// The nodes with an odd id that `has` knows.
    fn of_ids(heap: &Snapshot, has: impl Fn(u64) -> bool, control: &Control) -> Result<Self> {
        let mut nodes = BitSet::new(heap.node_count());
        for node in heap.nodes() {
            control.check_at(node.index())?;
            let id = heap.id(node);
            if id % 2 == 1 && has(id) {
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

/// Odd ids that all heaps have, by half of each.
fn dense_ids(heaps: &[&Snapshot], bits: usize, control: &Control) -> Result<BitSet> {
    let ids_of = |heap: &&Snapshot| {
        let mut ids = BitSet::new(bits);
        for node in heap.nodes() {
            control.check_at(node.index())?;
            let id = heap.id(node);
            let bit = usize::try_from(id / 2).unwrap_or(usize::MAX);
            if id % 2 == 1 && bit < bits {
                ids.insert(bit);
            }
        }
        Ok(ids)
    };
    let mut all = heaps.par_iter().map(ids_of).collect::<Result<Vec<BitSet>>>()?.into_iter();
    let mut common = all.next().unwrap_or_else(|| BitSet::new(bits));
    for mut ids in all {
        common.words_mut().iter_mut().zip(ids.words_mut()).for_each(|(common, ids)| *common &= *ids);
    }
    Ok(common)
}

fn sparse_ids(heaps: &[&Snapshot], control: &Control) -> Result<Vec<u64>> {
    let mut all: Option<Vec<u64>> = None;
    for heap in heaps {
        control.check()?;
        let mut ids: Vec<u64> = heap.tables().nodes.id.iter().filter(|id| id % 2 == 1).collect();
        ids.sort_unstable();
        if let Some(all) = &all {
            ids.retain(|id| all.binary_search(id).is_ok());
        }
        all = Some(ids);
    }
    Ok(all.unwrap_or_default())
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
            let found = Persistent::in_all(&heaps, &Control::new()).unwrap();
            for (heap, found) in heaps.iter().zip(&found) {
                for node in heap.nodes() {
                    let id = heap.id(node);
                    let is_in = |heap: &&Snapshot| heap.nodes().any(|node| heap.id(node) == id);
                    assert_eq!(found.contains(node), id % 2 == 1 && heaps.iter().all(is_in), "{id} of {limit}");
                }
            }
        }
    }
}
