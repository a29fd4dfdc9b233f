//! The retainers of a node: the Retainers view, and DevTools' path from a retainer to the root.

use super::heap::Heap;
use super::ignored_retainers::{IGNORED_DISTANCE, IgnoredRetainers};
use super::names::display_name;
use crate::control::Control;
use crate::error::Result;
use crate::kind::EdgeKind;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::text::TextBuf;

/// One row of the Retainers view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetainerRow {
    pub edge: EdgeOrdinal,
    /// The retaining node.
    pub node: NodeOrdinal,
    /// Its distance; from [`IGNORED_DISTANCE`] on nothing reaches it, or ignored nodes only.
    pub distance: i32,
}

impl RetainerRow {
    pub fn is_unreachable(&self) -> bool {
        self.distance >= IGNORED_DISTANCE
    }
}

/// Edges into the node that are not weak and do not come from the root: nearest retainer first, then by its display
/// name, then the last edge of the file first.
///
/// # Cost
/// O(edges of all retainers), and a display name for each of them.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `HeapSnapshotRetainerEdge` and the default order of its retainers grid.
pub fn retainer_rows(
    heap: &Heap,
    node: NodeOrdinal,
    ignored: &IgnoredRetainers,
    control: &Control,
) -> Result<Vec<RetainerRow>> {
    let mut rows: Vec<(RetainerRow, TextBuf)> = Vec::new();
    for (turn, row) in unsorted(heap, node, ignored).into_iter().enumerate() {
        control.check_at(turn)?;
        rows.push((row, display_name(&heap.snapshot, row.node)));
    }
    rows.sort_by(|(a, a_name), (b, b_name)| {
        a.distance.cmp(&b.distance).then_with(|| a_name.as_text().cmp_utf16(b_name.as_text()))
    });
    Ok(rows.into_iter().map(|(row, _)| row).collect())
}

/// The retaining path that DevTools opens by itself: always the first row. From the node's retainer towards the root;
/// ends at a retainer of distance 1 or less, before one that nothing reaches, or before a node that the path has
/// already.
///
/// # Cost
/// The cost of [`retainer_rows`] for each step. [`crate::paths::Paths`] has paths for people.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn ui_retaining_path(
    heap: &Heap,
    node: NodeOrdinal,
    ignored: &IgnoredRetainers,
    control: &Control,
) -> Result<Vec<RetainerRow>> {
    let mut ids = vec![heap.snapshot.id(node)];
    let mut path: Vec<RetainerRow> = Vec::new();
    let mut at = node;
    while let Some(row) = first_row(heap, at, ignored, control)? {
        let id = heap.snapshot.id(row.node);
        if row.is_unreachable() || ids.contains(&id) {
            break;
        }
        path.push(row);
        if row.distance <= 1 {
            break;
        }
        ids.push(id);
        at = row.node;
    }
    Ok(path)
}

fn unsorted(heap: &Heap, node: NodeOrdinal, ignored: &IgnoredRetainers) -> Vec<RetainerRow> {
    let edges = heap.graph.retainers.edges_into(&heap.snapshot, node).into_iter();
    edges
        .filter(|(source, edge)| *source != heap.snapshot.root() && heap.snapshot.edge_kind(*edge) != EdgeKind::Weak)
        .map(|(source, edge)| {
            let is_ignored = ignored.is_edge_ignored(edge);
            let distance = if is_ignored { IGNORED_DISTANCE } else { ignored.distance(heap, source) };
            RetainerRow { edge, node: source, distance }
        })
        .collect()
}

/// First of [`retainer_rows`]; only the nearest retainers need a name.
fn first_row(
    heap: &Heap,
    node: NodeOrdinal,
    ignored: &IgnoredRetainers,
    control: &Control,
) -> Result<Option<RetainerRow>> {
    control.check()?;
    let rows = unsorted(heap, node, ignored);
    let Some(nearest) = rows.iter().map(|row| row.distance).min() else { return Ok(None) };
    let mut best: Option<(RetainerRow, TextBuf)> = None;
    for (turn, row) in rows.into_iter().filter(|row| row.distance == nearest).enumerate() {
        control.check_at(turn)?;
        let name = display_name(&heap.snapshot, row.node);
        if best.as_ref().is_none_or(|(_, best)| name.as_text().cmp_utf16(best.as_text()).is_lt()) {
            best = Some((row, name));
        }
    }
    Ok(best.map(|(row, _)| row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::{draw, named};

    fn heap(drawing: &str) -> Heap {
        analyse(draw(drawing), &OpenOptions::default(), &Control::new()).unwrap()
    }

    fn sources(heap: &Heap, rows: &[RetainerRow]) -> String {
        rows.iter().map(|row| heap.snapshot.name_text(row.node).to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check_retainers(drawing: &str, node: &str, ignored: &[&str], expected: &str) {
        let heap = heap(drawing);
        let ignored: Vec<NodeOrdinal> = ignored.iter().map(|name| named(&heap.snapshot, name)).collect();
        let ignored = IgnoredRetainers::of(&heap, &ignored, &Control::new()).unwrap();
        let rows = retainer_rows(&heap, named(&heap.snapshot, node), &ignored, &Control::new()).unwrap();
        assert_eq!(sources(&heap, &rows), expected, "{drawing}");
    }

    #[test]
    fn retainers_are_sorted_by_distance_and_name() {
        check_retainers("root > a z x | a > b x | b > x | z > x ~x", "x", &[], "a z b");
        check_retainers("root > g | g > a z | a > x | z > x", "x", &["a"], "z a");
        check_retainers("root > g | g > ~o | o > x", "x", &[], "o");
    }

    #[test]
    fn the_path_follows_the_first_row() {
        let heap = heap("root > g | g > b a | a > c | b > d | c > x | d > x");
        let x = named(&heap.snapshot, "x");
        let path = ui_retaining_path(&heap, x, &IgnoredRetainers::none(), &Control::new()).unwrap();
        assert_eq!(sources(&heap, &path), "c a g");
        let ignored = IgnoredRetainers::of(&heap, &[named(&heap.snapshot, "a")], &Control::new()).unwrap();
        let path = ui_retaining_path(&heap, x, &ignored, &Control::new()).unwrap();
        assert_eq!(sources(&heap, &path), "d b g");
    }
}
