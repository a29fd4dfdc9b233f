//! Does a FinalizationRegistry hold it?

use super::{Detail, Kind, Scene};

/// A registry holds the value of `register(object, held)` until the object dies: for ever, when the value leads to the
/// object.
pub fn finalization(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    // A cell that was there before, and holds a collection that now fills, is no pile of cells.
    let is_held = scene.leaking().any(|at| scene.class(at) == "system / WeakCell" || scene.edge(at) == "active_cells");
    is_held.then(|| (Kind::FinalizationRegistry, Detail::default()))
}
