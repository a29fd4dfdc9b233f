//! Which groups and objects grew in every interval.

use super::change::Growth;
use super::operations::Operations;
use super::passing::{PASSING, is_passing};
use super::survival::Survival;
use super::why::Rule;
use crate::leaks::limits::Limits;
use crate::leaks::place::census::{Census, GroupKey, ObjectName, PathKey};
use crate::paths::labels::Label;
use std::collections::{HashMap, HashSet};

/// Groups and objects that grew in every interval.
#[derive(Debug, Default)]
pub struct Growing {
    pub operations: Operations,
    pub groups: HashMap<GroupKey, Growth>,
    /// Persistent objects that grew themselves.
    pub objects: HashMap<ObjectName, Growth>,
    /// Those of them that are arrays whose slots grow, whatever the slots hold.
    pub arrays: HashSet<ObjectName>,
    /// Classes that grow in number though no place does (`classes.rs`): all their groups are in `groups`.
    pub spread: HashSet<Label>,
    /// All other groups that have more bytes in the last heap than in the first.
    pub rest: HashMap<GroupKey, Growth>,
    /// With ids, of two heaps alone: of the objects that each group had in the first, how many are still there.
    pub stays: HashMap<GroupKey, Survival>,
    /// The groups of `rest` that grew in every interval, each with the rule that dropped it.
    pub dropped: HashMap<GroupKey, Rule>,
}

impl Growing {
    /// `survivals`: of the groups of the heap before the last.
    pub fn between(heaps: &[&Census], operations: Operations, survivals: &HashMap<GroupKey, Survival>) -> Self {
        let Some(last) = heaps.last() else { return Self::default() };
        let changed = last.groups.keys().map(|key| (*key, Growth::of_group(heaps, *key, survivals)));
        let (groups, mut rest): (HashMap<GroupKey, Growth>, HashMap<GroupKey, Growth>) =
            changed.partition(|(_, growth)| {
                grows_in_number(growth, &operations) && !is_passing(growth, &operations)
                    || swells(growth, &operations.limits)
            });
        rest.retain(|_, growth| growth.bytes() > 0);
        let passes = |growth: &Growth| grows_in_number(growth, &operations) && is_passing(growth, &operations);
        let passing = rest.iter().filter(|(_, growth)| passes(growth));
        let arrays: HashSet<ObjectName> =
            last.large.keys().copied().filter(|name| slots_grow(heaps, *name, &operations)).collect();
        let grown = |name: &ObjectName| growth_of_object(heaps, *name, arrays.contains(name), &operations);
        let objects = last.large.keys().filter_map(|name| Some((*name, grown(name)?)));
        let mut growing = Self {
            groups,
            dropped: passing.map(|(key, _)| (*key, PASSING)).collect(),
            rest,
            objects: objects.collect(),
            arrays,
            operations,
            spread: HashSet::new(),
            stays: HashMap::new(),
        };
        growing.add_spread(heaps, last, survivals);
        growing.drop_parts(heaps, last);
        growing
    }

    /// Adds groups that are too small one by one, but grow in sum with the groups of the same path.
    ///
    /// Example: forty users with a history each.
    fn add_spread(&mut self, heaps: &[&Census], last: &Census, survivals: &HashMap<GroupKey, Survival>) {
        let small = |census: &Census| {
            let mut sums: HashMap<PathKey, (u64, u64)> = HashMap::new();
            for (_, group) in census.groups.iter().filter(|(key, _)| !self.groups.contains_key(key)) {
                let sum = sums.entry(group.path).or_default();
                *sum = (sum.0 + group.count, sum.1 + group.size);
            }
            sums
        };
        let sums: Vec<HashMap<PathKey, (u64, u64)>> = heaps.iter().map(|census| small(census)).collect();
        let Some(newest) = sums.last() else { return };
        let mut survival_of: HashMap<PathKey, Survival> = HashMap::new();
        for (key, survival) in survivals.iter().filter(|(key, _)| !self.groups.contains_key(key)) {
            if let Some(group) = last.groups.get(key) {
                survival_of.entry(group.path).or_default().add(*survival);
            }
        }
        let limits = &self.operations.limits;
        let grows = |path: &&PathKey| {
            let states: Vec<_> = sums.iter().map(|sums| sums.get(path).copied().unwrap_or_default()).collect();
            let survival = survival_of.get(path).copied().unwrap_or_default();
            let growth = Growth { survival, ..Growth::between(&states) };
            let counts = self.operations.scaled(&growth.counts);
            limits.is_sustained(&counts, limits.fewest_spread)
                && limits.is_even(&counts)
                && !is_passing(&growth, &self.operations)
        };
        let spread: HashSet<PathKey> = newest.keys().filter(grows).copied().collect();
        for (key, group) in last.groups.iter().filter(|(_, group)| spread.contains(&group.path)) {
            debug_assert!(group.count > 0);
            if !self.groups.contains_key(key) {
                self.admit(*key, Growth::of_group(heaps, *key, survivals));
            }
        }
    }

