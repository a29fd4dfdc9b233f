//! Own functions and objects below the leaked objects, by shortest path: the listener, the callback of a timer, the
//! function that waits for a promise, a variable of a package's function that holds what the program passed.

use super::code::OwnCode;
use super::path_step::function_name;
use super::responsible::{Evidence, Found, Role};
use crate::analysis::{SourceLocation, is_context};
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{PROMISE_REACTION, called_by_people};
use crate::known::mark::Mark;
use crate::known::names::is_backing;
use crate::known::node::STORES;
use crate::leaks::kind::Scene;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use std::collections::HashSet;

/// A function in own code below the cut.
pub struct Below {
    pub found: Found,
    /// References from the cut.
    pub depth: usize,
}

/// The nearest function in own code, or the nearest variables of one.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn nearest_function(scene: &Scene<'_, '_>, own: &OwnCode<'_>, control: &Control) -> Result<Option<Below>> {
    let snapshot = scene.snapshot();
    let is_function = |node: NodeOrdinal| snapshot.kind(node) == NodeKind::CLOSURE || is_context(snapshot, node);
    let walk = Walk::until(scene, control, |node| is_function(node).then(|| own.place(&scene.naming, node)).flatten())?;
    Ok(walk.map(|(walk, place)| {
        let because = walk.told(scene);
        Below { depth: walk.depth(), found: found(place, because) }
    }))
}

/// The nearest object of an own class. Says less than a function: the class stands where it is declared.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn nearest_object(scene: &Scene<'_, '_>, own: &OwnCode<'_>, control: &Control) -> Result<Option<Found>> {
    let snapshot = scene.snapshot();
    let walk = Walk::until(scene, control, |node| {
        (snapshot.kind(node) == NodeKind::OBJECT).then(|| own.place(&scene.naming, node)).flatten()
    })?;
    Ok(walk.map(|(walk, place)| Found { probably: true, ..found(place, walk.told(scene)) }))
}

fn found(location: SourceLocation, because: String) -> Found {
    Found {
        location,
        role: Role::Made,
        evidence: Evidence::Callback,
        because,
        probably: false,
        step: None,
        is_whole_file: false,
        others: Vec::new(),
    }
}

/// A breadth-first walk from the cut and from the item; its last visit is the node that was looked for.
pub struct Walk {
    visits: Vec<Visit>,
    end: usize,
}

struct Visit {
    node: NodeOrdinal,
    depth: usize,
    /// Index of the visit before, and the reference that leads here.
    by: Option<(usize, EdgeOrdinal)>,
}

impl Walk {
    /// Walks over new objects. An object that was always there is looked at, and not passed: behind it lies the rest of
    /// the program.
    pub fn until<T>(
        scene: &Scene<'_, '_>,
        control: &Control,
        find: impl Fn(NodeOrdinal) -> Option<T>,
    ) -> Result<Option<(Self, T)>> {
        let limits = &scene.limits;
        let starts = [scene.nodes[scene.cut], scene.item()];
        let mut seen: HashSet<NodeOrdinal> = starts.into_iter().collect();
        let mut walk = Self { visits: Vec::new(), end: 0 };
        walk.visits.extend(starts.map(|node| Visit { node, depth: 0, by: None }));
        while walk.end < walk.visits.len() {
            control.check_at(walk.end)?;
            let Visit { node, depth, .. } = walk.visits[walk.end];
            if let Some(found) = find(node) {
                return Ok(Some((walk, found)));
            }
            if walk.visits.len() < limits.own_below && (depth == 0 || !scene.leaked.is_persistent(node)) {
                let snapshot = scene.snapshot();
                for edge in snapshot.edges(node).filter(|edge| is_followed(scene, node, *edge)) {
                    let target = snapshot.target(edge);
                    if seen.insert(target) {
                        // A table is a part of its object.
                        let depth = depth + usize::from(!is_backing(snapshot, target));
                        walk.visits.push(Visit { node: target, depth, by: Some((walk.end, edge)) });
                    }
                }
            }
            walk.end += 1;
        }
        Ok(None)
    }

    pub fn depth(&self) -> usize {
        self.visits[self.end].depth
    }

    /// "the function onPrice(), which the leaked ClientRequest has as _events.response"
    fn told(&self, scene: &Scene<'_, '_>) -> String {
        let (naming, snapshot) = (&scene.naming, scene.snapshot());
        let mut names = Vec::new();
        let mut at = self.end;
        while let Some((before, edge)) = self.visits[at].by {
            names.extend(name_of(scene, edge));
            at = before;
        }
        names.reverse();
        names.truncate(scene.limits.own_references);
        let end = self.visits[self.end].node;
        let what = match snapshot.kind(end) {
            NodeKind::CLOSURE => function_name(naming, end),
            _ if is_context(snapshot, end) => "the variables of a function".to_owned(),
            _ => format!("an object of {}", naming.original_name(end)),
        };
        let holder = naming.original_name(self.visits[at].node);
        let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(".")) };
        format!("{what}, which the leaked {holder} leads to{by}")
    }
}

/// The name of a reference that a person knows.
fn name_of(scene: &Scene<'_, '_>, edge: EdgeOrdinal) -> Option<String> {
    let snapshot = scene.snapshot();
    let name = snapshot.text(snapshot.edge_string(edge)?).to_string_lossy();
    match snapshot.edge_kind(edge) {
        EdgeKind::Property | EdgeKind::Context => Some(name),
        _ => called_by_people(&name).map(str::to_owned),
    }
}

fn is_followed(scene: &Scene<'_, '_>, from: NodeOrdinal, edge: EdgeOrdinal) -> bool {
    let snapshot = scene.snapshot();
    let marks = &scene.naming.marks;
    let target = snapshot.target(edge);
    let is_kept = match snapshot.edge_kind(edge) {
        EdgeKind::Weak | EdgeKind::Foreign | EdgeKind::Shortcut => false,
        // V8 numbers the parts of a reaction, and of a table.
        EdgeKind::Hidden => is_backing(snapshot, from) || snapshot.name_text(from).starts_with(PROMISE_REACTION),
        _ => !matches!(marks.of_edge(snapshot, edge), Mark::Machinery | Mark::Momentary | Mark::Class | Mark::Pair),
    };
    // The store of AsyncLocalStorage is whatever was current.
    let is_store =
        || snapshot.edge_string(edge).is_some_and(|name| STORES.iter().any(|store| snapshot.text(name).is(store)));
    let is_object = match snapshot.kind(target) {
        NodeKind::OBJECT | NodeKind::CLOSURE | NodeKind::ARRAY => true,
        NodeKind::HIDDEN | NodeKind::NATIVE => marks.of_node(snapshot, target) != Mark::Machinery,
        _ => false,
    };
    is_kept && is_object && !is_store()
}
