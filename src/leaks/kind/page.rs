//! Does it belong to a page in a browser: nodes of the document, listeners, observers, or other objects that the
//! browser holds for the page?

use super::{Detail, Kind, Scene};
use crate::graph::is_detached;
use crate::kind::NodeKind;
use crate::known::engine::{DETACHED, SYSTEM};
use crate::known::node::{ABORT_SIGNAL, NATIVE};

/// First parts of the names of observers of the web, and of the records that they keep.
const OBSERVERS: [&str; 5] = ["Mutation", "Resize", "Intersection", "Performance", "Reporting"];
const TIMERS: [&str; 2] = ["DOMTimer", "ScheduledAction"];
/// Classes of nodes that are no elements. An element is `<div>`, or `HTMLDivElement` in older files.
const NODES: [&str; 5] = ["Text", "Comment", "DocumentFragment", "ShadowRoot", "HTMLDocument"];

/// The kind of the first leaking object of the browser whose class names one.
pub fn page(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if let Some(found) = scene.leaking().find_map(|at| of_browser(scene, at)) {
        return Some(found);
    }
    // A browser has hundreds of classes that name no kind.
    let is_held = is_of_browser(scene, scene.cut) || scene.cut > 0 && is_of_browser(scene, scene.cut - 1);
    is_held.then(|| (Kind::BrowserHandles, scene.function()))
}

fn of_browser(scene: &Scene<'_, '_>, at: usize) -> Option<(Kind, Detail)> {
    if !is_of_browser(scene, at) {
        return None;
    }
    let class = scene.class(at);
    let class = class.strip_prefix("V8").unwrap_or(&class);
    if class.contains("EventListener") || class.contains("EventHandler") {
        let emitter = (0..at).rev().map(|at| scene.class(at)).find(|class| class != "InternalNode");
        let kind = if emitter.as_deref() == Some(ABORT_SIGNAL) { Kind::AbortListeners } else { Kind::DomListeners };
        return Some((kind, Detail { emitter, ..scene.function() }));
    }
    let of_observer = |rest: &str| ["Observ", "Callback"].iter().any(|what| rest.starts_with(what));
    if OBSERVERS.iter().any(|name| class.strip_prefix(name).is_some_and(of_observer)) {
        return Some((Kind::DomObservers, scene.function()));
    }
    if TIMERS.contains(&class) {
        return Some((Kind::Timers, scene.function()));
    }
    is_node(scene, at).then(|| (Kind::DomNodes, Detail::default()))
}

/// Objects of a browser are native nodes, as objects of Node.js are; only the latter have a prefix that says so.
fn is_of_browser(scene: &Scene<'_, '_>, at: usize) -> bool {
    let name = scene.snapshot().name_text(scene.nodes[at]).to_string_lossy();
    scene.kind(at) == NodeKind::NATIVE && !is_of_node(name.strip_prefix(DETACHED).unwrap_or(&name))
}

fn is_node(scene: &Scene<'_, '_>, at: usize) -> bool {
    let class = scene.class(at);
    let class = class.strip_prefix(DETACHED).unwrap_or(&class);
    let is_named = class.starts_with('<') || class.ends_with("Element") || NODES.contains(&class);
    is_named || is_detached(scene.snapshot(), scene.nodes[at])
}

fn is_of_node(name: &str) -> bool {
    name.starts_with(NATIVE) || name.starts_with(SYSTEM)
}
