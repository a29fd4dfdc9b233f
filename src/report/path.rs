//! The path that keeps one object alive.

use super::document::Document;
use super::places::{LocationRow, Places};
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
use crate::ordinal::NodeOrdinal;
use crate::paths::Paths;
use crate::paths::name::Naming;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct PathQuestion {
    id: u64,
    #[serde(default)]
    ignored: Vec<u64>,
}

/// `PathStep[]` of `index.d.ts`.
pub fn retaining_path(opened: &Opened, question: &PathQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let mut ignored = opened.find_all(&question.ignored)?;
    // Whoever holds it is asked for, not whether it is there.
    ignored.retain(|ignored| *ignored != node);
    let places = Places::new(opened, control);
    let paths = opened.paths_to(node, &ignored, control)?;
    let rows = path_rows(opened, &paths, node, &places, control)?;
    Document::of_rows(rows.into_iter().map(Ok), control)
}

/// Steps from the root to the node; none when nothing holds it.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn path_rows(
    opened: &Opened,
    paths: &Paths,
    node: NodeOrdinal,
    places: &Places<'_>,
    control: &Control,
) -> Result<Vec<PathRow>> {
    let naming = paths.naming(&opened.heap, opened.scripts(control)?, places.maps());
    let nodes = naming.nodes_to(node);
    let mut rows = Vec::with_capacity(nodes.len());
    for node in nodes {
        control.check()?;
        rows.push(PathRow::of(&naming, node, places));
    }
    Ok(rows)
}

#[derive(Serialize)]
pub struct PathRow {
    pub name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<TextBuf>,
    pub edge: TextBuf,
    pub reference: TextBuf,
    pub id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationRow>,
}

impl PathRow {
    pub fn of(naming: &Naming<'_>, node: NodeOrdinal, places: &Places<'_>) -> Self {
        Self {
            name: naming.original_name(node),
            shape: naming.shape(node),
            edge: naming.edge_name(node),
            reference: naming.reference(node),
            id: naming.heap.snapshot.id(node),
            location: naming.location(node).map(|place| places.row(place)),
        }
    }
}
