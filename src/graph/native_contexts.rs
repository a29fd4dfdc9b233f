//! Finds the realm (a global object with its builtins) of each object.

use crate::control::Control;
use crate::error::Result;
use crate::kind::EdgeKind;
use crate::known::engine::{DETACHED, NATIVE_CONTEXT, SEPARATOR};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};

/// Attribution of a node that no realm holds.
pub const NO_CONTEXT: i64 = -1;

/// Attribution of a node that several realms hold.
pub const SHARED: i64 = -2;

/// Realms of a snapshot and what belongs to each.
pub struct NativeContexts {
    /// In node order.
    pub contexts: Vec<NodeOrdinal>,
    /// By node: ordinal of a native context, [`NO_CONTEXT`] or [`SHARED`].
    pub attribution: Vec<i64>,
}

/// Attributes nodes to native contexts: a context owns itself, an object belongs to the context of its map's map, and
/// what has no such map to the contexts that reach it.
///
/// # Cost
/// O(nodes + edges); 8 bytes a node.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' native context attribution.
pub fn native_contexts(snapshot: &Snapshot, control: &Control) -> Result<NativeContexts> {
    let contexts: Vec<NodeOrdinal> = snapshot.nodes().filter(|node| is_native_context(snapshot, *node)).collect();
    let mut attribution = vec![NO_CONTEXT; snapshot.node_count()];
    if contexts.is_empty() {
        return Ok(NativeContexts { contexts, attribution });
    }
    let map = snapshot.strings_equal_to("map");
    let native_context = snapshot.strings_equal_to("native_context");
    let map_of = |node| internal_targets(snapshot, node, &map).next();
    let context_of = |node| {
        internal_targets(snapshot, node, &native_context).find(|context| contexts.binary_search(context).is_ok())
    };
    let mut fixed = crate::bit_set::BitSet::new(snapshot.node_count());
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let owner = if contexts.binary_search(&node).is_ok() {
            Some(node)
        } else {
            map_of(node).and_then(map_of).and_then(context_of)
        };
        if let Some(owner) = owner {
            attribution[node.index()] = i64::from(owner.0);
            fixed.insert(node.index());
        }
    }
    let mut stack: Vec<NodeOrdinal> = fixed.iter().map(NodeOrdinal::from_index).collect();
    let mut turn = 0;
    while let Some(node) = stack.pop() {
        turn += 1;
        control.check_at(turn)?;
        let from = attribution[node.index()];
        for packed in snapshot.packed_edges(node) {
            let (kind, target) = unpack_edge(*packed);
            if matches!(kind, EdgeKind::Weak | EdgeKind::Shortcut) || fixed.contains(target.index()) {
                continue;
            }
            let known = attribution[target.index()];
            let joined = if known == NO_CONTEXT || known == from { from } else { SHARED };
            if joined != known {
                attribution[target.index()] = joined;
                stack.push(target);
            }
        }
    }
    Ok(NativeContexts { contexts, attribution })
}

fn is_native_context(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node).as_bytes();
    let name = name.strip_prefix(DETACHED.as_bytes()).unwrap_or(name);
    let more = name.strip_prefix(NATIVE_CONTEXT.as_bytes());
    more.is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATOR.as_bytes()))
}

fn internal_targets<'a>(
    snapshot: &'a Snapshot,
    node: NodeOrdinal,
    names: &'a [StringOrdinal],
) -> impl Iterator<Item = NodeOrdinal> + 'a {
    snapshot
        .edges(node)
        .filter(|edge| {
            snapshot.edge_kind(*edge) == EdgeKind::Internal
                && names.contains(&StringOrdinal(snapshot.name_or_index(*edge)))
        })
        .map(|edge| snapshot.target(edge))
}
