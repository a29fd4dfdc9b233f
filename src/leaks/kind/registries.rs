//! Does a FinalizationRegistry hold it?

use super::{Detail, Kind, Scene};

/// What is registered with `register(object, held)` is held until the object dies: for ever, when it leads to the
/// object.
pub fn finalization(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    // A cell that was there before, and holds what only now fills, is no pile of cells.
    let is_held = scene.leaking().any(|at| scene.class(at) == "system / WeakCell" || scene.edge(at) == "active_cells");
    is_held.then(|| (Kind::FinalizationRegistry, Detail::default()))
}
