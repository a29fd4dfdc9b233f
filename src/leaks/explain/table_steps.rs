//! Is the growth that of a table, which grows in steps? Nobody sees how many numbers a table holds.

use super::books::Books;
use crate::leaks::growth::change::Growth;
use crate::leaks::place::census::{Group, GroupKey, ObjectName};

impl Books<'_, '_> {
    /// Whether an object is a table that grows in steps, by a half or to the double. Nobody sees how many numbers a
    /// table holds, and an interval without a step may have added as many as the others.
    pub fn is_stepped(&self, name: ObjectName, growth: &Growth) -> bool {
        let states: Vec<Option<(u64, u64)>> =
            self.heaps.iter().map(|heap| heap.large.get(&name).map(|large| (large.bytes, large.references))).collect();
        let limits = &self.newest.limits;
        let Some(states) = states.into_iter().collect::<Option<Vec<_>>>() else { return false };
        let is_step = |pair: &[(u64, u64)]| {
            let (before, after) = (pair[0], pair[1]);
            after.0 >= before.0 && after.0 <= before.0.saturating_mul(limits.table_step)
        };
        let shown = states[states.len() - 1].1.saturating_sub(states[0].1);
        growth.bytes() > limits.floor
            && states.windows(2).all(is_step)
            && shown.saturating_mul(limits.bytes_of_reference) < growth.bytes().unsigned_abs()
    }

    /// The same for objects of one group, whose number stays, and below which no objects came.
    pub fn is_stepped_group(&self, key: GroupKey, growth: &Growth) -> bool {
        let limits = &self.newest.limits;
        let Some(states) = self.heaps.iter().map(|heap| heap.groups.get(&key)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let is_step = |pair: &[&Group]| {
            pair[0].count == pair[1].count
                && pair[1].bytes >= pair[0].bytes
                && pair[1].bytes <= pair[0].bytes.saturating_mul(limits.table_step)
        };
        let own = states[states.len() - 1].bytes.saturating_sub(states[0].bytes);
        // What is below it has no part in the growth.
        let is_alone = own.saturating_mul(2) > growth.bytes().unsigned_abs();
        growth.bytes() > limits.floor && is_alone && states.windows(2).all(is_step)
    }
}
