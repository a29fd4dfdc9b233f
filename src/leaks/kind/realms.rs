//! Are contexts, workers or message ports left behind?

use super::{Detail, Kind, Scene};
use crate::ordinal::NodeOrdinal;

pub fn realm(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let has = |classes: &[&str]| scene.leaking().any(|at| classes.contains(&scene.class(at).as_str()));
    let kind = if has(&["Node / Worker"]) || scene.grows_with(&["Worker"]) {
        Kind::Workers
    } else if has(&["MessagePort", "MessageChannel", "BroadcastChannel", "Node / MessagePort"]) {
        Kind::Ports
    } else if contexts(scene) {
        Kind::Contexts
    } else {
        return None;
    };
    Some((kind, Detail::default()))
}

/// Every realm has one native context: with each item came one, or more.
fn contexts(scene: &Scene<'_, '_>) -> bool {
    let mut realms = vec![0; scene.entry.item_growth.counts.len()];
    for (key, growth) in &scene.growing.groups {
        let node = NodeOrdinal(scene.last.zones.census.groups[key].first);
        if scene.last.snapshot().name_text(node).starts_with("system / NativeContext") {
            realms.iter_mut().zip(&growth.counts).for_each(|(sum, count)| *sum += count);
        }
    }
    scene.entry.item_growth.counts.iter().zip(&realms).all(|(items, realms)| *realms > 0 && realms >= items)
}
