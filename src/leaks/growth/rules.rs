//! Rules that drop a group that grew in every interval.

use super::change::Growth;
use super::growing::{Growing, grows_in_number, swells};
use super::operations::Operations;
use super::passing::is_passing;
use super::why::{Rule, Why};
use crate::leaks::place::census::{Census, Group, GroupKey};
use std::collections::{HashMap, HashSet};

/// Parts of objects that are more at times.
pub const PARTS: Rule = Rule {
    why: Why::Parts,
    because: "each holder has no more of them than before: there were more holders, or more of their fields were set",
};
/// One or two objects of each holder.
pub const THIN: Rule = Rule {
    why: Why::Few,
    because: "many objects hold one or two of them each, as the tables of Node.js do for each loaded module",
};

impl Growing {
    /// Drops groups that grew only because there are more of their holders, or because more fields of these are set.
    /// The holders themselves grow too little, or stopped.
    ///
    /// Example: a busier server has more connections, so it has more parsers and listeners. A group stays when each
    /// holder gained members.
    pub fn drop_parts(&mut self, heaps: &[&Census], last: &Census) {
        loop {
            let is_part = |(key, growth): &(&GroupKey, &Growth)| self.is_part(heaps, last, **key, growth);
            let parts: Vec<GroupKey> = self.groups.iter().filter(is_part).map(|(key, _)| *key).collect();
            if parts.is_empty() {
                return;
            }
            self.drop_groups(parts, PARTS);
        }
    }

    fn is_part(&self, heaps: &[&Census], last: &Census, key: GroupKey, growth: &Growth) -> bool {
        let operations = &self.operations;
        let limits = &operations.limits;
        let group = &last.groups[&key];
        if group.is_timer {
            return false;
        }
        let Some(holders) = group.parent.filter(|holders| !self.groups.contains_key(holders)) else { return false };
        if operations.is_multiple(&growth.counts) || swells(growth, limits) {
            return false;
        }
        // A holder that is replaced each time hands the group on, as a timer that starts itself anew does.
        let is_renewed = |growth: &Growth| is_passing(growth, operations) && grows_in_number(growth, operations);
        if self.rest.get(&holders).is_some_and(is_renewed) {
            return false;
        }
        let fits_fields = |holders: &Group| group.is_field && group.count <= limits.fields * holders.count;
        let counts = |key: &GroupKey| -> Vec<u64> {
            heaps.iter().map(|heap| heap.groups.get(key).map_or(0, |group| group.count)).collect()
        };
        last.groups.get(&holders).is_some_and(fits_fields)
            || !has_each_more(&counts(&key), &counts(&holders), operations)
    }

    /// Drops the groups in `thin`, of which each holder has one or two, and the groups below them, when they do not
    /// grow by enough for that.
    pub fn drop_thin(&mut self, groups: &HashMap<GroupKey, Group>, thin: &HashSet<GroupKey>) {
        let (operations, limits) = (&self.operations, &self.operations.limits);
        let is_enough = |growth: &Growth| {
            swells(growth, limits)
                || operations.is_sustained(&growth.sizes, limits.heavy)
                || limits.is_sustained(&growth.counts, limits.fewest_spread)
                    && limits.is_even(&operations.scaled(&growth.counts))
                || operations.is_multiple(&growth.counts)
        };
        let is_dropped = |key: &GroupKey| {
            !self.spread.contains(&groups[key].label) && self.groups.get(key).is_some_and(|growth| !is_enough(growth))
        };
        let mut dropped: HashSet<GroupKey> = thin.iter().filter(|key| is_dropped(key)).copied().collect();
        loop {
            let is_below = |key: &&GroupKey| {
                !dropped.contains(*key) && groups[*key].parent.is_some_and(|parent| dropped.contains(&parent))
            };
            let more: Vec<GroupKey> = self.groups.keys().filter(is_below).copied().collect();
            if more.is_empty() {
                break;
            }
            dropped.extend(more);
        }
        self.drop_groups(dropped, THIN);
    }
}

/// Whether each holder has more in every interval: the number of holders explains less than half of what came, and the
/// remainder is enough by itself.
fn has_each_more(parts: &[u64], holders: &[u64], operations: &Operations) -> bool {
    let steps = parts.windows(2).zip(holders.windows(2)).map(|(parts, holders)| {
        let each = if holders[0] == 0 { 0.0 } else { parts[0] as f64 / holders[0] as f64 };
        let step = parts[1] as f64 - parts[0] as f64;
        (step, step - each * (holders[1] as f64 - holders[0] as f64).max(0.0))
    });
    let (steps, remainders): (Vec<f64>, Vec<f64>) = steps.unzip();
    let is_most = steps.iter().zip(&remainders).all(|(step, remainder)| remainder * 2.0 >= *step);
    let remainders: Vec<i64> = remainders.iter().map(|remainder| remainder.round() as i64).collect();
    is_most && operations.is_sustained(&remainders, operations.limits.fewest_exact)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    pub fn parts_of_more_holders_are_not_more_each() {
        for (parts, holders, is) in [
            (&[0, 8, 18][..], &[0, 4, 9][..], false),
            (&[0, 18, 33], &[0, 23, 33], false),
            (&[10, 42, 64], &[10, 34, 44], false),
            (&[300, 400, 500], &[40, 40, 40], true),
            (&[300, 400, 500], &[40, 44, 39], true),
            (&[0, 50, 150], &[0, 50, 50], true),
        ] {
            assert_eq!(has_each_more(parts, holders, &Operations::default()), is, "{parts:?} of {holders:?}");
        }
    }
}
