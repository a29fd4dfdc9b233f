//! Work under way: objects that come and go, of which more were there when a snapshot was taken.

use super::change::Growth;
use super::operations::Operations;
use super::why::{Rule, Why};
use crate::kind::NodeKind;
use crate::known::node::{HANDLES, REQUESTS, SOCKETS, TIMERS};
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::collections::{HashMap, HashSet};

/// Work under way: more of it when a snapshot was taken.
pub const PASSING: Rule = Rule {
    why: Why::Passing,
    because: "hardly any of the new objects of the snapshot before are still there, and the intervals added not as many",
};

/// Whether the objects come and go: requests that are under way when a snapshot is taken. A collection that is copied
/// whole at every change is replaced too, but grows by the same each time, or as the work did.
pub fn is_passing(growth: &Growth, operations: &Operations) -> bool {
    let limits = &operations.limits;
    let is_regular = if operations.are_known() {
        operations.is_regular(&growth.counts)
    } else {
        limits.is_exact(&growth.counts) && growth.counts[0] >= limits.fewest_uneven
    };
    growth.survival.is_passing(limits) && !is_regular
}

impl Newest<'_> {
    /// Whether the object ends by itself: a client, a timer or a waiting promise, of which there are more when there is
    /// more work.
    pub fn may_end(&self, node: NodeOrdinal) -> bool {
        let name = self.class_name(node).to_string();
        let ends = [&SOCKETS[..], &REQUESTS, &HANDLES, &TIMERS, &["Promise"]];
        self.snapshot().kind(node) == NodeKind::NATIVE || ends.iter().any(|classes| classes.contains(&&name[..]))
    }

    /// The owners of groups whose objects come and go.
    pub fn owners_of_passing(&self, groups: &HashMap<GroupKey, Growth>) -> HashSet<NodeOrdinal> {
        let passing = groups.iter().filter(|(_, growth)| growth.survival.is_passing(&self.limits));
        passing.filter_map(|(key, _)| self.owner(self.census.groups[key].first)).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::leaks::growth::survival::Survival;
    use crate::leaks::limits::Limits;

    #[test]
    pub fn what_comes_and_goes_passes_unless_it_grows_by_the_same() {
        let check = |counts: [i64; 2], kept, there| {
            let growth = Growth { counts: counts.to_vec(), survival: Survival { kept, there }, ..Growth::default() };
            is_passing(&growth, &Operations::default())
        };
        assert!(check([30, 90], 0, 40) && check([30, 90], 3, 40));
        assert!(!check([30, 90], 4, 40), "a tenth stayed");
        assert!(!check([30, 90], 0, 4), "too few to tell");
        assert!(!check([30, 90], 0, 0), "nobody knows");
        assert!(!check([30, 30], 0, 40), "copied whole at every change");
        assert!(check([7, 7], 0, 40), "too few for that");
        let growth = |counts: &[i64]| Growth {
            counts: counts.to_vec(),
            survival: Survival { kept: 0, there: 40 },
            ..Growth::default()
        };
        let operations = Operations::new(&[7], 2, &Limits::default()).unwrap();
        assert!(!is_passing(&growth(&[7, 7]), &operations) && is_passing(&growth(&[7, 30]), &operations));
    }
}
