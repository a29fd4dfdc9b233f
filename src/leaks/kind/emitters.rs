//! Are they listeners? Of what, for which event, and where is the listener written?

use super::{Detail, Kind, Scene};
use crate::kind::NodeKind;
use crate::known::node::{ABORT_SIGNAL, ABORTED, LISTENERS, SIGNALS};
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;

pub fn listeners(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let near = scene.holders();
    if near.clone().any(|at| SIGNALS.contains(&scene.edge(at).as_str())) {
        return Some((Kind::AbortListeners, Detail::default()));
    }
    let table = near.rev().find(|at| LISTENERS.contains(&scene.edge(*at).as_str()))?;
    // One listener that collects something is no pile of listeners. Only an array or the links of a list stand between
    // the table and its listeners.
    let mut between = table + 1..scene.cut;
    let is_list = between.clone().skip(1).all(|at| scene.edge(at) == "next");
    if !is_list || between.any(|at| is_listener(scene, at)) {
        return None;
    }
    let emitter = table.checked_sub(1).map(|at| scene.nodes[at])?;
    let detail = Detail {
        emitter: Some(scene.naming.original_name(emitter).to_string()),
        event: event(scene, table),
        ..scene.function()
    };
    let kind = if is_signal(scene, emitter) { Kind::AbortListeners } else { Kind::EventListeners };
    Some((kind, detail))
}

/// True for an object below the table that is no list of listeners: a function, an object that it is bound to, an
/// object of the program.
fn is_listener(scene: &Scene<'_, '_>, at: usize) -> bool {
    matches!(scene.origin(at), Origin::Engine | Origin::Value | Origin::Package | Origin::Program)
}

/// Node.js 20 calls an AbortSignal an EventTarget.
fn is_signal(scene: &Scene<'_, '_>, emitter: NodeOrdinal) -> bool {
    scene.naming.class_name(emitter).to_string() == ABORT_SIGNAL || scene.has_property(emitter, ABORTED)
}

/// The event: the property by which the table holds the next object, or its key in a Map.
fn event(scene: &Scene<'_, '_>, table: usize) -> Option<String> {
    let next = table + 1;
    if next >= scene.nodes.len() {
        return None;
    }
    let name = scene.edge(next);
    let Some(slot) = name.strip_prefix("table[").and_then(|rest| rest.strip_suffix(']')) else { return Some(name) };
    let key = slot.parse::<u32>().ok()?.checked_sub(1)?.to_string();
    let store = scene.naming.tree.parent(scene.nodes[next])?;
    let snapshot = scene.snapshot();
    let key = snapshot.internal_edge(store, &key).map(|(_, key)| key)?;
    let is_text = snapshot.kind(key).is_string() || snapshot.kind(key) == NodeKind::SYMBOL;
    is_text.then(|| snapshot.name_text(key).to_string_lossy())
}
