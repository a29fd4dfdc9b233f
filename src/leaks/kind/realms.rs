//! Are contexts, workers or message ports left behind?

use super::{Detail, Kind, Scene};
use crate::known::engine::NATIVE_CONTEXT;
use crate::known::node::{NATIVE_WORKER, PORTS, WORKER};
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;

pub fn realm(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_one =
        |at: usize, classes: &[&str]| classes.contains(&scene.class(at).as_str()) && scene.origin(at) <= Origin::Node;
    let has = |classes: &[&str]| scene.leaking().any(|at| is_one(at, classes));
    let kind = if has(&[NATIVE_WORKER]) || scene.grows_with(&[WORKER]) {
        Kind::Workers
    } else if has(&PORTS) {
        Kind::Ports
    } else if contexts(scene) {
        Kind::Contexts
    } else {
        return None;
    };
    Some((kind, Detail::default()))
}

/// Whether the leaked object leads to a new native context, and no fewer contexts came than leaked objects. Every realm
/// has one native context. Contexts that grow elsewhere say nothing.
fn contexts(scene: &Scene<'_, '_>) -> bool {
    let is_enough = scene.leaked.comes_with(&|node| is_native_context(scene, node));
    is_enough && scene.leads_to(|node| is_native_context(scene, node))
}

fn is_native_context(scene: &Scene<'_, '_>, node: NodeOrdinal) -> bool {
    scene.snapshot().name_text(node).starts_with(NATIVE_CONTEXT)
}
