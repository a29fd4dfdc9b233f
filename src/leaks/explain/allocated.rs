//! The stacks that allocated the leaked objects, where allocations were recorded.
//!
//! V8 may forget the stack of an object when a collection moves it. The snapshot before the collection has it, so the
//! search looks up objects without a stack in the earlier snapshots, by their ids.

use crate::analysis::{StackFrame, allocation_frames};
use crate::control::Control;
use crate::error::Result;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::leaks::suspects::suspect::Suspect;
use crate::snapshot::Snapshot;
use std::collections::HashMap;
use std::rc::Rc;

/// The stack that most of the leaked objects were allocated with.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocated {
    /// Innermost first.
    pub stack: Vec<StackFrame>,
    /// Leaked objects with this stack.
    pub count: u64,
}

/// By the key of the leaked objects; empty when nothing was recorded. `earlier` are the snapshots that know objects by
/// the same ids.
///
/// # Cost
/// One pass over the nodes of each snapshot.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn allocated(
    newest: &Newest<'_>,
    suspects: &[Suspect],
    earlier: &[&Snapshot],
    control: &Control,
) -> Result<HashMap<GroupKey, Allocated>> {
    let is_recorded = |snapshot: &Snapshot| !snapshot.tables().trace_nodes.is_empty();
    if !is_recorded(newest.snapshot()) && !earlier.iter().any(|snapshot| is_recorded(snapshot)) {
        return Ok(HashMap::new());
    }
    let mut found: HashMap<GroupKey, Stacks> =
        suspects.iter().map(|suspect| (newest.key(suspect.item), Stacks::new())).collect();
    let mut known = Known::of(newest.snapshot());
    // By id.
    let mut unknown: HashMap<u64, GroupKey> = HashMap::new();
    for (turn, node) in newest.tree.forest.order().filter(|node| !newest.grouping.is_persistent(*node)).enumerate() {
        control.check_at(turn)?;
        let key = newest.key(node);
        let Some(stacks) = found.get_mut(&key) else { continue };
        match known.stack(newest.snapshot().trace_node_id(node)) {
            Some(stack) => *stacks.entry(stack).or_default() += 1,
            None => _ = unknown.insert(newest.snapshot().id(node), key),
        }
    }
    for snapshot in earlier.iter().rev().filter(|snapshot| is_recorded(snapshot)) {
        if unknown.is_empty() {
            break;
        }
        let mut known = Known::of(snapshot);
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let trace = snapshot.trace_node_id(node);
            let (false, Some(key)) = (trace == 0, unknown.get(&snapshot.id(node))) else { continue };
            if let (Some(stack), Some(stacks)) = (known.stack(trace), found.get_mut(key)) {
                *stacks.entry(stack).or_default() += 1;
                unknown.remove(&snapshot.id(node));
            }
        }
    }
    let most_common = found.into_iter().filter_map(|(key, stacks)| {
        let (stack, count) = stacks.into_iter().max_by(|(a, of_a), (b, of_b)| of_a.cmp(of_b).then_with(|| b.cmp(a)))?;
        Some((key, Allocated { stack: stack.to_vec(), count }))
    });
    Ok(most_common.collect())
}

/// Objects by their stack: each snapshot numbers stacks in its own way.
type Stacks = HashMap<Rc<[StackFrame]>, u64>;

/// Stacks of one snapshot, by V8's number.
struct Known<'a> {
    snapshot: &'a Snapshot,
    stacks: HashMap<u32, Option<Rc<[StackFrame]>>>,
}

impl<'a> Known<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, stacks: HashMap::new() }
    }

    fn stack(&mut self, trace: u32) -> Option<Rc<[StackFrame]>> {
        if trace == 0 {
            return None;
        }
        let stack = self.stacks.entry(trace).or_insert_with(|| {
            let frames = allocation_frames(self.snapshot, trace);
            (!frames.is_empty()).then(|| Rc::from(frames))
        });
        stack.clone()
    }
}
