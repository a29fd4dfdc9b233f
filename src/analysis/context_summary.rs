//! The bytes that function contexts and realms hold.

use super::heap::Heap;
use super::named_filters::{NamedFilter, context_names, filter_members};
use crate::control::Control;
use crate::error::Result;
use crate::graph::{NO_CONTEXT, SHARED, native_contexts};
use crate::ordinal::NodeOrdinal;

/// What only function contexts (variables that closures captured) keep alive, and the rest. Nodes of size 0 are not
/// counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ContextSummary {
    pub context_count: u64,
    pub retained_count: u64,
    pub retained_size: u64,
    pub other_count: u64,
    pub other_size: u64,
}

/// # Cost
/// O(nodes + edges).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn context_summary(heap: &Heap, control: &Control) -> Result<ContextSummary> {
    let snapshot = &heap.snapshot;
    let names = context_names(snapshot);
    let retained = filter_members(heap, NamedFilter::RetainedByContexts, control)?;
    let mut summary = ContextSummary::default();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        if size == 0 {
            continue;
        }
        summary.context_count += u64::from(names.contains(snapshot.name(node).index()));
        let (count, sum) = if retained.contains(node.index()) {
            (&mut summary.retained_count, &mut summary.retained_size)
        } else {
            (&mut summary.other_count, &mut summary.other_size)
        };
        *count += 1;
        *sum = sum.saturating_add(size);
    }
    Ok(summary)
}

/// Shallow sizes of all nodes by realm.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RealmSizes {
    /// Native contexts in node order with the bytes that belong to each.
    pub contexts: Vec<(NodeOrdinal, u64)>,
    /// Bytes that several realms hold.
    pub shared_size: u64,
    /// Bytes that none holds.
    pub no_context_size: u64,
}

/// # Cost
/// O(nodes + edges).
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn realm_sizes(heap: &Heap, control: &Control) -> Result<RealmSizes> {
    let snapshot = &heap.snapshot;
    let realms = native_contexts(snapshot, control)?;
    let mut sizes =
        RealmSizes { contexts: realms.contexts.iter().map(|context| (*context, 0)).collect(), ..RealmSizes::default() };
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        match realms.attribution[node.index()] {
            SHARED => sizes.shared_size = sizes.shared_size.saturating_add(size),
            NO_CONTEXT => sizes.no_context_size = sizes.no_context_size.saturating_add(size),
            owner => {
                let at = sizes.contexts.partition_point(|(context, _)| i64::from(context.0) < owner);
                sizes.contexts[at].1 = sizes.contexts[at].1.saturating_add(size);
            }
        }
    }
    Ok(sizes)
}
