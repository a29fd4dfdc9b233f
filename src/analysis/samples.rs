//! When were the objects allocated that are still alive? The bars of the allocation timeline.

use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;

/// One interval of the timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SampleRow {
    /// End of the interval since the start of the recording, in microseconds.
    pub timestamp_us: u64,
    /// Largest id given out until then.
    pub last_assigned_id: u64,
    /// Bytes of the objects made in the interval that are alive.
    pub live_size: u64,
}

/// Shallow sizes of objects of the JavaScript heap (those with odd ids) by the sample in which they were made.
///
/// # Cost
/// O(nodes × log samples).
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `calculateSamples`: a lower bound in the samples as they stand in the file; later ids are not counted.
pub fn samples(heap: &Heap, control: &Control) -> Result<Vec<SampleRow>> {
    let snapshot = &heap.snapshot;
    let mut rows: Vec<SampleRow> = (snapshot.tables().samples.iter())
        .map(|sample| SampleRow {
            timestamp_us: sample.timestamp_us,
            last_assigned_id: sample.last_assigned_id,
            live_size: 0,
        })
        .collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let id = snapshot.id(node);
        if id % 2 == 0 {
            continue;
        }
        let at = rows.partition_point(|row| row.last_assigned_id < id);
        if let Some(row) = rows.get_mut(at) {
            row.live_size = row.live_size.saturating_add(snapshot.shallow_size(node));
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Sample;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::Snapshot;
    use crate::snapshot::drawing::draw;

    #[test]
    fn objects_belong_to_the_first_sample_that_has_their_id() {
        // ids 1, 3, 5, 7, 9
        let mut tables = draw("root > a:1 b:10 c:100 d:1000").tables().clone();
        let sample = |last_assigned_id| Sample { timestamp_us: last_assigned_id * 10, last_assigned_id };
        tables.samples = vec![sample(3), sample(4), sample(7)];
        let heap = analyse(Snapshot::new(tables), &OpenOptions::default(), &Control::new()).unwrap();
        let rows = samples(&heap, &Control::new()).unwrap();
        assert_eq!(rows.iter().map(|row| row.live_size).collect::<Vec<_>>(), [1, 0, 110]);
    }
}
