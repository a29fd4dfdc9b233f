//! Which objects are the same in all heaps.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Ids that every heap has.
///
/// V8 numbers its own objects with odd ids and keeps them for life; embedders' objects get an even id that changes from
/// one snapshot to the next, so none of those is ever taken for the same.
pub struct Persistent {
    ids: Ids,
}

enum Ids {
    /// By id / 2.
    Dense { ids: BitSet, bits: usize },
    /// Sorted.
    Sparse(Vec<u64>),
}

impl Persistent {
    /// # Cost
    /// O(nodes) for the dense ids of a real process; O(nodes log nodes) for any others.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(heaps: &[&Snapshot], control: &Control) -> Result<Self> {
        let largest = heaps.iter().map(|heap| heap.tables().nodes.id.iter().max().unwrap_or(0)).min().unwrap_or(0);
        let nodes: usize = heaps.iter().map(|heap| heap.node_count()).sum();
        let dense = usize::try_from(largest / 2).ok().filter(|bits| *bits < 64 * nodes.max(1024));
        let ids = match dense {
            Some(bits) => Ids::Dense { ids: dense_ids(heaps, bits + 1, control)?, bits: bits + 1 },
            None => Ids::Sparse(sparse_ids(heaps, control)?),
        };
        Ok(Self { ids })
    }

    pub fn contains(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        let id = snapshot.id(node);
        id % 2 == 1
            && match &self.ids {
                Ids::Dense { ids, bits } => usize::try_from(id / 2).is_ok_and(|bit| bit < *bits && ids.contains(bit)),
                Ids::Sparse(ids) => ids.binary_search(&id).is_ok(),
            }
    }
}

fn dense_ids(heaps: &[&Snapshot], bits: usize, control: &Control) -> Result<BitSet> {
    let mut all: Option<BitSet> = None;
    for heap in heaps {
        let mut ids = BitSet::new(bits);
        for node in heap.nodes() {
            control.check_at(node.index())?;
            let bit = usize::try_from(heap.id(node) / 2).unwrap_or(usize::MAX);
            if heap.id(node) % 2 == 1 && bit < bits && all.as_ref().is_none_or(|all| all.contains(bit)) {
                ids.insert(bit);
            }
        }
        all = Some(ids);
    }
    Ok(all.unwrap_or_else(|| BitSet::new(bits)))
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
