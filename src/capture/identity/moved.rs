//! Objects that the collector moved between two captures.

use super::content::Content;
use super::evacuation::Evacuation;
use super::matching::Matching;
use crate::bit_set::BitSet;
use crate::hash::mix;
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
        let key = |class: u32, text: u64| mix(u64::from(class), text);
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
            let evacuation = Evacuation::new(self);
            let mut changed = self.follow_down(&evacuation);
            changed |= self.follow_up();
            changed |= self.follow_neighbours(&evacuation);
            if !changed {
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

    /// What an object that is the same holds, where it held such an object before that is gone from its place: what a
    /// moved object holds, and what another holds under a name if it lies where the collector would have put it.
    fn follow_down(&mut self, evacuation: &Evacuation) -> bool {
        let mut moved = BitSet::new(self.rows.len());
        for node in 0..self.content.len() {
            if self.row[node] != NO_NODE && self.has_moved(node) {
                moved.insert(self.row[node] as usize);
            }
        }
        let mut left: HashMap<(u32, u32), u32> = HashMap::new();
        let mut lost_some = BitSet::new(self.rows.len());
        for row in 0..self.rows.len() {
            let (owner, edge) = (self.rows.owner[row], self.rows.owner_edge[row]);
            let follows = |owner: usize| moved.contains(owner) || Content::is_named(edge) && self.taken.contains(owner);
            if owner != NO_NODE && follows(owner as usize) && !self.taken.contains(row) {
                left.entry((owner, edge)).and_modify(|only| *only = NO_NODE).or_insert(row as u32);
                lost_some.insert(owner as usize);
            }
        }
        let mut changed = false;
        let mut found = Vec::new();
        for at in 0..self.content.order.len() {
            let node = self.content.order[at] as usize;
            let owner = self.row[node];
            if owner == NO_NODE || !lost_some.contains(owner as usize) {
                continue;
            }
            self.content.each_held(node, &mut |edge, target| {
                if let Some(row) = left.get(&(owner, edge)).filter(|row| **row != NO_NODE) {
                    found.push((target, *row));
                }
            });
            for (target, row) in found.drain(..) {
                let (before, now) = (self.rows.address[row as usize], self.content.address[target]);
                if moved.contains(owner as usize) || evacuation.fits(before, now) {
                    changed |= self.take_like(target, row);
                }
            }
        }
        changed
    }

    /// Takes the objects that lay between two that moved, and lie between them now, object for object of the same
    /// classes.
    fn follow_neighbours(&mut self, evacuation: &Evacuation) -> bool {
        let mut stretches = evacuation.stretches().peekable();
        if stretches.peek().is_none() {
            return false;
        }
        let mut nodes: Vec<u32> = (0..self.content.len() as u32)
            .filter(|node| self.row[*node as usize] == NO_NODE && self.content.address[*node as usize] != 0)
            .collect();
        let address = |node: u32| self.content.address[node as usize];
        nodes.sort_unstable_by_key(|node| address(*node));
        let mut found = Vec::new();
        for [(first, last), (from, to)] in stretches {
            let start = self.rows.address.partition_point(|address| *address <= first);
            let end = self.rows.address.partition_point(|address| *address < last);
            let rows = (start..end).filter(|row| !self.taken.contains(*row));
            let start = nodes.partition_point(|node| address(*node) <= from);
            let end = nodes.partition_point(|node| address(*node) < to);
            let class = |node: u32| self.content.class[node as usize];
            if rows.clone().map(|row| self.rows.class[row]).eq(nodes[start..end].iter().map(|node| class(*node))) {
                found.extend(nodes[start..end].iter().zip(rows).map(|(node, row)| (*node as usize, row as u32)));
            }
        }
        found.into_iter().fold(false, |changed, (node, row)| self.take_like(node, row) || changed)
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
