//! Finds the rows of the last table for the objects of this snapshot.

use super::content::{Content, Fact, child_hash};
use super::crowds::{Crowds, place_of_node, place_of_row};
use super::rows::Rows;
use crate::bit_set::BitSet;
use crate::ordinal::NO_NODE;

/// Evidence travels along the graph, forth and back; it has come to rest long before.
const ROUNDS: usize = 8;

/// # Shapes
/// By node ordinal: the row of the same object in the table, [`NO_NODE`] for an object that is new or in doubt.
pub struct Matches {
    pub row: Vec<u32>,
    /// The number of these objects that are at another address than before.
    pub moved: usize,
}

/// Finds the objects of `content` in `rows`.
///
/// A row is a candidate by its address and class. It is taken when most of the texts that tell the object from others
/// are the same, or, without such texts, when an object that is the same holds it as before or it holds objects that
/// are the same. An object at another address is taken when nobody else has its texts and all of them are the same, or
/// half of them and its owner; or when it moved with such an object, or between its neighbours.
///
/// # Cost
/// O(nodes log nodes + edges) in a few passes; about 15 bytes a node, and 20 for each that moved or is gone.
pub fn match_rows(content: &Content, rows: &Rows) -> Matches {
    let mut matching = Matching::new(content, rows);
    matching.weigh();
    matching.spread();
    matching.find_moved();
    matching.spread();
    let moved = (0..content.len()).filter(|node| matching.row[*node] != NO_NODE && matching.has_moved(*node)).count();
    Matches { row: matching.row, moved }
}

/// The evidence of an object's texts, or else of its children, about its candidate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Evidence {
    /// Most texts of the row are texts of the object.
    Same,
    /// Half of them.
    Half,
    /// The row has no telling text, and no child that contradicts.
    Nothing,
    /// Fewer than half of the texts, or none of the children.
    Other,
}

/// How many items of a row an object still has.
#[derive(Default)]
struct Compared {
    texts: u32,
    texts_agree: u32,
    children: u32,
    children_agree: u32,
    /// At the same address, and nothing said against them yet.
    children_open: u32,
}

/// The matches that are known so far.
pub(super) struct Matching<'a> {
    pub(super) content: &'a Content<'a>,
    pub(super) rows: &'a Rows,
    candidate: Vec<u32>,
    evidence: Vec<Evidence>,
    pub(super) row: Vec<u32>,
    pub(super) taken: BitSet,
    /// An object that is the same holds it as it did; and under a name.
    held: BitSet,
    held_by_name: BitSet,
    spread: BitSet,
    classes: Crowds,
    places: Crowds,
}

impl<'a> Matching<'a> {
    fn new(content: &'a Content<'a>, rows: &'a Rows) -> Self {
        let count = content.len();
        let classes = Crowds::new(count, (0..count).map(|node| u64::from(content.class[node])));
        let mut places = Crowds::new(count + rows.len(), (0..count).map(|node| place_of_node(content, node)));
        let mut before = Crowds::new(count + rows.len(), (0..rows.len()).map(|row| place_of_row(rows, row)));
        places.join(&mut before);
        Matching {
            content,
            rows,
            candidate: candidates(content, rows),
            evidence: vec![Evidence::Nothing; count],
            row: vec![NO_NODE; count],
            taken: BitSet::new(rows.len()),
            held: BitSet::new(count),
            held_by_name: BitSet::new(count),
            spread: BitSet::new(count),
            classes,
            places,
        }
    }

    /// Finds the evidence about every candidate, children before the objects that hold them.
    fn weigh(&mut self) {
        for at in (0..self.content.order.len()).rev() {
            let node = self.content.order[at] as usize;
            let row = self.candidate[node];
            if row == NO_NODE {
                continue;
            }
            let compared = self.compare(node, row as usize);
            self.evidence[node] = match (compared.texts, compared.texts_agree) {
                _ if self.content.is_synthetic(node) => Evidence::Same,
                (0, _) if compared.children > 0 && compared.children_open == 0 => Evidence::Other,
                (0, _) => Evidence::Nothing,
                (all, agree) if agree * 2 > all => Evidence::Same,
                (all, agree) if agree * 2 == all => Evidence::Half,
                _ => Evidence::Other,
            };
        }
    }

