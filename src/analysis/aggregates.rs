//! Count, sizes and distance of every class.

use super::class::ClassOrdinal;
use super::heap::{Heap, Parity};
use super::node_filter::NodeFilter;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::prefetch::prefetch;
use std::thread;

/// The counted nodes of one class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aggregate {
    pub class: ClassOrdinal,
    pub count: u64,
    /// Bytes of the nodes themselves.
    pub shallow_size: u64,
    /// Bytes that would go away with all of them; a node inside another one's retained size is not added again.
    pub retained_size: u64,
    /// Least of the nodes' distances as DevTools counts them: -5 when one of them cannot be reached, from 100,000,000
    /// on when only the system reaches them.
    pub distance: i32,
    /// First counted node in file order.
    pub first: NodeOrdinal,
}

/// Aggregates of the classes that have nodes which pass the filter and have a size, by class.
///
/// # Cost
/// O(nodes), on two threads; 8 bytes a node while it runs.
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
    // One goes by node, the other by the dominator tree: neither needs what the other finds.
    let (counted, retained) = thread::scope(|scope| {
        let counting = scope.spawn(|| count(heap, filter, &mut found, control));
        let retained = retained_sizes(heap, filter, control);
        (counting.join(), retained)
    });
    counted.map_err(|_| Error::Internal { what: "the counting thread panicked".into() })??;
    for (aggregate, retained) in found.iter_mut().zip(retained?) {
        aggregate.retained_size = retained;
    }
    found.retain(|aggregate| aggregate.count > 0);
    if heap.parity == Parity::DevTools {
        let shown = classes.shown(|node| filter.counts(snapshot, node));
        found.retain(|aggregate| shown.contains(aggregate.class.index()));
    }
    Ok(found)
}

fn count(heap: &Heap, filter: &NodeFilter, found: &mut [Aggregate], control: &Control) -> Result<()> {
    let snapshot = &heap.snapshot;
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        if size == 0 || !filter.passes(snapshot, node) {
            continue;
        }
        let aggregate = &mut found[heap.classes.class_of(node).index()];
        if aggregate.count == 0 {
            aggregate.first = node;
        }
        aggregate.count += 1;
        aggregate.shallow_size = aggregate.shallow_size.saturating_add(size);
        aggregate.distance = aggregate.distance.min(heap.graph.distance(node));
    }
    Ok(())
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

