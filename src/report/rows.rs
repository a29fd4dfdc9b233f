//! Rows that several documents have: edges and retainers.

use crate::analysis::{Heap, display_name, edge_name};
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
