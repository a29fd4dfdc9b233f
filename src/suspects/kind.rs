//! The kind of a suspect, from its path alone: no growth is known.

use super::limits::CHAIN_PERIOD;
use crate::analysis::is_context;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{ACTIVE_CELLS, ARRAY_BUFFER_DATA, DETACHED, PROMISE_PARTS, WEAK_CELL};
use crate::known::names::{is_global, is_realm};
use crate::known::node::{
    ABORT_SIGNAL, ABORTED, HANDLES, LISTENERS, MODULE_CACHES, MODULE_RECORDS, NATIVE_WORKER, PORTS, REQUESTS, SIGNALS,
    SOCKETS, STORES, STREAMS, TIMERS, WORKER,
};
use crate::leaks::{Detail, Kind};
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use crate::paths::reference::WEAK_VALUE;

/// Steps above the objects in which the collection shows its sort.
const NEAR: usize = 4;

/// A suspect as the questions about its kind see it.
pub struct Scene<'a, 'b> {
    pub naming: &'b Naming<'a>,
    /// From the roots to one of the objects.
    pub nodes: &'b [NodeOrdinal],
    /// Position of the container.
    pub container: usize,
    /// Whether each object hangs on the one before.
    pub is_list: bool,
    /// One object that is large by itself.
    pub is_single: bool,
}

type Question = fn(&Scene<'_, '_>) -> Option<(Kind, Detail)>;

/// The more special question comes first.
const QUESTIONS: [Question; 11] =
    [registry, modules, listeners, timers, promises, text, chain, realms, network, memory, collection];

/// The answer of the first question that has one.
pub fn kind_of(scene: &Scene<'_, '_>) -> (Kind, Detail) {
    QUESTIONS.iter().find_map(|question| question(scene)).unwrap_or((Kind::Other, Detail::default()))
}

impl Scene<'_, '_> {
    fn item(&self) -> NodeOrdinal {
        self.nodes[self.nodes.len() - 1]
    }

    fn class(&self, node: NodeOrdinal) -> String {
        self.naming.class_name(node).to_string()
    }

    fn kind(&self, node: NodeOrdinal) -> NodeKind {
        self.naming.heap.snapshot.kind(node)
    }

    fn edge(&self, node: NodeOrdinal) -> String {
        self.naming.edge_name(node).to_string()
    }

    /// The objects of the program's own names that stand for a class of Node.js: those without a place in the program.
    fn is_of_node(&self, node: NodeOrdinal, classes: &[&str]) -> bool {
        classes.contains(&self.class(node).as_str()) && self.is_written_by_node(node)
    }

    /// Whether Node.js or native code has the class of the object.
    fn is_written_by_node(&self, node: NodeOrdinal) -> bool {
        self.naming.location(node).is_none_or(|place| {
            let file = place.file.to_string();
            file.starts_with("node:") || file.starts_with("internal/")
        })
    }

    /// From the item up to a little above it.
    fn near(&self) -> impl Iterator<Item = NodeOrdinal> + '_ {
        self.nodes.iter().rev().take(NEAR).copied()
    }

    /// The item and what lies between it and the container.
    fn leaking(&self) -> impl Iterator<Item = NodeOrdinal> + '_ {
        self.nodes[(self.container + 1).min(self.nodes.len() - 1)..].iter().copied()
    }

    fn function(&self) -> Detail {
        let snapshot = &self.naming.heap.snapshot;
        let Some(function) = self.leaking().find(|node| snapshot.kind(*node) == NodeKind::CLOSURE) else {
            return Detail::default();
        };
        let is_named = !snapshot.name_text(function).is_empty();
        let name = || self.naming.original_name(function).to_string().trim_end_matches("()").to_owned();
        Detail { function: is_named.then(name), location: self.naming.location(function), ..Detail::default() }
    }
}

fn registry(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let is_one = scene.leaking().any(|node| scene.class(node) == WEAK_CELL || scene.edge(node) == ACTIVE_CELLS);
    is_one.then(|| (Kind::FinalizationRegistry, Detail::default()))
}

/// Caches of modules, and what Node.js keeps for each module.
fn modules(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let snapshot = &scene.naming.heap.snapshot;
    let is_record = |node: NodeOrdinal| {
        let name = snapshot.name_text(node).to_string_lossy();
        let name = name.strip_prefix(DETACHED).unwrap_or(&name);
        MODULE_RECORDS.contains(&name) && scene.is_written_by_node(node)
    };
    let is_cache = scene.nodes[..=scene.container]
        .iter()
        .rev()
        .take(NEAR)
        .any(|node| MODULE_CACHES.contains(&scene.class(*node).as_str()) && scene.is_written_by_node(*node));
    (is_cache || scene.leaking().any(is_record)).then(|| (Kind::Modules, Detail::default()))
}

fn listeners(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if scene.near().any(|node| SIGNALS.contains(&scene.edge(node).as_str())) {
        return Some((Kind::AbortListeners, Detail::default()));
    }
    let from = scene.nodes.len().saturating_sub(NEAR).max(1);
    let table =
        (from..scene.nodes.len() - 1).rev().find(|at| LISTENERS.contains(&scene.edge(scene.nodes[*at]).as_str()))?;
    // An object that one listener holds is no listener.
    let between = &scene.nodes[table + 1..scene.nodes.len() - 1];
    if between.iter().any(|node| scene.kind(*node) == NodeKind::CLOSURE) {
        return None;
    }
    let emitter = scene.nodes[table - 1];
    let name = scene.edge(scene.nodes[table + 1]);
    let event = (!name.starts_with("table[") && !name.starts_with('[')).then_some(name);
    let detail = Detail { emitter: Some(scene.naming.original_name(emitter).to_string()), event, ..scene.function() };
    let snapshot = &scene.naming.heap.snapshot;
    let is_signal =
        scene.class(emitter) == ABORT_SIGNAL || snapshot.named_edge(emitter, EdgeKind::Property, ABORTED).is_some();
    Some((if is_signal { Kind::AbortListeners } else { Kind::EventListeners }, detail))
}

