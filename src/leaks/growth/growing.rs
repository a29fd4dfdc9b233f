//! What grew in every interval, and what only looks so.

use super::operations::Operations;
use super::survival::Stayed;
use super::why::Why;
use crate::leaks::place::census::{Census, Group, Key, LARGE};
use crate::paths::labels::Label;
use std::collections::{HashMap, HashSet};

/// Objects that come in smaller numbers are noise: what takes the snapshots leaves one or two behind itself.
const FEWEST: i64 = 5;
/// Exactly so many in every interval are enough for a class that is not Node.js's own.
const FEWEST_EXACT: i64 = 3;
/// The same for objects that hang from many others, one or two from each: a loaded module leaves its few in every
/// table.
pub const FEWEST_SPREAD: i64 = 20;
/// The same for a single interval, where nothing tells a start from a leak.
const FEWEST_OF_ONE: i64 = 20;
/// Bytes in each interval for objects whose number stays.
pub const SWELLING: i64 = 16 << 10;
/// Bytes in each interval of one object that was always there.
const OWN: i64 = 512;
/// The same for a single interval.
const SWELLING_OF_ONE: i64 = 1 << 20;
/// From this many on, intervals may differ, and objects of Node.js that Node.js holds may be a leak though they are not
/// equally many.
const FEWEST_UNEVEN: i64 = 20;
/// From this many on, objects of Node.js may be a leak over two unequal intervals, and what they are made of in a
/// single one.
pub const MANY_OWN: i64 = 100;
/// How many fields of an object hold others of one class, at most.
const FIELDS: u64 = 2;
/// References in each interval from one object to others that are not new.
const MANY_REFERENCES: i64 = 200;
/// Bytes in each interval of few but heavy objects.
const HEAVY: i64 = 512 << 10;

/// Change in each interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub counts: Vec<i64>,
    pub sizes: Vec<i64>,
    /// Of the new objects that the snapshot before the last had; all 0 when nobody knows.
    pub stayed: Stayed,
}

impl Growth {
    /// Bytes alone.
    pub fn of_sizes(sizes: &[i64]) -> Self {
        Self { counts: vec![0; sizes.len()], sizes: sizes.to_vec(), stayed: Stayed::default() }
    }

    pub fn between(states: &[(u64, u64)]) -> Self {
        let step = |pick: fn(&(u64, u64)) -> u64| {
            states.windows(2).map(|pair| signed(pick(&pair[1])) - signed(pick(&pair[0]))).collect()
        };
        Self { counts: step(|state| state.0), sizes: step(|state| state.1), stayed: Stayed::default() }
    }

    /// Of one group.
    pub fn of_group(heaps: &[&Census], key: Key, stayed: &HashMap<Key, Stayed>) -> Self {
        let state =
            |census: &&Census| census.groups.get(&key).map_or((0, 0), |Group { count, size, .. }| (*count, *size));
        let states: Vec<(u64, u64)> = heaps.iter().map(state).collect();
        Self { stayed: stayed.get(&key).copied().unwrap_or_default(), ..Self::between(&states) }
    }

    /// From the first heap to the last.
    pub fn bytes(&self) -> i64 {
        self.sizes.iter().sum()
    }

    pub fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.sizes, &other.sizes);
        self.stayed.add(other.stayed);
    }
}

/// Groups and objects that grew in every interval.
#[derive(Debug, Default)]
pub struct Growing {
    pub operations: Operations,
    pub groups: HashMap<Key, Growth>,
    /// Persistent objects that grew themselves, by id.
    pub objects: HashMap<u64, Growth>,
    /// Classes that grow in number though no place does (`spread.rs`): all their groups are among those that grow.
    pub spread: HashSet<Label>,
    /// All other groups that have more bytes in the last heap than in the first.
    pub rest: HashMap<Key, Growth>,
    /// Why groups are among the rest though they grew in every interval.
    pub aside: HashMap<Key, Why>,
}

impl Growing {
    /// What is known of the objects of the heap before the last goes with its group.
    pub fn between(heaps: &[&Census], operations: Operations, stayed: &HashMap<Key, Stayed>) -> Self {
        let Some(last) = heaps.last() else { return Self::default() };
        let changed = last.groups.keys().map(|key| (*key, Growth::of_group(heaps, *key, stayed)));
        let (groups, mut rest): (HashMap<Key, Growth>, HashMap<Key, Growth>) = changed.partition(|(_, growth)| {
            grows_in_number(growth, &operations) && !is_passing(growth, &operations) || swells(growth)
        });
        rest.retain(|_, growth| growth.sizes.iter().sum::<i64>() > 0);
        let mut growing = Self {
            groups,
            rest,
            aside: HashMap::new(),
            objects: last.large.keys().filter_map(|id| Some((*id, own_growth(heaps, *id, &operations)?))).collect(),
            operations,
            spread: HashSet::new(),
        };
        growing.add_spread(heaps, last, stayed);
        growing.drop_parts(heaps, last);
        growing
    }

