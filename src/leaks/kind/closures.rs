//! Does each object keep the one before, in a list, or through the variables of functions?

use super::{Detail, Kind, Scene};
use crate::analysis::is_context;
use crate::ordinal::NodeOrdinal;

pub fn chain(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let link = link_after(scene)?;
    let before = scene.newest.tree.repeats(link);
    let above = std::iter::successors(Some(link), |node| scene.newest.owner(*node));
    let mut between = above.take(scene.newest.tree.chain_period).take_while(|node| Some(*node) != before);
    let Some(scope) = between.find(|node| is_context(scene.newest.snapshot(), *node)) else {
        return Some((Kind::GrowingList, Detail::default()));
    };
    let detail = Detail {
        function: scene.newest.naming().function_of(scope),
        location: scene.newest.location(scope),
        ..Detail::default()
    };
    Some((Kind::Closures, detail))
}

/// A later link of the list: the references from the link before lead to it. The links are the items themselves, or
/// each holds an item and the first leaking object is one of them. A list inside of each item begins below the first
/// leaking object, and is none.
pub fn link_after(scene: &Scene<'_, '_>) -> Option<NodeOrdinal> {
    let links = |node: NodeOrdinal| {
        let group = scene.newest.census.groups.get(&scene.newest.key(node))?;
        (group.links * 2 > group.count).then(|| scene.newest.key(node))
    };
    let first = scene.nodes[scene.cut];
    let key = links(scene.item()).or_else(|| links(first))?;
    let is_link = |node: &NodeOrdinal| scene.newest.tree.is_link(*node) && scene.newest.key(*node) == key;
    scene.newest.tree.forest.order().find(is_link)
}
