//! The immutable store: columns of nodes, edges and strings behind names.

use crate::format::{Location, Tables};
use crate::kind::{Detachedness, EdgeKind, NodeKind, UNNAMED_KIND};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal, StringOrdinal};
use crate::prefetch::prefetch;
use crate::text::Text;
use crate::wide_column::WideColumn;
pub use file_sizes::FileSizes;
use std::ops::Range;

mod file_sizes;

#[cfg(test)]
pub mod drawing;

const KIND_BITS: u8 = 0x3f;
const TARGET_BITS: u32 = (1 << 29) - 1;

/// Nodes that [`Snapshot::nodes_of_kind`] looks at together.
const CHUNK: usize = 64;

/// One heap at one moment. Never changes after it is built; the two `with_` steps belong to building.
#[derive(Clone, Debug)]
pub struct Snapshot {
    tables: Tables,
    /// Where [`Snapshot::with_shallow_sizes`] changed them.
    file_sizes: FileSizes,
}

impl Snapshot {
    /// A snapshot always has a root: a file without nodes (valid, though nobody writes it) gets one that holds nothing.
    pub fn new(mut tables: Tables) -> Self {
        if tables.nodes.kind.is_empty() {
            let name = tables.strings.push(Text::default());
            tables.root = 0;
            tables.nodes.kind.push(NodeKind::SYNTHETIC.0);
            tables.nodes.name.push(name.0);
            tables.nodes.id.push(0);
            tables.nodes.size.push(0);
            tables.nodes.first_edge = vec![0, 0];
        }
        Self { tables, file_sizes: FileSizes::default() }
    }

    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    pub fn node_count(&self) -> usize {
        self.tables.nodes.kind.len()
    }

    pub fn edge_count(&self) -> usize {
        self.tables.edges.kind_and_target.len()
    }

    pub fn root(&self) -> NodeOrdinal {
        NodeOrdinal(self.tables.root)
    }

