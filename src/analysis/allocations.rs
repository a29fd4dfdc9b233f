//! The functions that allocated, with their allocations that are still alive: the Allocation view of a recording.

use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::format::FunctionInfo;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// Allocations, and those of them that are alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AllocationTotals {
    pub count: u64,
    /// Bytes.
    pub size: u64,
    pub live_count: u64,
    /// Bytes, after backing stores were charged to their owners.
    pub live_size: u64,
}

/// A function that allocated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllocationRow {
    /// From 1, in the file's order of functions.
    pub number: u32,
    /// Position in `Tables::functions`.
    pub function: u32,
    pub totals: AllocationTotals,
    /// False for the function at the top of all stacks.
    pub has_callers: bool,
}

/// A function and how it was called: the tree from an allocating function towards the top of the stacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Position in `Tables::functions`.
    pub function: u32,
    pub totals: AllocationTotals,
    /// Call paths this stands for, by id; nodes with one of them were allocated here.
    pub trace_ids: Vec<u32>,
    /// Positions of the callers in the same list, first seen first.
    pub callers: Vec<u32>,
}

/// The allocation profile of a snapshot.
pub struct Allocations {
    /// Live allocations by position in `Tables::trace_nodes`.
    live: Vec<(u64, u64)>,
    /// Largest size first.
    pub rows: Vec<AllocationRow>,
}

impl Allocations {
    /// `None` when allocations were not tracked.
    ///
    /// A function that calls itself is counted once for each of its call paths.
    ///
    /// # Cost
    /// One pass over the nodes and one over the call paths.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    /// # Source
    /// DevTools' `AllocationProfile`.
    pub fn of(heap: &Heap, control: &Control) -> Result<Option<Self>> {
        let tables = heap.snapshot.tables();
        if tables.trace_nodes.is_empty() || tables.functions.is_empty() {
            return Ok(None);
        }
        let live = live_by_trace(heap, control)?;
        let mut totals = vec![AllocationTotals::default(); tables.functions.len()];
        for (trace, live) in tables.trace_nodes.iter().zip(&live) {
            if let (true, Some(totals)) = (trace.count != 0, totals.get_mut(trace.function as usize)) {
                totals.add(trace.count, trace.size, *live);
            }
        }
        let top = tables.trace_nodes.first().map(|trace| trace.function);
        let counted = totals.iter().enumerate().filter(|(_, totals)| totals.count != 0);
        let mut rows: Vec<AllocationRow> = counted
            .zip(1..)
            .map(|((function, totals), number)| AllocationRow {
                number,
                function: function as u32,
                totals: *totals,
                has_callers: top != Some(function as u32),
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.totals.size));
        Ok(Some(Self { live, rows }))
    }

    /// Who called the function when it allocated. The first of the list is the function itself.
    ///
    /// # Cost
    /// O(call paths + paths of the function × their length).
    pub fn callers(&self, heap: &Heap, function: u32) -> Vec<Caller> {
        let traces = &heap.snapshot.tables().trace_nodes;
        let mut tree = vec![Caller::new(function)];
        let mut by_step: HashMap<(u32, u32), u32> = HashMap::new();
        for (position, own) in traces.iter().enumerate().filter(|(_, own)| own.function == function && own.count != 0) {
            let (mut at, mut trace) = (0u32, position as u32);
            loop {
                let caller = &mut tree[at as usize];
                caller.totals.add(own.count, own.size, self.live[position]);
                caller.trace_ids.push(own.id);
                let parent = traces[trace as usize].parent;
                // Preorder: a parent stands before its children, so this ends.
                if parent >= trace {
                    break;
                }
                trace = parent;
                let function = traces[trace as usize].function;
                let next = tree.len() as u32;
                let step = *by_step.entry((at, function)).or_insert(next);
                if step == next {
                    tree[at as usize].callers.push(next);
                    tree.push(Caller::new(function));
                }
                at = step;
            }
        }
        tree
    }
}

/// A function that was running when an object was allocated. Line and column count from 1.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StackFrame {
    pub name: TextBuf,
    /// The script's name as V8 was given it.
    pub file: TextBuf,
    pub line: u32,
    pub column: u32,
    pub script_id: u32,
}

impl StackFrame {
    pub fn of(snapshot: &Snapshot, function: &FunctionInfo) -> Self {
        Self {
            name: snapshot.text(function.name).to_owned(),
            file: snapshot.text(function.script_name).to_owned(),
            line: function.line,
            column: function.column,
            script_id: function.script_id,
        }
    }
}

/// Functions that were running when the node was allocated, innermost first; empty when that was not recorded.
///
/// # Cost
/// O(call paths).
pub fn allocation_stack(heap: &Heap, node: NodeOrdinal) -> Vec<StackFrame> {
    allocation_frames(&heap.snapshot, heap.snapshot.trace_node_id(node))
}

