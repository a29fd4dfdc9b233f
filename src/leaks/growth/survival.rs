//! Do the new objects of the snapshot before the last stay?

use crate::analysis::QuickHash;
use crate::control::Control;
use crate::error::Result;
use crate::leaks::limits::Limits;
use crate::leaks::place::census::{Census, GroupKey};
use crate::leaks::place::grouping::Grouping;
use crate::leaks::place::holder_tree::HolderTree;
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// New objects of the snapshot before the last, and how many are still there in the last. Native objects get a new id
/// in every snapshot and are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survival {
    pub kept: u64,
    pub there: u64,
}

impl Survival {
    pub fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.there += other.there;
    }

    /// Hardly any object stayed: they belong to work that is under way, and no collection keeps them.
    pub fn is_passing(self, limits: &Limits) -> bool {
        self.there >= limits.fewest_survivors && self.kept * limits.passing < self.there
    }
}

/// The survival of each group, in a snapshot that has one before it and one after it. `both` are the ids that this
/// snapshot shares with the later one.
///
/// # Cost
/// O(nodes).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn survivals_of(
    grouping: &Grouping,
    tree: &HolderTree<'_>,
    both: &Persistent,
    control: &Control,
) -> Result<HashMap<GroupKey, Survival>> {
    let snapshot: &Snapshot = tree.snapshot;
    let mut groups: HashMap<GroupKey, Survival> = HashMap::new();
    for (turn, node) in tree.forest.order().enumerate() {
        control.check_at(turn)?;
        if grouping.is_persistent(node) || tree.is_backing(node) || snapshot.id(node).is_multiple_of(2) {
            continue;
        }
        let kept = u64::from(both.contains(node));
        groups.entry(grouping.key(tree, node)).or_default().add(Survival { kept, there: 1 });
    }
    Ok(groups)
}

/// Of two heaps: the objects of each group in the first one, and how many of them are still there. Groups whose holder
/// is in both and of which all are still there have no row.
///
/// Example: a cache that is full has none of the first entries any more. A list that is copied with one item more, and
/// is gone, has them all.
///
/// # Cost
/// O(nodes).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn stays_of(
    grouping: &Grouping,
    tree: &HolderTree<'_>,
    census: &Census,
    control: &Control,
) -> Result<HashMap<GroupKey, Survival>> {
    let snapshot: &Snapshot = tree.snapshot;
    let mut groups: HashMap<u64, Survival, QuickHash> =
        census.groups.keys().map(|key| (key.0, Survival::default())).collect();
    for (turn, node) in tree.forest.order().enumerate() {
        control.check_at(turn)?;
        if tree.is_backing(node) || snapshot.id(node).is_multiple_of(2) {
            continue;
        }
        // An object that is in both heaps has the key of its new siblings.
        let (key, is_kept) = (grouping.key(tree, node).0, grouping.is_persistent(node));
        let is_below_gone = tree.owner(node).is_some_and(|owner| !grouping.is_persistent(owner));
        let row = if is_kept && is_below_gone { Some(groups.entry(key).or_default()) } else { groups.get_mut(&key) };
        if let Some(survival) = row {
            survival.add(Survival { kept: u64::from(is_kept), there: 1 });
        }
    }
    Ok(groups.into_iter().map(|(key, survival)| (GroupKey(key), survival)).collect())
}
