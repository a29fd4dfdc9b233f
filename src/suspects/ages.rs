//! What the ids say about the age of objects.
//!
//! V8 hands ids out in order, but it begins with the first snapshot of a process: then it numbers all objects in the
//! order of memory, which is not their age. Only in a later snapshot, or where allocations are tracked, are high ids
//! those of new objects. A later one shows by its gaps: the numbers of objects that are gone.

use super::limits::{FEWEST_GAPS, ID_BUCKETS};
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Numbers of objects by their ids, in equal ranges of ids.
#[derive(Clone, Debug)]
pub struct Ages {
    counts: Vec<u64>,
}

/// Which range an id lies in.
#[derive(Clone, Copy, Debug)]
pub struct Ranges {
    width: u64,
    /// Whether the ids tell ages: many of those that were handed out are gone.
    pub tell_ages: bool,
}

impl Ranges {
    /// # Cost
    /// One pass over the ids.
    pub fn of(snapshot: &Snapshot) -> Self {
        let (mut last, mut count) = (0, 0_u64);
        for node in snapshot.nodes() {
            let id = snapshot.id(node);
            // Native code numbers its objects itself, and evenly.
            if id % 2 == 1 {
                last = last.max(id);
                count += 1;
            }
        }
        let tell_ages = (count as f64) < last as f64 / 2.0 * FEWEST_GAPS;
        Self { width: (last / ID_BUCKETS as u64).max(1), tell_ages }
    }

    /// `None` for what V8 or native code numbers as it likes.
    pub fn at(self, snapshot: &Snapshot, node: NodeOrdinal) -> Option<usize> {
        let id = snapshot.id(node);
        let is_numbered = id % 2 == 1 && !matches!(snapshot.kind(node), NodeKind::SYNTHETIC | NodeKind::NATIVE);
        is_numbered.then(|| usize::try_from(id / self.width).map_or(ID_BUCKETS - 1, |at| at.min(ID_BUCKETS - 1)))
    }
}

impl Default for Ages {
    fn default() -> Self {
        Self { counts: vec![0; ID_BUCKETS] }
    }
}

impl Ages {
    pub fn add(&mut self, range: usize) {
        self.counts[range] += 1;
    }

    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The range at which all but a hundredth of the objects are older.
    fn newest(&self) -> usize {
        let wanted = self.total() - self.total() / 100;
        let mut sum = 0;
        self.counts
            .iter()
            .position(|count| {
                sum += count;
                sum >= wanted
            })
            .unwrap_or(ID_BUCKETS - 1)
    }

    /// How many of `others` are newer than these, and how many there are.
    pub fn newer(&self, others: &Self) -> (u64, u64) {
        let newest = self.newest();
        (others.counts[newest + 1..].iter().sum(), others.total())
    }

    /// The objects of `self` that are none of `part`.
    pub fn without(&self, part: &Self) -> Self {
        let counts = self.counts.iter().zip(&part.counts).map(|(all, part)| all.saturating_sub(*part)).collect();
        Self { counts }
    }
}
