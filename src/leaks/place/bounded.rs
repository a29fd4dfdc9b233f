//! Does Node.js keep a fixed number of these objects, and no more?

use super::census::GroupKey;
use super::path::edge_name;
use crate::known::node::{BOUNDED, LOADED_MODULES, POOLED};
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::ordinal::NodeOrdinal;

/// Whether Node.js keeps these objects for the next use, and there are no more than it keeps.
pub fn is_pooled(newest: &Newest<'_>, item: NodeOrdinal, key: GroupKey) -> bool {
    let count = newest.census.groups.get(&key).map_or(0, |group| group.count);
    let name = newest.class_name(item).to_string();
    let is_of_node = newest.origin(item) <= Origin::Node;
    is_of_node && POOLED.iter().any(|(class, most)| *class == name && count <= *most)
}

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

/// Whether the container is the list of Node.js's own modules that were loaded.
pub fn lists_modules(newest: &Newest<'_>, container: NodeOrdinal) -> bool {
    edge_name(newest, container).as_text().is(LOADED_MODULES) && newest.is_inside_node(container)
}
