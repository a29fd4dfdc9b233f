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
    let mut realms = vec![0; scene.suspect.item_growth.counts.len()];
    for (key, growth) in &scene.growing.groups {
        if is_native_context(scene, scene.newest.census.groups[key].first) {
            realms.iter_mut().zip(&growth.counts).for_each(|(sum, count)| *sum += count);
        }
    }
    let is_enough =
        scene.suspect.item_growth.counts.iter().zip(&realms).all(|(items, realms)| *realms > 0 && realms >= items);
    is_enough && scene.leads_to(|node| is_native_context(scene, node))
}

fn is_native_context(scene: &Scene<'_, '_>, node: NodeOrdinal) -> bool {
    scene.newest.snapshot().name_text(node).starts_with(NATIVE_CONTEXT)
}
