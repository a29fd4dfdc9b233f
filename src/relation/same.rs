//! Are two snapshots the same one? Names, compression and redaction do not matter.

use crate::control::Control;
use crate::error::Result;
use crate::format::is_placeholder;
use crate::kind::NodeKind;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;

/// Of so many names one may differ: a copy in which a text was changed by hand is of one moment still.
const NAMES_PER_CHANGED: usize = 1000;

/// True when the nodes, their ids, kinds and edges are equal, and their names but for a few. Any two moments of a
/// process differ in more than that: V8 numbers what a snapshot itself allocates.
///
/// Sizes are compared in sum, and names of native nodes not at all: analysis changes them. Even ids are not compared:
/// V8 makes them of addresses outside its heap, and those are others each time that one frozen image is thawed.
///
/// # Cost
/// None to speak of where the counts differ; else up to one look at every node and edge.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn is_same(one: &Snapshot, other: &Snapshot, control: &Control) -> Result<bool> {
    let (tables, others) = (one.tables(), other.tables());
    if tables.nodes.first_edge != others.nodes.first_edge
        || tables.edges.kind_and_target != others.edges.kind_and_target
        || total_size(one) != total_size(other)
    {
        return Ok(false);
    }
    let allowed = one.node_count() / NAMES_PER_CHANGED;
    let mut changed = 0;
    for node in one.nodes() {
        control.check_at(node.index())?;
        changed += usize::from(!has_same_name(one, other, node));
        if changed > allowed || !is_same_node(one, other, node) {
            return Ok(false);
        }
    }
    let names = tables.edges.name_or_index.iter().zip(&others.edges.name_or_index);
    for (at, ((name, other_name), packed)) in names.zip(&tables.edges.kind_and_target).enumerate() {
        control.check_at(at)?;
        let has_index = crate::snapshot::unpack_edge(*packed).0.has_index();
        let is_same = name == other_name
            || (!has_index && is_same_text(one.text(StringOrdinal(*name)), other.text(StringOrdinal(*other_name))));
        changed += usize::from(!is_same);
        if changed > allowed || (has_index && !is_same) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_same_node(one: &Snapshot, other: &Snapshot, node: NodeOrdinal) -> bool {
    let (id, other_id) = (one.id(node), other.id(node));
    let both_even = (id | other_id) & 1 == 0;
    // Strict parity keeps the lower half of an id.
    (both_even || (id ^ other_id) & u64::from(u32::MAX) == 0) && one.kind(node) == other.kind(node)
}

fn has_same_name(one: &Snapshot, other: &Snapshot, node: NodeOrdinal) -> bool {
    one.kind(node) == NodeKind::NATIVE || is_same_text(one.name_text(node), other.name_text(node))
}

/// A redacted copy has a placeholder in the place of the text.
fn is_same_text(one: Text<'_>, other: Text<'_>) -> bool {
    one == other || is_placeholder(one) || is_placeholder(other)
}

fn total_size(snapshot: &Snapshot) -> u64 {
    snapshot.nodes().fold(0, |sum, node| sum.wrapping_add(snapshot.shallow_size(node)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    #[track_caller]
    fn check(one: &str, other: &str, expected: bool) {
        let (one, other) = (draw(one), draw(other));
        assert_eq!(is_same(&one, &other, &Control::new()).unwrap(), expected);
        assert_eq!(is_same(&other, &one, &Control::new()).unwrap(), expected);
    }

    #[test]
    fn one_difference_is_enough() {
        let drawing = "root > a b | a:8 > c:4 | b:2 > ~c";
        check(drawing, drawing, true);
        check(drawing, "root > a b | a:8 > c:4 | b:2 > c", false);
        check(drawing, "root > a b | a:8 > c:4 | b:3 > ~c", false);
        check(drawing, "root > a b | a:8 > x:4 | b:2 > ~x", false);
        check(drawing, "root > a b | a:8 > y.c:4 | b:2 > ~c", false);
        check(drawing, "root > a b | a:8 > c:4 | b:2 > ~c ~c", false);
        check(drawing, "root > a b | a:8 > c:4/array | b:2 > ~c", false);
    }

    #[test]
    fn a_copy_in_which_a_text_was_changed_is_of_one_moment() {
        let drawing = |changed: usize| {
            let name = |at: usize| if at < changed { format!("x{at}") } else { format!("a{at}") };
            format!("root > {}", (0..3000).map(name).collect::<Vec<_>>().join(" "))
        };
        check(&drawing(0), &drawing(2), true);
        check(&drawing(0), &drawing(20), false);
    }

    fn with_ids(ids: [u64; 3]) -> Snapshot {
        let mut tables = draw("root > a b").tables().clone();
        tables.nodes.id = ids.into_iter().collect();
        Snapshot::new(tables)
    }

    #[test]
    fn an_odd_id_is_of_one_moment_and_an_even_one_of_one_thaw() {
        let same = |other| is_same(&with_ids([1, 3, 80]), &with_ids(other), &Control::new()).unwrap();
        assert!(same([1, 3, 80]));
        assert!(same([1, 3, 96]));
        assert!(!same([1, 5, 80]));
        assert!(!same([1, 3, 81]));
        assert!(!same([1, 4, 80]));
    }
}
