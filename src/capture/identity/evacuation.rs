//! Pages that the collector emptied. The objects that it moved from one page are in the same order as before, closer
//! together.

use super::matching::Matching;
use crate::ordinal::NO_NODE;
use std::collections::HashMap;

/// V8's heap is made of pages of this size, as a power of two.
///
/// # Source
/// V8's compaction copies what lives on a page in order of address to a free stretch of another, one page a task; pages
/// have 256 KiB (Degenbaev, Ignatovskiy, Lippautz, Ulan and others: "Trash talk: the Orinoco garbage collector",
/// v8.dev, 2019); seen on Node 20 in the tables of two captures.
const PAGE: u32 = 18;

/// An object that moved.
#[derive(Clone, Copy)]
struct Move {
    before: u64,
    now: u64,
}

/// The known objects of one page.
#[derive(Default)]
struct Page {
    in_place: u32,
    moved: u32,
}

/// The objects that moved, by their address before.
pub(super) struct Evacuation {
    moves: Vec<Move>,
    pages: HashMap<u64, Page>,
}

impl Evacuation {
    pub fn new(matching: &Matching) -> Self {
        let mut evacuation = Evacuation { moves: Vec::new(), pages: HashMap::new() };
        for node in 0..matching.content.len() {
            let now = matching.content.address[node];
            let row = matching.row[node];
            if row == NO_NODE || now == 0 || matching.content.is_synthetic(node) {
                continue;
            }
            let before = matching.rows.address[row as usize];
            let page = evacuation.pages.entry(before >> PAGE).or_default();
            if before == now {
                page.in_place += 1;
            } else {
                page.moved += 1;
                evacuation.moves.push(Move { before, now });
            }
        }
        evacuation.moves.sort_unstable_by_key(|moved| moved.before);
        evacuation
    }

    /// Whether an object that was at `before` can be the one at `now`: its page was emptied, and it lies right among
    /// its neighbours that were moved to the same page. Something new in this place would be a great chance.
    pub fn fits(&self, before: u64, now: u64) -> bool {
        if !self.is_emptied(before) {
            return false;
        }
        let at = self.moves.partition_point(|moved| moved.before < before);
        let neighbour = |moved: &&Move| moved.before >> PAGE == before >> PAGE && moved.now >> PAGE == now >> PAGE;
        let left = self.moves[..at].last().filter(neighbour);
        let right = self.moves.get(at).filter(neighbour);
        let is_right_of = |left: &Move| now > left.now && now - left.now <= before - left.before;
        let is_left_of =
            |right: &Move| right.now > now && right.before > before && right.now - now <= right.before - before;
        (left.is_some() || right.is_some()) && left.is_none_or(is_right_of) && right.is_none_or(is_left_of)
    }

    /// Stretches between two neighbours on an emptied page that were moved to the same page, one after the other:
    /// before and now.
    pub fn stretches(&self) -> impl Iterator<Item = [(u64, u64); 2]> {
        self.moves.windows(2).filter_map(|pair| {
            let (left, right) = (pair[0], pair[1]);
            let together = left.before >> PAGE == right.before >> PAGE && left.now >> PAGE == right.now >> PAGE;
            let closer = right.now > left.now && right.now - left.now <= right.before - left.before;
            (together && closer && self.is_emptied(left.before))
                .then_some([(left.before, right.before), (left.now, right.now)])
        })
    }

    /// A few objects that were taken for others in the same place do not count.
    fn is_emptied(&self, before: u64) -> bool {
        self.pages.get(&(before >> PAGE)).is_some_and(|page| page.moved > 0 && page.in_place <= page.moved / 4)
    }
}