/// By class: walks the dominator tree from the root, and adds what a counted node retains when no counted node of its
/// class is above it.
///
/// The way down is a list of each node's children, the way back up are the dominators themselves: no stack.
fn retained_sizes(heap: &Heap, filter: &NodeFilter, control: &Control) -> Result<Vec<u64>> {
    let mut sizes = vec![0u64; heap.classes.rows.len()];
    let root = heap.snapshot.root();
    let dominators = &heap.graph.dominators;
    // First child and next sibling: who reads one reads the other.
    let mut links = vec![[NO_NODE; 2]; dominators.len()];
    for (node, dominator) in dominators.iter().enumerate().rev() {
        if node != root.index() {
            let first = &mut links[*dominator as usize][0];
            let sibling = std::mem::replace(first, NodeOrdinal::from_index(node).0);
            links[node][1] = sibling;
        }
    }
    // By class: the topmost counted node above or at the node at work.
    let mut open = vec![NO_NODE; sizes.len()];
    let mut node = root;
    let mut turn = 0;
    loop {
        turn += 1;
        control.check_at(turn)?;
        let class = heap.classes.class_of(node).index();
        let [child, sibling] = links[node.index()];
        if sibling != NO_NODE {
            prefetch(&links, sibling as usize);
            prefetch(heap.classes.column(), sibling as usize);
        }
        if open[class] == NO_NODE && filter.counts(&heap.snapshot, node) {
            sizes[class] = sizes[class].saturating_add(heap.graph.retained_size(node));
            if child != NO_NODE {
                open[class] = node.0;
            }
        }
        if child != NO_NODE {
            node = NodeOrdinal(child);
            continue;
        }
        while links[node.index()][1] == NO_NODE {
            if node == root {
                return Ok(sizes);
            }
            node = heap.graph.dominator(node);
            let class = heap.classes.class_of(node).index();
            if open[class] == node.0 {
                open[class] = NO_NODE;
            }
        }
        node = NodeOrdinal(links[node.index()][1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_heap::heap_of;
    use crate::bit_set::BitSet;
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;
    use std::collections::HashMap;

    /// `expected`: `class=count:shallow:retained:distance` words.
    #[track_caller]
    fn check_aggregates(drawing: &str, filter: &NodeFilter, expected: &str) {
        let heap = heap_of(draw(drawing), Parity::Ours);
        let found: Vec<String> = (aggregates(&heap, filter, &Control::new()).unwrap().iter())
            .map(|row| {
                let name = &heap.classes.row(row.class).name;
                format!("{name}={}:{}:{}:{}", row.count, row.shallow_size, row.retained_size, row.distance)
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{drawing}");
    }

    #[test]
    fn a_class_adds_up() {
        let all = &NodeFilter::All;
        check_aggregates("root > a:8 b:4 c", all, "a=1:8:8:1 b=1:4:4:1");
        check_aggregates("root > f:8/closure | f > g:4/closure | g > x:2", all, "Function=2:12:14:1 x=1:2:2:3");
        check_aggregates(
            "root > f:8/closure g:4/closure | f > x:1 | x > h:2/closure",
            all,
            "Function=3:14:15:1 x=1:1:3:2",
        );
        check_aggregates("root > a:8 | b:1 > c:2", all, "a=1:8:8:1 b=1:1:3:-5 c=1:2:2:-5");
        check_aggregates("root:3 > a:8", all, "(synthetic)=1:3:11:100000000 a=1:8:8:1");
    }

    #[test]
    fn a_filter_hides_nodes_and_what_they_open() {
        // Ids of a drawing count 1, 3, 5, …
        let drawing = "root > f:8/closure | f > g:4/closure | g > x:2";
        check_aggregates(drawing, &NodeFilter::Ids { above: 3, up_to: 5 }, "Function=1:4:6:2");
        check_aggregates(drawing, &NodeFilter::Ids { above: 5, up_to: 99 }, "x=1:2:2:3");
        let mut members = BitSet::new(4);
        members.insert(1);
        check_aggregates(drawing, &NodeFilter::Members(members), "Function=1:8:14:1");
    }

    #[test]
    fn devtools_loses_the_earlier_of_two_classes_with_one_key() {
        let drawing = "root > f:8/closure Function:4";
        let shallow = |parity| {
            let heap = heap_of(draw(drawing), parity);
            let rows = aggregates(&heap, &NodeFilter::All, &Control::new()).unwrap();
            rows.iter().map(|row| row.shallow_size).collect::<Vec<_>>()
        };
        assert_eq!(shallow(Parity::DevTools), [4]);
        assert_eq!(shallow(Parity::Ours), [12]);
    }

    #[test]
    fn retained_sizes_agree_with_the_definition_on_random_heaps() {
        let mut numbers = Random::new(4711);
        let mut random = |below: u64| numbers.below(below);
        let kinds = ["closure", "string", "regexp", "object", "code"];
        for _ in 0..200 {
            let count = 2 + random(30);
            let mut drawing = String::from("root");
            for node in 0..count {
                drawing.push_str(&format!(" | n{node}:{}/{}", random(3) * 8, kinds[random(5) as usize]));
            }
            for _ in 0..count * 2 {
                let from = random(count + 1);
                let from = if from == count { "root".to_owned() } else { format!("n{from}") };
                drawing.push_str(&format!(" | {from} > n{}", random(count)));
            }
            let heap = heap_of(draw(&drawing), Parity::Ours);
            let filter = NodeFilter::Ids { above: random(5), up_to: 20 + random(60) };
            let counted = |node: &NodeOrdinal| filter.counts(&heap.snapshot, *node);
            let mut expected: HashMap<ClassOrdinal, u64> = HashMap::new();
            for node in heap.snapshot.nodes().filter(counted) {
                let class = heap.classes.class_of(node);
                let mut above = node;
                let mut covered = false;
                while above != heap.snapshot.root() {
                    above = heap.graph.dominator(above);
                    covered |= counted(&above) && heap.classes.class_of(above) == class;
                }
                *expected.entry(class).or_default() += if covered { 0 } else { heap.graph.retained_size(node) };
            }
            let found = aggregates(&heap, &filter, &Control::new()).unwrap();
            let found: HashMap<ClassOrdinal, u64> = found.iter().map(|row| (row.class, row.retained_size)).collect();
            assert_eq!(found, expected, "{drawing}");
        }
    }
}
