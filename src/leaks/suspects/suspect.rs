//! A suspect: one place where things accumulate, before it is explained.

use crate::leaks::growth::change::Growth;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// One suspect, in ordinals of the newest heap.
#[derive(Debug)]
pub struct Suspect {
    /// The object in which the items accumulate.
    pub container: NodeOrdinal,
    /// The leaked object to show.
    pub item: NodeOrdinal,
    /// The group that the item is a sample of.
    pub key: GroupKey,
    /// The last object of the path to show: the item, or the part of it that weighs most.
    pub end: NodeOrdinal,
    pub item_growth: Growth,
    /// Groups whose growth is in `item_growth`: the same objects on other paths.
    pub also: Vec<GroupKey>,
    /// Everything that grew there.
    pub total: Growth,
    /// The other growing groups: those on the path first, then by bytes.
    pub groups: Vec<Grown>,
    /// Growing groups of V8's own objects.
    pub engine_groups: Vec<Grown>,
    pub score: f64,
}

impl Suspect {
    pub fn keys(&self) -> impl Iterator<Item = GroupKey> + '_ {
        let others = self.groups.iter().chain(&self.engine_groups).flat_map(Grown::keys);
        others.chain(self.also.iter().copied()).chain([self.key])
    }
}

/// A growing group as a part of a suspect.
#[derive(Clone, Debug)]
pub struct Grown {
    pub key: GroupKey,
    /// Other groups whose growth is in this one's.
    pub also: Vec<GroupKey>,
    /// A sample.
    pub node: NodeOrdinal,
    pub growth: Growth,
    /// The object in which the group accumulates.
    pub container: NodeOrdinal,
    /// True when no growing group lies above this one.
    pub is_top: bool,
}

impl Grown {
    pub fn keys(&self) -> impl Iterator<Item = GroupKey> + '_ {
        self.also.iter().copied().chain([self.key])
    }
}

/// One group for each key, with the sum of the growth, in the order of the first of each. The first gives the sample.
pub fn summed<K: Eq + Hash>(groups: impl IntoIterator<Item = Grown>, key: impl Fn(&Grown) -> K) -> Vec<Grown> {
    let mut sums: Vec<Grown> = Vec::new();
    let mut places: HashMap<K, usize> = HashMap::new();
    for group in groups {
        match places.entry(key(&group)) {
            Entry::Occupied(place) => {
                let sum = &mut sums[*place.get()];
                sum.growth.add(&group.growth);
                sum.also.extend(group.keys());
            }
            Entry::Vacant(free) => {
                free.insert(sums.len());
                sums.push(group);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_one_key_are_summed_and_the_first_gives_the_sample() {
        let group = |key: u64, count| Grown {
            key: GroupKey(key),
            also: Vec::new(),
            node: NodeOrdinal(u32::try_from(key).unwrap()),
            growth: Growth { counts: vec![count], sizes: vec![count * 10], ..Growth::default() },
            container: NodeOrdinal(0),
            is_top: true,
        };
        let sums = summed([group(1, 5), group(2, 7), group(3, 1)], |group| group.key.0 % 2);
        let rows: Vec<_> = sums.iter().map(|sum| (sum.node.0, sum.growth.counts[0], sum.keys().count())).collect();
        assert_eq!(rows, [(1, 6, 2), (2, 7, 1)]);
    }
}
