//! Does Node.js keep it, and no more than so many?

use super::census::Key;
use super::path::{edge_name, nodes_to};
use crate::kind::NodeKind;
use crate::leaks::newest::{Last, Meaning};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// Variables and properties of Node.js that hold a list, the class whose property it is, and how many items it takes at
/// most.
///
/// # Source
/// W3C, Resource Timing: 250 entries, until `setResourceTimingBufferSize` says otherwise. Node.js keeps up to 1,000
/// parsers of requests for the next ones (`FreeList`).
const BOUNDED: [(&str, Option<&str>, u64); 2] = [("resourceTimingBuffer", None, 250), ("list", Some("FreeList"), 1000)];

/// Whether the objects of a group collect in a list that Node.js bounds, and that is not fuller than that.
pub fn is_bounded(last: &Last<'_>, container: NodeOrdinal, key: Key) -> bool {
    let name = edge_name(last, container).to_string();
    let count = last.zones.census.groups.get(&key).map_or(0, |group| group.count);
    let holder = last.owner(container).map(|holder| last.class_name(holder).to_string());
    let fits = |(known, class, most): &(&str, Option<&str>, u64)| {
        *known == name && count <= *most && class.is_none_or(|class| holder.as_deref() == Some(class))
    };
    BOUNDED.iter().any(fits) && is_of_node(last, container)
}

/// Whether the objects are of Node.js or of the language, and Node.js itself collects them.
pub fn is_own(last: &Last<'_>, item: NodeOrdinal, container: NodeOrdinal) -> bool {
    last.meaning(item) <= Meaning::Platform && is_of_node(last, container)
}

/// Whether an object is an inner part of Node.js: the nearest above it that has a place in the source has it there, or
/// native code alone holds it.
pub fn is_of_node(last: &Last<'_>, node: NodeOrdinal) -> bool {
    let nodes = nodes_to(last, node);
    let snapshot = last.snapshot();
    match origin_of(last, &nodes) {
        Some(origin) => origin == Meaning::Platform,
        None => node == snapshot.root() || nodes.iter().any(|node| is_native(snapshot, *node)),
    }
}

/// Whether an object is an inner part of a package: the nearest above it that has a place in the source has it there.
pub fn is_of_package(last: &Last<'_>, node: NodeOrdinal) -> bool {
    origin_of(last, &nodes_to(last, node)) == Some(Meaning::Package)
}

fn origin_of(last: &Last<'_>, nodes: &[NodeOrdinal]) -> Option<Meaning> {
    last.nearest_location(nodes).map(|place| last.whose(&place))
}

fn is_native(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::NATIVE || snapshot.name_text(node).is("(Global handles)")
}
