//! Do promises hold it that nobody settles?

use super::{Detail, Kind, Scene};
use crate::known::engine::{PROMISE_REACTION, REACTIONS_OR_RESULT};
use crate::ordinal::NodeOrdinal;

const PENDING: [&str; 4] = ["Promise", PROMISE_REACTION, "AsyncFunction", "AsyncGenerator"];

/// Reactions of a promise of the program (`race`, `then`, `await`), or promises that stay pending.
pub fn reactions(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let on_path = scene.leaking().any(|at| scene.class(at).starts_with(PROMISE_REACTION));
    let is_pending = PENDING.contains(&scene.item_class().as_str()) && !is_settled(scene, scene.item());
    if !on_path && !is_pending {
        return None;
    }
    Some((Kind::Promises, scene.function()))
}

/// A pending promise refers to its reactions, a settled one to its result. Promises in a cache are settled.
fn is_settled(scene: &Scene<'_, '_>, node: NodeOrdinal) -> bool {
    let snapshot = scene.snapshot();
    let result = snapshot.internal_edge(node, REACTIONS_OR_RESULT).map(|(_, target)| target);
    result.is_some_and(|result| !snapshot.name_text(result).starts_with(PROMISE_REACTION))
}
