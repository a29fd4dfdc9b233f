//! Objects that meet conditions.

use super::document::{Document, LATER};
use super::places::{LocationRow, Places};
use super::rows::system;
use crate::analysis::{Pattern, Query, QuerySort, display_name};
use crate::control::Control;
use crate::error::Result;
use crate::kind::Detachedness;
use crate::open::Opened;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

/// Rows, unless asked otherwise.
const LIMIT: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueryQuestion {
    name: Option<String>,
    class_name: Option<String>,
    key: Option<String>,
    property: Option<String>,
    kind: Option<String>,
    detached: Option<bool>,
    min_shallow_size: Option<u64>,
    max_shallow_size: Option<u64>,
    min_retained_size: Option<u64>,
    max_retained_size: Option<u64>,
    #[serde(default)]
    sort: Sort,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum Sort {
    #[default]
    RetainedSize,
    ShallowSize,
    Id,
}

/// A page of `QueryRow[]` of `index.d.ts`.
pub fn query_document(opened: &Opened, question: &QueryQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        total: usize,
        total_shallow_size: u64,
        rows: [(); 0],
    }
    let found = opened.matches(conditions(question), control)?;
    let head = Head { total: found.nodes.len(), total_shallow_size: found.total_shallow_size, rows: LATER };
    let mut places = Places::new(opened, control);
    let page = found.nodes.iter().skip(question.offset.unwrap_or(0)).take(question.limit.unwrap_or(LIMIT));
    Document::new(&head)?.with_list("rows", page.map(|node| Row::of(opened, *node, &mut places)), control)
}

fn conditions(question: &QueryQuestion) -> Query {
    let pattern = |text: &Option<String>| text.as_ref().map(Pattern::regex);
    Query {
        class: pattern(&question.class_name),
        class_key: question.key.as_deref().map(TextBuf::from),
        name: pattern(&question.name),
        property: pattern(&question.property),
        kind: question.kind.clone(),
        shallow_size: question.min_shallow_size.unwrap_or(0)..=question.max_shallow_size.unwrap_or(u64::MAX),
        retained_size: question.min_retained_size.unwrap_or(0)..=question.max_retained_size.unwrap_or(u64::MAX),
        detached: question.detached,
        sort: match question.sort {
            Sort::RetainedSize => QuerySort::RetainedSize,
            Sort::ShallowSize => QuerySort::ShallowSize,
            Sort::Id => QuerySort::Id,
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: u64,
    name: TextBuf,
    class_name: TextBuf,
    kind: &'a str,
    shallow_size: u64,
    retained_size: u64,
    distance: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detached: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl<'a> Row<'a> {
    fn of(opened: &'a Opened, node: NodeOrdinal, places: &mut Places<'_>) -> Result<Self> {
        let heap = &opened.heap;
        let snapshot = &heap.snapshot;
        let distance = heap.graph.distance(node);
        Ok(Self {
            id: snapshot.id(node),
            name: display_name(snapshot, node),
            class_name: heap.classes.row(heap.classes.class_of(node)).name.as_text().shown(),
            kind: snapshot.kind_name(snapshot.kind(node)),
            shallow_size: snapshot.shallow_size(node),
            retained_size: heap.graph.retained_size(node),
            distance,
            system: system(distance),
            detached: (snapshot.detachedness(node) == Detachedness::Detached).then_some(true),
            location: places.of_node(node)?,
        })
    }
}