    /// Whether objects that come and go, and are more each time, are what holds: each of them is made anew for the same
    /// items, and none of them is where these collect.
    ///
    /// Example: who waits for a place in a queue tries again every second, each time with another timer.
    pub fn is_renewed(&self, holders: GroupKey) -> bool {
        self.dropped.get(&holders).is_some_and(|rule| rule.why == PASSING.why)
    }

    /// Counts a group among those that grow.
    pub fn admit(&mut self, key: GroupKey, growth: Growth) {
        self.groups.insert(key, growth);
        self.rest.remove(&key);
        self.dropped.remove(&key);
    }

    /// Counts groups no longer among those that grow.
    pub fn drop_groups(&mut self, keys: impl IntoIterator<Item = GroupKey>, rule: Rule) {
        for key in keys {
            self.rest.extend(self.groups.remove_entry(&key));
            self.dropped.insert(key, rule);
        }
    }
}

/// The growth of one persistent object when it is sustained: of its bytes, and of its references where it has any. The
/// table of a full cache still grows with the gaps that removed entries leave.
///
/// The store of an array grows by steps, so an array whose slots grow needs no sustained growth of its bytes.
fn growth_of_object(heaps: &[&Census], name: ObjectName, is_array: bool, operations: &Operations) -> Option<Growth> {
    let limits = &operations.limits;
    let state =
        |census: &&Census| census.large.get(&name).map_or((0, limits.large), |large| (large.references, large.size));
    let states: Vec<_> = heaps.iter().map(state).collect();
    let growth = Growth::between(&states);
    if is_array && growth.bytes() >= limits.growth_of_object {
        return Some(growth);
    }
    let least = if growth.sizes.len() == 1 { limits.swelling_of_one } else { limits.growth_of_object };
    let holds_any = states.iter().any(|state| state.0 > limits.fewest.unsigned_abs());
    let has_more = !holds_any || operations.is_sustained(&growth.counts, limits.many_references);
    (has_more && operations.is_sustained(&growth.sizes, least)).then_some(growth)
}

/// Whether the slots of a persistent array grow: by exactly as many in each interval, or by many and evenly. In a
/// single interval a ring buffer that doubled may have gained as many: its slots are a power of two.
fn slots_grow(heaps: &[&Census], name: ObjectName, operations: &Operations) -> bool {
    let limits = &operations.limits;
    let slots = heaps.iter().map(|heap| heap.large.get(&name).map_or(0, |large| large.slots));
    let states: Vec<_> = slots.map(|slots| (slots, 0)).collect();
    let steps = Growth::between(&states).counts;
    match (&steps[..], states.last()) {
        ([one], Some((last, _))) => *one >= limits.many_slots_of_one && !last.is_power_of_two(),
        _ => {
            let scaled = operations.scaled(&steps);
            limits.is_exact(&steps) && limits.is_exact(&scaled) && steps[0] >= limits.fewest_uneven
                || operations.is_sustained(&steps, limits.many_references) && limits.is_even(&scaled)
        }
    }
}

/// Whether more objects came in every interval, and not by accident: enough of them, or heavy ones, or exactly as many
/// each time.
pub fn grows_in_number(growth: &Growth, operations: &Operations) -> bool {
    let limits = &operations.limits;
    let fewest = if growth.counts.len() == 1 { limits.fewest_of_one } else { limits.fewest };
    operations.is_sustained(&growth.counts, fewest) && limits.is_clear(&operations.scaled(&growth.counts))
        || operations.is_sustained(&growth.counts, 1) && operations.is_sustained(&growth.sizes, limits.heavy)
        || limits.is_exact(&growth.counts) && limits.is_exact(&operations.scaled(&growth.counts))
        || operations.is_multiple(&growth.counts)
}

