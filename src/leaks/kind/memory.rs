//! Do short pieces keep long parents, or does one piece of memory outside of the heap grow?

use super::{Detail, Kind, Scene, network};
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{ARRAY_BUFFER_DATA, BACKING_STORE};
use crate::leaks::origin::Origin;

const VIEWS: [&str; 14] = [
    "Buffer",
    "FastBuffer",
    "DataView",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
];
/// Slices of a text that weighs more than the rest of the item; or several views of one piece of memory.
pub fn slices(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let end = scene.nodes.len() - 1;
    if scene.leaked.swells() {
        return None;
    }
    let in_piece = (scene.cut..=end).rev().find(|at| scene.kind(*at) == NodeKind::SLICED_STRING && *at < end);
    let size = scene.leaked.weight(scene.nodes[end]);
    if in_piece.is_some() && scene.kind(end).is_string() && size >= scene.limits.slice_parent {
        return Some((Kind::StringSlices, Detail { parent_size: Some(size), ..Detail::default() }));
    }
    let size = viewed(scene)?;
    (views_share(scene) && size >= scene.limits.slice_parent)
        .then(|| (Kind::BufferSlices, Detail { parent_size: Some(size), ..Detail::default() }))
}

/// One piece of memory that grows itself, or that native code holds. Memory in a collection of the program is growth of
/// the collection.
pub fn external(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let end = scene.nodes.len() - 1;
    let is_store = scene.class(end) == ARRAY_BUFFER_DATA
        || scene.item_class().starts_with("ArrayBuffer")
        || scene.item_class() == "SharedArrayBuffer";
    let is_collected = scene.cut > 0 && scene.kind(scene.cut - 1) == NodeKind::OBJECT && !scene.leaked.swells();
    (is_store && !is_collected && network::class_of_node(scene).is_none())
        .then(|| (Kind::ExternalMemory, Detail::default()))
}

/// Bytes of the memory that a view among the leaking objects keeps, if these outweigh the rest of the item. The file
/// does not say whether the view shows all of them. Buffers of the streams of Node.js belong to the streams.
pub fn viewed(scene: &Scene<'_, '_>) -> Option<u64> {
    let view = (scene.cut..scene.nodes.len()).rev().find(|at| VIEWS.contains(&scene.class(*at).as_str()))?;
    if scene.origin(view) > Origin::Node || network::class_of_node(scene).is_some() {
        return None;
    }
    let snapshot = scene.snapshot();
    let (_, buffer) = snapshot
        .internal_edge(scene.nodes[view], "buffer")
        .or_else(|| snapshot.named_edge(scene.nodes[view], EdgeKind::Property, "buffer"))?;
    if scene.leaked.is_persistent(buffer) {
        return None;
    }
    let (_, store) = snapshot.internal_edge(buffer, BACKING_STORE)?;
    let size = snapshot.shallow_size(store);
    (size * 2 > scene.leaked.weight(scene.item())).then_some(size)
}

/// Whether fewer stores came than leaked objects: several views show parts of one store.
fn views_share(scene: &Scene<'_, '_>) -> bool {
    let is_store = |node| scene.naming.class_name(node).to_string() == ARRAY_BUFFER_DATA;
    scene.leaked.count_of(&is_store) < scene.leaked.count()
}
