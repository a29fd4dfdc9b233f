//! Do the new objects of the snapshot before the last stay?

use crate::control::Control;
use crate::error::Result;
use crate::leaks::place::census::Key;
use crate::leaks::place::count::Zones;
use crate::leaks::place::holder_tree::{Hanging, is_backing};
use crate::paths::survivors::Persistent;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Fewer say nothing.
const FEWEST: u64 = 5;

/// Of some objects of the snapshot before the last. Native objects get a new id in every snapshot and are not among
/// them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stayed {
    /// How many are still there in the last snapshot.
    pub kept: u64,
    pub there: u64,
}

impl Stayed {
    pub fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.there += other.there;
    }

    /// Nearly none stayed: work that is under way, and no collection of it.
    pub fn is_passing(self) -> bool {
        self.there >= FEWEST && self.kept * 10 < self.there
    }
}

/// By group, the new objects of a snapshot that has one before it and one after it; `both` are the ids that it shares
/// with the latter.
///
/// # Cost
/// O(nodes).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn stayed(
    zones: &Zones,
    hanging: &Hanging<'_>,
    both: &Persistent,
    control: &Control,
) -> Result<HashMap<Key, Stayed>> {
    let snapshot: &Snapshot = hanging.snapshot;
    let mut groups: HashMap<Key, Stayed> = HashMap::new();
    for (turn, node) in hanging.forest.order().enumerate() {
        control.check_at(turn)?;
        if zones.is_persistent(node) || is_backing(snapshot, node) || snapshot.id(node).is_multiple_of(2) {
            continue;
        }
        let kept = u64::from(both.contains(snapshot, node));
        groups.entry(zones.key(hanging, node)).or_default().add(Stayed { kept, there: 1 });
    }
    Ok(groups)
}
