//! Who allocated what leaks, where allocations were recorded.

use super::entry::Entry;
use super::last::Last;
use super::zones::Key;
use crate::analysis::allocation_stack;
use crate::format::FunctionInfo;
use crate::ordinal::NodeOrdinal;
use std::collections::HashMap;

/// The stack that most of the leaked objects were allocated with.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocated {
    /// Innermost first.
    pub stack: Vec<FunctionInfo>,
    /// Leaked objects with this stack.
    pub count: u64,
}

/// By the key of the leaked objects; empty when nothing was recorded.
///
/// # Cost
/// One pass over the nodes.
pub fn allocated(last: &Last<'_>, entries: &[Entry]) -> HashMap<Key, Allocated> {
    if last.snapshot().tables().trace_nodes.is_empty() {
        return HashMap::new();
    }
    let mut traces: HashMap<Key, HashMap<u32, (u64, NodeOrdinal)>> =
        entries.iter().map(|entry| (last.key(entry.item), HashMap::new())).collect();
    for node in last.hanging.forest.order().filter(|node| !last.zones.is_persistent(*node)) {
        let trace = last.snapshot().trace_node_id(node);
        if let (true, Some(known)) = (trace != 0, traces.get_mut(&last.key(node))) {
            known.entry(trace).or_insert((0, node)).0 += 1;
        }
    }
    let most_common = traces.into_iter().filter_map(|(key, known)| {
        let (_, (count, node)) =
            known.into_iter().max_by_key(|(trace, (count, _))| (*count, std::cmp::Reverse(*trace)))?;
        Some((key, Allocated { stack: allocation_stack(last.heap, node), count }))
    });
    most_common.filter(|(_, allocated)| !allocated.stack.is_empty()).collect()
}
