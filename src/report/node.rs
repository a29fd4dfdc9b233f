//! Questions about one node.

use super::document::Document;
use super::opened::Opened;
use super::places::Places;
use super::rows::PathRow;
use crate::control::Control;
use crate::error::Result;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct PathQuestion {
    id: u64,
}

/// `PathStep[]` of `index.d.ts`.
pub fn retaining_path(opened: &Opened, question: &PathQuestion, control: &Control) -> Result<Document> {
    let node = opened.find(question.id)?;
    let steps = opened.paths(control)?.path(&opened.heap.snapshot, node);
    let mut places = Places::new(opened, control);
    Document::of_rows(steps.into_iter().map(|step| PathRow::of(&opened.heap, step, &mut places)), control)
}
