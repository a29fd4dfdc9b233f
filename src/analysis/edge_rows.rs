//! The edges of a node: the children of a row in the Containment view.

use super::edge_name::{EdgeName, edge_name};
use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::cmp::Ordering;

/// Orders of edges; ties are broken by name, or by retained size after [`EdgeSort::Name`], then by the file's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum EdgeSort {
    /// Largest first.
    #[default]
    RetainedSize,
    /// Largest first.
    ShallowSize,
    Name,
}

/// Which edges to show, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EdgeOptions {
    pub sort: EdgeSort,
    /// Bytes; 0 shows all.
    pub min_retained_size: u64,
    /// Leaves out numbers, and `undefined`, `null`, `true` and `false`.
    pub exclude_primitives: bool,
}

/// Outgoing edges of the node, weak ones and shortcuts included.
///
/// # Cost
/// O(e log e) for e edges.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `createEdgesProvider` and its query of a node's edges.
pub fn edge_rows(heap: &Heap, node: NodeOrdinal, options: &EdgeOptions, control: &Control) -> Result<Vec<EdgeOrdinal>> {
    let snapshot = &heap.snapshot;
    let mut rows = Vec::new();
    for (turn, edge) in snapshot.edges(node).enumerate() {
        control.check_at(turn)?;
        let target = snapshot.target(edge);
        let is_shown = heap.graph.retained_size(target) >= options.min_retained_size
            && !(options.exclude_primitives && is_primitive(snapshot, target));
        if is_shown {
            rows.push((
                heap.graph.retained_size(target),
                snapshot.shallow_size(target),
                EdgeKey::of(snapshot, edge),
                edge,
            ));
        }
    }
    control.check()?;
    rows.sort_by(|a, b| match options.sort {
        EdgeSort::RetainedSize => b.0.cmp(&a.0).then_with(|| a.2.cmp(&b.2)),
        EdgeSort::ShallowSize => b.1.cmp(&a.1).then_with(|| a.2.cmp(&b.2)),
        EdgeSort::Name => a.2.cmp(&b.2).then_with(|| b.0.cmp(&a.0)),
    });
    Ok(rows.into_iter().map(|row| row.3).collect())
}

fn is_primitive(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    match snapshot.kind(node) {
        NodeKind::NUMBER => true,
        NodeKind::NATIVE => {
            let name = snapshot.name_text(node);
            ["undefined", "null", "true", "false"].iter().any(|primitive| name.is(primitive))
        }
        _ => false,
    }
}

/// Place of an edge in the order of names: texts, then numbers, compared as texts; `__proto__` last.
struct EdgeKey {
    is_proto: bool,
    is_index: bool,
    text: TextBuf,
    edge: EdgeOrdinal,
}

impl EdgeKey {
    fn of(snapshot: &Snapshot, edge: EdgeOrdinal) -> Self {
        let name = edge_name(snapshot, edge);
        let text = name.to_text();
        Self { is_proto: text.as_text().is("__proto__"), is_index: matches!(name, EdgeName::Index(_)), text, edge }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        if self.is_proto && other.is_proto {
            // DevTools puts each behind the other, and its sort then turns them round.
            return other.edge.cmp(&self.edge);
        }
        (self.is_proto, self.is_index)
            .cmp(&(other.is_proto, other.is_index))
            .then_with(|| self.text.as_text().cmp_utf16(other.text.as_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::{draw, named};

    #[track_caller]
    fn check_edges(drawing: &str, options: EdgeOptions, expected: &str) {
        let heap = analyse(draw(drawing), &OpenOptions::default(), &Control::new()).unwrap();
        let rows = edge_rows(&heap, named(&heap.snapshot, "x"), &options, &Control::new()).unwrap();
        let names: Vec<String> =
            rows.iter().map(|edge| edge_name(&heap.snapshot, *edge).to_text().to_string()).collect();
        assert_eq!(names.join(" "), expected, "{drawing}");
    }

    #[test]
    fn edges_are_sorted() {
        let drawing = "root > x | x > __proto__.a:1 %10.b:1 %9.c:1 n.d:1/number z.e:1 big.f:9 !3.g:1";
        check_edges(drawing, EdgeOptions::default(), "big n z 10 3 9 __proto__");
        check_edges(drawing, EdgeOptions { sort: EdgeSort::Name, ..Default::default() }, "big n z 10 3 9 __proto__");
        check_edges(drawing, EdgeOptions { min_retained_size: 2, ..Default::default() }, "big");
        let exclude = EdgeOptions { exclude_primitives: true, sort: EdgeSort::ShallowSize, ..Default::default() };
        check_edges(drawing, exclude, "big z 10 3 9 __proto__");
    }
}
