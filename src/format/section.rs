//! One section of the document while it is read.

use super::ahead::Ahead;
use super::balanced::Balanced;
use super::edge_rows::EdgeRows;
use super::header::Header;
use super::integers::Integers;
use super::kept::Kept;
use super::key::Key;
use super::node_rows::NodeRows;
use super::profile_rows::{FunctionRows, LocationRows, SampleRows};
use super::references::Names;
use super::strings::Strings;
use super::tables::Tables;
use super::trace_tree::TraceTree;
use crate::error::Result;

/// The reader of a section, which knows what the section becomes.
#[derive(Debug)]
pub enum Section {
    Skipped(Balanced),
    /// The bytes themselves: of `snapshot`, and of sections that come before it.
    Kept(Kept),
    Nodes(Integers<NodeRows>),
    Edges(Integers<EdgeRows>),
    Functions(Integers<FunctionRows>),
    Samples(Integers<SampleRows>),
    Locations(Integers<LocationRows>),
    TraceTree(TraceTree),
    Strings(Strings),
}

/// How much the input can still hold.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Bytes to the end; `None`: unknown.
    pub left: Option<u64>,
}

impl Room {
    /// Rows of at least `bytes` each to make room for, when `claim` are announced.
    fn rows(self, claim: Option<u32>, bytes: usize) -> usize {
        // Without the size of the input, or without a claim, columns grow as rows come.
        let claim = claim.unwrap_or(0);
        let fit = self.left.unwrap_or(0) / bytes as u64;
        (claim as usize).min(usize::try_from(fit).unwrap_or(usize::MAX))
    }
}

impl Section {
    /// `key` is neither `snapshot` nor unknown. `strings`: how many texts somebody may ask for.
    pub fn open(key: Key, header: &Header, room: Room, strings: usize) -> Self {
        match key {
            // A number and its comma take two bytes at least.
            Key::Nodes => {
                Self::Nodes(Integers::new(NodeRows::new(header, room.rows(header.node_count, header.nodes.width * 2))))
            }
            Key::Edges => {
                Self::Edges(Integers::new(EdgeRows::new(header, room.rows(header.edge_count, header.edges.width * 2))))
            }
            Key::Functions => Self::Functions(Integers::new(FunctionRows::new(header))),
            Key::TraceTree => Self::TraceTree(TraceTree::new(header.trace_nodes.clone())),
            Key::Samples => match &header.samples {
                Some(fields) => Self::Samples(Integers::new(SampleRows::new(fields.clone()))),
                None => Self::Skipped(Balanced::new(key.name())),
            },
            Key::Locations => match &header.locations {
                Some(fields) => Self::Locations(Integers::new(LocationRows::new(fields.clone(), header))),
                None => Self::Skipped(Balanced::new(key.name())),
            },
            Key::Strings => Self::Strings(Strings::new(room.rows(Some(u32::MAX), 1), strings)),
            Key::Snapshot | Key::Unknown => Self::Skipped(Balanced::new(key.name())),
        }
    }

    /// Takes bytes up to the end of the section and returns how many.
    ///
    /// # Errors
    /// The errors of the section's reader.
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        self.feed_from(bytes, 0, offset, &mut Ahead::default())
    }

    /// [`Section::feed`] of the bytes of `block` from `at` on, of which `ahead` knows something.
    pub fn feed_from(&mut self, block: &[u8], at: usize, offset: u64, ahead: &mut Ahead) -> Result<usize> {
        let bytes = &block[at..];
        match self {
            Self::Skipped(value) => value.feed(bytes, offset),
            Self::Kept(kept) => kept.feed(bytes, offset),
            Self::Nodes(integers) => integers.feed_from(block, at, offset, ahead),
            Self::Edges(integers) => integers.feed_from(block, at, offset, ahead),
            Self::Functions(integers) => integers.feed(bytes, offset),
            Self::Samples(integers) => integers.feed(bytes, offset),
            Self::Locations(integers) => integers.feed_from(block, at, offset, ahead),
            Self::TraceTree(tree) => tree.feed(bytes, offset),
            Self::Strings(strings) => strings.feed(bytes, offset),
        }
    }

    /// Bytes of memory that it takes so far.
    pub fn held_bytes(&self) -> u64 {
        match self {
            Self::Skipped(value) => value.held_bytes(),
            Self::Kept(kept) => kept.held_bytes(),
            Self::Nodes(integers) => integers.rows.held_bytes(),
            Self::Edges(integers) => integers.rows.held_bytes(),
            Self::Functions(integers) => size_of_val(&integers.rows.rows[..]) as u64,
            Self::Samples(integers) => size_of_val(&integers.rows.rows[..]) as u64,
            Self::Locations(integers) => integers.rows.held_bytes(),
            Self::TraceTree(tree) => tree.held_bytes(),
            Self::Strings(strings) => strings.held_bytes(),
        }
    }

    pub fn is_done(&self) -> bool {
        match self {
            Self::Skipped(value) => value.is_done(),
            Self::Kept(kept) => kept.is_done(),
            Self::Nodes(integers) => integers.is_done(),
            Self::Edges(integers) => integers.is_done(),
            Self::Functions(integers) => integers.is_done(),
            Self::Samples(integers) => integers.is_done(),
            Self::Locations(integers) => integers.is_done(),
            Self::TraceTree(tree) => tree.is_done(),
            Self::Strings(strings) => strings.is_done(),
        }
    }

    /// Puts what was read into its table, and tells which names it has.
    pub fn close(self, tables: &mut Tables, names: &mut Names) {
        match self {
            Self::Skipped(_) | Self::Kept(_) => {}
            Self::Nodes(integers) => {
                names.of_nodes(integers.rows.highest_name());
                (tables.nodes, tables.foreign_kinds) = integers.rows.into_table();
            }
            Self::Edges(integers) => {
                names.of_edges(integers.rows.highest_name());
                tables.edges = integers.rows.into_table();
            }
            Self::Functions(integers) => {
                names.of_functions(&integers.rows.rows);
                tables.functions = integers.rows.rows;
            }
            Self::Samples(integers) => tables.samples = integers.rows.rows,
            Self::Locations(integers) => tables.locations = integers.rows.into_table(),
            Self::TraceTree(tree) => tables.trace_nodes = tree.into_rows(),
            Self::Strings(strings) => tables.strings = strings.into_table(),
        }
    }
}