    /// Takes what can be taken until nothing more follows.
    fn spread(&mut self) {
        for _ in 0..ROUNDS {
            let mut changed = false;
            for at in 0..self.content.order.len() {
                let node = self.content.order[at] as usize;
                changed |= self.try_candidate(node);
                if self.row[node] != NO_NODE && self.spread.insert_new(node) {
                    self.mark_held(node);
                    changed = true;
                }
            }
            for at in (0..self.content.order.len()).rev() {
                changed |= self.try_candidate(self.content.order[at] as usize);
            }
            if !changed {
                break;
            }
        }
    }

    fn try_candidate(&mut self, node: usize) -> bool {
        let row = self.candidate[node];
        if row == NO_NODE || self.row[node] != NO_NODE || self.taken.contains(row as usize) || !self.decide(node) {
            return false;
        }
        self.take(node, row);
        true
    }

    pub(super) fn take(&mut self, node: usize, row: u32) {
        self.row[node] = row;
        self.taken.insert(row as usize);
    }

    /// Whether the evidence is enough to take the candidate. In doubt it is not. *Held*: an object that is the same
    /// holds this one, under the same name or in an array, as it did before.
    ///
    /// | evidence | held | taken when |
    /// |---|---|---|
    /// | `Same` | | always |
    /// | `Half` | yes | always |
    /// | `Half` | no | the class is a crowd, or a child of the row is the same |
    /// | `Nothing` | by name | always |
    /// | `Nothing` | in an array | the object has no telling text now: a new one could have taken the place |
    /// | `Nothing` | no | half of the row's children, and at least one, are the same |
    /// | `Other` | yes | half of all texts and children agree, and at least one |
    /// | `Other` | by name | the place is no crowd, and the object has no telling text now |
    /// | `Other` | no | never |
    fn decide(&self, node: usize) -> bool {
        let held = self.held.contains(node);
        let compared = || self.compare(node, self.candidate[node] as usize);
        match self.evidence[node] {
            Evidence::Same => true,
            Evidence::Half => {
                held || self.classes.is_crowd(u64::from(self.content.class[node])) || compared().children_agree > 0
            }
            // An array's element that had no telling text and has one now may be another object.
            Evidence::Nothing if held => self.held_by_name.contains(node) || !self.has_telling_text(node),
            Evidence::Nothing => {
                let compared = compared();
                compared.children_agree > 0 && compared.children_agree * 2 >= compared.children
            }
            Evidence::Other if held => {
                let compared = compared();
                let agree = compared.texts_agree + compared.children_agree;
                let half = agree > 0 && agree * 2 >= compared.texts + compared.children;
                half || self.held_by_name.contains(node)
                    && !self.places.is_crowd(place_of_node(self.content, node))
                    && !self.has_telling_text(node)
            }
            Evidence::Other => false,
        }
    }

    /// A telling text under a name. Texts at places of an array do not count: all of them may have changed.
    fn has_telling_text(&self, node: usize) -> bool {
        let mut found = false;
        self.content.each_fact(node, &mut |fact| {
            found |= matches!(fact, Fact::Text { named: true, telling: true, .. });
        });
        found
    }

