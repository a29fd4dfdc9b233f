//! The relation of several snapshots, for `lib/compare/sequence.js`, which decides the order of the comparison.

use super::comparison::ComparisonRow;
use super::document::Document;
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::relation::{self, Unrelated};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelationQuestion {
    /// Of each snapshot; `null` where nobody knows.
    id_spaces: Vec<Option<String>>,
    /// Folders of what took the snapshots.
    captures: Vec<String>,
}

#[derive(Serialize)]
struct UnrelatedRow {
    first: usize,
    second: usize,
    reason: String,
}

impl From<Unrelated> for UnrelatedRow {
    fn from(Unrelated { first, second, reason }: Unrelated) -> Self {
        Self { first, second, reason }
    }
}

/// The facts of [`relation::relate`].
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn relation(snapshots: &[&Snapshot], question: &RelationQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        comparison: ComparisonRow,
        by_ids: Option<Vec<usize>>,
        same: Option<(usize, usize)>,
        unrelated: Option<UnrelatedRow>,
    }
    control.begin(Stage::Analysis, 0);
    let found = relation::relate(snapshots, &question.id_spaces, &question.captures, control)?;
    Document::new(&Head {
        comparison: found.comparison.into(),
        by_ids: found.by_ids,
        same: found.same,
        unrelated: found.unrelated.map(UnrelatedRow::from),
    })
}
