//! Does a FinalizationRegistry hold it?

use super::{Detail, Kind, Scene};

/// What is registered with `register(object, held)` is held until the object dies: for ever, when it leads to the object.
pub fn finalization(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_held = (scene.cut.saturating_sub(1)..=scene.item).any(|at| {
        scene.edge(at) == "holdings" || scene.class(at) == "system / WeakCell" || scene.edge(at) == "active_cells"
    });
    is_held.then(|| (Kind::FinalizationRegistry, Detail::default()))
}