    fn compare(&self, node: usize, row: usize) -> Compared {
        let (texts, children) = self.rows.items(row);
        let mut compared =
            Compared { texts: texts.len() as u32, children: children.len() as u32, ..Compared::default() };
        let (mut same_texts, mut same_children, mut open_children) = (0u32, 0u32, 0u32);
        self.content.each_fact(node, &mut |fact| match fact {
            Fact::Text { hash, .. } => {
                if let Ok(at) = texts.binary_search(&hash) {
                    same_texts |= 1 << at;
                }
            }
            Fact::Child { edge, target, .. } if !children.is_empty() => {
                let matched = self.row[target];
                let address =
                    if matched == NO_NODE { self.content.address[target] } else { self.rows.address[matched as usize] };
                if let Ok(at) = children.binary_search(&child_hash(edge, address)) {
                    same_children |= u32::from(matched != NO_NODE) << at;
                    let open = self.candidate[target] != NO_NODE && self.evidence[target] != Evidence::Other;
                    open_children |= u32::from(open || matched != NO_NODE) << at;
                }
            }
            Fact::Child { .. } => {}
        });
        compared.texts_agree = same_texts.count_ones();
        compared.children_agree = same_children.count_ones();
        compared.children_open = open_children.count_ones();
        compared
    }

    /// Marks the objects that `node`, which is the same, holds as it did before.
    fn mark_held(&mut self, node: usize) {
        let owner = self.row[node];
        let (held, held_by_name) = (&mut self.held, &mut self.held_by_name);
        let (candidate, rows) = (&self.candidate, self.rows);
        self.content.each_held(node, &mut |edge, target| {
            let row = candidate[target] as usize;
            if candidate[target] != NO_NODE && rows.owner[row] == owner && rows.owner_edge[row] == edge {
                held.insert(target);
                if Content::is_named(edge) {
                    held_by_name.insert(target);
                }
            }
        });
    }
}

