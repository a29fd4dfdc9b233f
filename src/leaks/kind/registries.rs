//! Does a FinalizationRegistry hold it?

use super::{Detail, Kind, Scene};
use crate::known::engine::{ACTIVE_CELLS, WEAK_CELL};

/// A registry holds the value of `register(object, held)` until the object dies: for ever, when the value leads to the
/// object.
pub fn finalization(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    // A cell that was there before, and holds a collection that now fills, is no pile of cells.
    let is_held = scene.leaking().any(|at| scene.class(at) == WEAK_CELL || scene.edge(at) == ACTIVE_CELLS);
    is_held.then(|| (Kind::FinalizationRegistry, Detail::default()))
}
