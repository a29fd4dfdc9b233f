//! Are they requests, sockets or streams that nobody ends, or other handles?

use super::{Detail, Kind, Scene};
use crate::kind::NodeKind;
use crate::known::node::{DISPATCHER, HANDLES, REQUESTS, SOCKETS, STREAMS};
use crate::leaks::origin::Origin;

pub fn unfinished(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if is_busy_pool(scene) {
        return Some((Kind::Requests, Detail::default()));
    }
    let held_natively = held_natively(scene);
    let kind = match class_of_node(scene) {
        // A socket that still has its request waits for the request to end.
        Some(Kind::Sockets) if scene.grows_with(&REQUESTS) => Kind::Requests,
        Some(kind) => kind,
        None if held_natively => Kind::NativeHandles,
        None => return None,
    };
    Some((kind, Detail::default()))
}

/// The kind that a class of Node.js on the path gives, or a class that inherits from one.
pub fn class_of_node(scene: &Scene<'_, '_>) -> Option<Kind> {
    let has = |classes: &[&str]| scene.leaking().any(|at| scene.is_a(scene.nodes[at], classes));
    if has(&REQUESTS) {
        Some(Kind::Requests)
    } else if has(&SOCKETS) || has(&HANDLES) {
        Some(Kind::Sockets)
    } else {
        // Many packages bring Node.js's streams along.
        let of_package = |at: usize| {
            let is_one = |(class, _): &(String, Origin)| STREAMS.contains(&class.as_str());
            let lineage = scene.lineage(scene.nodes[at]);
            lineage.iter().any(|class| is_one(class) && class.1 == Origin::Package)
        };
        (has(&STREAMS) || scene.leaking().any(of_package)).then_some(Kind::Streams)
    }
}

/// A pool of undici makes another client only when all that it has wait for an answer.
fn is_busy_pool(scene: &Scene<'_, '_>) -> bool {
    let is_dispatcher = |at: usize| scene.lineage(scene.nodes[at]).iter().any(|(class, _)| class == DISPATCHER);
    scene.class(scene.cut) == "Client" && is_dispatcher(scene.cut) && scene.holders().rev().skip(1).any(is_dispatcher)
}

/// Only the roots or an object of Node.js's native code hold the first leaking object.
fn held_natively(scene: &Scene<'_, '_>) -> bool {
    scene.cut == 0
        || matches!(scene.kind(scene.cut - 1), NodeKind::SYNTHETIC | NodeKind::NATIVE)
        || scene.kind(scene.cut) == NodeKind::NATIVE
}