    /// Every node in file order.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeOrdinal> + ExactSizeIterator + use<> {
        (0..self.tables.nodes.kind.len() as u32).map(NodeOrdinal)
    }

    #[inline(always)]
    pub fn kind(&self, node: NodeOrdinal) -> NodeKind {
        unpack_kind(self.tables.nodes.kind[node.index()])
    }

    /// V8's word for the kind, also for one that only this file has.
    pub fn kind_name(&self, kind: NodeKind) -> &str {
        match kind.0.checked_sub(NodeKind::FIRST_FOREIGN) {
            None => NodeKind::NAMES[usize::from(kind.0)],
            Some(foreign) => &self.tables.foreign_kinds[usize::from(foreign)],
        }
    }

    #[inline(always)]
    pub fn detachedness(&self, node: NodeOrdinal) -> Detachedness {
        match self.tables.nodes.kind[node.index()] >> 6 {
            1 => Detachedness::Attached,
            2 => Detachedness::Detached,
            _ => Detachedness::Unknown,
        }
    }

    /// Every node of this kind, in file order.
    ///
    /// # Cost
    /// O(nodes), little where they are rare.
    pub fn nodes_of_kind(&self, kind: NodeKind) -> impl Iterator<Item = NodeOrdinal> + '_ {
        let kinds = self.tables.nodes.kind.chunks(CHUNK).enumerate();
        // Most chunks have none, and a chunk is asked at once.
        let chunks = kinds.filter(move |(_, chunk)| chunk.iter().any(|packed| unpack_kind(*packed) == kind));
        chunks
            .flat_map(|(at, chunk)| at * CHUNK..at * CHUNK + chunk.len())
            .map(NodeOrdinal::from_index)
            .filter(move |node| self.kind(*node) == kind)
    }

    /// Raw name, by position in the string table.
    #[inline(always)]
    pub fn name(&self, node: NodeOrdinal) -> StringOrdinal {
        StringOrdinal(self.tables.nodes.name[node.index()])
    }

    /// Raw name as text. What a person should see is `analysis::display_name`.
    pub fn name_text(&self, node: NodeOrdinal) -> Text<'_> {
        self.text(self.name(node))
    }

    #[inline]
    pub fn text(&self, string: StringOrdinal) -> Text<'_> {
        self.tables.strings.get(string)
    }

    /// V8's object id: the same object in every snapshot of one process.
    #[inline(always)]
    pub fn id(&self, node: NodeOrdinal) -> u64 {
        self.tables.nodes.id.get(node.index())
    }

    /// Bytes of the object itself, and of the backing stores that only it owns (`graph::shallow_sizes`).
    #[inline(always)]
    pub fn shallow_size(&self, node: NodeOrdinal) -> u64 {
        self.tables.nodes.size.get(node.index())
    }

    /// Bytes of the node as the file has them: the same whether the snapshot was analysed or read only.
    #[inline(always)]
    pub fn file_size(&self, node: NodeOrdinal) -> u64 {
        self.file_sizes.get(node.index()).unwrap_or_else(|| self.shallow_size(node))
    }

    /// Position of the node's allocation stack in the trace tree, by id; 0: not recorded.
    pub fn trace_node_id(&self, node: NodeOrdinal) -> u32 {
        self.tables.nodes.trace_node_id.get(node.index()).copied().unwrap_or(0)
    }

    pub fn location(&self, node: NodeOrdinal) -> Option<Location> {
        self.tables.locations.get(node)
    }

    /// The node's outgoing edges in file order.
    #[inline(always)]
    pub fn edges(&self, node: NodeOrdinal) -> impl DoubleEndedIterator<Item = EdgeOrdinal> + ExactSizeIterator + use<> {
        let range = self.edge_range(node);
        (range.start as u32..range.end as u32).map(EdgeOrdinal)
    }

    #[inline(always)]
    pub fn edge_range(&self, node: NodeOrdinal) -> Range<usize> {
        let first = &self.tables.nodes.first_edge;
        first[node.index()] as usize..first[node.index() + 1] as usize
    }

    /// Hints that this node's place in the columns will be asked for soon, and a little later its edges
    /// ([`Snapshot::expect_edges`]).
    #[inline(always)]
    pub fn expect_node(&self, node: NodeOrdinal) {
        prefetch(&self.tables.nodes.first_edge, node.index());
    }

    /// Hints that this node's edges will be walked next. Worth it some steps after [`Snapshot::expect_node`].
    #[inline(always)]
    pub fn expect_edges(&self, node: NodeOrdinal) {
        prefetch(&self.tables.edges.kind_and_target, self.tables.nodes.first_edge[node.index()] as usize);
    }

    /// [`Snapshot::expect_edges`], for a walk that asks for their names too.
    #[inline(always)]
    pub fn expect_named_edges(&self, node: NodeOrdinal) {
        self.expect_edges(node);
        prefetch(&self.tables.edges.name_or_index, self.tables.nodes.first_edge[node.index()] as usize);
    }

    /// Targets and kinds of a node's edges, packed; [`unpack_edge`] takes them apart. For passes over the whole graph.
    #[inline(always)]
    pub fn packed_edges(&self, node: NodeOrdinal) -> &[u32] {
        &self.tables.edges.kind_and_target[self.edge_range(node)]
    }

    #[inline(always)]
    pub fn edge_kind(&self, edge: EdgeOrdinal) -> EdgeKind {
        unpack_edge(self.tables.edges.kind_and_target[edge.index()]).0
    }

    #[inline(always)]
    pub fn target(&self, edge: EdgeOrdinal) -> NodeOrdinal {
        unpack_edge(self.tables.edges.kind_and_target[edge.index()]).1
    }

    /// Number of an element or hidden edge, string ordinal of any other.
    #[inline(always)]
    pub fn name_or_index(&self, edge: EdgeOrdinal) -> u32 {
        self.tables.edges.name_or_index[edge.index()]
    }

    /// Name of an edge that has one: not element, not hidden.
    pub fn edge_string(&self, edge: EdgeOrdinal) -> Option<StringOrdinal> {
        (!self.edge_kind(edge).has_index()).then(|| StringOrdinal(self.name_or_index(edge)))
    }

    /// First internal edge of this name, as (edge, target).
    pub fn internal_edge(&self, node: NodeOrdinal, name: &str) -> Option<(EdgeOrdinal, NodeOrdinal)> {
        self.named_edge(node, EdgeKind::Internal, name)
    }

    /// First edge of this kind and name.
    pub fn named_edge(&self, node: NodeOrdinal, kind: EdgeKind, name: &str) -> Option<(EdgeOrdinal, NodeOrdinal)> {
        debug_assert!(!kind.has_index());
        self.edges(node)
            .find(|edge| self.edge_kind(*edge) == kind && self.text(StringOrdinal(self.name_or_index(*edge))).is(name))
            .map(|edge| (edge, self.target(edge)))
    }

    /// Node with this id, by a scan of the id column.
    ///
    /// # Cost
    /// O(nodes), about 1 ms for 3 million.
    pub fn find(&self, id: u64) -> Option<NodeOrdinal> {
        let ids = &self.tables.nodes.id;
        if id < u64::from(u32::MAX) {
            return ids.narrow().iter().position(|narrow| u64::from(*narrow) == id).map(NodeOrdinal::from_index);
        }
        self.nodes().find(|node| self.id(*node) == id)
    }

    /// String ordinals whose text is exactly this; more than one when the table repeats it.
    pub fn strings_equal_to(&self, text: &str) -> Vec<StringOrdinal> {
        self.tables.strings.of_length(text.len() as u64).filter(|string| self.text(*string).is(text)).collect()
    }

    /// Building step: replaces detachedness and the names of detached nodes (`graph::detachedness`).
    pub fn with_detached(
        mut self,
        changes: impl IntoIterator<Item = (NodeOrdinal, Detachedness, Option<StringOrdinal>)>,
    ) -> Self {
        for (node, state, name) in changes {
            let kind = &mut self.tables.nodes.kind[node.index()];
            *kind = *kind & KIND_BITS | (state as u8) << 6;
            if let Some(name) = name {
                self.tables.nodes.name[node.index()] = name.0;
            }
        }
        self
    }

    /// Building step: appends a text for [`Snapshot::with_detached`].
    pub fn add_text(&mut self, text: Text<'_>) -> StringOrdinal {
        self.tables.strings.push(text)
    }

    /// Building step: takes the sizes out, for `graph::shallow_sizes` to change them while others read the snapshot.
    /// Until [`Snapshot::with_shallow_sizes`] no node has a size.
    pub fn take_sizes(&mut self) -> WideColumn {
        std::mem::take(&mut self.tables.nodes.size)
    }

    /// Building step: the sizes after backing stores were charged to their owners (`graph::shallow_sizes`), and those
    /// that it replaced.
    pub fn with_shallow_sizes(mut self, sizes: WideColumn, before: FileSizes) -> Self {
        debug_assert_eq!(sizes.len(), self.node_count());
        self.tables.nodes.size = sizes;
        // A second time no store has a size left that could go to its owner.
        if self.file_sizes.is_empty() {
            self.file_sizes = before;
        }
        self
    }

    /// Building step for strict parity: ids and sizes wrap at 2^32, as in DevTools' cells, and a kind beyond the list
    /// of the file is `undefined`.
    pub fn as_devtools_has_it(mut self) -> Self {
        self.tables.nodes.id.wrap_to_32_bits();
        self.tables.nodes.size.wrap_to_32_bits();
        for name in self.tables.foreign_kinds.iter_mut().filter(|name| name.starts_with(UNNAMED_KIND)) {
            "undefined".clone_into(name);
        }
        self
    }
}

/// The kind in a packed byte of the column of kinds.
#[inline(always)]
pub fn unpack_kind(packed: u8) -> NodeKind {
    NodeKind(packed & KIND_BITS)
}

/// Takes a packed edge apart.
#[inline(always)]
pub fn unpack_edge(packed: u32) -> (EdgeKind, NodeOrdinal) {
    (EdgeKind::ALL[(packed >> 29) as usize], NodeOrdinal(packed & TARGET_BITS))
}