    /// Adds groups that are too small one by one but grow in sum with those of their kin: forty users with a history
    /// each.
    fn add_spread(&mut self, heaps: &[&Census], last: &Census, stayed: &HashMap<Key, Stayed>) {
        let rest = |census: &Census| {
            let mut sums: HashMap<u64, (u64, u64)> = HashMap::new();
            for (_, group) in census.groups.iter().filter(|(key, _)| !self.groups.contains_key(key)) {
                let sum = sums.entry(group.kin).or_default();
                *sum = (sum.0 + group.count, sum.1 + group.size);
            }
            sums
        };
        let sums: Vec<HashMap<u64, (u64, u64)>> = heaps.iter().map(|census| rest(census)).collect();
        let Some(newest) = sums.last() else { return };
        let mut stayed_of: HashMap<u64, Stayed> = HashMap::new();
        for (key, stayed) in stayed.iter().filter(|(key, _)| !self.groups.contains_key(key)) {
            if let Some(group) = last.groups.get(key) {
                stayed_of.entry(group.kin).or_default().add(*stayed);
            }
        }
        let spread: HashSet<u64> = newest
            .keys()
            .filter(|kin| {
                let states: Vec<_> = sums.iter().map(|sums| sums.get(kin).copied().unwrap_or_default()).collect();
                let stayed = stayed_of.get(kin).copied().unwrap_or_default();
                let growth = Growth { stayed, ..Growth::between(&states) };
                let counts = self.operations.scaled(&growth.counts);
                is_sustained(&counts, FEWEST_SPREAD) && is_even(&counts) && !is_passing(&growth, &self.operations)
            })
            .copied()
            .collect();
        for (key, group) in last.groups.iter().filter(|(_, group)| spread.contains(&group.kin)) {
            self.groups.entry(*key).or_insert_with(|| Growth::of_group(heaps, *key, stayed));
            debug_assert!(group.count > 0);
            self.rest.remove(key);
        }
    }

    /// Takes out what only grows because there are more of the objects that hold it, which grow too little themselves
    /// or stopped, or because more of their fields are set: parts of the connections of a server that has more of them
    /// at times.
    fn drop_parts(&mut self, heaps: &[&Census], last: &Census) {
        loop {
            let is_part = |(key, growth): &(&Key, &Growth)| {
                let group = &last.groups[*key];
                let holders = group.parent;
                if holders == 0 || self.groups.contains_key(&holders) || self.operations.is_multiple(&growth.counts) {
                    return false;
                }
                let counts = |key: &Key| -> Vec<u64> {
                    heaps.iter().map(|heap| heap.groups.get(key).map_or(0, |group| group.count)).collect()
                };
                // What is handed on from one to the next, as the state of a timer that starts itself anew.
                let is_renewed =
                    |growth: &Growth| is_passing(growth, &self.operations) && grows_in_number(growth, &self.operations);
                if self.rest.get(&holders).is_some_and(is_renewed) {
                    return false;
                }
                let has_all = |holders: &Group| group.is_field && group.count <= FIELDS * holders.count;
                !swells(growth)
                    && (last.groups.get(&holders).is_some_and(has_all)
                        || !is_more_each(&counts(key), &counts(&holders), &self.operations))
            };
            let parts: Vec<Key> = self.groups.iter().filter(is_part).map(|(key, _)| *key).collect();
            if parts.is_empty() {
                return;
            }
            self.set_aside(parts, Why::Parts);
        }
    }

    fn set_aside(&mut self, keys: impl IntoIterator<Item = Key>, why: Why) {
        for key in keys {
            self.rest.extend(self.groups.remove_entry(&key));
            self.aside.insert(key, why);
        }
    }

    /// Takes out what hangs from many objects, one or two from each (`thin` has the highest groups), and does not grow
    /// by enough for that.
    pub fn drop_thin(&mut self, groups: &HashMap<Key, Group>, thin: &HashSet<Key>) {
        let is_enough = |growth: &Growth| {
            swells(growth)
                || grows_by(&growth.sizes, HEAVY, &self.operations)
                || is_sustained(&growth.counts, FEWEST_SPREAD) && is_even(&self.operations.scaled(&growth.counts))
                || self.operations.is_multiple(&growth.counts)
        };
        let dropped = |key: &Key| {
            !self.spread.contains(&groups[key].label) && self.groups.get(key).is_some_and(|growth| !is_enough(growth))
        };
        let mut dropped: HashSet<Key> = thin.iter().filter(|key| dropped(key)).copied().collect();
        loop {
            let below = |key: &&Key| !dropped.contains(*key) && dropped.contains(&groups[*key].parent);
            let more: Vec<Key> = self.groups.keys().filter(below).copied().collect();
            if more.is_empty() {
                break;
            }
            dropped.extend(more);
        }
        self.set_aside(dropped, Why::Few);
    }
}

