//! One place where things accumulate, before it is put into words.

use crate::leaks::growth::growing::Growth;
use crate::leaks::place::census::Key;
use crate::ordinal::NodeOrdinal;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::Hash;

/// One leak, in ordinals of the newest heap.
#[derive(Debug)]
pub struct Entry {
    /// What accumulates them.
    pub container: NodeOrdinal,
    /// The leaked object to show, and what it is a sample of.
    pub item: NodeOrdinal,
    pub key: Key,
    /// Last object of the path to show: the item, or the part of it that weighs most.
    pub end: NodeOrdinal,
    pub item_growth: Growth,
    /// Groups that count as that of the item: the same thing on other ways.
    pub also: Vec<Key>,
    /// All that hangs from the container.
    pub total: Growth,
    /// Growing groups beside the item's own: those of the path first, then by bytes.
    pub groups: Vec<Grown>,
    /// Growing groups of V8's own objects.
    pub plumbing: Vec<Grown>,
    pub score: f64,
}

impl Entry {
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let others = self.groups.iter().chain(&self.plumbing).flat_map(Grown::keys);
        others.chain(self.also.iter().copied()).chain([self.key])
    }
}

/// A growing group as a part of a leak.
#[derive(Clone, Debug)]
pub struct Grown {
    pub key: Key,
    /// Other groups whose growth is in this one's.
    pub also: Vec<Key>,
    /// A sample.
    pub node: NodeOrdinal,
    pub growth: Growth,
    /// What accumulates it.
    pub container: NodeOrdinal,
    /// Whether nothing that grows lies above it.
    pub is_top: bool,
}

impl Grown {
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.also.iter().copied().chain([self.key])
    }
}

/// The groups with their growth summed by a key, in their order; the first of a key gives the sample.
pub fn summed<K: Eq + Hash>(groups: impl IntoIterator<Item = Grown>, key: impl Fn(&Grown) -> K) -> Vec<Grown> {
    let mut sums: Vec<Grown> = Vec::new();
    let mut places: HashMap<K, usize> = HashMap::new();
    for group in groups {
        match places.entry(key(&group)) {
            Slot::Occupied(place) => {
                let sum = &mut sums[*place.get()];
                sum.growth.add(&group.growth);
                sum.also.extend(group.keys());
            }
            Slot::Vacant(free) => {
                free.insert(sums.len());
                sums.push(group);
            }
        }
    }
    sums
}
