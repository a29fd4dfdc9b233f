//! Objects that the collector moved between two captures.

use super::matching::Matching;
use crate::bit_set::BitSet;
use crate::ordinal::NO_NODE;
use std::collections::HashMap;

/// Evidence travels from what moved to what it holds and to who holds it.
const MOVES: usize = 3;

impl Matching<'_> {
    pub(super) fn has_moved(&self, node: usize) -> bool {
        self.content.address[node] != self.rows.address[self.row[node] as usize]
    }

    /// First by their texts, then with those that moved.
    pub(super) fn find_moved(&mut self) {
        let key = |class: u32, text: u32| u64::from(class) << 32 | u64::from(text);
        let mut now = Vec::new();
        for node in 0..self.content.len() {
            if self.row[node] == NO_NODE && self.content.address[node] != 0 {
                let texts = self.content.items(node).texts;
                now.extend(texts.into_iter().map(|text| (key(self.content.class[node], text), node as u32)));
            }
        }
        let mut before = Vec::new();
        for row in (0..self.rows.len()).filter(|row| !self.taken.contains(*row)) {
            let (texts, _) = self.rows.items(row);
            before.extend(texts.iter().map(|text| (key(self.rows.class[row], *text), row as u32)));
        }
        let mut pairs = pairs(now, before);
        pairs.sort_unstable();
        for votes in pairs.chunk_by(|a, b| a == b) {
            let (node, row) = (votes[0].0 as usize, votes[0].1);
            let free = self.row[node] == NO_NODE && !self.taken.contains(row as usize);
            if free && self.is_enough(node, row as usize, votes.len()) {
                self.take(node, row);
            }
        }
        for _ in 0..MOVES {
            if !self.follow_down() && !self.follow_up() {
                break;
            }
        }
    }

    /// All texts, or half of them where the same object holds it.
    fn is_enough(&self, node: usize, row: usize, votes: usize) -> bool {
        let (texts, _) = self.rows.items(row);
        let (owner, before) = (self.content.owner[node], self.rows.owner[row]);
        votes == texts.len() && votes == self.content.items(node).texts.len()
            || votes * 2 >= texts.len() && owner != NO_NODE && before != NO_NODE && self.row[owner as usize] == before
    }

    /// What a moved object holds under a name, where it held such an object before that is gone from its place.
    fn follow_down(&mut self) -> bool {
        let mut moved = BitSet::new(self.rows.len());
        for node in 0..self.content.len() {
            if self.row[node] != NO_NODE && self.has_moved(node) {
                moved.insert(self.row[node] as usize);
            }
        }
        let mut left: HashMap<(u32, u32), u32> = HashMap::new();
        for row in 0..self.rows.len() {
            let owner = self.rows.owner[row];
            if owner != NO_NODE && moved.contains(owner as usize) && !self.taken.contains(row) {
                let key = (owner, self.rows.owner_edge[row]);
                left.entry(key).and_modify(|only| *only = NO_NODE).or_insert(row as u32);
            }
        }
        let mut changed = false;
        let mut found = Vec::new();
        for at in 0..self.content.order.len() {
            let node = self.content.order[at] as usize;
            let owner = self.row[node];
            if owner == NO_NODE || !moved.contains(owner as usize) {
                continue;
            }
            self.content.each_held(node, &mut |edge, target| {
                if let Some(row) = left.get(&(owner, edge)).filter(|row| **row != NO_NODE) {
                    found.push((target, *row));
                }
            });
            for (target, row) in found.drain(..) {
                changed |= self.take_like(target, row);
            }
        }
        changed
    }

    /// Who holds a moved object as the object that is gone held it.
    fn follow_up(&mut self) -> bool {
        let mut changed = false;
        for at in (0..self.content.order.len()).rev() {
            let child = self.content.order[at] as usize;
            let (row, node) = (self.row[child], self.content.owner[child]);
            if row == NO_NODE || node == NO_NODE || !self.has_moved(child) {
                continue;
            }
            let (row, owner) = (row as usize, self.rows.owner[row as usize]);
            if owner != NO_NODE && self.rows.owner_edge[row] == self.content.owner_edge[child] {
                changed |= self.take_like(node as usize, owner);
            }
        }
        changed
    }

    /// Takes `row` for `node` when both are free, of one class, and have the same texts.
    fn take_like(&mut self, node: usize, row: u32) -> bool {
        let at = row as usize;
        let like = self.row[node] == NO_NODE
            && self.content.address[node] != 0
            && !self.taken.contains(at)
            && self.content.class[node] == self.rows.class[at]
            && self.content.items(node).texts == self.rows.items(at).0;
        if like {
            self.take(node, row);
        }
        like
    }
}

/// Pairs of what has a key that occurs once on both sides.
fn pairs(mut now: Vec<(u64, u32)>, mut before: Vec<(u64, u32)>) -> Vec<(u32, u32)> {
    let unique = |side: &mut Vec<(u64, u32)>| {
        side.sort_unstable();
        let alone = |at: usize, side: &[(u64, u32)]| {
            (at == 0 || side[at - 1].0 != side[at].0) && side.get(at + 1).is_none_or(|next| next.0 != side[at].0)
        };
        (0..side.len()).filter(|at| alone(*at, side)).map(|at| side[at]).collect::<Vec<_>>()
    };
    let (now, before) = (unique(&mut now), unique(&mut before));
    let mut found = Vec::new();
    let mut at = 0;
    for (key, row) in before {
        while at < now.len() && now[at].0 < key {
            at += 1;
        }
        if at < now.len() && now[at].0 == key {
            found.push((now[at].1, row));
        }
    }
    found
}
