//! The object in which a growth accumulates: plain data.

use crate::analysis::SourceLocation;
use crate::leaks::newest::Newest;
use crate::leaks::place::path::edge_name;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// The object that accumulates others.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    pub id: u64,
    pub name: TextBuf,
    /// The reference that holds the container.
    pub edge: TextBuf,
    /// The place in the source of the container, or of its nearest holder that has one.
    pub location: Option<SourceLocation>,
}

impl Container {
    pub fn of(newest: &Newest<'_>, container: NodeOrdinal) -> Self {
        Self::on_path(newest, container, &newest.tree.ancestors(container))
    }

    /// The container with the place of one of these holders.
    pub fn on_path(newest: &Newest<'_>, container: NodeOrdinal, holders: &[NodeOrdinal]) -> Self {
        Self {
            id: newest.snapshot().id(container),
            name: newest.original_name(container),
            edge: edge_name(newest, container),
            location: newest.nearest_location(holders),
        }
    }

    /// All roots together, for growth that belongs to V8.
    pub fn roots(newest: &Newest<'_>) -> Self {
        let root = newest.snapshot().root();
        let name = TextBuf::from("(roots)");
        Self { id: newest.snapshot().id(root), name, edge: TextBuf::new(), location: None }
    }
}
