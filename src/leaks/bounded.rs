//! Does Node.js keep it, and no more than so many?

use super::last::{Last, Meaning, origin};
use super::path::{edge_name, nodes_to};
use super::zones::Key;
use crate::ordinal::NodeOrdinal;

/// Variables of Node.js that hold a list, and how many items they take at most.
///
/// # Source
/// W3C, Resource Timing: 250 entries, until `setResourceTimingBufferSize` says otherwise.
const BOUNDED: [(&str, u64); 1] = [("resourceTimingBuffer", 250)];

/// Whether the objects of a group collect in a list that Node.js bounds, and that is not fuller than that.
pub fn is_bounded(last: &Last<'_>, container: NodeOrdinal, key: Key) -> bool {
    let name = edge_name(last, container).to_string();
    let count = last.zones.census.groups.get(&key).map_or(0, |group| group.count);
    BOUNDED.iter().any(|(known, most)| *known == name && count <= *most) && is_of_node(last, container)
}

/// Whether an object is an inner part of Node.js: the nearest above it that has a place in the source has it there.
pub fn is_of_node(last: &Last<'_>, node: NodeOrdinal) -> bool {
    let place = last.nearest_location(&nodes_to(last, node));
    place.is_some_and(|place| origin(&place.file.to_string()) == Meaning::Platform)
}