/// Whether the bytes of a group grow and its number stays.
pub fn swells(growth: &Growth, limits: &Limits) -> bool {
    let least = if growth.sizes.len() == 1 { limits.swelling_of_one } else { limits.swelling };
    growth.counts.iter().all(|count| count.abs() <= limits.most_swelling) && limits.is_sustained(&growth.sizes, least)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::leaks::growth::why::Why;
    use crate::leaks::place::census::{Group, Large};
    use crate::ordinal::NodeOrdinal;

    #[test]
    pub fn intervals_of_unequal_work_are_compared_by_the_operation() {
        let growth = |counts: &[i64]| Growth {
            counts: counts.to_vec(),
            sizes: vec![0; counts.len()],
            survival: Survival::default(),
        };
        let check = |operations: &[u64], counts: &[i64]| {
            let operations = Operations::new(operations, counts.len(), &Limits::default()).unwrap();
            grows_in_number(&growth(counts), &operations)
        };
        assert!(!check(&[], &[100, 10]));
        assert!(check(&[100, 10], &[100, 10]));
        assert!(check(&[], &[10, 100]));
        // Ten times the work, and no more objects: something fills up and stops.
        assert!(!check(&[10, 1000], &[100, 100]));
    }

    #[test]
    pub fn bytes_swell_where_the_number_stays() {
        for (counts, sizes, is) in [
            (&[0, 0][..], &[20_000, 20_000][..], true),
            (&[2, -2], &[20_000, 20_000], true),
            (&[3, 3], &[20_000, 20_000], false),
            (&[0, 0], &[16_000, 20_000], false),
            (&[0], &[1 << 20], true),
            (&[0], &[1 << 19], false),
        ] {
            let growth = Growth { counts: counts.to_vec(), ..Growth::of_sizes(sizes) };
            assert_eq!(swells(&growth, &Limits::default()), is, "{counts:?} {sizes:?}");
        }
    }

    #[test]
    pub fn few_but_heavy_objects_grow() {
        let check = |bytes: i64| {
            let growth = Growth { counts: vec![1, 2], ..Growth::of_sizes(&[bytes, bytes]) };
            grows_in_number(&growth, &Operations::default())
        };
        assert!(check(600_000) && !check(500_000));
    }

    /// A census with a persistent object of these references and bytes.
    fn with_object(references: u64, size: u64) -> Census {
        let mut census = Census::default();
        let large = Large { node: NodeOrdinal(1), size, bytes: size, references, slots: 0 };
        census.large.insert(ObjectName(7), large);
        census
    }

    #[test]
    pub fn an_object_grows_by_its_bytes_and_by_its_references() {
        for (states, grows) in [
            ([(0, 1000), (0, 2000), (0, 3000)], true),
            ([(0, 1000), (0, 1400), (0, 1800)], false),
            ([(300, 9000), (600, 19_000), (900, 29_000)], true),
            // The table of a full cache grows, and the cache does not.
            ([(300, 9000), (310, 19_000), (320, 29_000)], false),
        ] {
            let heaps = states.map(|(references, size)| with_object(references, size));
            let heaps: Vec<&Census> = heaps.iter().collect();
            let growing = Growing::between(&heaps, Operations::default(), &HashMap::new());
            assert_eq!(growing.objects.contains_key(&ObjectName(7)), grows, "{states:?}");
        }
    }

    #[test]
    pub fn slots_that_hold_nothing_are_counted() {
        for (slots, grows) in [
            (&[50, 451, 852][..], true),
            (&[0, 451, 852], true),
            (&[50, 71, 92], true),
            (&[50, 60, 70], false),
            (&[50, 250, 852], false),
            (&[50, 852], true),
            (&[50, 1024], false),
            (&[50, 400], false),
        ] {
            let heap = |slots: &u64| {
                let mut census = Census::default();
                let size = 600 + 8 * slots.next_power_of_two();
                let large = Large { node: NodeOrdinal(1), size, bytes: size, references: 0, slots: *slots };
                census.large.insert(ObjectName(7), large);
                census
            };
            let heaps: Vec<Census> = slots.iter().map(heap).collect();
            let heaps: Vec<&Census> = heaps.iter().collect();
            let growing = Growing::between(&heaps, Operations::default(), &HashMap::new());
            assert_eq!(growing.arrays.contains(&ObjectName(7)), grows, "{slots:?}");
        }
    }

    /// A census with groups: key, path, parent and number.
    fn with_groups(groups: &[(u64, u64, Option<u64>, u64)]) -> Census {
        let mut census = Census::default();
        for (key, path, parent, count) in groups {
            let group = Group {
                count: *count,
                links: 0,
                size: 16 * count,
                bytes: 16 * count,
                first: NodeOrdinal(1),
                latest: None,
                is_field: true,
                is_timer: false,
                parent: parent.map(GroupKey),
                label: Label(0),
                path: PathKey(*path),
            };
            census.groups.insert(GroupKey(*key), group);
        }
        census
    }

    fn between(heaps: [Census; 3]) -> Growing {
        let heaps: Vec<&Census> = heaps.iter().collect();
        Growing::between(&heaps, Operations::default(), &HashMap::new())
    }

    #[test]
    pub fn groups_of_one_path_grow_in_sum() {
        // Ten users, each with two visits more; and ten others, each in a place of another kind.
        let users = |visits| with_groups(&(0..10).map(|user| (user, 5, None, visits)).collect::<Vec<_>>());
        let others = |visits| with_groups(&(0..10).map(|user| (user, user, None, visits)).collect::<Vec<_>>());
        assert_eq!(between([1, 3, 5].map(users)).groups.len(), 10);
        assert!(between([1, 3, 5].map(others)).groups.is_empty());
    }

    #[test]
    pub fn parts_of_holders_that_stopped_are_dropped() {
        let heaps = |parts: [u64; 3]| parts.map(|parts| with_groups(&[(1, 1, None, 20), (2, 2, Some(1), parts)]));
        let growing = between(heaps([10, 25, 40]));
        assert!(growing.groups.is_empty() && growing.dropped[&GroupKey(2)].why == Why::Parts);
        // More than two for each holder: a list in it.
        let growing = between(heaps([10, 60, 110]));
        assert!(growing.groups.contains_key(&GroupKey(2)) && growing.dropped.is_empty());
    }
}
