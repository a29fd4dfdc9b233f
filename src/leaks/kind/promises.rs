//! Do promises keep it that are never settled?

use super::{Detail, Kind, Scene};

const PENDING: [&str; 4] = ["Promise", "system / PromiseReaction", "AsyncFunction", "AsyncGenerator"];

/// Reactions of a promise of the program (`race`, `then`, `await`), or promises that stay pending.
pub fn reactions(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let on_path = scene
        .leaking()
        .any(|at| scene.edge(at) == "reactions_or_result" || scene.class(at) == "system / PromiseReaction");
    let is_pending = PENDING.contains(&scene.item_class().as_str());
    if !on_path && !is_pending {
        return None;
    }
    Some((Kind::Promises, scene.function()))
}
