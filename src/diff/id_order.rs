//! Nodes in the order of their ids, to match two snapshots by merging.

use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Bits that one pass sorts by: most ids of a heap of 8 million nodes take two.
const DIGIT_BITS: u32 = 12;

/// Nodes that count, by ascending id; nodes of one id in file order.
///
/// # Cost
/// A pass for every 12 bits of the largest id, none when the file is in order already; 16 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn nodes_by_id(
    snapshot: &Snapshot,
    counts: impl Fn(NodeOrdinal) -> bool,
    control: &Control,
) -> Result<Vec<NodeOrdinal>> {
    let ids = &snapshot.tables().nodes.id;
    if !ids.is_narrow() {
        let mut nodes: Vec<NodeOrdinal> = snapshot.nodes().filter(|node| counts(*node)).collect();
        control.check()?;
        nodes.sort_by_key(|node| snapshot.id(*node));
        return Ok(nodes);
    }
    let mut keys = Vec::with_capacity(snapshot.node_count());
    let (mut is_sorted, mut last, mut largest) = (true, 0, 0);
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if counts(node) {
            let id = ids.narrow()[node.index()];
            is_sorted &= last <= id;
            last = id;
            largest = largest.max(id);
            keys.push(u64::from(id) << 32 | u64::from(node.0));
        }
    }
    if !is_sorted {
        sort_by_upper_half(&mut keys, largest, control)?;
    }
    Ok(keys.into_iter().map(|key| NodeOrdinal((key & u64::from(u32::MAX)) as u32)).collect())
}

/// Radix sort, least significant digit first, by bits 32 and up.
fn sort_by_upper_half(keys: &mut Vec<u64>, largest: u32, control: &Control) -> Result<()> {
    let buckets = 1usize << DIGIT_BITS;
    let mut sorted = vec![0u64; keys.len()];
    let mut shift = 32;
    while shift < 64 - largest.leading_zeros() {
        let digit = |key: u64| (key >> shift) as usize & (buckets - 1);
        let mut place = vec![0usize; buckets];
        keys.iter().for_each(|key| place[digit(*key)] += 1);
        control.check()?;
        let mut sum = 0;
        for place in &mut place {
            sum += std::mem::replace(place, sum);
        }
        for key in keys.iter() {
            let place = &mut place[digit(*key)];
            sorted[*place] = *key;
            *place += 1;
        }
        control.check()?;
        std::mem::swap(keys, &mut sorted);
        shift += DIGIT_BITS;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;

    #[test]
    fn order_is_that_of_a_plain_sort() {
        let mut random = Random::new(7);
        for limit in [2, 5000, 1 << 20, u64::from(u32::MAX), 1 << 40] {
            let words: Vec<String> = (0..60).map(|node| format!("n{node}")).collect();
            let mut tables = draw(&format!("root > {}", words.join(" "))).tables().clone();
            tables.nodes.id = (0..61).map(|_| random.below(limit)).collect();
            let snapshot = Snapshot::new(tables);
            let mut expected: Vec<NodeOrdinal> = snapshot.nodes().filter(|node| node.0 % 3 != 0).collect();
            expected.sort_by_key(|node| snapshot.id(*node));
            assert_eq!(nodes_by_id(&snapshot, |node| node.0 % 3 != 0, &Control::new()).unwrap(), expected);
        }
    }
}
