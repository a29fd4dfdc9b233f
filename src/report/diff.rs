//! The changes between two snapshots.

use super::class_names::class_names;
use super::comparison::{ComparisonQuestion, ComparisonRow};
use super::document::{Document, LATER};
use super::places::{LocationRow, Places};
use crate::control::{Control, Stage};
use crate::diff::{self, DiffRow, DiffSide};
use crate::error::Result;
use crate::open::Opened;
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
    #[serde(flatten)]
    comparison: ComparisonQuestion,
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
        comparison: ComparisonRow,
        #[serde(rename = "leftOut")]
        left_out: usize,
        names: String,
        classes: [(); 0],
        resized: [(); 0],
    }
    let options = diff::DiffOptions { matching: question.comparison.matching(), id_limit: question.ids.unwrap_or(IDS) };
    let found = diff::diff(before, &after.heap, &options, control)?;
    let limit = question.limit.unwrap_or(usize::MAX);
    let by_ids = found.comparison.ids;
    let (mut classes, mut resized) = (found.rows, found.resized);
    sort(&mut classes, question.sort);
    let left_out = classes.len().saturating_sub(limit) + resized.len().saturating_sub(limit);
    classes.truncate(limit);
    resized.truncate(limit);
    let mut places = Places::new(after, control);
    let comparison = found.comparison.into();
    let names = class_names(&after.heap, control)?;
    let document = Document::new(&Head { comparison, left_out, names, classes: LATER, resized: LATER })?
        .with_list("classes", classes.into_iter().map(|row| Row::of(row, by_ids, &mut places)), control)?
        .with_list("resized", resized.into_iter().map(|row| Row::of(row, by_ids, &mut places)), control)?;
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

/// Numbers that need ids are `null` without them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    key: TextBuf,
    name: TextBuf,
    added_count: Option<u64>,
    removed_count: Option<u64>,
    count_delta: i64,
    added_size: Option<u64>,
    removed_size: Option<u64>,
    size_delta: i64,
    added_retained_size: Option<u64>,
    grown_size: Option<u64>,
    shrunk_size: Option<u64>,
    added_ids: Option<Vec<u64>>,
    removed_ids: Option<Vec<u64>>,
    grown_ids: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl Row {
    fn of(row: DiffRow, by_ids: bool, places: &mut Places<'_>) -> Result<Self> {
        let known = |number| by_ids.then_some(number);
        let named = |ids| by_ids.then_some(ids);
        Ok(Self {
            count_delta: row.count_delta(),
            size_delta: row.size_delta(),
            key: row.key,
            name: row.name,
            added_count: known(row.added_count),
            removed_count: known(row.removed_count),
            added_size: known(row.added_size),
            removed_size: known(row.removed_size),
            added_retained_size: known(row.added_retained_size),
            grown_size: known(row.grown_size),
            shrunk_size: known(row.shrunk_size),
            added_ids: named(row.added_ids),
            removed_ids: named(row.removed_ids),
            grown_ids: named(row.grown_ids),
            location: row.location.map(|location| places.of_location(location)).transpose()?,
        })
    }
}
