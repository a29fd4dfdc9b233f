//! What grew in every interval, and what only looks so.

use super::labels::Label;
use super::zones::{Census, Group, Key, LARGE};
use std::collections::{HashMap, HashSet};

/// Objects that come in smaller numbers are noise: what takes the snapshots leaves one or two behind itself.
const FEWEST: i64 = 5;
/// Exactly so many in every interval are enough for a class that is not Node.js's own.
const FEWEST_EXACT: i64 = 3;
/// So many operations in an interval, and growth by a multiple of their number is no accident, however small it is.
const FEWEST_OPERATIONS: u64 = 3;
/// The same for objects that hang from many others, one or two from each: a loaded module leaves its few in every table.
const FEWEST_SPREAD: i64 = 20;
/// The same for a single interval, where nothing tells a start from a leak.
const FEWEST_OF_ONE: i64 = 20;
/// Bytes in each interval for objects whose number stays.
pub const SWELLING: i64 = 16 << 10;
/// Bytes in each interval of one object that was always there.
const OWN: i64 = 512;
/// The same for a single interval.
const SWELLING_OF_ONE: i64 = 1 << 20;
/// From this many on, intervals may differ.
const FEWEST_UNEVEN: i64 = 20;
/// References in each interval from one object to others that are not new.
const MANY_REFERENCES: i64 = 200;
/// Bytes in each interval of few but heavy objects.
const HEAVY: i64 = 512 << 10;

/// Change in each interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub counts: Vec<i64>,
    pub sizes: Vec<i64>,
}

impl Growth {
    fn between(states: &[(u64, u64)]) -> Self {
        let step = |pick: fn(&(u64, u64)) -> u64| {
            states.windows(2).map(|pair| signed(pick(&pair[1])) - signed(pick(&pair[0]))).collect()
        };
        Self { counts: step(|state| state.0), sizes: step(|state| state.1) }
    }

    /// From the first heap to the last.
    pub fn bytes(&self) -> i64 {
        self.sizes.iter().sum()
    }

    pub fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.sizes, &other.sizes);
    }
}

/// How often the program did its work in each interval; empty when nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations(Vec<u64>);

impl Operations {
    /// One number stands for all intervals; `None` when there are neither one nor as many as intervals.
    pub fn new(numbers: &[u64], intervals: usize) -> Option<Self> {
        match numbers {
            [] => Some(Self::default()),
            [one] => Some(Self(vec![*one; intervals])),
            all => (all.len() == intervals).then(|| Self(all.to_vec())),
        }
    }

    /// "211 operations", "100, 211 operations".
    pub fn told(&self) -> String {
        let mut numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        numbers.dedup();
        format!("{} operations", numbers.join(", "))
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Steps as they would be, had all intervals as many operations as the longest.
    pub fn scaled(&self, steps: &[i64]) -> Vec<i64> {
        let most = self.0.iter().max().copied().unwrap_or(1).max(1);
        let scale = |(at, step): (usize, &i64)| match self.0.get(at) {
            Some(operations) if *operations > 0 => {
                i64::try_from(i128::from(*step) * i128::from(most) / i128::from(*operations)).unwrap_or(i64::MAX)
            }
            _ => *step,
        };
        steps.iter().enumerate().map(scale).collect()
    }

    /// True when every operation of every interval adds the same number of objects.
    pub fn is_multiple(&self, steps: &[i64]) -> bool {
        let each = |(step, operations): (&i64, &u64)| {
            let operations = i64::try_from(*operations).ok().filter(|it| *it > 0)?;
            (step % operations == 0).then_some(step / operations)
        };
        let mut each = steps.iter().zip(&self.0).map(each);
        let first = each.next().flatten().filter(|each| *each > 0);
        let is_enough = self.0.iter().all(|operations| *operations >= FEWEST_OPERATIONS);
        is_enough && steps.len() == self.0.len() && first.is_some() && each.all(|it| it == first)
    }
}

/// Groups and objects that grew in every interval.
#[derive(Debug, Default)]
pub struct Growing {
    pub operations: Operations,
    pub groups: HashMap<Key, Growth>,
    /// Persistent objects that grew themselves, by id.
    pub objects: HashMap<u64, Growth>,
    /// All other groups that have more bytes in the last heap than in the first.
    pub rest: HashMap<Key, Growth>,
    /// New objects of each class in the heap before the last.
    pub before_last: HashMap<Label, u64>,
    /// Bytes of what no path reaches: code, feedback, shapes.
    pub engine: Vec<i64>,
}

impl Growing {
    pub fn between(heaps: &[&Census], operations: Operations) -> Self {
        let Some(last) = heaps.last() else { return Self::default() };
        let state = |census: &Census, key: &Key| {
            census.groups.get(key).map_or((0, 0), |Group { count, size, .. }| (*count, *size))
        };
        let changed = last.groups.keys().map(|key| {
            let states: Vec<_> = heaps.iter().map(|census| state(census, key)).collect();
            (*key, Growth::between(&states))
        });
        let (groups, mut rest): (HashMap<Key, Growth>, HashMap<Key, Growth>) =
            changed.partition(|(_, growth)| grows_in_number(growth, &operations) || swells(growth));
        rest.retain(|_, growth| growth.sizes.iter().sum::<i64>() > 0);
        let mut growing = Self {
            groups,
            rest,
            before_last: HashMap::new(),
            engine: heaps.windows(2).map(|pair| signed(pair[1].engine) - signed(pair[0].engine)).collect(),
            objects: last.large.keys().filter_map(|id| Some((*id, own_growth(heaps, *id, &operations)?))).collect(),
            operations,
        };
        growing.add_spread(heaps, last);
        for group in heaps.len().checked_sub(2).iter().flat_map(|before| heaps[*before].groups.values()) {
            *growing.before_last.entry(group.label).or_default() += group.count;
        }
        growing
    }

