//! Rows that several documents have: edges, retainers, steps of a path.

use super::places::{LocationRow, Places};
use crate::analysis::{Heap, PathStep, display_name, edge_name};
use crate::error::Result;
use crate::graph::SYSTEM;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::text::TextBuf;
use serde::Serialize;

/// Member `system` of a row: true or left out.
pub fn system(distance: i32) -> Option<bool> {
    (distance >= SYSTEM).then_some(true)
}

#[derive(Serialize)]
pub struct ReferenceRow {
    id: u64,
    name: TextBuf,
}

impl ReferenceRow {
    pub fn of(heap: &Heap, node: NodeOrdinal) -> Self {
        Self { id: heap.snapshot.id(node), name: display_name(&heap.snapshot, node) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeRow {
    edge: TextBuf,
    edge_kind: &'static str,
    id: u64,
    name: TextBuf,
    retained_size: u64,
}

impl EdgeRow {
    pub fn of(heap: &Heap, edge: EdgeOrdinal) -> Self {
        let snapshot = &heap.snapshot;
        let target = snapshot.target(edge);
        Self {
            edge: edge_name(snapshot, edge).to_text(),
            edge_kind: snapshot.edge_kind(edge).name(),
            id: snapshot.id(target),
            name: display_name(snapshot, target),
            retained_size: heap.graph.retained_size(target),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetainerRow {
    edge: TextBuf,
    edge_kind: &'static str,
    id: u64,
    name: TextBuf,
    distance: i32,
}

impl RetainerRow {
    pub fn of(heap: &Heap, edge: EdgeOrdinal, retainer: NodeOrdinal, distance: i32) -> Self {
        let snapshot = &heap.snapshot;
        Self {
            edge: edge_name(snapshot, edge).to_text(),
            edge_kind: snapshot.edge_kind(edge).name(),
            id: snapshot.id(retainer),
            name: display_name(snapshot, retainer),
            distance,
        }
    }
}

#[derive(Serialize)]
pub struct PathRow {
    name: TextBuf,
    edge: TextBuf,
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl PathRow {
    pub fn of(heap: &Heap, step: PathStep, places: &mut Places<'_>) -> Result<Self> {
        Ok(Self {
            name: display_name(&heap.snapshot, step.node),
            edge: step.edge.map(|edge| edge_name(&heap.snapshot, edge).to_text()).unwrap_or_default(),
            id: heap.snapshot.id(step.node),
            location: places.of_node(step.node)?,
        })
    }
}