/// For each node the row with its address and class.
fn candidates(content: &Content, rows: &Rows) -> Vec<u32> {
    let mut places: Vec<(u64, u32)> = (0..content.len())
        .filter(|node| content.address[*node] != 0)
        .map(|node| (content.address[node], node as u32))
        .collect();
    places.sort_unstable();
    let mut candidate = vec![NO_NODE; content.len()];
    let mut row = 0;
    for (address, node) in places {
        while row < rows.len() && rows.address[row] < address {
            row += 1;
        }
        if row < rows.len() && rows.address[row] == address && rows.class[row] == content.class[node as usize] {
            candidate[node as usize] = row as u32;
        }
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::identity::test_heap::Heap;

    /// Rows for a heap as a capture would leave them; ids are what `id` gives.
    fn rows_of(heap: &Heap) -> Rows {
        let tables = heap.tables();
        let content = Content::new(&tables, heap.addresses(), 5);
        let ids: Vec<u32> = (0..content.len() as u32).map(|node| node * 2 + 1).collect();
        content.rows(&ids)
    }

    /// Which names of `before` the named objects of `after` were found to be; "-" for none.
    fn check_same(before: &Heap, after: &Heap, expected: &[(&str, &str)]) {
        let rows = rows_of(before);
        let tables = after.tables();
        let content = Content::new(&tables, after.addresses(), 5);
        let matches = match_rows(&content, &rows);
        for (name, was) in expected {
            let row = matches.row[after.node(name)];
            let found = if row == NO_NODE { "-" } else { before.label(rows.id[row as usize] / 2) };
            assert_eq!(found, *was, "{name}");
        }
    }

    /// A store under the root with an array of sessions, each with a text of its own and a plain object.
    fn sessions(texts: &[&str], from: u64) -> Heap {
        let mut heap = Heap::new();
        heap.object("store", "Store", 0x1000).edge("root", "store", "store");
        heap.object("list", "Array", 0x1100).edge("store", "items", "list");
        for (at, text) in texts.iter().enumerate() {
            let (session, plain) = (format!("s{at}"), format!("p{at}"));
            heap.object(&session, "Session", from + at as u64 * 0x40).element("list", &session);
            heap.string(&format!("t{at}"), text, from + 0x10_000 + at as u64 * 0x40).edge(
                &session,
                "id",
                &format!("t{at}"),
            );
            heap.object(&plain, "Object", from + 0x20_000 + at as u64 * 0x40).edge(&session, "data", &plain);
        }
        heap
    }

    #[test]
    fn the_same_heap_is_the_same() {
        let heap = sessions(&["a1", "b2", "c3"], 0x10_000);
        check_same(&heap, &heap, &[("store", "store"), ("list", "list"), ("s0", "s0"), ("p1", "p1"), ("t2", "t2")]);
    }

    #[test]
    fn another_object_in_the_same_place_is_new() {
        let before = sessions(&["a1", "b2", "c3"], 0x10_000);
        let after = sessions(&["a1", "x9", "c3"], 0x10_000);
        check_same(&before, &after, &[("s0", "s0"), ("s1", "-"), ("p1", "-"), ("t1", "-"), ("s2", "s2"), ("p2", "p2")]);
        check_same(&before, &after, &[("list", "list")]);
    }

    #[test]
    fn a_container_stays_when_all_in_it_is_new() {
        let before = sessions(&["a1", "b2", "c3"], 0x10_000);
        let after = sessions(&["x1", "x2", "x3", "x4"], 0x10_000);
        check_same(&before, &after, &[("store", "store"), ("list", "list"), ("s0", "-"), ("s1", "-"), ("p2", "-")]);
    }

    #[test]
    fn what_moved_is_found_by_its_texts_with_all_that_is_its_own() {
        let before = sessions(&["a1", "b2", "c3"], 0x10_000);
        let after = sessions(&["b2", "a1", "new"], 0x50_000);
        check_same(
            &before,
            &after,
            &[("s0", "s1"), ("p0", "p1"), ("t0", "t1"), ("s1", "s0"), ("s2", "-"), ("p2", "-")],
        );
    }

    #[test]
    fn what_moved_and_changed_is_found_where_it_was_held() {
        let two = |second: &str, from: u64, holder: &str| {
            let mut heap = sessions(&["a1"], 0x10_000);
            heap.object("other", "Array", 0x1200).edge("store", "others", "other");
            heap.object("o", "Thing", from).element(holder, "o");
            heap.string("f", "one", from + 0x100).edge("o", "first", "f");
            heap.string("g", second, from + 0x200).edge("o", "second", "g");
            heap
        };
        let before = two("two", 0x3000, "list");
        check_same(&before, &two("2", 0x5000, "list"), &[("o", "o"), ("f", "f"), ("g", "-")]);
        check_same(&before, &two("2", 0x5000, "other"), &[("o", "-")]);
        check_same(&before, &two("two", 0x5000, "other"), &[("o", "o")]);
    }

    /// A page with a text, an array without any, a text, two plain objects and a text, the objects of the array being
    /// on another page.
    fn page(places: [u64; 6]) -> Heap {
        let mut heap = Heap::new();
        heap.object("store", "Store", 0x10_0000).edge("root", "store", "store");
        for (label, at) in [("t0", 0), ("t1", 2), ("t2", 5)] {
            heap.string(label, label, places[at]).edge("store", label, label);
        }
        heap.object("list", "Array", places[1]).edge("store", "items", "list");
        heap.object("other", "Array", 0x10_1000).edge("store", "others", "other");
        for (label, at) in [("p0", 3), ("p1", 4)] {
            heap.object(label, "Object", places[at]).element("other", label);
        }
        for (label, address) in [("q0", 0x11_0000), ("q1", 0x11_0040)] {
            heap.object(label, "Object", address).element("list", label);
        }
        heap
    }

    #[test]
    fn what_has_no_text_is_found_between_its_neighbours() {
        let before = page([0x4_0000, 0x4_0100, 0x4_0200, 0x4_0300, 0x4_0400, 0x4_0500]);
        let all = [("list", "list"), ("q0", "q0"), ("q1", "q1"), ("p0", "p0"), ("p1", "p1")];
        check_same(&before, &page([0x8_1000, 0x8_1020, 0x8_1040, 0x8_1060, 0x8_1080, 0x8_10a0]), &all);
        // One between them that is gone: only its holder says which of the rest it is.
        let mut with_another = page([0x4_0000, 0x4_0100, 0x4_0200, 0x4_0300, 0x4_0400, 0x4_0500]);
        with_another.object("gone", "Object", 0x4_0180).element("other", "gone");
        check_same(&with_another, &page([0x8_1000, 0x8_1020, 0x8_1040, 0x8_1060, 0x8_1080, 0x8_10a0]), &all);
        // To two pages, the second with nobody to the right.
        let two = page([0x8_1000, 0x8_1020, 0x8_1040, 0xc_1060, 0xc_1080, 0xc_10a0]);
        check_same(&before, &two, &[("list", "list"), ("q0", "q0"), ("p0", "-"), ("p1", "-")]);
        // Another array in its place: not among the neighbours, too far from them, on a page that has what it had.
        for places in [
            [0x8_1000, 0x8_1200, 0x8_1040, 0x8_1060, 0x8_1080, 0x8_10a0],
            [0x8_1000, 0xc_1020, 0x8_1040, 0x8_1060, 0x8_1080, 0x8_10a0],
            [0x4_0000, 0x8_1020, 0x4_0200, 0x8_1060, 0x8_1080, 0x4_0500],
        ] {
            check_same(&before, &page(places), &[("list", "-"), ("q0", "-"), ("store", "store")]);
        }
    }

    #[test]
    fn one_field_may_change_but_not_all() {
        let two = |first: &str, second: &str| {
            let mut heap = sessions(&["a1"], 0x10_000);
            heap.object("o", "Thing", 0x3000).element("list", "o");
            heap.string("f", first, 0x3100).edge("o", "first", "f");
            heap.string("g", second, 0x3200).edge("o", "second", "g");
            heap
        };
        let before = two("one", "two");
        check_same(&before, &two("one", "other"), &[("o", "o")]);
        check_same(&before, &two("some", "other"), &[("o", "-")]);
        // The same texts under other names are no evidence.
        check_same(&before, &two("two", "one"), &[("o", "-")]);
    }

    #[test]
    fn another_class_size_or_nobody_who_holds_it_is_no_match() {
        let before = sessions(&["a1"], 0x10_000);
        let mut after = sessions(&["a1"], 0x10_000);
        after.size("s0", 48);
        check_same(&before, &after, &[("s0", "-")]);
        let mut loose = Heap::new();
        loose.object("p", "Object", 0x30_000).edge("root", "other", "p");
        check_same(&before, &loose, &[("p", "-")]);
    }

    #[test]
    fn a_rope_and_the_flat_string_made_of_it_have_one_text() {
        let flat = sessions(&["first-second"], 0x10_000);
        let mut rope = sessions(&["first-"], 0x10_000);
        rope.rope("t0", "second", 0x900);
        check_same(&rope, &flat, &[("s0", "s0")]);
        check_same(&flat, &rope, &[("s0", "s0")]);
    }

    #[test]
    fn nothing_else_is_taken_for_a_crowd_of_refilled_places() {
        let texts = |from: u32| (from..from + 200).map(|n| format!("text {n}")).collect::<Vec<_>>();
        let (old, new) = (texts(0), texts(1000));
        let refs = |texts: &'_ [String]| texts.iter().map(String::as_str).collect::<Vec<_>>().join("|");
        let (old, new) = (refs(&old), refs(&new));
        let before = sessions(&old.split('|').collect::<Vec<_>>(), 0x10_000);
        let after = sessions(&new.split('|').collect::<Vec<_>>(), 0x10_000);
        let names: Vec<String> = (0..200).flat_map(|at| [format!("s{at}"), format!("p{at}")]).collect();
        check_same(&before, &after, &names.iter().map(|name| (name.as_str(), "-")).collect::<Vec<_>>());
    }
}
