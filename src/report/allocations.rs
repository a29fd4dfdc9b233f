//! The recorded allocations: by function, by time, and the stack of one object.

use super::document::{Document, LATER};
use super::places::{LocationRow, Places};
use crate::analysis::{AllocationTotals, Allocations, SourceLocation, StackFrame, samples};
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
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
    let places = Places::new(opened, control);
    let found = Allocations::of(heap, control)?.map(|allocations| allocations.rows).unwrap_or_default();
    let rows = found.iter().filter_map(|row| {
        let function = functions.get(usize::try_from(row.function).ok()?)?;
        Some(Ok(FunctionRow {
            frame: FrameRow::of(StackFrame::of(&heap.snapshot, function), &places),
            totals: row.totals.into(),
        }))
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
pub struct FrameRow {
    name: TextBuf,
    #[serde(flatten)]
    location: LocationRow,
}

impl FrameRow {
    pub fn of(frame: StackFrame, places: &Places<'_>) -> Self {
        let StackFrame { name, file, line, column, script_id } = frame;
        let (name, location) = places.of_frame(name.as_text(), SourceLocation { file, line, column, script_id });
        Self { name, location }
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
