//! Which collection is it that only gains?

use super::{Detail, Kind, Scene, memory};
use crate::kind::NodeKind;
use crate::known::names::is_global;
use crate::paths::reference::WEAK_VALUE;

pub fn weak_map(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_value = scene.edge(scene.cut) == WEAK_VALUE;
    is_value.then(|| (Kind::WeakMapLiveKeys, Detail::default()))
}

/// The collection, or the object itself, is a property of the global object.
pub fn global(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    // V8 14 calls it `global (global*)`; a class of the program may be called `globalCache`.
    let is_global = |at: usize| {
        let class = scene.class(at);
        scene.kind(at) == NodeKind::OBJECT && is_global(&class)
    };
    let near = scene.cut.saturating_sub(2)..scene.cut;
    near.rev().any(is_global).then(|| (Kind::Globals, Detail::default()))
}

/// One text to which more is added: a rope of concatenated pieces.
pub fn text(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_rope = scene.kind(scene.item) == NodeKind::CONCATENATED_STRING
        && scene.leaked.link(scene.item(), scene.item()).is_some();
    (is_rope || scene.leaked.swells() && scene.kind(scene.item).is_string())
        .then(|| (Kind::GrowingText, Detail::default()))
}

pub fn collection(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let container = if scene.leaked.swells() { scene.item } else { scene.cut.checked_sub(1)? };
    // A class of the program that extends a collection is one, too.
    let is_a = |classes: &[&str]| scene.is_a(scene.nodes[container], classes);
    let kind = match scene.kind(container) {
        NodeKind::OBJECT if is_a(&["Map"]) => Kind::GrowingMap,
        NodeKind::OBJECT if is_a(&["Set"]) => Kind::GrowingSet,
        NodeKind::OBJECT if is_a(&["Array"]) => Kind::GrowingArray,
        NodeKind::OBJECT if is_a(&["WeakMap", "WeakSet"]) => Kind::WeakMapLiveKeys,
        NodeKind::OBJECT => Kind::GrowingObject,
        _ => return None,
    };
    Some((kind, Detail { parent_size: memory::viewed(scene), ..Detail::default() }))
}
