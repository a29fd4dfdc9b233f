//! User roots: the objects that the embedder, not V8, keeps alive.

use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Name of the synthetic node under which Chromium lists its documents.
pub(super) const DOCUMENT_TREES: &str = "(Document DOM trees)";

/// Targets of the root's edges, weak ones included, that are not synthetic or are the document trees, in edge order.
pub fn user_roots(snapshot: &Snapshot) -> impl Iterator<Item = NodeOrdinal> + '_ {
    snapshot.edges(snapshot.root()).map(|edge| snapshot.target(edge)).filter(|target| {
        snapshot.kind(*target) != NodeKind::SYNTHETIC || snapshot.name_text(*target).is(DOCUMENT_TREES)
    })
}
