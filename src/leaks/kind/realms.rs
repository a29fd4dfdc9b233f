//! Are contexts, workers or message ports left behind?

use super::{Detail, Kind, Scene};

pub fn realm(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let has = |classes: &[&str]| scene.leaking().any(|at| classes.contains(&scene.class(at).as_str()));
    let kind = if has(&["Worker", "WorkerHandle", "Node / Worker", "Node / WorkerHeapSnapshotTaker"]) {
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

/// Every realm has one native context.
fn contexts(scene: &Scene<'_, '_>) -> bool {
    let items: i64 = scene.entry.item_growth.counts.iter().sum();
    let realms = scene
        .entry
        .groups
        .iter()
        .chain(&scene.entry.plumbing)
        .filter(|group| scene.last.snapshot().name_text(group.node).starts_with("system / NativeContext"));
    let realms: i64 = realms.map(|group| group.growth.counts.iter().sum::<i64>()).sum();
    let on_path = scene.leaking().any(|at| {
        let class = scene.class(at);
        class.starts_with("system / NativeContext")
            || class == "Node / ContextifyContext"
            || class == "ContextifyContext"
    });
    on_path || realms > 0 && realms >= items
}
