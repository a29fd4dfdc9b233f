//! Does each object keep the one before, in a list, or through the variables of functions?

use super::{Detail, Kind, Scene};
use crate::analysis::is_context;

pub fn chain(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let between = scene.leaked.link(scene.nodes[scene.cut], scene.item())?;
    let Some(scope) = between.into_iter().find(|node| is_context(scene.snapshot(), *node)) else {
        return Some((Kind::GrowingList, Detail::default()));
    };
    let detail = Detail {
        function: scene.naming.function_of(scope),
        location: scene.naming.location(scope),
        ..Detail::default()
    };
    Some((Kind::Closures, detail))
}
