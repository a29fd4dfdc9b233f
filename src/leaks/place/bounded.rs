//! Does Node.js keep a fixed number of these objects, and no more?

use super::census::GroupKey;
use super::path::edge_name;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;

/// Lists of Node.js with a limit: the variable or property that holds the list, the class whose property it is, and the
/// most items that it takes.
///
/// # Source
/// W3C, Resource Timing: 250 entries, until `setResourceTimingBufferSize` says otherwise. Node.js keeps up to 1,000
/// parsers of requests for the next ones (`FreeList`).
const BOUNDED: [(&str, Option<&str>, u64); 2] = [("resourceTimingBuffer", None, 250), ("list", Some("FreeList"), 1000)];

/// Whether the objects of a group collect in a list that Node.js bounds, and the list is within its limit.
pub fn is_bounded(newest: &Newest<'_>, container: NodeOrdinal, key: GroupKey) -> bool {
    let name = edge_name(newest, container).to_string();
    let count = newest.census.groups.get(&key).map_or(0, |group| group.count);
    let holder = newest.owner(container).map(|holder| newest.class_name(holder).to_string());
    let fits = |(known, class, most): &(&str, Option<&str>, u64)| {
        *known == name && count <= *most && class.is_none_or(|class| holder.as_deref() == Some(class))
    };
    BOUNDED.iter().any(fits) && newest.is_inside_node(container)
}
