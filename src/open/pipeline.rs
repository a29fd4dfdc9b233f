//! The pipeline from bytes to a [`Heap`], step by step.

use super::options::OpenOptions;
use crate::analysis::{Classes, Heap, Parity};
use crate::archive::{self, ReadInfo, Source};
use crate::budget::Budget;
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::format::{Ahead, Parser};
use crate::graph::{
    DominatorTree, Ephemerons, Graph, Holding, Retainers, Spanning, distances, dominator_tree, retained_sizes,
    shallow_sizes, with_detachedness,
};
use crate::snapshot::Snapshot;

/// Bytes of a node and of an edge at the peak of an open, and while the snapshot is (`docs/architecture.md`, "Memory").
const NODE_BYTES: u64 = 49;
const EDGE_BYTES: u64 = 12;

/// Bytes that an opened snapshot takes, about.
pub fn memory_bytes(snapshot: &Snapshot) -> u64 {
    let tables = snapshot.tables();
    let rows = snapshot.node_count() as u64 * NODE_BYTES + snapshot.edge_count() as u64 * EDGE_BYTES;
    // The columns of nodes and edges are counted above. The rest of the tables stands beside them.
    let columns = snapshot.node_count() as u64 * 17 + tables.edges.held_bytes();
    rows + tables.held_bytes().saturating_sub(columns)
}

/// Reads and parses, no more.
///
/// # Errors
/// The errors of [`archive::read`] and of [`Parser`].
pub fn read(source: Source, budget: Budget, control: &Control) -> Result<(Snapshot, ReadInfo)> {
    let mut parser = None;
    let mut unknown = Ahead::default();
    let look = |bytes: &[u8], ahead: &mut Ahead| ahead.scan(bytes);
    let read = archive::read_ahead(source, control, &look, &mut |bytes, ahead| {
        // The control knows the stored size by now: that of the input, or less than it when it is compressed.
        let parser = parser.get_or_insert_with(|| Parser::with_size_hint(control.progress().2).within(budget));
        parser.feed_scanned(bytes, ahead.unwrap_or(&mut unknown))
    })?;
    Ok((Snapshot::new(parser.unwrap_or_default().finish()?), read))
}

/// Makes everything that the tables of a file do not say. The order is DevTools': names and sizes that a step changes
/// are read by the steps after it.
///
/// # Cost
/// Two threads are busy at most; about 49 bytes a node and 12 an edge at the peak.
/// # Errors
/// [`Error::Cancelled`](crate::error::Error::Cancelled); [`Error::Memory`](crate::error::Error::Memory) before it
/// begins.
pub fn analyse(snapshot: Snapshot, options: &OpenOptions, control: &Control) -> Result<Heap> {
    let mut snapshot = begun(snapshot, options, control)?;
    let sizes = snapshot.take_sizes();
    let ephemerons = Ephemerons::of(&snapshot);
    let holding = Holding::of(&snapshot, &ephemerons, control)?;
    let (spanned, retainers) = rayon::join(|| Spanning::of(&holding, control), || Retainers::of(&holding, control));
    let ((spanning, essential), retainers) = (spanned?, retainers?);

    control.begin(Stage::Dominators, 0);
    let (tree, rest) = rayon::join(
        || dominator_tree(&essential, spanning, &retainers, control),
        || {
            // The classes are for the thread that has finished first.
            let (graph, inferred) = rayon::join(
                || {
                    let (mut sizes, before) = shallow_sizes(&snapshot, sizes, Some(&retainers), control)?;
                    if options.parity == Parity::DevTools {
                        sizes.wrap_to_32_bits();
                    }
                    Ok((sizes, before, distances(&snapshot, &ephemerons, control)?))
                },
                || Classes::infer(&snapshot, control),
            );
            let ((sizes, before, distances), (interfaces, classes)) = (graph?, inferred?);
            Ok((sizes, before, distances, interfaces, classes))
        },
    );
    let mut tree: DominatorTree = tree?;
    let (sizes, before, distances, interfaces, classes) = rest?;
    let classes = match options.parity {
        Parity::Ours => classes.merged(),
        Parity::DevTools => classes,
    };
    let snapshot = snapshot.with_shallow_sizes(sizes, before);
    let (number, spent) = tree.take_columns();
    let (retained_sizes, dominators) =
        rayon::join(|| retained_sizes(&snapshot, &tree, spent), || tree.by_node(&snapshot, number));
    let graph = Graph { dominators, unreachable_count: tree.unreachable_count, retainers, distances, retained_sizes };
    Ok(Heap { snapshot, graph, parity: options.parity, interfaces, classes })
}

/// [`analyse`] for the search for leaks, which asks who refers to a node, and never who dominates it: the columns of
/// distances, dominators and retained sizes are empty. The heap must not leave the search.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_for_search(snapshot: Snapshot, options: &OpenOptions, control: &Control) -> Result<Heap> {
    let mut snapshot = begun(snapshot, options, control)?;
    let sizes = snapshot.take_sizes();
    let ephemerons = Ephemerons::of(&snapshot);
    let holding = Holding::of(&snapshot, &ephemerons, control)?;
    let (reached, retainers) = rayon::join(
        || Spanning::of(&holding, control).map(|(spanning, _)| spanning.nodes.len()),
        || Retainers::of(&holding, control),
    );
    let unreachable_count = (snapshot.node_count() - reached?) as u32;
    let retainers = retainers?;
    let (sizes, inferred) = rayon::join(
        || shallow_sizes(&snapshot, sizes, Some(&retainers), control),
        || Classes::infer(&snapshot, control),
    );
    let ((sizes, before), (interfaces, classes)) = (sizes?, inferred?);
    let snapshot = snapshot.with_shallow_sizes(sizes, before);
    let (distances, dominators, retained_sizes) = Default::default();
    let graph = Graph { retainers, distances, dominators, retained_sizes, unreachable_count };
    Ok(Heap { snapshot, graph, parity: Parity::Ours, interfaces, classes: classes.merged() })
}

/// The steps before those that need the graph.
fn begun(snapshot: Snapshot, options: &OpenOptions, control: &Control) -> Result<Snapshot> {
    options.budget.check(memory_bytes(&snapshot))?;
    control.begin(Stage::Graph, 0);
    let snapshot = match options.parity {
        Parity::Ours => snapshot,
        Parity::DevTools => snapshot.as_devtools_has_it(),
    };
    with_detachedness(snapshot, control)
}
