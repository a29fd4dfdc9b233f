//! Strings of the same text.

use super::document::{Document, LATER};
use crate::analysis::{DuplicateString, duplicate_strings};
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

/// Ids that a group names.
const IDS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StringsQuestion {
    min_count: Option<usize>,
    limit: Option<usize>,
}

/// `StringGroup[]` of `index.d.ts`, and the number of all groups.
pub fn strings(opened: &Opened, question: &StringsQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        total: usize,
        rows: [(); 0],
    }
    let min_count = question.min_count.unwrap_or(2);
    let mut groups = duplicate_strings(&opened.heap, control)?;
    groups.retain(|group| group.members.len() >= min_count);
    let head = Head { total: groups.len(), rows: LATER };
    let wanted = groups.into_iter().take(question.limit.unwrap_or(usize::MAX));
    Document::new(&head)?.with_list("rows", wanted.map(|group| Ok(Row::of(opened, group))), control)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    value: TextBuf,
    count: usize,
    shallow_size: u64,
    retained_size: u64,
    wasted_size: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    maybe: bool,
    ids: Vec<u64>,
}

impl Row {
    fn of(opened: &Opened, group: DuplicateString) -> Self {
        let snapshot = &opened.heap.snapshot;
        let largest = group.members.iter().map(|node| snapshot.shallow_size(*node)).max().unwrap_or(0);
        Self {
            count: group.members.len(),
            shallow_size: group.shallow_size,
            retained_size: group.retained_size,
            wasted_size: group.shallow_size.saturating_sub(largest),
            truncated: group.truncated,
            maybe: group.maybe,
            ids: group.members.iter().take(IDS).map(|node| snapshot.id(*node)).collect(),
            value: group.value,
        }
    }
}
