//! Which objects retain the bytes? Questions to the dominator tree.

use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The node, its immediate dominator, and so on up to the root.
///
/// # Cost
/// O(length).
pub fn dominator_chain(heap: &Heap, node: NodeOrdinal) -> Vec<NodeOrdinal> {
    let mut chain = vec![node];
    let mut at = node;
    while at != heap.snapshot.root() {
        at = heap.graph.dominator(at);
        chain.push(at);
    }
    chain
}

/// Nodes of the largest retained sizes, largest first, equal ones in node order. The root and V8's own groups of roots
/// are left out.
///
/// # Cost
/// One pass over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn biggest_dominators(heap: &Heap, limit: usize, control: &Control) -> Result<Vec<NodeOrdinal>> {
    let is_shown = |node: NodeOrdinal| node != heap.snapshot.root() && heap.snapshot.kind(node) != NodeKind::SYNTHETIC;
    largest(heap, limit, control, is_shown)
}

/// Nodes whose immediate dominator this is, largest retained size first.
///
/// # Cost
/// One pass over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn dominator_children(heap: &Heap, node: NodeOrdinal, limit: usize, control: &Control) -> Result<Vec<NodeOrdinal>> {
    let root = heap.snapshot.root();
    largest(heap, limit, control, |child| child != root && heap.graph.dominator(child) == node)
}

/// How many nodes the node dominates immediately.
pub fn dominator_child_count(heap: &Heap, node: NodeOrdinal) -> usize {
    let root = heap.snapshot.root();
    heap.snapshot.nodes().filter(|child| *child != root && heap.graph.dominator(*child) == node).count()
}

fn largest(
    heap: &Heap,
    limit: usize,
    control: &Control,
    is_shown: impl Fn(NodeOrdinal) -> bool,
) -> Result<Vec<NodeOrdinal>> {
    // The least of the kept nodes is on top: smallest size, then last in node order.
    let mut kept: BinaryHeap<Reverse<(u64, Reverse<NodeOrdinal>)>> = BinaryHeap::new();
    for node in heap.snapshot.nodes() {
        control.check_at(node.index())?;
        if !is_shown(node) {
            continue;
        }
        let size = heap.graph.retained_size(node);
        if kept.len() == limit && kept.peek().is_none_or(|least| least.0.0 >= size) {
            continue;
        }
        kept.push(Reverse((size, Reverse(node))));
        if kept.len() > limit {
            kept.pop();
        }
    }
    Ok(kept.into_sorted_vec().into_iter().map(|Reverse((_, Reverse(node)))| node).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::{OpenOptions, analyse};
    use crate::snapshot::drawing::{draw, named};

    #[test]
    fn the_tree_answers() {
        let drawing = "root > s/synthetic | s > a:1 b:5 | a > c:2 d:9 | b > d e:5 | e > f:5";
        let heap = analyse(draw(drawing), &OpenOptions::default(), &Control::new()).unwrap();
        let names = |nodes: Vec<NodeOrdinal>| {
            nodes.iter().map(|node| heap.snapshot.name_text(*node).to_string_lossy()).collect::<Vec<_>>().join(" ")
        };
        let control = Control::new();
        assert_eq!(names(biggest_dominators(&heap, 3, &control).unwrap()), "b e d");
        assert_eq!(names(biggest_dominators(&heap, 0, &control).unwrap()), "");
        assert_eq!(names(biggest_dominators(&heap, 99, &control).unwrap()), "b e d f a c");
        let s = named(&heap.snapshot, "s");
        assert_eq!(names(dominator_children(&heap, s, 2, &control).unwrap()), "b d");
        assert_eq!(dominator_child_count(&heap, s), 3);
        assert_eq!(names(dominator_chain(&heap, named(&heap.snapshot, "f"))), "f e b s root");
    }
}
