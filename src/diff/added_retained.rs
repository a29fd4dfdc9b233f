//! The bytes that added objects retain, without counting a byte twice.

use crate::analysis::Heap;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Dominated;
use crate::ordinal::NodeOrdinal;

/// Set on the stack's entries for "leave this node".
const LEAVE: u32 = 1 << 31;

/// Retained size of the marked objects by class: of objects that dominate each other only the outermost counts.
///
/// # Shapes
/// One number for each of `class_count` classes. Units: bytes.
/// # Cost
/// One walk over the dominator tree; 8 bytes a node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn retained_by_class(heap: &Heap, marked: &BitSet, class_count: usize, control: &Control) -> Result<Vec<u64>> {
    let mut sums = vec![0u64; class_count];
    if marked.is_empty() {
        return Ok(sums);
    }
    let root = heap.snapshot.root();
    let tree = Dominated::of(&heap.graph.dominators, root);
    // How many marked nodes of the class enclose the walk's place.
    let mut enclosing = vec![0u32; class_count];
    let mut stack = vec![root.0];
    let mut turn = 0;
    while let Some(entry) = stack.pop() {
        control.check_at(turn)?;
        turn += 1;
        let node = NodeOrdinal(entry & !LEAVE);
        if marked.contains(node.index()) {
            let class = heap.classes.class_of(node).index();
            if entry & LEAVE != 0 {
                enclosing[class] -= 1;
                continue;
            }
            if enclosing[class] == 0 {
                sums[class] = sums[class].saturating_add(heap.graph.retained_size(node));
            }
            enclosing[class] += 1;
            stack.push(entry | LEAVE);
        }
        stack.extend(tree.children(node).map(|child| child.0));
    }
    Ok(sums)
}
