//! Finds places where many objects of one class come and go.

use super::content::Content;
use super::rows::Rows;
use crate::hash::mix;
use crate::ordinal::NO_NODE;

/// More objects of one class in one place than this are a crowd: V8 puts new ones where old ones were, many at a time.
const CROWD: u8 = 32;

pub(super) fn place_of_node(content: &Content, node: usize) -> u64 {
    let owner = content.owner[node];
    let class = if owner == NO_NODE { 0 } else { content.class[owner as usize] };
    place(content.class[node], class, content.owner_edge[node])
}

pub(super) fn place_of_row(rows: &Rows, row: usize) -> u64 {
    let owner = rows.owner[row];
    let class = if owner == NO_NODE { 0 } else { rows.class[owner as usize] };
    place(rows.class[row], class, rows.owner_edge[row])
}

fn place(class: u32, owner: u32, edge: u32) -> u64 {
    mix(u64::from(class) << 32 | u64::from(owner), u64::from(edge))
}

/// Roughly how many have a key: never too few.
pub(super) struct Crowds {
    counts: Vec<u8>,
}

impl Crowds {
    pub(super) fn new(room: usize, keys: impl Iterator<Item = u64>) -> Self {
        let mut crowds = Crowds { counts: vec![0; (room * 2 + 1).next_power_of_two()] };
        for key in keys {
            let slot = crowds.slot(key);
            crowds.counts[slot] = crowds.counts[slot].saturating_add(1);
        }
        crowds
    }

    fn slot(&self, key: u64) -> usize {
        mix(key, 0) as usize & (self.counts.len() - 1)
    }

    /// A crowd on either side is one on both.
    pub(super) fn join(&mut self, other: &mut Self) {
        for (count, other) in self.counts.iter_mut().zip(&other.counts) {
            *count = (*count).max(*other);
        }
    }

    pub(super) fn is_crowd(&self, key: u64) -> bool {
        self.counts[self.slot(key)] > CROWD
    }
}
