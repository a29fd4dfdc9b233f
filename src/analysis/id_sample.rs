//! Do ids name the same objects in two heaps? Where no sidecar says so, a sample of the ids decides.

use super::quick_hash::QuickHash;
use crate::control::Control;
use crate::error::Result;
use crate::format::is_placeholder;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Ids that are looked up.
const SAMPLES: usize = 1 << 14;

/// With fewer shared ids than this nothing can be said, and tiny heaps have no more.
const ENOUGH: usize = 32;

/// Of a thousand sampled ids so many must be in both heaps, if only the objects that Node.js itself starts with.
const SHARED_PER_THOUSAND: usize = 1;

/// Of the shared ids of one process nearly all name an object of the same kind and name: two of 100,000 do not. Of two
/// forks or two processes those of the start of the heap do, which V8 numbers in the same order, and by chance a tenth
/// of the rest.
const SAME_PERCENT: usize = 95;

/// Pieces of the range of ids, each of which must agree by itself: a small program is mostly Node.js's own objects,
/// which alone would do.
const STRETCHES: usize = 16;
const SAME_PERCENT_OF_STRETCH: usize = 75;

/// Some ids of an older heap and what they name there.
#[derive(Clone, Debug, Default)]
pub struct IdSample {
    /// Ascending.
    looks: Vec<(u64, u64)>,
}

/// What became of a sample in a later heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdMatch {
    pub sampled: usize,
    /// Ids that are in both.
    pub shared: usize,
    /// Of these, those that name an object of the same kind and name.
    pub same: usize,
    /// Ids name the same objects, or there are too few to tell.
    pub is_match: bool,
}

impl IdSample {
    /// # Cost
    /// One look at every node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let mut looks = Vec::new();
        let step = (snapshot.node_count() / SAMPLES).max(1);
        let mut since = 0;
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            since += 1;
            if since >= step && is_steady(snapshot, node) {
                looks.push((snapshot.id(node), look(snapshot, node)));
                since = 0;
            }
        }
        looks.sort_unstable();
        Ok(Self { looks })
    }

    /// Looks the ids up in a later heap.
    ///
    /// # Cost
    /// One look at every node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn look_up(&self, later: &Snapshot, control: &Control) -> Result<IdMatch> {
        // The stretch in which each id stands.
        let wanted: HashMap<u64, (usize, u64), QuickHash> = self
            .looks
            .iter()
            .enumerate()
            .map(|(rank, (id, look))| (*id, (rank * STRETCHES / self.looks.len(), *look)))
            .collect();
        let (mut shared, mut same) = ([0; STRETCHES], [0; STRETCHES]);
        for node in later.nodes() {
            control.check_at(node.index())?;
            if let Some((stretch, known)) = wanted.get(&later.id(node)).filter(|_| !is_redacted(later, node)) {
                shared[*stretch] += 1;
                same[*stretch] += usize::from(*known == look(later, node));
            }
        }
        let stretches_agree = shared
            .iter()
            .zip(same)
            .all(|(shared, same)| *shared < ENOUGH || same * 100 >= shared * SAME_PERCENT_OF_STRETCH);
        let (sampled, shared, same) = (self.looks.len(), shared.iter().sum::<usize>(), same.iter().sum::<usize>());
        let renumbered = sampled >= ENOUGH && shared * 1000 < sampled * SHARED_PER_THOUSAND;
        let others = shared >= ENOUGH && same * 100 < shared * SAME_PERCENT;
        Ok(IdMatch { sampled, shared, same, is_match: !renumbered && !others && stretches_agree })
    }
}

/// V8 numbers its own objects with odd ids, which stay. Code and tables change their names, some strings their kind.
fn is_steady(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.id(node) % 2 == 1
        && matches!(snapshot.kind(node), NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::STRING | NodeKind::REGEXP)
        && !is_redacted(snapshot, node)
}

/// Redaction names a string by its content and by its key.
fn is_redacted(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    is_placeholder(snapshot.name_text(node))
}

/// What an id stands for: kind and name.
fn look(snapshot: &Snapshot, node: NodeOrdinal) -> u64 {
    let mut hasher = DefaultHasher::new();
    snapshot.kind(node).hash(&mut hasher);
    snapshot.name_text(node).as_bytes().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    fn heap(names: impl Iterator<Item = String>) -> Snapshot {
        draw(&format!("root > {}", names.collect::<Vec<_>>().join(" ")))
    }

    #[track_caller]
    fn check(earlier: &Snapshot, later: &Snapshot, is_match: bool) {
        let control = Control::new();
        let found = IdSample::of(earlier, &control).unwrap().look_up(later, &control).unwrap();
        assert_eq!(found.is_match, is_match, "{found:?}");
    }

    #[test]
    fn ids_must_name_the_same_objects() {
        let one = heap((0..100).map(|number| format!("a{number}")));
        check(&one, &heap((0..200).map(|number| format!("a{number}"))), true);
        check(&one, &heap((0..100).map(|number| format!("b{number}"))), false);
    }

    #[test]
    fn few_objects_tell_nothing() {
        check(&heap(["a".to_owned()].into_iter()), &heap(["b".to_owned()].into_iter()), true);
        let empty = Snapshot::new(Default::default());
        check(&empty, &heap(["a".to_owned()].into_iter()), true);
    }

    #[test]
    fn ids_out_of_another_range_are_new() {
        let one = heap((0..100).map(|number| format!("a{number}")));
        let mut tables = one.tables().clone();
        tables.nodes.id = tables.nodes.id.iter().map(|id| id + 10_000).collect();
        check(&one, &Snapshot::new(tables), false);
    }

    /// Two forks number the same start of the heap in the same order; one object more, and the rest has other ids.
    #[test]
    fn a_common_start_is_not_enough() {
        let names = |gap: usize| (0..2000 + gap).filter(move |it| *it < 1900 || *it >= 1900 + gap);
        let one = heap(names(0).map(|number| format!("a{number}")));
        check(&one, &heap(names(7).map(|number| format!("a{number}"))), false);
        check(&one, &heap(names(0).chain(3000..3100).map(|number| format!("a{number}"))), true);
    }

    #[test]
    fn a_tenth_by_chance_is_not_enough() {
        let one = heap((0..1000).map(|number| format!("a{number}")));
        let mut tables = one.tables().clone();
        tables.nodes.name.iter_mut().enumerate().filter(|(at, _)| at % 8 != 0).for_each(|(_, name)| *name = 1);
        check(&one, &Snapshot::new(tables), false);
    }

    #[test]
    fn objects_that_died_tell_nothing() {
        let one = heap((0..1000).map(|number| format!("a{number}")));
        let mut tables = one.tables().clone();
        // Those that came instead have ids that were never given before.
        let moved = |at: usize, id: u64| if at > 50 { id + 100_000 } else { id };
        tables.nodes.id = tables.nodes.id.iter().enumerate().map(|(at, id)| moved(at, id)).collect();
        check(&one, &Snapshot::new(tables), true);
    }
}
