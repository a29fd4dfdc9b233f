//! What was recorded of allocations: by function, by time, and the stack of one object.

use super::document::{Document, LATER};
use super::opened::Opened;
use crate::analysis::{AllocationTotals, Allocations, Heap, samples};
use crate::control::Control;
use crate::error::Result;
use crate::format::FunctionInfo;
use crate::text::TextBuf;
use serde::Serialize;

/// `AllocationsDocument` of `index.d.ts`.
pub fn allocations(opened: &Opened, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        functions: [(); 0],
        samples: [(); 0],
    }
    let heap = &opened.heap;
    let functions = &heap.snapshot.tables().functions;
    let found = Allocations::of(heap, control)?.map(|allocations| allocations.rows).unwrap_or_default();
    let rows = found.iter().filter_map(|row| {
        let function = functions.get(usize::try_from(row.function).ok()?)?;
        Some(Ok(FunctionRow { frame: FrameRow::of(heap, function), totals: row.totals.into() }))
    });
    let samples = samples(heap, control)?.into_iter().map(|row| {
        Ok(SampleRow { timestamp_us: row.timestamp_us, last_assigned_id: row.last_assigned_id, size: row.live_size })
    });
    Document::new(&Head { functions: LATER, samples: LATER })?
        .with_list("functions", rows, control)?
        .with_list("samples", samples, control)
}

/// `StackFrame` of `index.d.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameRow {
    name: TextBuf,
    file: TextBuf,
    line: u32,
    column: u32,
    script_id: u32,
}

impl FrameRow {
    pub fn of(heap: &Heap, function: &FunctionInfo) -> Self {
        Self {
            name: heap.snapshot.text(function.name).to_owned(),
            file: heap.snapshot.text(function.script_name).to_owned(),
            line: function.line,
            column: function.column,
            script_id: function.script_id,
        }
    }
}

#[derive(Serialize)]
struct FunctionRow {
    #[serde(flatten)]
    frame: FrameRow,
    #[serde(flatten)]
    totals: TotalsRow,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TotalsRow {
    count: u64,
    size: u64,
    live_count: u64,
    live_size: u64,
}

impl From<AllocationTotals> for TotalsRow {
    fn from(totals: AllocationTotals) -> Self {
        Self { count: totals.count, size: totals.size, live_count: totals.live_count, live_size: totals.live_size }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleRow {
    timestamp_us: u64,
    last_assigned_id: u64,
    size: u64,
}
