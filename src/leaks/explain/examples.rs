//! Ids of leaked objects, to look them up one by one.

use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::leaks::suspects::suspect::Suspect;
use std::collections::HashMap;

/// Ids of objects of each suspect, by its key: at most `most`, the nearest to the roots first.
///
/// # Cost
/// One pass over the nodes.
pub fn examples(newest: &Newest<'_>, suspects: &[Suspect], most: usize) -> HashMap<GroupKey, Vec<u64>> {
    let mut ids: HashMap<GroupKey, Vec<u64>> = suspects.iter().map(|suspect| (suspect.key, Vec::new())).collect();
    for node in newest.tree.forest.order().filter(|node| !newest.grouping.is_persistent(*node)) {
        if let Some(ids) = ids.get_mut(&newest.key(node)).filter(|ids| ids.len() < most) {
            ids.push(newest.snapshot().id(node));
        }
    }
    ids
}
