//! DevTools' Comparison, with the numbers that it lacks.

use super::added_retained::retained_by_class;
use super::row::DiffRow;
use super::side::{DiffSide, counted_by_id};
use crate::analysis::{Class, Comparison, Heap, Matching, Parity};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::text::Text;
use std::cmp::Reverse;
use std::collections::HashMap;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiffOptions {
    pub matching: Matching,
    /// The most ids that a row names of its added, of its removed and of its grown objects.
    pub id_limit: usize,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self { matching: Matching::default(), id_limit: 100 }
    }
}

/// What changed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff {
    /// Without ids, as for snapshots of different processes or forks, only the deltas of the rows mean something; a
    /// row's smaller side is 0.
    pub comparison: Comparison,
    /// Classes that gained or lost objects, or without ids bytes: largest added size first, then by name.
    pub rows: Vec<DiffRow>,
    /// Classes that only have survivors of another size, which DevTools does not show: largest growth first.
    pub resized: Vec<DiffRow>,
}

/// Compares two snapshots, object by object where ids allow it, else class by class.
///
/// # Cost
/// O(nodes) of both; 24 bytes a node of the newer one while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `calculateSnapshotDiff`; retained sizes, survivors and the comparison without ids are ours.
pub fn diff(before: &DiffSide, after: &Heap, options: &DiffOptions, control: &Control) -> Result<Diff> {
    let nodes = counted_by_id(&after.snapshot, &after.classes, after.parity, control)?;
    let mut merge = Merge::new(before, after, &nodes);
    let comparison = options.matching.decide(std::slice::from_ref(&before.sample), &after.snapshot, control)?;
    if !comparison.ids {
        let mut rows = merge.deltas(&nodes);
        rows.retain(|row| row.count_delta() != 0 || row.size_delta() != 0);
        return Ok(Diff { comparison, rows: sorted(rows), resized: Vec::new() });
    }
    merge.all(&nodes, control)?;
    let (rows, mut resized): (Vec<_>, Vec<_>) =
        merge.into_rows(options, control)?.into_iter().partition(DiffRow::has_members);
    resized.retain(|row| row.grown_size != 0 || row.shrunk_size != 0);
    resized.sort_by(|a, b| b.grown_size.cmp(&a.grown_size).then_with(|| a.name.as_text().cmp_utf16(b.name.as_text())));
    Ok(Diff { comparison, rows: sorted(rows), resized })
}

fn sorted(mut rows: Vec<DiffRow>) -> Vec<DiffRow> {
    rows.sort_by(|a, b| {
        let by_name = || a.name.as_text().cmp_utf16(b.name.as_text());
        b.added_size.cmp(&a.added_size).then_with(by_name).then_with(|| a.key.as_text().cmp_utf16(b.key.as_text()))
    });
    rows
}

/// Work in progress. Classes are the newer snapshot's, then those that only the older one has.
struct Merge<'a> {
    before: &'a DiffSide,
    after: &'a Heap,
    /// Class of this list for each class of the older snapshot.
    joint: Vec<usize>,
    rows: Vec<DiffRow>,
    added: Vec<NodeOrdinal>,
    /// Rows of the older side.
    removed: Vec<u32>,
    /// Survivors that grew, and by how much.
    grown: Vec<(NodeOrdinal, u64)>,
}

impl<'a> Merge<'a> {
    fn new(before: &'a DiffSide, after: &'a Heap, nodes: &[NodeOrdinal]) -> Self {
        let row = |class: &Class| DiffRow {
            key: class.key.clone(),
            name: class.name.clone(),
            location: class.location,
            ..DiffRow::default()
        };
        let mut rows: Vec<DiffRow> = after.classes.rows.iter().map(row).collect();
        let mut has_nodes = vec![false; rows.len()];
        nodes.iter().for_each(|node| has_nodes[after.classes.class_of(*node).index()] = true);
        let with_nodes = after.classes.rows.iter().enumerate().filter(|(at, _)| has_nodes[*at]);
        let by_key: HashMap<Text<'_>, usize> = with_nodes.map(|(at, class)| (class.key.as_text(), at)).collect();
        let classes = before.classes.iter().enumerate();
        let joint = classes
            .map(|(at, class)| {
                by_key.get(&class.key.as_text()).copied().unwrap_or_else(|| {
                    let mut only_before = row(class);
                    if let (Parity::DevTools, Some(own)) = (after.parity, before.own_names.get(at)) {
                        only_before.name = own.clone();
                    }
                    rows.push(only_before);
                    rows.len() - 1
                })
            })
            .collect();
        Self { before, after, joint, rows, added: Vec::new(), removed: Vec::new(), grown: Vec::new() }
    }