    /// Adds groups that are too small one by one but grow in sum with those of their kin: forty users with a history each.
    fn add_spread(&mut self, heaps: &[&Census], last: &Census) {
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
        let spread: HashSet<u64> = newest
            .keys()
            .filter(|kin| {
                let states: Vec<_> = sums.iter().map(|sums| sums.get(kin).copied().unwrap_or_default()).collect();
                let growth = self.operations.scaled(&Growth::between(&states).counts);
                is_sustained(&growth, FEWEST_SPREAD) && is_even(&growth)
            })
            .copied()
            .collect();
        for (key, group) in last.groups.iter().filter(|(_, group)| spread.contains(&group.kin)) {
            let states: Vec<_> = heaps
                .iter()
                .map(|census| census.groups.get(key).map_or((0, 0), |group| (group.count, group.size)))
                .collect();
            self.groups.entry(*key).or_insert_with(|| Growth::between(&states));
            debug_assert!(group.count > 0);
            self.rest.remove(key);
        }
    }
}

impl Growing {
    /// Takes out what hangs from many objects, one or two from each (`thin` has the highest groups), and does not grow by enough for that.
    pub fn drop_thin(&mut self, groups: &HashMap<Key, Group>, thin: &HashSet<Key>) {
        let is_enough = |growth: &Growth| {
            swells(growth)
                || is_sustained(&growth.sizes, HEAVY)
                || is_sustained(&growth.counts, FEWEST_SPREAD) && is_even(&self.operations.scaled(&growth.counts))
                || self.operations.is_multiple(&growth.counts)
        };
        let dropped = |key: &Key| thin.contains(key) && self.groups.get(key).is_some_and(|growth| !is_enough(growth));
        let mut dropped: HashSet<Key> = thin.iter().filter(|key| dropped(key)).copied().collect();
        loop {
            let below = |key: &&Key| !dropped.contains(*key) && dropped.contains(&groups[*key].parent);
            let more: Vec<Key> = self.groups.keys().filter(below).copied().collect();
            if more.is_empty() {
                break;
            }
            dropped.extend(more);
        }
        for key in dropped {
            self.rest.extend(self.groups.remove_entry(&key));
        }
    }
}

/// Growth of one object, when it is sustained: that of its bytes, and of its references where it holds any. The table of a full cache
/// still grows with the gaps that removed entries leave.
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
        || is_sustained(&growth.counts, 1) && grows_by(&growth.sizes, HEAVY, operations)
        || is_exact(&growth.counts) && is_exact(&operations.scaled(&growth.counts))
        || operations.is_multiple(&growth.counts)
}

/// [`is_sustained`] with as many operations in every interval; the least is of what was seen.
fn grows_by(steps: &[i64], least: i64, operations: &Operations) -> bool {
    steps.iter().all(|step| *step >= least) && is_sustained(&operations.scaled(steps), least)
}

/// The same few objects in every interval, and more than one interval.
fn is_exact(steps: &[i64]) -> bool {
    steps.len() > 1 && steps[0] >= FEWEST_EXACT && steps.iter().all(|step| *step == steps[0])
}

/// Growth that is too small to tell anything of objects that Node.js may have made for itself.
pub fn is_small(steps: &[i64]) -> bool {
    steps.iter().any(|step| *step < FEWEST)
}

/// A few objects more must be equally many more in every interval to tell anything.
fn is_clear(steps: &[i64]) -> bool {
    let (least, most) = (steps.iter().min().copied().unwrap_or(0), steps.iter().max().copied().unwrap_or(0));
    most >= FEWEST_UNEVEN || most - least <= 2.max(most / 4)
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

/// Every interval adds at least so much, and the last not much less than the others: what slows down fills up and stops.
pub fn is_sustained(steps: &[i64], least: i64) -> bool {
    let (Some(last), Some(most)) = (steps.last(), steps.iter().max()) else { return false };
    steps.iter().all(|step| *step >= least) && last * 2 >= *most
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn add(to: &mut Vec<i64>, from: &[i64]) {
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
    fn growth_by_a_multiple_of_the_operations_is_no_accident() {
        for (operations, steps, is) in [
            (&[7][..], &[7, 7][..], true),
            (&[7], &[14, 14], true),
            (&[7], &[7, 14], false),
            (&[7, 14], &[7, 14], true),
            (&[7], &[8, 8], false),
            (&[3], &[3, 3], true),
            (&[2], &[2, 2], false),
            (&[7], &[0, 0], false),
            (&[], &[7, 7], false),
        ] {
            let operations = Operations::new(operations, 2).unwrap();
            assert_eq!(operations.is_multiple(steps), is, "{operations:?} {steps:?}");
        }
        assert_eq!(Operations::new(&[1, 2, 3], 2), None);
    }

    #[test]
    fn intervals_of_unequal_work_are_compared_by_the_operation() {
        let growth = |counts: &[i64]| Growth { counts: counts.to_vec(), sizes: vec![0; counts.len()] };
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