/// [`allocation_stack`] by the number of the call path.
///
/// # Cost
/// O(call paths).
pub fn allocation_frames(snapshot: &Snapshot, id: u32) -> Vec<StackFrame> {
    let tables = snapshot.tables();
    let mut stack = Vec::new();
    let Some(mut at) = tables.trace_nodes.iter().position(|trace| id != 0 && trace.id == id) else { return stack };
    loop {
        let trace = &tables.trace_nodes[at];
        stack.extend(tables.functions.get(trace.function as usize).map(|function| StackFrame::of(snapshot, function)));
        let parent = trace.parent as usize;
        if parent >= at {
            return stack;
        }
        at = parent;
    }
}

impl AllocationTotals {
    fn add(&mut self, count: u64, size: u64, live: (u64, u64)) {
        self.count = self.count.saturating_add(count);
        self.size = self.size.saturating_add(size);
        self.live_count = self.live_count.saturating_add(live.0);
        self.live_size = self.live_size.saturating_add(live.1);
    }
}

impl Caller {
    fn new(function: u32) -> Self {
        Self { function, totals: AllocationTotals::default(), trace_ids: Vec::new(), callers: Vec::new() }
    }
}

fn live_by_trace(heap: &Heap, control: &Control) -> Result<Vec<(u64, u64)>> {
    let snapshot = &heap.snapshot;
    let traces = &snapshot.tables().trace_nodes;
    let position: HashMap<u32, usize> = traces.iter().enumerate().map(|(at, trace)| (trace.id, at)).collect();
    let mut live = vec![(0u64, 0u64); traces.len()];
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let id = snapshot.trace_node_id(node);
        if id == 0 {
            continue;
        }
        if let Some(at) = position.get(&id) {
            live[*at].0 += 1;
            live[*at].1 = live[*at].1.saturating_add(snapshot.shallow_size(node));
        }
    }
    Ok(live)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::TraceNode;
    use crate::open::{OpenOptions, analyse};
    use crate::ordinal::StringOrdinal;
    use crate::snapshot::drawing::draw;

    /// (root) calls main and other; both call make, which calls itself.
    fn heap() -> Heap {
        let mut tables = draw("root > a:8 b:16 c:32").tables().clone();
        let function = |function_id| FunctionInfo {
            function_id,
            name: StringOrdinal(0),
            script_name: StringOrdinal(0),
            script_id: 0,
            line: function_id,
            column: 1,
        };
        tables.functions = (0..4).map(function).collect();
        let trace = |id, function, count, parent| TraceNode { id, function, count, size: count * 10, parent };
        tables.trace_nodes = vec![
            trace(1, 0, 0, 0),
            trace(2, 1, 1, 0),
            trace(3, 3, 2, 1),
            trace(4, 3, 4, 2),
            trace(5, 2, 0, 0),
            trace(6, 3, 8, 4),
        ];
        tables.nodes.trace_node_id = vec![0, 4, 6, 2];
        analyse(Snapshot::new(tables), &OpenOptions::default(), &Control::new()).unwrap()
    }

    #[test]
    fn functions_are_summed_up() {
        let heap = heap();
        let found = Allocations::of(&heap, &Control::new()).unwrap().unwrap();
        let rows: Vec<_> = found.rows.iter().map(|row| (row.number, row.function, row.totals)).collect();
        let totals = |count, live_count, live_size| AllocationTotals { count, size: count * 10, live_count, live_size };
        assert_eq!(rows, [(2, 3, totals(14, 2, 24)), (1, 1, totals(1, 1, 32))]);
    }

    #[test]
    fn callers_form_a_tree() {
        let heap = heap();
        let tree = Allocations::of(&heap, &Control::new()).unwrap().unwrap().callers(&heap, 3);
        let functions: Vec<_> = tree.iter().map(|caller| (caller.function, caller.totals.count)).collect();
        assert_eq!(functions, [(3, 14), (1, 2), (0, 2), (3, 4), (1, 4), (0, 4), (2, 8), (0, 8)]);
        assert_eq!(tree[0].callers, [1, 3, 6]);
        assert_eq!(tree[0].trace_ids, [3, 4, 6]);
    }

    #[test]
    fn a_stack_runs_from_the_allocation_to_the_top() {
        let heap = heap();
        let stack = |node| allocation_stack(&heap, NodeOrdinal(node)).iter().map(|it| it.line).collect::<Vec<_>>();
        assert_eq!(stack(1), [3, 3, 1, 0]);
        assert_eq!(stack(0), [0; 0]);
    }
}