    /// Both sides are sorted by id.
    fn all(&mut self, nodes: &[NodeOrdinal], control: &Control) -> Result<()> {
        let (before, snapshot) = (self.before, &self.after.snapshot);
        let (mut old, mut new, mut turn) = (0, 0, 0);
        while old < before.class.len() && new < nodes.len() {
            control.check_at(turn)?;
            turn += 1;
            let (old_id, new_id) = (before.id.get(old), snapshot.id(nodes[new]));
            if old_id < new_id {
                self.remove(old);
                old += 1;
            } else if old_id > new_id {
                self.add(nodes[new]);
                new += 1;
            } else {
                let old_end = (old..before.class.len()).find(|at| before.id.get(*at) != old_id);
                let new_end = (new..nodes.len()).find(|at| snapshot.id(nodes[*at]) != new_id);
                let (old_end, new_end) = (old_end.unwrap_or(before.class.len()), new_end.unwrap_or(nodes.len()));
                if old_end == old + 1 && new_end == new + 1 {
                    self.pair(old, nodes[new]);
                } else {
                    self.pair_all((old..old_end).collect(), nodes[new..new_end].to_vec());
                }
                (old, new) = (old_end, new_end);
            }
        }
        (old..before.class.len()).for_each(|old| self.remove(old));
        nodes[new..].iter().for_each(|node| self.add(*node));
        Ok(())
    }

    fn pair(&mut self, old: usize, node: NodeOrdinal) {
        if self.class_before(old) != self.after.classes.class_of(node).index() {
            self.remove(old);
            self.add(node);
            return;
        }
        let (was, is) = (self.before.size.get(old), self.after.snapshot.shallow_size(node));
        let row = &mut self.rows[self.after.classes.class_of(node).index()];
        if is > was {
            row.grown_size = row.grown_size.saturating_add(is - was);
            self.grown.push((node, is - was));
        } else {
            row.shrunk_size = row.shrunk_size.saturating_add(was - is);
        }
    }

    /// For ids that a damaged or foreign file gives out more than once: within each class first with first.
    fn pair_all(&mut self, mut old: Vec<usize>, mut new: Vec<NodeOrdinal>) {
        old.sort_by_key(|old| self.class_before(*old));
        new.sort_by_key(|node| self.after.classes.class_of(*node));
        let (mut i, mut j) = (0, 0);
        while i < old.len() && j < new.len() {
            let (old_class, new_class) = (self.class_before(old[i]), self.after.classes.class_of(new[j]).index());
            if old_class < new_class {
                self.remove(old[i]);
                i += 1;
            } else if old_class > new_class {
                self.add(new[j]);
                j += 1;
            } else {
                self.pair(old[i], new[j]);
                i += 1;
                j += 1;
            }
        }
        old[i..].iter().for_each(|old| self.remove(*old));
        new[j..].iter().for_each(|node| self.add(*node));
    }

    #[inline(always)]
    fn class_before(&self, old: usize) -> usize {
        self.joint[self.before.class[old] as usize]
    }

    #[inline(always)]
    fn add(&mut self, node: NodeOrdinal) {
        let row = &mut self.rows[self.after.classes.class_of(node).index()];
        row.added_count += 1;
        row.added_size = row.added_size.saturating_add(self.after.snapshot.shallow_size(node));
        self.added.push(node);
    }

    #[inline(always)]
    fn remove(&mut self, old: usize) {
        let class = self.class_before(old);
        let row = &mut self.rows[class];
        row.removed_count += 1;
        row.removed_size = row.removed_size.saturating_add(self.before.size.get(old));
        self.removed.push(u32::try_from(old).expect("a snapshot has fewer than 2^29 nodes"));
    }

