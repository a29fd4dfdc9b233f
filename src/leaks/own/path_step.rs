//! The step of the path in own code that is nearest to the cut.

use super::code::OwnCode;
use super::responsible::{Evidence, Found, Role};
use crate::analysis::{SourceLocation, is_context};
use crate::kind::{EdgeKind, NodeKind};
use crate::known::names::module_file;
use crate::leaks::kind::Scene;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;

/// A step in own code.
pub struct Step {
    pub found: Found,
    /// Steps from the cut.
    pub distance: usize,
    /// Whether only the class of the leaked objects is written there.
    pub is_class: bool,
    /// Whether an object of Node.js or of a package stands between the step and the leaked objects.
    pub is_foreign_between: bool,
}

/// A place in own code at a step.
struct Candidate {
    /// Index of the step.
    at: usize,
    place: SourceLocation,
    because: String,
    is_class: bool,
    is_module: bool,
    /// Whether it is a WeakMap that the step is the key of.
    is_weak_map: bool,
}

/// The step in own code that is nearest to the cut; of two as near the one above it. The class of the leaked objects
/// comes last: it is written where they are declared, not where they are made or held. A WeakMap comes before the class
/// of its key: the key was there before the WeakMap got an entry for it.
pub fn nearest(scene: &Scene<'_, '_>, own: &OwnCode<'_>) -> Option<Step> {
    let steps = (0..scene.nodes.len()).filter_map(|at| on_path(scene, own, at));
    let maps = (1..scene.nodes.len()).filter_map(|at| weak_map(scene, own, at));
    let Candidate { at, place, because, is_class, is_module, .. } = steps.chain(maps).min_by_key(|one| {
        (one.is_class, one.is_module, one.at.abs_diff(scene.cut), one.at >= scene.cut, !one.is_weak_map)
    })?;
    let foreign = |at: &usize| matches!(scene.origin(*at), Origin::Node | Origin::Package);
    let is_foreign_between = at < scene.cut && (at + 1..scene.cut).any(|between| foreign(&between));
    let found = Found {
        location: place,
        role: if at >= scene.cut { Role::Made } else { Role::Held },
        evidence: Evidence::Path,
        because,
        probably: is_class,
        step: Some(scene.snapshot().id(scene.nodes[at])),
        is_whole_file: is_module,
        others: Vec::new(),
    };
    Some(Step { found, distance: at.abs_diff(scene.cut), is_class, is_foreign_between })
}

fn on_path(scene: &Scene<'_, '_>, own: &OwnCode<'_>, at: usize) -> Option<Candidate> {
    let node = scene.nodes[at];
    let (function, place) = own_place(scene, own, node)?;
    let is_module = module_file(scene.snapshot(), node).is_some();
    // In a list or a tree one leaked object holds the next, and the oldest is no holder.
    // A module is one, though it has the class of what it loads again and again: its place is its file.
    let is_alike = scene.leaked.is_alike(node, scene.item());
    let is_holder = is_module && scene.leaked.is_persistent(node);
    let is_leaked = at >= scene.cut || is_alike && !is_holder;
    let is_class = is_leaked && !is_code(scene, function);
    let because = match is_class {
        true => format!("the class {} of the leaked objects is written there", told(scene, at, function)),
        false => format!("a step of the path: {}", told(scene, at, function)),
    };
    Some(Candidate { at, place, because, is_class, is_module, is_weak_map: false })
}

/// Where own code holds the WeakMap whose entry leads from the step before to this one. The place of a WeakMap in a
/// package says nothing.
fn weak_map(scene: &Scene<'_, '_>, own: &OwnCode<'_>, at: usize) -> Option<Candidate> {
    let naming = &scene.naming;
    let map = naming.weak_map_of(scene.nodes[at])?;
    let mut holders = std::iter::successors(Some(map), |node| naming.owner(*node));
    let (holder, place) = holders.find_map(|node| Some((node, naming.location(node)?)))?;
    let place = own.is_own(naming, &place).then_some(place)?;
    let name = naming.holder_of(map);
    let name = if name.is_empty() { String::new() } else { format!(" {name}") };
    let because = format!("a step of the path is an entry of the WeakMap{name}, which is held there");
    let is_module = module_file(scene.snapshot(), holder).is_some();
    Some(Candidate { at: at - 1, place, because, is_class: false, is_module, is_weak_map: true })
}

/// The place of a node; of a function that was bound or wrapped (`once`) the one inside.
fn own_place(scene: &Scene<'_, '_>, own: &OwnCode<'_>, node: NodeOrdinal) -> Option<(NodeOrdinal, SourceLocation)> {
    let snapshot = scene.snapshot();
    let inner = |node: &NodeOrdinal| {
        (snapshot.kind(*node) == NodeKind::CLOSURE).then_some(())?;
        let wrapped = snapshot.named_edge(*node, EdgeKind::Property, "listener");
        wrapped.or_else(|| snapshot.internal_edge(*node, "bound_function")).map(|(_, target)| target)
    };
    let functions = std::iter::successors(Some(node), inner).take(scene.limits.most_bound);
    functions.filter_map(|function| Some((function, own.place(&scene.naming, function)?))).next()
}

/// Whether the place of a node is code that ran, and not the declaration of a class.
fn is_code(scene: &Scene<'_, '_>, node: NodeOrdinal) -> bool {
    let snapshot = scene.snapshot();
    snapshot.kind(node) == NodeKind::CLOSURE
        || is_context(snapshot, node)
        || snapshot.internal_edge(node, "function").is_some()
}

/// "variable sessions in createStore()", "SessionStore.sessions", "function onResponse()"
fn told(scene: &Scene<'_, '_>, at: usize, function: NodeOrdinal) -> String {
    let (naming, snapshot, node) = (&scene.naming, scene.snapshot(), scene.nodes[at]);
    let name = naming.original_name(function).to_string();
    if snapshot.kind(function) == NodeKind::CLOSURE {
        return function_name(naming, function);
    }
    if let Some((_, waiting)) = snapshot.internal_edge(function, "function") {
        return format!("{}, which waits", function_name(naming, waiting));
    }
    let below = scene.nodes.get(at + 1).map(|below| naming.reference(*below).to_string()).unwrap_or_default();
    match below {
        below if is_context(snapshot, node) && !below.is_empty() => below,
        below if below.starts_with('.') && at < scene.cut => format!("{name}{below}"),
        _ if is_context(snapshot, node) => "the variables of a function".to_owned(),
        _ => name,
    }
}

/// "the function onResponse()"
pub fn function_name(naming: &Naming<'_>, function: NodeOrdinal) -> String {
    match naming.heap.snapshot.name_text(function).is_empty() {
        true => "a function without a name".to_owned(),
        false => format!("the function {}", naming.original_name(function)),
    }
}
