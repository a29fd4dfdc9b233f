//! Which native objects are no longer part of a document? The answer spreads from those that V8 marks.

use crate::control::Control;
use crate::error::Result;
use crate::kind::{Detachedness, EdgeKind, NodeKind};
use crate::known::engine::DETACHED;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// Spreads the states that the file gives among native nodes and puts `Detached ` before the names of the detached.
/// Files without the column (before V8 10) already carry such names: they decide there.
///
/// # Cost
/// O(native nodes and their edges).
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `propagateDOMState`.
pub fn with_detachedness(mut snapshot: Snapshot, control: &Control) -> Result<Snapshot> {
    if !snapshot.tables().has_detachedness {
        let named: Vec<NodeOrdinal> =
            native_nodes(&snapshot).filter(|node| snapshot.name_text(*node).starts_with(DETACHED)).collect();
        return Ok(snapshot.with_detached(named.into_iter().map(|node| (node, Detachedness::Detached, None))));
    }
    let mut state: HashMap<NodeOrdinal, Detachedness> = HashMap::new();
    spread(&snapshot, Detachedness::Attached, &mut state, control)?;
    spread(&snapshot, Detachedness::Detached, &mut state, control)?;
    let known = native_nodes(&snapshot).filter(|node| snapshot.detachedness(*node) == Detachedness::Detached);
    let reached = state.iter().filter(|(_, state)| **state == Detachedness::Detached).map(|(node, _)| *node);
    let mut detached: Vec<NodeOrdinal> = known.chain(reached).collect();
    detached.sort_unstable();

    // One new text for each old one, also where the table already has that text.
    let mut renamed: HashMap<StringOrdinal, StringOrdinal> = HashMap::new();
    let mut changes: Vec<(NodeOrdinal, Detachedness, Option<StringOrdinal>)> = Vec::with_capacity(detached.len());
    for node in detached {
        let old = snapshot.name(node);
        let new = *renamed.entry(old).or_insert_with(|| {
            let mut text = TextBuf::from(DETACHED);
            text.push(snapshot.text(old));
            snapshot.add_text(text.as_text())
        });
        changes.push((node, Detachedness::Detached, Some(new)));
    }
    let attached = state.into_iter().filter(|(_, state)| *state == Detachedness::Attached);
    changes.extend(attached.map(|(node, state)| (node, state, None)));
    Ok(snapshot.with_detached(changes))
}

fn native_nodes(snapshot: &Snapshot) -> impl Iterator<Item = NodeOrdinal> + '_ {
    snapshot.nodes_of_kind(NodeKind::NATIVE)
}

/// Gives `from` to the native nodes of unknown state that nodes of this state reach.
fn spread(
    snapshot: &Snapshot,
    from: Detachedness,
    state: &mut HashMap<NodeOrdinal, Detachedness>,
    control: &Control,
) -> Result<()> {
    let mut stack: Vec<NodeOrdinal> =
        native_nodes(snapshot).filter(|node| snapshot.detachedness(*node) == from).collect();
    let mut turn = 0;
    while let Some(node) = stack.pop() {
        turn += 1;
        control.check_at(turn)?;
        for edge in snapshot.edges(node) {
            let target = snapshot.target(edge);
            if matches!(snapshot.edge_kind(edge), EdgeKind::Hidden | EdgeKind::Weak)
                || snapshot.kind(target) != NodeKind::NATIVE
                || snapshot.detachedness(target) != Detachedness::Unknown
                || state.contains_key(&target)
            {
                continue;
            }
            state.insert(target, from);
            stack.push(target);
        }
    }
    Ok(())
}
