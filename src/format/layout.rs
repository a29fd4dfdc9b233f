//! The layout of a document's rows, for code that copies a document without reading it.

use super::header::Snapshot;
use serde::Deserialize;

/// Fields of a node and of an edge, and the numbers of both: a part of [`Header`](super::header::Header), which asks
/// for more than such code needs.
pub struct Layout {
    pub node_count: u64,
    pub edge_count: u64,
    pub node_fields: Vec<String>,
    pub edge_fields: Vec<String>,
}

impl Layout {
    /// Reads the text of the member `snapshot`.
    ///
    /// # Errors
    /// A few words about what is missing.
    pub fn of_header(json: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(json).map(Self::of).map_err(|error| error.to_string())
    }

    /// Reads a document that was cut behind the bracket which opens `nodes`. `None` when its first member is no
    /// `snapshot`.
    pub fn of_front(front: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document {
            snapshot: Snapshot,
        }
        let document: Document = serde_json::from_slice(&[front, b"]}"].concat()).ok()?;
        Some(Self::of(document.snapshot))
    }

    fn of(snapshot: Snapshot) -> Self {
        let Snapshot { meta, node_count, edge_count, .. } = snapshot;
        Self { node_count, edge_count, node_fields: meta.node_fields, edge_fields: meta.edge_fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_read_from_the_header_and_from_the_front_of_a_document() {
        let header =
            r#"{"meta":{"node_fields":["type","id"],"edge_fields":["to_node"]},"node_count":2,"edge_count":3}"#;
        let layout = Layout::of_header(header.as_bytes()).expect("it is whole");
        assert_eq!((&layout.node_fields[..], layout.edge_fields.len()), (&["type".to_owned(), "id".to_owned()][..], 1));
        assert_eq!((layout.node_count, layout.edge_count), (2, 3));
        let front = format!("{{\"snapshot\":{header},\n\"nodes\":[");
        assert_eq!(Layout::of_front(front.as_bytes()).map(|layout| layout.node_count), Some(2));
        assert!(Layout::of_front(b"{\"nodes\":[").is_none());
        assert!(Layout::of_header(b"{}").is_err());
    }
}
