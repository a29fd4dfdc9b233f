//! `SnapshotInfo`: the facts about an opened snapshot.

use super::document::to_json;
use crate::analysis::{Parity, last_object_id};
use crate::archive::ReadInfo;
use crate::error::Result;
use crate::open::{Opened, Parsed};
use crate::snapshot::Snapshot;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InfoRow {
    node_count: u64,
    edge_count: u64,
    string_count: u64,
    zero_size_count: u64,
    total_size: u64,
    extra_native_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreachable_count: Option<u32>,
    max_object_id: u64,
    parity: &'static str,
    has_allocations: bool,
    has_samples: bool,
    raw_bytes: u64,
    stored_bytes: u64,
    compression: &'static str,
}

/// `SnapshotInfo` of `index.d.ts` as JSON.
pub fn info(opened: &Opened) -> Result<String> {
    let row = InfoRow::of(&opened.heap.snapshot, opened.heap.parity, &opened.read);
    to_json(&InfoRow { unreachable_count: Some(opened.heap.graph.unreachable_count), ..row })
}

/// The same of a snapshot that was only read.
pub fn info_of_parsed(parsed: &Parsed) -> Result<String> {
    to_json(&InfoRow::of(&parsed.snapshot, parsed.options.parity, &parsed.read))
}

impl InfoRow {
    fn of(snapshot: &Snapshot, parity: Parity, read: &ReadInfo) -> Self {
        let tables = snapshot.tables();
        Self {
            node_count: snapshot.node_count() as u64,
            edge_count: snapshot.edge_count() as u64,
            string_count: tables.strings.len() as u64 + tables.strings.surplus,
            zero_size_count: tables.nodes.size.narrow().iter().filter(|size| **size == 0).count() as u64,
            total_size: tables.nodes.size.sum().saturating_add(tables.extra_native_bytes),
            extra_native_size: tables.extra_native_bytes,
            unreachable_count: None,
            max_object_id: last_object_id(snapshot),
            parity: match parity {
                Parity::Ours => "heaphound",
                Parity::DevTools => "devtools",
            },
            has_allocations: !tables.trace_nodes.is_empty(),
            has_samples: !tables.samples.is_empty(),
            raw_bytes: read.raw_bytes,
            stored_bytes: read.stored_bytes,
            compression: read.codec.name(),
        }
    }
}
