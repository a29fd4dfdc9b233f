//! The contents of a snapshot file, in columns. Counts are checked, ordinals are in range, and types have heaphound's
//! numbers.

use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::text::Text;
use crate::wide_column::WideColumn;

/// Everything the parser keeps of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tables {
    /// Ordinal of the root node.
    pub root: u32,
    /// Fields of a node in the file. DevTools' "node index" is ordinal times this.
    pub node_stride: u32,
    /// Bytes outside the heap that V8 reports in the header (V8 13.6 and later).
    pub extra_native_bytes: u64,
    /// Names of the kinds `NodeKind::FIRST_FOREIGN..`.
    pub foreign_kinds: Vec<String>,
    /// False for files from before V8 10: no `detachedness` column.
    pub has_detachedness: bool,
    pub nodes: NodeTable,
    pub edges: EdgeTable,
    pub strings: StringTable,
    pub locations: LocationTable,
    /// Functions of the allocation profile; empty when allocations were not tracked.
    pub functions: Vec<FunctionInfo>,
    /// The trace tree in preorder: a parent stands before its children. Empty when allocations were not tracked.
    pub trace_nodes: Vec<TraceNode>,
    /// Allocation timeline.
    pub samples: Vec<Sample>,
}

/// # Shapes
/// One row per node by ordinal; `first_edge` has one more and ends with the number of edges.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeTable {
    /// Lower six bits: [`crate::kind::NodeKind`]; upper two: [`crate::kind::Detachedness`].
    pub kind: Vec<u8>,
    /// [`StringOrdinal`] of the raw name.
    pub name: Vec<u32>,
    pub id: WideColumn,
    /// Bytes.
    pub size: WideColumn,
    pub first_edge: Vec<u32>,
    /// Row id in the trace tree, 0 unknown. Empty when allocations were not tracked.
    pub trace_node_id: Vec<u32>,
}

/// # Shapes
/// One row per edge in file order, which groups edges by their source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EdgeTable {
    /// Upper three bits: [`crate::kind::EdgeKind`]; lower 29: ordinal of the target.
    pub kind_and_target: Vec<u32>,
    /// Element and hidden edges: the number. All others: [`StringOrdinal`].
    pub name_or_index: Vec<u32>,
}

/// The string table: unescaped WTF-8, one text after the other.
///
/// # Shapes
/// `end[i]` is where text `i` ends in `bytes`; it starts where the one before ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StringTable {
    pub bytes: Vec<u8>,
    pub end: Vec<u64>,
    /// Texts of the file far behind the last one that a row names. They are not kept.
    pub surplus: u64,
}

impl Tables {
    /// Bytes of memory that the rows take, whatever room was made for more.
    pub fn held_bytes(&self) -> u64 {
        self.nodes.held_bytes()
            + self.edges.held_bytes()
            + self.strings.held_bytes()
            + self.locations.nodes.len() as u64 * 16
            + size_of_val(&self.functions[..]) as u64
            + size_of_val(&self.trace_nodes[..]) as u64
            + size_of_val(&self.samples[..]) as u64
    }
}

impl NodeTable {
    pub fn held_bytes(&self) -> u64 {
        let narrow = self.name.len() + self.first_edge.len() + self.trace_node_id.len();
        self.kind.len() as u64 + narrow as u64 * 4 + self.id.held_bytes() + self.size.held_bytes()
    }
}

impl EdgeTable {
    pub fn held_bytes(&self) -> u64 {
        (self.kind_and_target.len() + self.name_or_index.len()) as u64 * 4
    }
}

impl StringTable {
    pub fn held_bytes(&self) -> u64 {
        self.bytes.len() as u64 + self.end.len() as u64 * 8
    }

    pub fn len(&self) -> usize {
        self.end.len()
    }

    pub fn is_empty(&self) -> bool {
        self.end.is_empty()
    }

    #[inline]
    pub fn get(&self, string: StringOrdinal) -> Text<'_> {
        let start = if string.0 == 0 { 0 } else { self.end[string.index() - 1] };
        Text(&self.bytes[start as usize..self.end[string.index()] as usize])
    }

    /// Strings whose texts have this many bytes. Looks at the ends of the texts only.
    pub fn of_length(&self, bytes: u64) -> impl Iterator<Item = StringOrdinal> + '_ {
        let mut start = 0;
        let lengths = self.end.iter().map(move |end| end - std::mem::replace(&mut start, *end));
        lengths.enumerate().filter(move |(_, length)| *length == bytes).map(|(at, _)| StringOrdinal::from_index(at))
    }

    /// Appends a text, equal to another or not, and gives its ordinal.
    pub fn push(&mut self, text: Text<'_>) -> StringOrdinal {
        self.bytes.extend_from_slice(text.as_bytes());
        self.end.push(self.bytes.len() as u64);
        StringOrdinal::from_index(self.end.len() - 1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (StringOrdinal, Text<'_>)> {
        (0..self.len()).map(|index| (StringOrdinal::from_index(index), self.get(StringOrdinal::from_index(index))))
    }
}

/// A place in a script, all numbers as in the file: line and column from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    pub script_id: u32,
    pub line: u32,
    pub column: u32,
}

/// Where functions, and constructors of objects, stand in their scripts.
///
/// # Shapes
/// Sorted by node, one row per node (the file's last row for it).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LocationTable {
    pub nodes: Vec<u32>,
    pub places: Vec<Location>,
}

impl LocationTable {
    pub fn get(&self, node: NodeOrdinal) -> Option<Location> {
        self.nodes.binary_search(&node.0).ok().map(|row| self.places[row])
    }
}

/// A function of the allocation profile. Line and column count from 1, script id 0 means no script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FunctionInfo {
    pub function_id: u32,
    pub name: StringOrdinal,
    pub script_name: StringOrdinal,
    pub script_id: u32,
    pub line: u32,
    pub column: u32,
}

/// A call path of the allocation profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceNode {
    pub id: u32,
    /// Position in `Tables::functions`.
    pub function: u32,
    /// Allocations made on this path, and their bytes.
    pub count: u64,
    pub size: u64,
    /// Position of the caller in `Tables::trace_nodes`; the root is its own.
    pub parent: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    pub timestamp_us: u64,
    pub last_assigned_id: u64,
}
