//! A name for a leak that is the same in every run, on every machine and in every line of Node.js.

use super::path::edge_name;
use crate::hash::{hash_text, mix};
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{GLOBAL, SEPARATOR, SYSTEM};
use crate::known::names::is_global;
use crate::leaks::newest::Newest;
use crate::ordinal::NodeOrdinal;
use crate::paths::reference::property;
use crate::text::Text;

/// A hash of four parts: the class that holds the container, the reference to the container, the class of the container
/// and the class of the item. Positions, keys and names that differ between lines of V8 are left out.
pub fn fingerprint(newest: &Newest<'_>, container: NodeOrdinal, item: NodeOrdinal) -> u64 {
    let holders = newest.tree.ancestors(container);
    let holder = holders.len().checked_sub(2).map(|at| holders[at]).filter(|_| !is_root(newest, container));
    let hash = holder.map_or(0, |holder| class(newest, holder));
    let edge = if is_root(newest, container) || is_data(newest, container) {
        0
    } else {
        hash_text(edge_name(newest, container).as_text())
    };
    mix(mix(mix(hash, edge), class(newest, container)), class(newest, item))
}

/// Whether the reference to the node is a position, or a name that differs from run to run:
/// `agent.sockets["127.0.0.1:41189:"]`.
fn is_data(newest: &Newest<'_>, node: NodeOrdinal) -> bool {
    let snapshot = newest.snapshot();
    let Some(edge) = newest.tree.forest.edge(node) else { return true };
    let is_key = match snapshot.edge_string(edge) {
        Some(name) if snapshot.edge_kind(edge) == EdgeKind::Property => {
            property(&snapshot.text(name).to_string_lossy()).starts_with("[\"")
        }
        _ => false,
    };
    is_key || newest.tree.references.marks.is_slot(snapshot, edge)
}

fn is_root(newest: &Newest<'_>, node: NodeOrdinal) -> bool {
    node == newest.snapshot().root() || newest.snapshot().kind(node) == NodeKind::SYNTHETIC
}

fn class(newest: &Newest<'_>, node: NodeOrdinal) -> u64 {
    if is_root(newest, node) {
        return hash_text(Text::from_str("(roots)"));
    }
    if newest.snapshot().kind(node).is_string() {
        return hash_text(Text::from_str("(string)"));
    }
    hash_text(Text::from_str(plain(&newest.class_name(node).to_string())))
}

/// `global (global*)` and `global / x` are `global`, `system / Context / x` is `system / Context`.
fn plain(name: &str) -> &str {
    if is_global(name) {
        return GLOBAL;
    }
    let name = match name.find(" (") {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    };
    match name.strip_prefix(SYSTEM).and_then(|rest| rest.find(SEPARATOR)) {
        Some(at) => &name[..SYSTEM.len() + at],
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_lines_of_v8_add_to_names_is_left_out() {
        for (name, expected) in [
            ("Session", "Session"),
            ("global (global*)", "global"),
            ("global / ", "global"),
            ("globalCache", "globalCache"),
            ("(closure)", "(closure)"),
            ("system / Context", "system / Context"),
            ("system / Context / a.js", "system / Context"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}
