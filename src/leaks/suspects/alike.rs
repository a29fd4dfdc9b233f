//! Merges suspects with one fingerprint: a person repairs them at one place, and a baseline knows them by one name.

use super::suspect::{Grown, Suspect};
use crate::leaks::newest::Newest;
use crate::leaks::place::fingerprint::fingerprint;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// One suspect for each fingerprint, in the order of the first of each, which stays the container and the item.
///
/// Example: the lists of two topics, each an array of a Map.
pub fn merge_named_alike(newest: &Newest<'_>, suspects: Vec<Suspect>) -> Vec<Suspect> {
    let mut merged: Vec<Suspect> = Vec::with_capacity(suspects.len());
    let mut places: HashMap<u64, usize> = HashMap::new();
    for suspect in suspects {
        match places.entry(fingerprint(newest, suspect.container, suspect.item)) {
            Entry::Occupied(place) => add(&mut merged[*place.get()], suspect),
            Entry::Vacant(free) => {
                free.insert(merged.len());
                merged.push(suspect);
            }
        }
    }
    merged
}

fn add(first: &mut Suspect, other: Suspect) {
    first.item_growth.add(&other.item_growth);
    first.total.add(&other.total);
    first.also.extend(other.also.into_iter().chain([other.key]));
    first.groups.extend(other.groups);
    first.engine_groups.extend(other.engine_groups);
    let bytes = |group: &Grown| -group.growth.bytes();
    first.engine_groups.sort_by_key(|group| (bytes(group), group.node));
}
