//! Questions about one node.

use super::allocations::FrameRow;
use super::document::{Document, LATER};
use super::path::path_rows;
use super::places::{LocationRow, Places};
use super::rows::{EdgeRow, ReferenceRow, RetainerRow, system};
use crate::analysis::{
    EdgeOptions, EdgeSort, IgnoredRetainers, allocation_stack, display_name, edge_rows, retainer_rows,
};
use crate::control::Control;
use crate::error::Result;
use crate::kind::Detachedness;
use crate::open::Opened;
use crate::ordinal::NodeOrdinal;
use crate::text::{TextBuf, Whole};
use serde::{Deserialize, Serialize};

/// Rows of each list of a node's document, unless asked otherwise.
const LIMIT: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeQuestion {
    id: u64,
    limit: Option<usize>,
    /// The whole of the raw name, however long it is.
    #[serde(default)]
    full_name: bool,
}

#[derive(Deserialize)]
pub struct EdgesQuestion {
    id: u64,
    #[serde(default)]
    sort: Sort,
    limit: Option<usize>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum Sort {
    #[default]
    RetainedSize,
    ShallowSize,
    Name,
}

#[derive(Deserialize)]
pub struct RetainersQuestion {
    id: u64,
    #[serde(default)]
    ignored: Vec<u64>,
    limit: Option<usize>,
}

/// `NodeDocument` of `index.d.ts`.
pub fn node(opened: &Opened, question: &NodeQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let heap = &opened.heap;
    let limit = question.limit.unwrap_or(LIMIT);
    let mut places = Places::new(opened, control);
    let mut retainers = retainer_rows(heap, node, &IgnoredRetainers::none(), control)?;
    let mut edges = edge_rows(heap, node, &EdgeOptions::default(), control)?;
    let head = NodeHead {
        full_name: question.full_name.then(|| Whole(heap.snapshot.name_text(node))),
        ..NodeHead::of(opened, node, (retainers.len(), edges.len()), &mut places)?
    };
    retainers.truncate(limit);
    edges.truncate(limit);
    let paths = opened.paths_to(node, &[], control)?;
    let path = path_rows(opened, &paths, node, &places, control)?;
    let retainers = retainers.iter().map(|row| Ok(RetainerRow::of(heap, row.edge, row.node, row.distance)));
    let edges = edges.iter().map(|edge| Ok(EdgeRow::of(heap, *edge)));
    Document::new(&head)?.with_list("retainers", retainers, control)?.with_list("edges", edges, control)?.with_list(
        "retainingPath",
        path.into_iter().map(Ok),
        control,
    )
}

/// `EdgeRow[]` of `index.d.ts`.
pub fn edges(opened: &Opened, question: &EdgesQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let sort = match question.sort {
        Sort::RetainedSize => EdgeSort::RetainedSize,
        Sort::ShallowSize => EdgeSort::ShallowSize,
        Sort::Name => EdgeSort::Name,
    };
    let mut edges = edge_rows(&opened.heap, node, &EdgeOptions { sort, ..EdgeOptions::default() }, control)?;
    edges.truncate(question.limit.unwrap_or(usize::MAX));
    Document::of_rows(edges.iter().map(|edge| Ok(EdgeRow::of(&opened.heap, *edge))), control)
}

/// `RetainerRow[]` of `index.d.ts`.
pub fn retainers(opened: &Opened, question: &RetainersQuestion, control: &Control) -> Result<Document> {
    let heap = &opened.heap;
    let node = opened.find(question.id)?;
    let ignored = opened.find_all(&question.ignored)?;
    let mut rows = retainer_rows(heap, node, &IgnoredRetainers::of(heap, &ignored, control)?, control)?;
    rows.truncate(question.limit.unwrap_or(usize::MAX));
    Document::of_rows(rows.iter().map(|row| Ok(RetainerRow::of(heap, row.edge, row.node, row.distance))), control)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NodeHead<'a> {
    id: u64,
    name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<Whole<'a>>,
    class_name: TextBuf,
    key: TextBuf,
    kind: &'a str,
    shallow_size: u64,
    retained_size: u64,
    distance: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detached: Option<bool>,
    dominator: Option<ReferenceRow>,
    retainer_count: usize,
    retainers: [(); 0],
    edge_count: usize,
    edges: [(); 0],
    retaining_path: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allocation_stack: Vec<FrameRow>,
}

impl<'a> NodeHead<'a> {
    fn of(opened: &'a Opened, node: NodeOrdinal, counts: (usize, usize), places: &mut Places<'_>) -> Result<Self> {
        let heap = &opened.heap;
        let snapshot = &heap.snapshot;
        let class = heap.classes.row(heap.classes.class_of(node));
        let distance = heap.graph.distance(node);
        let (retainer_count, edge_count) = counts;
        Ok(Self {
            id: snapshot.id(node),
            name: display_name(snapshot, node),
            full_name: None,
            class_name: class.name.as_text().shown(),
            key: class.key.as_text().shown(),
            kind: snapshot.kind_name(snapshot.kind(node)),
            shallow_size: snapshot.shallow_size(node),
            retained_size: heap.graph.retained_size(node),
            distance,
            system: system(distance),
            detached: (snapshot.detachedness(node) == Detachedness::Detached).then_some(true),
            dominator: (node != snapshot.root()).then(|| ReferenceRow::of(heap, heap.graph.dominator(node))),
            retainer_count,
            retainers: LATER,
            edge_count,
            edges: LATER,
            retaining_path: LATER,
            location: places.of_node(node)?,
            allocation_stack: allocation_stack(heap, node)
                .into_iter()
                .map(|frame| FrameRow::of(frame, places))
                .collect(),
        })
    }
}
