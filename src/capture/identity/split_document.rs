//! A document of V8 that waits in the forked child, cut at the numbers of its nodes, which contain the ids.

use super::rewrite::{IdColumn, Rewrite};
use crate::archive::Packed;
use crate::error::Result;
use crate::format::Layout;
use memchr::{memchr, memmem};

/// The text of V8 before the first number of a node.
const NODES: &[u8] = b"\"nodes\":[";
/// The `snapshot` object of every known producer is a few kilobytes long.
const FRONT_LIMIT: usize = 1 << 20;

/// The document in three parts: what stands before the nodes, their numbers, and all after them. The last two are
/// packed.
pub(super) struct SplitDocument {
    at: At,
    front: Vec<u8>,
    nodes: Packed,
    tail: Packed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Front,
    Nodes,
    Tail,
}

impl SplitDocument {
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn new() -> Result<Self> {
        Ok(SplitDocument { at: At::Front, front: Vec::new(), nodes: Packed::new()?, tail: Packed::new()? })
    }

    /// Takes the next bytes of the document.
    ///
    /// # Errors
    /// [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn store(&mut self, mut bytes: &[u8]) -> Result<()> {
        if self.at == At::Front {
            let seen = self.front.len();
            self.front.extend_from_slice(bytes);
            let from = seen.saturating_sub(NODES.len() - 1);
            match memmem::find(&self.front[from..], NODES) {
                Some(found) => {
                    let end = from + found + NODES.len();
                    bytes = &bytes[end - seen..];
                    self.front.truncate(end);
                    self.at = At::Nodes;
                }
                None if self.front.len() > FRONT_LIMIT => {
                    // Not as V8 writes it: kept as it is.
                    bytes = &[];
                    self.at = At::Tail;
                }
                None => return Ok(()),
            }
        }
        if self.at == At::Nodes {
            let end = memchr(b']', bytes);
            let (nodes, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.nodes.write(nodes)?;
            if end.is_some() {
                self.at = At::Tail;
            }
            bytes = rest;
        }
        if bytes.is_empty() { Ok(()) } else { self.tail.write(bytes) }
    }

    /// Where the id stands in each row of the nodes; `None` when the document does not say.
    pub fn id_column(&self) -> Option<IdColumn> {
        let layout = Layout::of_front(&self.front)?;
        let fields = &layout.node_fields;
        Some(IdColumn { width: fields.len(), id: fields.iter().position(|field| field == "id")? })
    }

    /// Gives the document to `sink`, in pieces; with a `rewrite`, its nodes have other ids.
    ///
    /// # Errors
    /// The errors of `sink`; [`Error::Io`](crate::error::Error::Io) when there is no memory.
    pub fn write(self, rewrite: Option<Rewrite<'_>>, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        sink(&self.front)?;
        match rewrite {
            Some(mut rewrite) => {
                let mut piece = Vec::new();
                self.nodes.unpack(&mut |bytes| {
                    piece.clear();
                    rewrite.feed(bytes, &mut piece);
                    sink(&piece)
                })?;
            }
            None => self.nodes.unpack(sink)?,
        }
        self.tail.unpack(sink)
    }
}
