//! The leaked objects one by one.

use crate::leaks::newest::Last;
use crate::leaks::place::census::Key;
use crate::leaks::suspects::suspect::Entry;
use std::collections::HashMap;

/// Ids of items of each entry, by its key: those nearest to the roots, no more than asked for.
///
/// # Cost
/// One pass over the nodes.
pub fn examples(last: &Last<'_>, entries: &[Entry], most: usize) -> HashMap<Key, Vec<u64>> {
    let mut ids: HashMap<Key, Vec<u64>> = entries.iter().map(|entry| (entry.key, Vec::new())).collect();
    for node in last.hanging.forest.order().filter(|node| !last.zones.is_persistent(*node)) {
        if let Some(ids) = ids.get_mut(&last.key(node)).filter(|ids| ids.len() < most) {
            ids.push(last.snapshot().id(node));
        }
    }
    ids
}