/// Growth of one object, when it is sustained: that of its bytes, and of its references where it holds any. The table
/// of a full cache still grows with the gaps that removed entries leave.
fn own_growth(heaps: &[&Census], id: u64, operations: &Operations) -> Option<Growth> {
    let states: Vec<_> = heaps
        .iter()
        .map(|census| census.large.get(&id).map_or((0, LARGE), |large| (large.references, large.size)))
        .collect();
    let growth = Growth::between(&states);
    let least = if growth.sizes.len() == 1 { SWELLING_OF_ONE } else { OWN };
    let holds_any = states.iter().any(|state| state.0 > FEWEST.unsigned_abs());
    let grows = if holds_any {
        grows_by(&growth.counts, MANY_REFERENCES, operations) && grows_by(&growth.sizes, least, operations)
    } else {
        grows_by(&growth.sizes, least, operations)
    };
    grows.then_some(growth)
}

fn grows_in_number(growth: &Growth, operations: &Operations) -> bool {
    let fewest = if growth.counts.len() == 1 { FEWEST_OF_ONE } else { FEWEST };
    grows_by(&growth.counts, fewest, operations) && is_clear(&operations.scaled(&growth.counts))
        || grows_by(&growth.counts, 1, operations) && grows_by(&growth.sizes, HEAVY, operations)
        || is_exact(&growth.counts) && is_exact(&operations.scaled(&growth.counts))
        || operations.is_multiple(&growth.counts)
}

/// More of what comes and goes: requests that are under way when the snapshot is taken. What is copied whole at every
/// change is replaced too, but grows by the same each time, or as the work did.
pub fn is_passing(growth: &Growth, operations: &Operations) -> bool {
    let is_regular = if operations.are_known() {
        operations.is_regular(&growth.counts)
    } else {
        is_exact(&growth.counts) && growth.counts[0] >= FEWEST_UNEVEN
    };
    growth.stayed.is_passing() && !is_regular
}

/// Whether each holder has more in every interval: less than half of what came is explained by there being more
/// holders, and what is left is enough by itself.
fn is_more_each(parts: &[u64], holders: &[u64], operations: &Operations) -> bool {
    let steps = parts.windows(2).zip(holders.windows(2)).map(|(parts, holders)| {
        let each = if holders[0] == 0 { 0.0 } else { parts[0] as f64 / holders[0] as f64 };
        let step = parts[1] as f64 - parts[0] as f64;
        (step, step - each * (holders[1] as f64 - holders[0] as f64).max(0.0))
    });
    let (steps, own): (Vec<f64>, Vec<f64>) = steps.unzip();
    let is_most = steps.iter().zip(&own).all(|(step, own)| own * 2.0 >= *step);
    is_most && grows_by(&own.iter().map(|own| own.round() as i64).collect::<Vec<_>>(), FEWEST_EXACT, operations)
}

/// [`is_sustained`] with as much work in every interval; the least is of what was seen.
fn grows_by(steps: &[i64], least: i64, operations: &Operations) -> bool {
    steps.iter().all(|step| *step >= least) && operations.views(steps).any(|steps| is_sustained(&steps, least))
}

/// The same few objects in every interval, and more than one interval.
pub fn is_exact(steps: &[i64]) -> bool {
    steps.len() > 1 && steps[0] >= FEWEST_EXACT && steps.iter().all(|step| *step == steps[0])
}

/// Growth that is too small to tell anything of objects that Node.js may have made for itself.
pub fn is_small(steps: &[i64]) -> bool {
    steps.iter().any(|step| *step < FEWEST)
}

pub fn are_few(steps: &[i64]) -> bool {
    steps.iter().all(|step| *step < FEWEST_UNEVEN)
}

/// A few objects more must be equally many more in every interval to tell anything.
fn is_clear(steps: &[i64]) -> bool {
    let (least, most) = (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0));
    most >= FEWEST_UNEVEN || most - least <= 2.max(most / 4)
}

/// The steps have the proportions of other steps, as parts of one thing have whatever the load was.
pub fn is_in_step(steps: &[i64], others: &[i64]) -> bool {
    let shares: Vec<f64> =
        steps.iter().zip(others).map(|(step, other)| *step as f64 / (*other).max(1) as f64).collect();
    let (least, most) =
        shares.iter().fold((f64::MAX, 0.0_f64), |(least, most), share| (least.min(*share), most.max(*share)));
    least * 4.0 >= most * 3.0
}

