//! The objects that function contexts keep alive, and the objects that belong to each global object.

use super::document::Document;
use crate::analysis::{context_summary, display_name, realm_sizes};
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
use crate::text::TextBuf;
use serde::Serialize;

/// `ContextSizes` of `index.d.ts`.
pub fn contexts(opened: &Opened, control: &Control) -> Result<Document> {
    let (heap, snapshot) = (&opened.heap, &opened.heap.snapshot);
    let closures = context_summary(heap, control)?;
    let realms = realm_sizes(heap, control)?;
    let realm = |(node, size): &(_, u64)| RealmRow {
        id: snapshot.id(*node),
        name: display_name(snapshot, *node),
        size: *size,
        retained_size: heap.graph.retained_size(*node),
    };
    Document::new(&Sizes {
        closures: ClosureRow {
            context_count: closures.context_count,
            retained_count: closures.retained_count,
            retained_size: closures.retained_size,
            other_count: closures.other_count,
            other_size: closures.other_size,
        },
        realms: realms.contexts.iter().map(realm).collect(),
        shared_size: realms.shared_size,
        unattributed_size: realms.no_context_size,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sizes {
    closures: ClosureRow,
    realms: Vec<RealmRow>,
    shared_size: u64,
    unattributed_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClosureRow {
    context_count: u64,
    retained_count: u64,
    retained_size: u64,
    other_count: u64,
    other_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RealmRow {
    id: u64,
    name: TextBuf,
    size: u64,
    retained_size: u64,
}
