//! What grew in every interval, and what only looks so.

use super::zones::{Census, Group, Key, LARGE};
use std::collections::HashMap;

/// Objects that come in smaller numbers are noise: what takes the snapshots leaves one or two behind itself.
const FEWEST: i64 = 5;
/// The same for a single interval, where nothing tells a start from a leak.
const FEWEST_OF_ONE: i64 = 20;
/// Bytes in each interval for objects whose number stays.
const SWELLING: i64 = 16 << 10;
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

    pub fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.sizes, &other.sizes);
    }
}

/// Groups and objects that grew in every interval.
#[derive(Debug, Default)]
pub struct Growing {
    pub groups: HashMap<Key, Growth>,
    /// Persistent objects that grew themselves, by id.
    pub objects: HashMap<u64, Growth>,
}

impl Growing {
    pub fn between(heaps: &[&Census]) -> Self {
        let Some(last) = heaps.last() else { return Self::default() };
        let state = |census: &Census, key: &Key| {
            census.groups.get(key).map_or((0, 0), |Group { count, size, .. }| (*count, *size))
        };
        let groups = last.groups.keys().map(|key| {
            let states: Vec<_> = heaps.iter().map(|census| state(census, key)).collect();
            (*key, Growth::between(&states))
        });
        let objects = last.large.keys().map(|id| {
            let size = |census: &Census| census.large.get(id).map_or(LARGE, |(_, size)| *size);
            let states: Vec<_> = heaps.iter().map(|census| (1, size(census))).collect();
            (*id, Growth::between(&states))
        });
        Self {
            groups: groups.filter(|(_, growth)| grows_in_number(growth) || swells(growth)).collect(),
            objects: objects.filter(|(_, growth)| is_sustained(&growth.sizes, LARGE as i64)).collect(),
        }
    }
}

fn grows_in_number(growth: &Growth) -> bool {
    let fewest = if growth.counts.len() == 1 { FEWEST_OF_ONE } else { FEWEST };
    is_sustained(&growth.counts, fewest) || is_sustained(&growth.counts, 1) && is_sustained(&growth.sizes, HEAVY)
}

fn swells(growth: &Growth) -> bool {
    growth.counts.iter().all(|count| count.abs() <= 2) && is_sustained(&growth.sizes, SWELLING)
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
