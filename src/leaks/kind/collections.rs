//! What collection is it that only gains?

use super::{Detail, Kind, Scene};
use crate::kind::NodeKind;
use crate::leaks::path::WEAK_VALUE;

pub fn weak_map(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_value = scene.edge(scene.cut) == WEAK_VALUE;
    is_value.then(|| (Kind::WeakMapLiveKeys, Detail::default()))
}

/// The collection, or the object itself, is a property of the global object.
pub fn global(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_global = |at: usize| scene.class(at).starts_with("global") && scene.kind(at) == NodeKind::OBJECT;
    let near = scene.cut.saturating_sub(2)..scene.cut;
    near.rev().any(is_global).then(|| (Kind::Globals, Detail::default()))
}

/// One text to which more is added: a rope of concatenated pieces.
pub fn text(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let swells = scene.entry.item_growth.counts.iter().all(|count| *count == 0);
    let group = scene.last.zones.census.groups.get(&scene.entry.key);
    let is_rope = scene.kind(scene.item) == NodeKind::CONCATENATED_STRING
        && group.is_some_and(|group| group.links * 2 > group.count);
    (is_rope || swells && scene.kind(scene.item).is_string()).then(|| (Kind::GrowingText, Detail::default()))
}

pub fn collection(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let swells = scene.entry.item_growth.counts.iter().all(|count| *count == 0);
    let container = if swells { scene.item } else { scene.cut.checked_sub(1)? };
    let kind = match scene.class(container).as_str() {
        "Map" => Kind::GrowingMap,
        "Set" => Kind::GrowingSet,
        "Array" => Kind::GrowingArray,
        "WeakMap" | "WeakSet" => Kind::WeakMapLiveKeys,
        _ if scene.kind(container) == NodeKind::OBJECT => Kind::GrowingObject,
        _ => return None,
    };
    Some((kind, Detail::default()))
}
