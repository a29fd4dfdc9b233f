//! Essential edges: the edges that count for the dominator tree, because they keep their target alive.

use super::ephemerons::Ephemerons;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::EdgeKind;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};

/// Whether an edge holds its target, as far as the edge alone tells. Not holding: weak edges, edges of a node to
/// itself, the edge from a WeakMap's table to a value (its key holds it), and shortcuts that are not the root's.
///
/// # Source
/// DevTools' `isEssentialEdge`, without its rule for page objects.
pub struct Holding<'a> {
    snapshot: &'a Snapshot,
    ephemerons: &'a Ephemerons,
    /// WeakMaps' tables: only their edges have to be asked for their names.
    tables: BitSet,
}

/// A node, as the source of edges.
#[derive(Clone, Copy)]
struct Source<'a> {
    holding: &'a Holding<'a>,
    node: NodeOrdinal,
    is_table: bool,
}

impl<'a> Holding<'a> {
    /// # Cost
    /// O(nodes) where there are WeakMaps.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &'a Snapshot, ephemerons: &'a Ephemerons, control: &Control) -> Result<Self> {
        Ok(Self { snapshot, ephemerons, tables: ephemerons.tables(snapshot, control)? })
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    #[inline(always)]
    fn source(&self, node: NodeOrdinal) -> Source<'_> {
        Source { holding: self, node, is_table: self.tables.contains(node.index()) }
    }

    /// Targets of a node's edges in file order, and whether the edge holds its target.
    #[inline(always)]
    pub fn targets(&self, node: NodeOrdinal) -> impl Iterator<Item = (NodeOrdinal, bool)> {
        self.targets_where(node, |_, _| true)
    }

    /// [`Holding::targets`] without the weak edges and without what is in `known`.
    #[inline(always)]
    pub fn new_targets(&self, node: NodeOrdinal, known: &BitSet) -> impl Iterator<Item = (NodeOrdinal, bool)> {
        self.targets_where(node, |kind, target| kind != EdgeKind::Weak && !known.contains(target.index()))
    }

    #[inline(always)]
    fn targets_where(
        &self,
        node: NodeOrdinal,
        wanted: impl Fn(EdgeKind, NodeOrdinal) -> bool,
    ) -> impl Iterator<Item = (NodeOrdinal, bool)> {
        let source = self.source(node);
        self.snapshot.packed_edges(node).iter().enumerate().filter_map(move |(at, packed)| {
            let (kind, target) = unpack_edge(*packed);
            wanted(kind, target).then(|| (target, source.holds(at, kind, target)))
        })
    }
}

impl Source<'_> {
    /// `at`: the edge's place among those of the node.
    #[inline(always)]
    fn holds(self, at: usize, kind: EdgeKind, target: NodeOrdinal) -> bool {
        match kind {
            EdgeKind::Weak => false,
            _ if target == self.node => false,
            EdgeKind::Internal => !(self.is_table && self.is_to_value(at)),
            EdgeKind::Shortcut => self.node == self.holding.snapshot.root(),
            _ => true,
        }
    }

    fn is_to_value(self, at: usize) -> bool {
        let snapshot = self.holding.snapshot;
        let name = snapshot.tables().edges.name_or_index[snapshot.edge_range(self.node).start + at];
        let ephemeron = self.holding.ephemerons.get(StringOrdinal(name));
        ephemeron.is_some_and(|ephemeron| ephemeron.table_id == snapshot.id(self.node))
    }
}

/// Which edges count: those that hold their targets, unless they lead from outside of the page to a page object. The
/// root's do always.
///
/// # Source
/// DevTools' `isEssentialEdge`.
pub struct Essential<'a> {
    holding: &'a Holding<'a>,
    page: BitSet,
}

impl<'a> Essential<'a> {
    /// `page`: what a page, in Node the global object, can reach over edges that are not weak.
    pub(super) fn new(holding: &'a Holding<'a>, page: BitSet) -> Self {
        Self { holding, page }
    }

    pub(super) fn snapshot(&self) -> &'a Snapshot {
        self.holding.snapshot
    }

    pub fn is_page_object(&self, node: NodeOrdinal) -> bool {
        self.page.contains(node.index())
    }

    /// Targets of a node's essential edges that are not in `known`.
    #[inline(always)]
    pub(super) fn new_targets(&self, node: NodeOrdinal, known: &BitSet) -> impl Iterator<Item = NodeOrdinal> {
        let opens = self.opens_page(node);
        let edges = self.holding.new_targets(node, known);
        edges
            .filter(move |(target, holds)| *holds && (opens || !self.is_page_object(*target)))
            .map(|(target, _)| target)
    }

    /// Picks the sources whose edges count, from the sources of a node and whether their edges hold it.
    #[inline(always)]
    pub(super) fn sources(
        &self,
        node: NodeOrdinal,
        sources: impl Iterator<Item = (NodeOrdinal, bool)>,
    ) -> impl Iterator<Item = NodeOrdinal> {
        let is_open = !self.is_page_object(node);
        sources.filter(move |(source, holds)| *holds && (is_open || self.opens_page(*source))).map(|(source, _)| source)
    }

    #[inline(always)]
    fn opens_page(&self, source: NodeOrdinal) -> bool {
        self.page.contains(source.index()) || source == self.holding.snapshot.root()
    }
}
