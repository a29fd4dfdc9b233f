//! Questions about one node.

use super::allocations::FrameRow;
use super::document::{Document, LATER};
use super::path::path_rows;
use super::places::{LocationRow, Places};
use super::rows::{EdgeRow, ReferenceRow, RetainerRow, system};
use crate::analysis::{EdgeSort, allocation_stack, display_name};
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
    #[serde(default)]
    offset: usize,
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
pub struct SizesQuestion {
    id: u64,
}

#[derive(Deserialize)]
pub struct RetainersQuestion {
    id: u64,
    #[serde(default)]
    ignored: Vec<u64>,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

/// `NodeDocument` of `index.d.ts`.
pub fn node(opened: &Opened, question: &NodeQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let heap = &opened.heap;
    let limit = question.limit.unwrap_or(LIMIT);
    let mut places = Places::new(opened, control);
    let retainers = opened.retainers(node, Vec::new(), control)?;
    let edges = opened.edges(node, EdgeSort::default(), control)?;
    let head = NodeHead {
        full_name: question.full_name.then(|| Whole(heap.snapshot.name_text(node))),
        ..NodeHead::of(opened, node, (retainers.len(), edges.len()), &mut places)?
    };
    let paths = opened.paths_to(node, &[], control)?;
    let path = path_rows(opened, &paths, node, &places, control)?;
    let retainers = retainers.iter().take(limit).map(|row| Ok(RetainerRow::of(heap, row.edge, row.node, row.distance)));
    let edges = edges.iter().take(limit).map(|edge| Ok(EdgeRow::of(heap, *edge)));
    Document::new(&head)?.with_list("retainers", retainers, control)?.with_list("edges", edges, control)?.with_list(
        "retainingPath",
        path.into_iter().map(Ok),
        control,
    )
}

/// Whether the snapshot has this object, and how large it is.
pub fn sizes(opened: &Opened, question: &SizesQuestion) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Sizes<'a> {
        kind: Option<&'a str>,
        shallow_size: Option<u64>,
        retained_size: Option<u64>,
    }
    let snapshot = &opened.heap.snapshot;
    let node = snapshot.find(question.id);
    Document::new(&Sizes {
        kind: node.map(|node| snapshot.kind_name(snapshot.kind(node))),
        shallow_size: node.map(|node| snapshot.shallow_size(node)),
        retained_size: node.map(|node| opened.heap.graph.retained_size(node)),
    })
}

/// A page of the edges.
pub fn edges(opened: &Opened, question: &EdgesQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let sort = match question.sort {
        Sort::RetainedSize => EdgeSort::RetainedSize,
        Sort::ShallowSize => EdgeSort::ShallowSize,
        Sort::Name => EdgeSort::Name,
    };
    let edges = opened.edges(node, sort, control)?;
    let page = edges.iter().skip(question.offset).take(question.limit.unwrap_or(usize::MAX));
    let rows = page.map(|edge| Ok(EdgeRow::of(&opened.heap, *edge)));
    Document::new(&Page::of(edges.len()))?.with_list("rows", rows, control)
}

/// A page of the retainers.
pub fn retainers(opened: &Opened, question: &RetainersQuestion, control: &Control) -> Result<Document> {
    let heap = &opened.heap;
    let node = opened.find(question.id)?;
    let ignored = opened.find_all(&question.ignored)?;
    let rows = opened.retainers(node, ignored, control)?;
    let page = rows.iter().skip(question.offset).take(question.limit.unwrap_or(usize::MAX));
    let page = page.map(|row| Ok(RetainerRow::of(heap, row.edge, row.node, row.distance)));
    Document::new(&Page::of(rows.len()))?.with_list("rows", page, control)
}

/// `EdgeRow[]` and `RetainerRow[]` of `index.d.ts`, and the number of all rows.
#[derive(Serialize)]
struct Page {
    total: usize,
    rows: [(); 0],
}

impl Page {
    fn of(total: usize) -> Self {
        Self { total, rows: LATER }
    }
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
