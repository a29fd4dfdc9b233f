//! The place in the program's own code that has to do with a suspect, and how it was found.

use super::limits::MOST_BELOW;
use crate::analysis::SourceLocation;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::mark::Mark;
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use std::collections::HashSet;

/// What the place did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The code there made the objects.
    Made,
    /// The code there holds them.
    Held,
}

/// How the place was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// It is a step of the retaining path.
    Path,
    /// It is a function that one of the objects holds.
    Callback,
}

/// A place in the program's own code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnLine {
    pub location: SourceLocation,
    pub role: Role,
    pub evidence: Found,
    pub because: String,
}

/// The nearest place of the program on the path to the item, which comes last in `nodes`; else of a function below it;
/// `None` when the snapshot does not know one.
pub fn own_line(naming: &Naming<'_>, nodes: &[NodeOrdinal]) -> Option<OwnLine> {
    let (item, holders) = nodes.split_last()?;
    let own = |node: NodeOrdinal| naming.location(node).filter(|place| is_own(naming, place));
    for node in holders.iter().rev() {
        if let Some(location) = own(*node) {
            let name = naming.original_name(*node);
            let because = format!("{name} holds them there");
            return Some(OwnLine { location, role: Role::Held, evidence: Found::Path, because });
        }
    }
    if let Some(location) = own(*item) {
        let because = format!("{} is written there", naming.original_name(*item));
        return Some(OwnLine { location, role: Role::Made, evidence: Found::Path, because });
    }
    let function = function_below(naming, *item)?;
    let location = own(function)?;
    let because = format!("one of them holds {} of that place", naming.original_name(function));
    Some(OwnLine { location, role: Role::Made, evidence: Found::Callback, because })
}

/// The first function of the program below the object, breadth first.
fn function_below(naming: &Naming<'_>, item: NodeOrdinal) -> Option<NodeOrdinal> {
    let snapshot = &naming.heap.snapshot;
    let mut seen = HashSet::from([item]);
    let mut queue = vec![item];
    let mut next = 0;
    while next < queue.len() && queue.len() < MOST_BELOW {
        let node = queue[next];
        next += 1;
        let is_function = snapshot.kind(node) == NodeKind::CLOSURE;
        if is_function && naming.location(node).is_some_and(|place| is_own(naming, &place)) {
            return Some(node);
        }
        for edge in snapshot.edges(node) {
            let is_closed = snapshot.edge_kind(edge) == EdgeKind::Weak
                || matches!(naming.marks.of_edge(snapshot, edge), Mark::Class | Mark::Machinery | Mark::Momentary);
            let target = snapshot.target(edge);
            if !is_closed && snapshot.kind(target) != NodeKind::SYNTHETIC && seen.insert(target) {
                queue.push(target);
            }
        }
    }
    None
}

/// Whether the place is in the program's own code: neither in Node.js nor in a package, by the original file where a
/// source map names it.
pub fn is_own(naming: &Naming<'_>, place: &SourceLocation) -> bool {
    let file = place.file.to_string();
    if is_foreign(&file) || file.starts_with("(script ") {
        return false;
    }
    !naming.maps.and_then(|maps| maps.original(place)).is_some_and(|original| is_foreign(&original.file))
}

fn is_foreign(file: &str) -> bool {
    file.starts_with("node:")
        || file.starts_with("internal/")
        || file.contains("/node_modules/")
        || file.contains("\\node_modules\\")
        || file.starts_with("evalmachine")
        || file.is_empty()
}
