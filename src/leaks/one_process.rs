//! Do ids name the same objects in two heaps? Only then can objects be followed from one to the other.

use crate::control::Control;
use crate::error::{Error, Result};
use crate::format::is_placeholder;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::HashMap;

/// Objects that are looked up, spread over the earlier heap.
const SAMPLE: usize = 4096;

/// With fewer shared ids than this nothing can be said, and tiny heaps have no more.
const ENOUGH: usize = 32;

/// Of one process nearly all shared ids name an object of the same kind and name; of two forks about a tenth does.
const SAME_PERCENT: usize = 60;

/// Refuses heaps whose ids have nothing to do with each other: those of two processes, of forks, of Bun, which renumbers.
///
/// # Cost
/// One pass over the ids of the later heap.
/// # Errors
/// [`Error::NotComparable`]; [`Error::Cancelled`].
pub fn check_one_process(earlier: &Snapshot, later: &Snapshot, control: &Control) -> Result<()> {
    let step = earlier.node_count().div_ceil(SAMPLE).max(1);
    let sample: HashMap<u64, (NodeKind, Text<'_>)> = (earlier.nodes().step_by(step))
        // Redaction names a string by its content and by its key.
        .filter(|node| earlier.id(*node) % 2 == 1 && !is_placeholder(earlier.name_text(*node)))
        .map(|node| (earlier.id(node), look(earlier, node)))
        .collect();
    let (mut shared, mut same) = (0, 0);
    for node in later.nodes() {
        control.check_at(node.index())?;
        if let Some(known) = sample.get(&later.id(node)) {
            shared += 1;
            same += usize::from(*known == look(later, node));
        }
    }
    let renumbered = sample.len() >= ENOUGH && shared * 1000 < sample.len();
    let others = shared >= ENOUGH && same * 100 < shared * SAME_PERCENT;
    if renumbered || others {
        return Err(Error::NotComparable { sampled: sample.len() as u64, shared: shared as u64, same: same as u64 });
    }
    Ok(())
}

fn look(snapshot: &Snapshot, node: NodeOrdinal) -> (NodeKind, Text<'_>) {
    (snapshot.kind(node), snapshot.name_text(node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    fn heap(names: impl Iterator<Item = String>) -> Snapshot {
        draw(&format!("root > {}", names.collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn ids_must_name_the_same_objects() {
        let control = Control::new();
        let one = heap((0..100).map(|number| format!("a{number}")));
        let grown = heap((0..200).map(|number| format!("a{number}")));
        let other = heap((0..100).map(|number| format!("b{number}")));
        assert_eq!(check_one_process(&one, &grown, &control), Ok(()));
        let refused = check_one_process(&one, &other, &control).unwrap_err();
        assert_eq!(refused.code(), "HEAPHOUND_ERR_NOT_COMPARABLE");
        // Too small to tell.
        let (one, other) = (heap(["a".to_owned()].into_iter()), heap(["b".to_owned()].into_iter()));
        assert_eq!(check_one_process(&one, &other, &control), Ok(()));
    }
}
