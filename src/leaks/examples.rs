//! The leaked objects one by one: ids to look at, and how many stayed.

use super::entry::Entry;
use super::growth::Growing;
use super::labels::Label;
use super::last::Last;
use super::persistent::Persistent;
use super::zones::Key;
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Of the items of one entry.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Those nearest to the roots first, no more than asked for.
    pub ids: Vec<u64>,
    /// New objects of the class, anywhere, that the snapshot before the last has too.
    pub stayed: u64,
}

/// By the key of the entries' items.
///
/// # Cost
/// One pass over the nodes.
pub fn members(last: &Last<'_>, entries: &[Entry], before: Option<&Persistent>, most: usize) -> HashMap<Key, Members> {
    let mut groups: HashMap<Key, Members> = entries.iter().map(|entry| (entry.key, Members::default())).collect();
    let mut stayed: HashMap<Label, u64> = entries.iter().map(|entry| (last.label(entry.item), 0)).collect();
    for node in last.hanging.forest.order().filter(|node| !last.zones.is_persistent(*node)) {
        let Some(known) = stayed.get_mut(&last.label(node)) else { continue };
        *known += u64::from(before.is_some_and(|before| before.contains(last.snapshot(), node)));
        if let Some(group) = groups.get_mut(&last.key(node)).filter(|group| group.ids.len() < most) {
            group.ids.push(last.snapshot().id(node));
        }
    }
    for entry in entries {
        if let Some(group) = groups.get_mut(&entry.key) {
            group.stayed = stayed[&last.label(entry.item)];
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

/// Of the new objects of a class that the snapshot before the last had: how many stayed, and how many there were.
pub fn stayed(growing: &Growing, class: Label, members: &Members) -> Option<(u64, u64)> {
    let there = growing.before_last.get(&class).copied().filter(|there| *there > 0)?;
    Some((members.stayed.min(there), there))
}
