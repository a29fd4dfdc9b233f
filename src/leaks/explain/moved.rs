//! Which classes went in one place and came in another?

use super::account::Cause;
use super::books::Books;
use super::by_steps::by_steps;
use crate::leaks::growth::change::Growth;
use crate::leaks::place::census::GroupKey;
use crate::paths::labels::Label;
use std::collections::{HashMap, HashSet};

/// Bytes in each heap; and bytes that came and that went in each interval.
type Moves = (Vec<u64>, Vec<(u64, u64)>);

impl Books<'_, '_> {
    /// Classes that went in one place and came in another: their objects are not new, another path leads to them. The
    /// sum of such a class counts.
    pub fn moved(&self) -> HashSet<Label> {
        let mut sums: HashMap<Label, Moves> = HashMap::new();
        let labels: HashMap<GroupKey, Label> =
            self.heaps.iter().flat_map(|heap| heap.groups.iter().map(|(key, group)| (*key, group.label))).collect();
        for (key, label) in labels {
            let states: Vec<u64> =
                self.heaps.iter().map(|heap| heap.groups.get(&key).map_or(0, |group| group.bytes)).collect();
            let (sum, changes) = sums.entry(label).or_default();
            sum.resize(states.len(), 0);
            changes.resize(states.len() - 1, (0, 0));
            sum.iter_mut().zip(&states).for_each(|(sum, bytes)| *sum += bytes);
            for (change, pair) in changes.iter_mut().zip(states.windows(2)) {
                change.0 += pair[1].saturating_sub(pair[0]);
                change.1 += pair[0].saturating_sub(pair[1]);
            }
        }
        sums.retain(|_, (sum, changes)| {
            let steps = Growth::between(&sum.iter().map(|bytes| (0, *bytes)).collect::<Vec<_>>()).sizes;
            let is_moved =
                changes.iter().any(|(more, less)| *less > 0 && less.saturating_mul(self.newest.limits.moved) >= *more);
            is_moved
                && self.newest.limits.is_sustained(&steps, 1)
                && by_steps(&steps, None, &self.newest.limits) == Cause::Unexplained
        });
        sums.into_keys().collect()
    }
}
