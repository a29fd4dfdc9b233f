//! The options of a comparison, and the way in which snapshots were compared.

use crate::analysis::{Comparison, Matching};
use serde::{Deserialize, Serialize};

/// The part of a question to several snapshots that says how to match their objects.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ComparisonQuestion {
    compare_by: CompareBy,
    /// The finding of a look at the snapshots ([`super::relation`]).
    comparison: Option<ComparisonRow>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum CompareBy {
    #[default]
    Auto,
    Ids,
    Structure,
}

impl ComparisonQuestion {
    pub fn matching(&self) -> Matching {
        let wanted = |ids| {
            let reason = if ids { "compareBy is 'ids'" } else { "compareBy is 'structure'" };
            Matching::Known(Comparison { ids, reason: reason.to_owned() })
        };
        match self.compare_by {
            CompareBy::Ids => wanted(true),
            CompareBy::Structure => wanted(false),
            CompareBy::Auto => match &self.comparison {
                Some(ComparisonRow { ids, reason }) => {
                    Matching::Known(Comparison { ids: *ids, reason: reason.clone() })
                }
                None => Matching::Sample,
            },
        }
    }
}

/// `Comparison` of `index.d.ts`.
#[derive(Serialize, Deserialize)]
pub struct ComparisonRow {
    ids: bool,
    reason: String,
}

impl From<Comparison> for ComparisonRow {
    fn from(Comparison { ids, reason }: Comparison) -> Self {
        Self { ids, reason }
    }
}
