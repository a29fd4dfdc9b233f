//! Is it of a page in a browser: nodes of its document, listeners, observers, or something else that the browser holds
//! for it?

use super::{Detail, Kind, Scene};
use crate::graph::is_detached;
use crate::kind::NodeKind;

/// What the observers of the web are called, and the records that they keep.
const OBSERVERS: [&str; 5] = ["Mutation", "Resize", "Intersection", "Performance", "Reporting"];
const TIMERS: [&str; 2] = ["DOMTimer", "ScheduledAction"];
/// Classes of nodes beside elements, which are `<div>`, or `HTMLDivElement` in older files.
const NODES: [&str; 5] = ["Text", "Comment", "DocumentFragment", "ShadowRoot", "HTMLDocument"];

/// The first of the browser's own objects that leaks, and says what it is there for.
pub fn page(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if let Some(found) = scene.leaking().find_map(|at| of_browser(scene, at)) {
        return Some(found);
    }
    // A browser has hundreds of objects of its own without a name.
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
        let kind = if emitter.as_deref() == Some("AbortSignal") { Kind::AbortListeners } else { Kind::DomListeners };
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

/// V8 gives the objects of a browser the kind of native ones, as those of Node.js, which say that they are.
fn is_of_browser(scene: &Scene<'_, '_>, at: usize) -> bool {
    let name = scene.newest.snapshot().name_text(scene.nodes[at]).to_string_lossy();
    scene.kind(at) == NodeKind::NATIVE
        && !["Node / ", "Detached Node / ", "system / "].iter().any(|other| name.starts_with(other))
}

fn is_node(scene: &Scene<'_, '_>, at: usize) -> bool {
    let class = scene.class(at);
    let class = class.strip_prefix("Detached ").unwrap_or(&class);
    let is_named = class.starts_with('<') || class.ends_with("Element") || NODES.contains(&class);
    is_named || is_detached(scene.newest.snapshot(), scene.nodes[at])
}