    fn into_rows(mut self, options: &DiffOptions, control: &Control) -> Result<Vec<DiffRow>> {
        let mut marked = BitSet::new(self.after.snapshot.node_count());
        self.added.iter().for_each(|node| marked.insert(node.index()));
        let class_count = self.after.classes.rows.len();
        let retained = retained_by_class(self.after, &marked, class_count, control)?;
        for (row, retained) in self.rows.iter_mut().zip(retained) {
            row.added_retained_size = retained;
        }
        let (before, after) = (self.before, self.after);
        let class_of = |node: NodeOrdinal| after.classes.class_of(node).index();
        let added = std::mem::take(&mut self.added);
        let added =
            top(added, options.id_limit, self.rows.len(), |it| class_of(*it), |it| after.graph.retained_size(*it));
        let removed = std::mem::take(&mut self.removed);
        let joint = &self.joint;
        let old_class = |old: &u32| joint[before.class[*old as usize] as usize];
        let removed = top(removed, options.id_limit, self.rows.len(), old_class, |old| before.size.get(*old as usize));
        let grown = std::mem::take(&mut self.grown);
        let grown = top(grown, options.id_limit, self.rows.len(), |it| class_of(it.0), |it| it.1);
        for (((row, added), removed), mut grown) in self.rows.iter_mut().zip(added).zip(removed).zip(grown) {
            row.added_ids = added.into_iter().map(|node| after.snapshot.id(node)).collect();
            row.removed_ids = removed.into_iter().map(|old| before.id.get(old as usize)).collect();
            row.added_ids.sort_unstable();
            row.removed_ids.sort_unstable();
            grown.sort_by_key(|(_, by)| Reverse(*by));
            row.grown_ids = grown.into_iter().map(|(node, _)| after.snapshot.id(node)).collect();
        }
        Ok(self.rows)
    }

    /// Counts and sizes by class alone.
    fn deltas(mut self, nodes: &[NodeOrdinal]) -> Vec<DiffRow> {
        for old in 0..self.before.class.len() {
            let class = self.class_before(old);
            let row = &mut self.rows[class];
            row.removed_count += 1;
            row.removed_size = row.removed_size.saturating_add(self.before.size.get(old));
        }
        let classes = &self.after.classes;
        for node in nodes {
            let row = &mut self.rows[classes.class_of(*node).index()];
            row.added_count += 1;
            row.added_size = row.added_size.saturating_add(self.after.snapshot.shallow_size(*node));
        }
        for row in &mut self.rows {
            let count = row.added_count.min(row.removed_count);
            let size = row.added_size.min(row.removed_size);
            row.added_count -= count;
            row.removed_count -= count;
            row.added_size -= size;
            row.removed_size -= size;
        }
        self.rows
    }
}

