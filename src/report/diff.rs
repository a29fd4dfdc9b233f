//! What changed between two snapshots.

use super::document::{Document, LATER};
use super::opened::Opened;
use super::places::{LocationRow, Places};
use crate::control::{Control, Stage};
use crate::diff::{self, DiffRow, DiffSide};
use crate::error::Result;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

/// Ids that a row names of its added and of its removed objects, unless asked otherwise.
const IDS: usize = 10;

#[derive(Deserialize)]
pub struct DiffQuestion {
    #[serde(default)]
    sort: Sort,
    limit: Option<usize>,
    ids: Option<usize>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum Sort {
    #[default]
    SizeDelta,
    CountDelta,
    AddedSize,
    AddedCount,
    RemovedSize,
    RemovedCount,
    AddedRetainedSize,
    GrownSize,
    Name,
}

/// `DiffDocument` of `index.d.ts`, without the members `before` and `after`.
pub fn diff(before: &DiffSide, after: &Opened, question: &DiffQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        comparable: bool,
        classes: [(); 0],
        resized: [(); 0],
    }
    let options = diff::DiffOptions { id_limit: question.ids.unwrap_or(IDS) };
    let found = diff::diff(before, &after.heap, &options, control)?;
    let limit = question.limit.unwrap_or(usize::MAX);
    let (mut classes, mut resized) = (found.rows, found.resized);
    sort(&mut classes, question.sort);
    classes.truncate(limit);
    resized.truncate(limit);
    let mut places = Places::new(after, control);
    let document = Document::new(&Head { comparable: found.comparable, classes: LATER, resized: LATER })?
        .with_list("classes", classes.into_iter().map(|row| Row::of(row, &mut places)), control)?
        .with_list("resized", resized.into_iter().map(|row| Row::of(row, &mut places)), control)?;
    control.begin(Stage::Done, 0);
    Ok(document)
}

/// Largest first; equal rows stay in the order of the diff.
fn sort(rows: &mut [DiffRow], by: Sort) {
    if let Sort::Name = by {
        return rows.sort_by(|a, b| a.name.as_text().cmp_utf16(b.name.as_text()));
    }
    rows.sort_by_key(|row| {
        std::cmp::Reverse(match by {
            Sort::SizeDelta => i128::from(row.size_delta()),
            Sort::CountDelta => i128::from(row.count_delta()),
            Sort::AddedSize => i128::from(row.added_size),
            Sort::AddedCount => i128::from(row.added_count),
            Sort::RemovedSize => i128::from(row.removed_size),
            Sort::RemovedCount => i128::from(row.removed_count),
            Sort::AddedRetainedSize => i128::from(row.added_retained_size),
            Sort::GrownSize => i128::from(row.grown_size),
            Sort::Name => 0,
        })
    });
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    key: TextBuf,
    name: TextBuf,
    added_count: u64,
    removed_count: u64,
    count_delta: i64,
    added_size: u64,
    removed_size: u64,
    size_delta: i64,
    added_retained_size: u64,
    grown_size: u64,
    shrunk_size: u64,
    added_ids: Vec<u64>,
    removed_ids: Vec<u64>,
    grown_ids: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl Row {
    fn of(row: DiffRow, places: &mut Places<'_>) -> Result<Self> {
        Ok(Self {
            count_delta: row.count_delta(),
            size_delta: row.size_delta(),
            key: row.key,
            name: row.name,
            added_count: row.added_count,
            removed_count: row.removed_count,
            added_size: row.added_size,
            removed_size: row.removed_size,
            added_retained_size: row.added_retained_size,
            grown_size: row.grown_size,
            shrunk_size: row.shrunk_size,
            added_ids: row.added_ids,
            removed_ids: row.removed_ids,
            grown_ids: row.grown_ids,
            location: row.location.map(|location| places.of_location(location)).transpose()?,
        })
    }
}
