//! Does each object keep the one before, in a list, or through the variables of functions?

use super::{Detail, Kind, Scene};
use crate::analysis::is_context;
use crate::leaks::hanging::CHAIN_PERIOD;
use crate::leaks::reference::function_of;
use crate::ordinal::NodeOrdinal;

pub fn chain(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let group = scene.last.zones.census.groups.get(&scene.last.key(scene.item()))?;
    if group.links * 2 <= group.count {
        return None;
    }
    let link = link_after(scene);
    let before = scene.last.hanging.repeats(link);
    let above = std::iter::successors(Some(link), |node| scene.last.owner(*node));
    let mut between = above.take(CHAIN_PERIOD).take_while(|node| Some(*node) != before);
    let Some(scope) = between.find(|node| is_context(scene.last.snapshot(), *node)) else {
        return Some((Kind::GrowingList, Detail::default()));
    };
    let detail =
        Detail { function: function_of(scene.last, scope), location: scene.last.location(scope), ..Detail::default() };
    Some((Kind::Closures, detail))
}

/// A link of the list that is not its first, so that what leads to it from the one before stands above it.
pub fn link_after(scene: &Scene<'_, '_>) -> NodeOrdinal {
    let key = scene.last.key(scene.item());
    let is_link = |node: &NodeOrdinal| scene.last.hanging.is_link(*node) && scene.last.key(*node) == key;
    scene.last.hanging.forest.order().find(is_link).unwrap_or(scene.item())
}
