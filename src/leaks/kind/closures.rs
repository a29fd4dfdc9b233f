//! Does each object keep the one before, in a list, or through the variables of functions?

use super::{Detail, Kind, Scene};
use crate::analysis::is_context;
use crate::leaks::place::holder_tree::CHAIN_PERIOD;
use crate::ordinal::NodeOrdinal;

pub fn chain(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let link = link_after(scene)?;
    let before = scene.last.hanging.repeats(link);
    let above = std::iter::successors(Some(link), |node| scene.last.owner(*node));
    let mut between = above.take(CHAIN_PERIOD).take_while(|node| Some(*node) != before);
    let Some(scope) = between.find(|node| is_context(scene.last.snapshot(), *node)) else {
        return Some((Kind::GrowingList, Detail::default()));
    };
    let detail =
        Detail { function: scene.last.function_of(scope), location: scene.last.location(scope), ..Detail::default() };
    Some((Kind::Closures, detail))
}

/// A link of the list that is not its first, so that what leads to it from the one before stands above it. The links
/// are the items, or begin with the first leaking object and hold an item each: a list that every item has for itself
/// begins below that.
pub fn link_after(scene: &Scene<'_, '_>) -> Option<NodeOrdinal> {
    let links = |node: NodeOrdinal| {
        let group = scene.last.zones.census.groups.get(&scene.last.key(node))?;
        (group.links * 2 > group.count).then(|| scene.last.key(node))
    };
    let first = scene.nodes[scene.cut];
    let key = links(scene.item()).or_else(|| links(first))?;
    let is_link = |node: &NodeOrdinal| scene.last.hanging.is_link(*node) && scene.last.key(*node) == key;
    scene.last.hanging.forest.order().find(is_link)
}
