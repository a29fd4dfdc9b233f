//! Essential edges: those that keep their target alive for the dominator tree.

use super::ephemerons::Ephemerons;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::EdgeKind;
use crate::ordinal::StringOrdinal;
use crate::snapshot::{Snapshot, unpack_edge};
use rayon::prelude::*;

/// Words of the bit set that one task fills: 64 times as many edges.
const WORDS_A_TASK: usize = 1 << 12;

/// Which edges count. Not: weak edges, edges of a node to itself, shortcuts that are not the root's, the edge from a WeakMap's
/// table to a value (its key holds it), and edges from outside the page to a page object, the root's excepted.
///
/// # Shapes
/// One bit an edge.
/// # Cost
/// One pass over the edges, in parallel.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `isEssentialEdge`.
pub fn essential_edges(
    snapshot: &Snapshot,
    page: &BitSet,
    ephemerons: &Ephemerons,
    control: &Control,
) -> Result<BitSet> {
    let mut essential = BitSet::new(snapshot.edge_count());
    let edges = &snapshot.tables().edges;
    let first_edge = &snapshot.tables().nodes.first_edge;
    let root = snapshot.root();
    essential.words_mut().par_chunks_mut(WORDS_A_TASK).enumerate().try_for_each(|(task, words)| {
        control.check()?;
        let start = task * WORDS_A_TASK * 64;
        let end = (start + words.len() * 64).min(edges.kind_and_target.len());
        // The last node whose edges begin at or before the task's first edge and that has any.
        let mut source = first_edge.partition_point(|first| *first as usize <= start).saturating_sub(1);
        let mut source_is_page = page.contains(source);
        for edge in start..end {
            while edge >= first_edge[source + 1] as usize {
                source += 1;
                source_is_page = page.contains(source);
            }
            let (kind, target) = unpack_edge(edges.kind_and_target[edge]);
            let counts = match kind {
                EdgeKind::Weak => false,
                _ if target.index() == source => false,
                EdgeKind::Internal if is_from_table(snapshot, ephemerons, source, edges.name_or_index[edge]) => false,
                _ if source == root.index() => true,
                EdgeKind::Shortcut => false,
                _ => source_is_page || !page.contains(target.index()),
            };
            words[(edge - start) >> 6] |= u64::from(counts) << (edge & 63);
        }
        Ok(())
    })?;
    Ok(essential)
}

#[inline(always)]
fn is_from_table(snapshot: &Snapshot, ephemerons: &Ephemerons, source: usize, name: u32) -> bool {
    ephemerons
        .get(StringOrdinal(name))
        .is_some_and(|ephemeron| ephemeron.table_id == snapshot.tables().nodes.id.get(source))
}
