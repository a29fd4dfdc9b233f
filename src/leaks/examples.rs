//! The leaked objects one by one: ids to look at, and how many stayed.

use super::entries::Entry;
use super::growth::Growing;
use super::last::Last;
use super::persistent::Persistent;
use super::zones::Key;
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Of one group.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Those nearest to the roots first, no more than asked for.
    pub ids: Vec<u64>,
    /// Objects that the snapshot before the last has too.
    pub stayed: u64,
}

/// Of the groups of the entries' items.
///
/// # Cost
/// One pass over the nodes.
pub fn members(last: &Last<'_>, entries: &[Entry], before: Option<&Persistent>, most: usize) -> HashMap<Key, Members> {
    let mut groups: HashMap<Key, Members> =
        entries.iter().map(|entry| (last.key(entry.item), Members::default())).collect();
    for node in last.hanging.forest.order().filter(|node| !last.zones.is_persistent(*node)) {
        let Some(group) = groups.get_mut(&last.key(node)) else { continue };
        group.stayed += u64::from(before.is_some_and(|before| before.contains(last.snapshot(), node)));
        if group.ids.len() < most {
            group.ids.push(last.snapshot().id(node));
        }
    }
    groups
}

/// Ids that the last snapshot shares with the one before; `None` with two snapshots, where every shared object is one of the persistent.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn shared_with_before(earlier: &[&Snapshot], last: &Last<'_>, control: &Control) -> Result<Option<Persistent>> {
    match earlier {
        [.., _, before] => Persistent::of(&[before, last.snapshot()], control).map(Some),
        _ => Ok(None),
    }
}

/// Of the objects that the snapshot before the last had in the group of the item: how many stayed, and how many there were.
pub fn stayed(last: &Last<'_>, growing: &Growing, item: Key, members: &Members) -> Option<(u64, u64)> {
    let now = last.zones.census.groups.get(&item)?.count;
    let newest = growing.groups.get(&item)?.counts.last()?;
    let before = now.checked_add_signed(-newest)?;
    Some((members.stayed.min(before), before))
}