/// No interval added much less than another.
pub fn is_even(steps: &[i64]) -> bool {
    let (least, most) = (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0));
    least * 4 >= most * 3
}

fn swells(growth: &Growth) -> bool {
    let least = if growth.sizes.len() == 1 { SWELLING_OF_ONE } else { SWELLING };
    growth.counts.iter().all(|count| count.abs() <= 2) && is_sustained(&growth.sizes, least)
}

/// Every interval adds at least so much, and the last not much less than the others: what slows down fills up and
/// stops. What was slower before and rose again follows the load, and may be slower once more.
pub fn is_sustained(steps: &[i64], least: i64) -> bool {
    let (Some(last), Some(most)) = (steps.last(), steps.iter().max()) else { return false };
    let rose_again = steps.windows(3).any(|three| three[1] < three[0] && three[2] > three[1]);
    steps.iter().all(|step| *step >= least) && last * if rose_again { 4 } else { 2 } >= *most
}

pub fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub fn add(to: &mut Vec<i64>, from: &[i64]) {
    to.resize(from.len(), 0);
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sustained_growth_does_not_slow_down() {
        for (steps, is) in [
            (&[10, 10][..], true),
            (&[10, 10, 9], true),
            (&[10, 500], true),
            (&[4, 10], false),
            (&[70, 30, 90, 30], true),
            (&[70, 30, 90, 20], false),
            (&[10, 90, 60, 30], false),
            (&[100, 49], false),
            (&[100, 0], false),
            (&[0, 100], false),
            (&[100, -100], false),
            (&[], false),
        ] {
            assert_eq!(is_sustained(steps, 5), is, "{steps:?}");
        }
    }

    #[test]
    fn intervals_of_unequal_work_are_compared_by_the_operation() {
        let growth = |counts: &[i64]| Growth {
            counts: counts.to_vec(),
            sizes: vec![0; counts.len()],
            stayed: Stayed::default(),
        };
        let check = |operations: &[u64], counts: &[i64]| {
            grows_in_number(&growth(counts), &Operations::new(operations, counts.len()).unwrap())
        };
        assert!(!check(&[], &[100, 10]));
        assert!(check(&[100, 10], &[100, 10]));
        assert!(check(&[], &[10, 100]));
        // Ten times the work, and no more objects: it fills up and stops.
        assert!(!check(&[10, 1000], &[100, 100]));
    }

    #[test]
    fn what_comes_and_goes_passes_unless_it_grows_by_the_same() {
        let check = |counts: [i64; 2], kept, there| {
            let growth = Growth { counts: counts.to_vec(), stayed: Stayed { kept, there }, ..Growth::default() };
            is_passing(&growth, &Operations::default())
        };
        assert!(check([30, 90], 0, 40) && check([30, 90], 3, 40));
        assert!(!check([30, 90], 4, 40), "a tenth stayed");
        assert!(!check([30, 90], 0, 4), "too few to tell");
        assert!(!check([30, 90], 0, 0), "nobody knows");
        assert!(!check([30, 30], 0, 40), "copied whole at every change");
        assert!(check([7, 7], 0, 40), "too few for that");
        let growth = |counts: &[i64]| Growth {
            counts: counts.to_vec(),
            stayed: Stayed { kept: 0, there: 40 },
            ..Growth::default()
        };
        let operations = Operations::new(&[7], 2).unwrap();
        assert!(!is_passing(&growth(&[7, 7]), &operations) && is_passing(&growth(&[7, 30]), &operations));
    }

    #[test]
    fn parts_of_more_holders_are_not_more_each() {
        for (parts, holders, is) in [
            (&[0, 8, 18][..], &[0, 4, 9][..], false),
            (&[0, 18, 33], &[0, 23, 33], false),
            (&[10, 42, 64], &[10, 34, 44], false),
            (&[300, 400, 500], &[40, 40, 40], true),
            (&[300, 400, 500], &[40, 44, 39], true),
            (&[0, 50, 150], &[0, 50, 50], true),
        ] {
            assert_eq!(is_more_each(parts, holders, &Operations::default()), is, "{parts:?} of {holders:?}");
        }
    }

    #[test]
    fn few_but_exactly_as_many_count() {
        for (steps, is) in [(&[3, 3][..], true), (&[4, 4, 4], true), (&[3, 4], false), (&[2, 2], false), (&[4], false)]
        {
            assert_eq!(is_exact(steps), is, "{steps:?}");
        }
    }

    #[test]
    fn small_growth_must_be_even() {
        for (steps, is) in
            [(&[7, 7][..], true), (&[6, 8], true), (&[5, 12], false), (&[12, 30], true), (&[23, 21], true)]
        {
            assert_eq!(is_clear(steps), is, "{steps:?}");
        }
    }
}