/// For each class the `limit` items of the largest weight.
fn top<T: Clone>(
    items: Vec<T>,
    limit: usize,
    class_count: usize,
    class: impl Fn(&T) -> usize,
    weight: impl Fn(&T) -> u64,
) -> Vec<Vec<T>> {
    let mut tops: Vec<Vec<T>> = vec![Vec::new(); class_count];
    // Twice the limit is kept before the lighter half goes, which makes it linear.
    let cut = |top: &mut Vec<T>| {
        if top.len() > limit {
            if limit > 0 {
                top.select_nth_unstable_by_key(limit - 1, |item| Reverse(weight(item)));
            }
            top.truncate(limit);
        }
    };
    for item in items {
        let top = &mut tops[class(&item)];
        top.push(item);
        if top.len() >= limit.saturating_mul(2).max(16) {
            cut(top);
        }
    }
    tops.iter_mut().for_each(cut);
    tops
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::Snapshot;
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;
    use std::collections::HashSet;

    fn compare(before: &Snapshot, after: &Snapshot, id_limit: usize) -> (Diff, Heap) {
        compare_by(true, before, after, id_limit)
    }

    fn compare_by(ids: bool, before: &Snapshot, after: &Snapshot, id_limit: usize) -> (Diff, Heap) {
        let matching = Matching::Known(Comparison { ids, reason: "the test says so".to_owned() });
        let control = Control::new();
        let after = analyse(after.clone(), &OpenOptions::default(), &control).unwrap();
        let side = DiffSide::of_parsed(before.clone(), &after.interfaces, Parity::Ours, &control).unwrap();
        (diff(&side, &after, &DiffOptions { matching, id_limit }, &control).unwrap(), after)
    }

    /// Rows as `name +added -removed retained:… grown:… shrunk:… [ids]`.
    #[track_caller]
    fn check_diff(before: &str, after: &str, expected: &str) {
        let (found, _) = compare(&draw(before), &draw(after), 2);
        let rows: Vec<String> = (found.rows.iter().chain(&found.resized))
            .map(|row| {
                format!(
                    "{} +{}:{} -{}:{} retained:{} grown:{} shrunk:{} {:?}",
                    row.name,
                    row.added_count,
                    row.added_size,
                    row.removed_count,
                    row.removed_size,
                    row.added_retained_size,
                    row.grown_size,
                    row.shrunk_size,
                    row.added_ids,
                )
            })
            .collect();
        assert_eq!(rows.join("\n"), expected);
    }

    #[test]
    fn rows_count_objects_and_bytes() {
        // Ids are 1, 3, 5, … in the order of the words.
        check_diff("root > a:1 b:1", "root > a:1 b:4", "b +0:0 -0:0 retained:0 grown:3 shrunk:0 []");
        check_diff("root > a:1 b:0", "root > a:1 b:4", "b +1:4 -0:0 retained:4 grown:0 shrunk:0 [5]");
        check_diff(
            "root > a:1 k:1 b:9",
            "root > a:2 k:1 x:4 | x > y:8",
            "y +1:8 -0:0 retained:8 grown:0 shrunk:0 [9]\n\
             x +1:4 -0:0 retained:12 grown:0 shrunk:0 [7]\n\
             b +0:0 -1:9 retained:0 grown:0 shrunk:0 []\n\
             a +0:0 -0:0 retained:0 grown:1 shrunk:0 []",
        );
    }

    #[test]
    fn without_ids_classes_are_compared() {
        let before = draw("root > a:1 b:4 c:8 d:2");
        let after = draw("root > c:8 b:6 x:4 y:1 y2:1");
        let (found, _) = compare_by(false, &before, &after, 2);
        assert!(!found.comparison.ids && found.resized.is_empty());
        let rows: Vec<_> = (found.rows.iter().map(|row| (row.name.to_string(), row.count_delta(), row.size_delta())))
            .map(|(name, count, size)| format!("{name} {count} {size}"))
            .collect();
        assert_eq!(rows, ["x 1 4", "b 0 2", "y 1 1", "y2 1 1", "a -1 -1", "d -1 -2"]);
    }

    #[test]
    fn rows_agree_with_a_plain_comparison() {
        let mut numbers = Random::new(5);
        let mut random = |below: u64| numbers.below(below);
        let heap = |random: &mut dyn FnMut(u64) -> u64| {
            let mut groups = Vec::new();
            for node in 0..40 {
                let targets: Vec<String> = (0..random(4)).map(|_| format!("n{}", random(40))).collect();
                groups.push(format!("n{node}:{} > {}", random(4) * 8, targets.join(" ")));
            }
            let mut tables = draw(&groups.join(" | ")).tables().clone();
            // Few names make classes; ids that both snapshots have, some of them twice.
            tables.nodes.name.iter_mut().for_each(|name| *name %= 5);
            tables.nodes.id = (0..40).map(|_| random(60)).collect();
            Snapshot::new(tables)
        };
        for _ in 0..100 {
            let (before, after) = (heap(&mut random), heap(&mut random));
            let (found, opened) = compare(&before, &after, usize::MAX);
            for row in found.rows.iter().chain(&found.resized) {
                let ids = |snapshot: &Snapshot, classes: &dyn Fn(NodeOrdinal) -> bool| {
                    let counted = |node: &NodeOrdinal| snapshot.shallow_size(*node) != 0 && classes(*node);
                    let mut ids: Vec<u64> = snapshot.nodes().filter(counted).map(|node| snapshot.id(node)).collect();
                    ids.sort_unstable();
                    ids
                };
                let own = crate::analysis::Classes::of(&before, &opened.interfaces, &Control::new()).unwrap().merged();
                let mut old = ids(&before, &|node| own.row(own.class_of(node)).key == row.key);
                let classes = &opened.classes;
                let mut new = ids(&opened.snapshot, &|node| classes.row(classes.class_of(node)).key == row.key);
                old.retain(|id| match new.iter().position(|it| it == id) {
                    Some(at) => {
                        new.remove(at);
                        false
                    }
                    None => true,
                });
                assert_eq!((&row.added_ids, &row.removed_ids), (&new, &old), "{}", row.key);
                if new.iter().collect::<HashSet<_>>().len() == new.len() {
                    assert_eq!(row.added_count, new.len() as u64);
                }
                check_retained(&opened, row);
            }
        }
    }

    /// Added objects of a class without another one above them. Only where ids are unique.
    fn check_retained(heap: &Heap, row: &DiffRow) {
        let snapshot = &heap.snapshot;
        let of_id = |id: &u64| snapshot.nodes().filter(|node| snapshot.id(*node) == *id).collect::<Vec<_>>();
        if row.added_ids.iter().any(|id| of_id(id).len() != 1) {
            return;
        }
        let added: HashSet<NodeOrdinal> = row.added_ids.iter().flat_map(of_id).collect();
        let is_outermost = |node: &&NodeOrdinal| {
            crate::analysis::dominator_chain(heap, **node)[1..].iter().all(|above| !added.contains(above))
        };
        let expected: u64 = added.iter().filter(is_outermost).map(|node| heap.graph.retained_size(*node)).sum();
        assert_eq!(row.added_retained_size, expected, "{}", row.key);
    }
}