fn timers(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if scene.leaking().any(|node| STORES.contains(&scene.edge(node).as_str())) {
        return Some((Kind::AsyncContext, Detail::default()));
    }
    let is_one = scene.leaking().any(|node| scene.is_of_node(node, &TIMERS))
        || scene.is_of_node(scene.nodes[scene.container], &TIMERS) && scene.is_list;
    is_one.then(|| (Kind::Timers, scene.function()))
}

fn promises(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let on_path = scene.leaking().any(|node| scene.class(node).starts_with(PROMISE_PARTS));
    on_path.then(|| (Kind::Promises, scene.function()))
}

fn text(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    match scene.kind(scene.item()) {
        NodeKind::CONCATENATED_STRING if scene.is_list => Some((Kind::GrowingText, Detail::default())),
        NodeKind::SLICED_STRING => Some((Kind::StringSlices, Detail::default())),
        kind if kind.is_string() && scene.is_single => Some((Kind::GrowingText, Detail::default())),
        _ => None,
    }
}

fn chain(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    if !scene.is_list {
        return None;
    }
    let snapshot = &scene.naming.heap.snapshot;
    let scope = scene.nodes.iter().rev().take(CHAIN_PERIOD).find(|node| is_context(snapshot, **node));
    let hangs_on_scope = |node: NodeOrdinal| is_context(snapshot, node) || scene.kind(node) == NodeKind::CLOSURE;
    match scope {
        Some(scope) if hangs_on_scope(scene.item()) => {
            let detail = Detail {
                function: scene.naming.function_of(*scope),
                location: scene.naming.location(*scope),
                ..Detail::default()
            };
            Some((Kind::Closures, detail))
        }
        _ => Some((Kind::GrowingList, Detail::default())),
    }
}

fn realms(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let snapshot = &scene.naming.heap.snapshot;
    let has = |classes: &[&str]| scene.leaking().any(|node| scene.is_of_node(node, classes));
    let kind = if has(&[NATIVE_WORKER, WORKER]) {
        Kind::Workers
    } else if has(&PORTS) {
        Kind::Ports
    } else if scene.leaking().any(|node| is_realm(snapshot, node)) {
        Kind::Contexts
    } else {
        return None;
    };
    Some((kind, Detail::default()))
}

fn network(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let has = |classes: &[&str]| scene.leaking().any(|node| scene.is_of_node(node, classes));
    let kind = if has(&REQUESTS) {
        Kind::Requests
    } else if has(&SOCKETS) || has(&HANDLES) {
        Kind::Sockets
    } else if has(&STREAMS) {
        Kind::Streams
    } else {
        return None;
    };
    Some((kind, Detail::default()))
}

fn memory(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let class = scene.class(scene.item());
    let is_store = class == ARRAY_BUFFER_DATA || class == "ArrayBuffer" || class == "SharedArrayBuffer";
    let is_native = scene.kind(scene.item()) == NodeKind::NATIVE;
    if is_store && (scene.is_single || is_native) {
        return Some((Kind::ExternalMemory, Detail::default()));
    }
    is_native.then(|| (Kind::NativeHandles, Detail::default()))
}

fn collection(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let container = if scene.is_single { scene.item() } else { scene.nodes[scene.container] };
    let is_global_here = scene.nodes[..=scene.container]
        .iter()
        .rev()
        .take(2)
        .any(|node| scene.kind(*node) == NodeKind::OBJECT && is_global(&scene.class(*node)));
    let kind = match scene.kind(container) {
        _ if scene.edge(scene.item()) == WEAK_VALUE => Kind::WeakMapLiveKeys,
        NodeKind::OBJECT if is_global_here => Kind::Globals,
        NodeKind::OBJECT => match sort_of(scene, container).as_str() {
            "Map" => Kind::GrowingMap,
            "Set" => Kind::GrowingSet,
            "Array" => Kind::GrowingArray,
            "WeakMap" | "WeakSet" => Kind::WeakMapLiveKeys,
            _ => Kind::GrowingObject,
        },
        _ => return None,
    };
    Some((kind, Detail::default()))
}

/// Class of the collection; of one of the program's that extends another the class that it extends.
fn sort_of(scene: &Scene<'_, '_>, container: NodeOrdinal) -> String {
    const SORTS: [&str; 5] = ["Map", "Set", "Array", "WeakMap", "WeakSet"];
    let snapshot = &scene.naming.heap.snapshot;
    let property = |node, name| snapshot.named_edge(node, EdgeKind::Property, name).map(|(_, target)| target);
    let (mut at, mut class) = (container, scene.class(container));
    for _ in 0..NEAR {
        if SORTS.contains(&class.as_str()) {
            return class;
        }
        let Some(prototype) = property(at, "__proto__") else { break };
        if let Some(made) = property(prototype, "constructor") {
            class = snapshot.name_text(made).to_string_lossy();
        }
        at = prototype;
    }
    class
}
