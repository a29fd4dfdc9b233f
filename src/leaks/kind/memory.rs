//! Do short pieces keep long parents, or does memory outside of the heap grow?

use super::{Detail, Kind, Scene, network};
use crate::kind::NodeKind;

const STORE: &str = "system / JSArrayBufferData";
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
/// A parent of fewer bytes is not what leaks.
const LARGE: u64 = 1 << 10;

/// A slice whose parent weighs more than all else of the item.
pub fn slices(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let end = scene.nodes.len() - 1;
    let size = scene.last.weight(scene.nodes[end]);
    if !scene.entry.item_growth.counts.iter().any(|count| *count > 0) || size < LARGE {
        return None;
    }
    let in_piece = (scene.cut..=end).rev().find(|at| scene.kind(*at) == NodeKind::SLICED_STRING && *at < end);
    if in_piece.is_some() && scene.kind(end).is_string() {
        return Some((Kind::StringSlices, Detail { parent_size: Some(size), ..Detail::default() }));
    }
    // What Node.js's streams have buffered goes with them.
    if network::class_of_node(scene).is_some() {
        return None;
    }
    let is_view = (scene.cut..end).any(|at| VIEWS.contains(&scene.class(at).as_str()));
    (is_view && scene.class(end) == STORE)
        .then(|| (Kind::BufferSlices, Detail { parent_size: Some(size), ..Detail::default() }))
}

pub fn external(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let end = scene.nodes.len() - 1;
    let is_store = scene.class(end) == STORE
        || scene.item_class().starts_with("ArrayBuffer")
        || scene.item_class() == "SharedArrayBuffer";
    (is_store && network::class_of_node(scene).is_none()).then(|| (Kind::ExternalMemory, Detail::default()))
}
