//! The change of a group, of an object or of a sum of them in each interval.

use super::steps::add;
use super::survival::Survival;
use crate::leaks::place::census::{Census, Group, GroupKey};
use std::collections::HashMap;

/// Change in each interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub counts: Vec<i64>,
    pub sizes: Vec<i64>,
    /// All zeros when nobody knows.
    pub survival: Survival,
}

impl Growth {
    /// A growth of bytes, with no object more.
    pub fn of_sizes(sizes: &[i64]) -> Self {
        Self { counts: vec![0; sizes.len()], sizes: sizes.to_vec(), survival: Survival::default() }
    }

    /// The growth between states, each a number of objects and their bytes.
    pub fn between(states: &[(u64, u64)]) -> Self {
        let step = |pick: fn(&(u64, u64)) -> u64| {
            states.windows(2).map(|pair| signed(pick(&pair[1])) - signed(pick(&pair[0]))).collect()
        };
        Self { counts: step(|state| state.0), sizes: step(|state| state.1), survival: Survival::default() }
    }

    pub fn of_group(heaps: &[&Census], key: GroupKey, survivals: &HashMap<GroupKey, Survival>) -> Self {
        let state =
            |census: &&Census| census.groups.get(&key).map_or((0, 0), |Group { count, size, .. }| (*count, *size));
        let states: Vec<(u64, u64)> = heaps.iter().map(state).collect();
        Self { survival: survivals.get(&key).copied().unwrap_or_default(), ..Self::between(&states) }
    }

    /// Bytes from the first heap to the last.
    pub fn bytes(&self) -> i64 {
        self.sizes.iter().sum()
    }

    pub fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.sizes, &other.sizes);
        self.survival.add(other.survival);
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
