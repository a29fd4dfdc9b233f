//! Count, sizes and distance of every class.

use super::classes::ClassOrdinal;
use super::heap::{Heap, Parity};
use super::node_filter::NodeFilter;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Dominated;
use crate::ordinal::NodeOrdinal;

/// The counted nodes of one class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aggregate {
    pub class: ClassOrdinal,
    pub count: u64,
    /// Bytes of the nodes themselves.
    pub shallow_size: u64,
    /// Bytes that would go away with all of them; a node inside another one's retained size is not added again.
    pub retained_size: u64,
    /// Least of the nodes' distances as DevTools counts them: -5 when one of them cannot be reached, from 100,000,000 on when only
    /// the system reaches them.
    pub distance: i32,
    /// First counted node in file order.
    pub first: NodeOrdinal,
}

/// Aggregates of the classes that have nodes which pass the filter and have a size, by class.
///
/// # Cost
/// O(nodes); 8 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn aggregates(heap: &Heap, filter: &NodeFilter, control: &Control) -> Result<Vec<Aggregate>> {
    let snapshot = &heap.snapshot;
    let classes = &heap.classes;
    let mut found: Vec<Aggregate> = (0..classes.rows.len() as u32)
        .map(|class| Aggregate {
            class: ClassOrdinal(class),
            count: 0,
            shallow_size: 0,
            retained_size: 0,
            distance: i32::MAX,
            first: snapshot.root(),
        })
        .collect();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        if size == 0 || !filter.passes(snapshot, node) {
            continue;
        }
        let aggregate = &mut found[classes.class_of(node).index()];
        if aggregate.count == 0 {
            aggregate.first = node;
        }
        aggregate.count += 1;
        aggregate.shallow_size = aggregate.shallow_size.saturating_add(size);
        aggregate.distance = aggregate.distance.min(heap.graph.distance(node));
    }
    add_retained_sizes(heap, filter, &mut found, control)?;
    found.retain(|aggregate| aggregate.count > 0);
    if heap.parity == Parity::DevTools {
        let shown = classes.shown(|node| filter.counts(snapshot, node));
        found.retain(|aggregate| shown.contains(aggregate.class.index()));
    }
    Ok(found)
}

/// The counted nodes of one class in file order.
///
/// # Cost
/// O(nodes).
pub fn aggregate_members(
    heap: &Heap,
    filter: &NodeFilter,
    class: ClassOrdinal,
    control: &Control,
) -> Result<Vec<NodeOrdinal>> {
    let mut members = Vec::new();
    for node in heap.snapshot.nodes() {
        control.check_at(node.index())?;
        if heap.classes.class_of(node) == class && filter.counts(&heap.snapshot, node) {
            members.push(node);
        }
    }
    Ok(members)
}

/// On the stack: a class to close, not a node to enter.
const CLOSE: u32 = 1 << 31;

/// Walks the dominator tree from the root, and adds what a counted node retains when no counted node of its class is above it.
fn add_retained_sizes(heap: &Heap, filter: &NodeFilter, aggregates: &mut [Aggregate], control: &Control) -> Result<()> {
    let tree = Dominated::of(&heap.graph.dominators, heap.snapshot.root());
    // Classes of which a counted node is above the node at work.
    let mut open = vec![false; aggregates.len()];
    let mut stack: Vec<u32> = vec![heap.snapshot.root().0];
    let mut turn = 0;
    while let Some(entry) = stack.pop() {
        if entry & CLOSE != 0 {
            open[(entry & !CLOSE) as usize] = false;
            continue;
        }
        turn += 1;
        control.check_at(turn)?;
        let node = NodeOrdinal(entry);
        let class = heap.classes.class_of(node).index();
        let children = tree.children(node);
        if !open[class] && filter.counts(&heap.snapshot, node) {
            aggregates[class].retained_size =
                aggregates[class].retained_size.saturating_add(heap.graph.retained_size(node));
            if children.len() > 0 {
                open[class] = true;
                stack.push(class as u32 | CLOSE);
            }
        }
        stack.extend(children.map(|child| child.0));
    }
    Ok(())
}
