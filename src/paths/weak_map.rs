//! The WeakMap of an entry. A path leads to the value over the key, and so the WeakMap is not on it.

use super::name::Naming;
use super::weak_pairs::table_id;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::mark::Mark;
use crate::ordinal::NodeOrdinal;

/// From a WeakMap to its entries.
const TABLE: &str = "table";

impl Naming<'_> {
    /// The WeakMap with the entry by which a key holds this node. `None` where no key holds it, and where the file does
    /// not say which WeakMap it is.
    ///
    /// # Cost
    /// One pass over the ids, where a key holds the node.
    pub fn weak_map_of(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let snapshot = &self.heap.snapshot;
        let edge = self.tree.edge(node)?;
        let name = snapshot.edge_string(edge)?;
        if self.marks.of_string(name) != Mark::Pair || snapshot.edge_kind(edge) != EdgeKind::Internal {
            return None;
        }
        let table = snapshot.find(table_id(snapshot.text(name).as_bytes())?)?;
        if self.tree.parent(node) == Some(table) {
            return None;
        }
        let holds_table = |source: &NodeOrdinal| {
            snapshot.kind(*source) == NodeKind::OBJECT
                && snapshot.internal_edge(*source, TABLE).is_some_and(|(_, target)| target == table)
        };
        self.heap.graph.retainers.sources(table).map(|(source, _)| source).find(holds_table)
    }

    /// The reference that holds a node, with the class that has it: `variable audits in audits.js`, `Registry.audits`.
    pub fn holder_of(&self, node: NodeOrdinal) -> String {
        let reference = self.reference(node).to_string();
        match self.owner(node) {
            Some(owner) if reference.starts_with(['.', '[']) => format!("{}{reference}", self.original_name(owner)),
            _ => reference,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Scripts;
    use crate::control::Control;
    use crate::open::{OpenOptions, analyse};
    use crate::paths::Paths;
    use crate::snapshot::Snapshot;
    use crate::snapshot::drawing::{draw, named};
    use crate::text::Text;

    /// An account of `global` is the key of an entry in `Registry.audits`; the table has this id in the names of the
    /// entry's edges.
    #[track_caller]
    fn check_weak_map(table_id: Option<u64>, expected: Option<&str>) {
        let drawing = "root > !global | global > account.Account registry.Registry \
             | Account > #entry.Audit | Registry > audits.WeakMap | WeakMap > #table.t/array | t > #entry.Audit";
        let mut tables = draw(drawing).tables().clone();
        let drawn = Snapshot::new(tables.clone());
        let id = table_id.unwrap_or_else(|| drawn.id(named(&drawn, "t")));
        let texts: Vec<String> = tables.strings.iter().map(|(_, text)| text.to_string_lossy()).collect();
        tables.strings = Default::default();
        for text in texts {
            let pair = format!("7 / part of key (Account @1) -> value (Audit @3) pair in WeakMap (table @{id})");
            tables.strings.push(Text::from_str(if text == "entry" { &pair } else { &text }));
        }
        let heap = analyse(Snapshot::new(tables), &OpenOptions::default(), &Control::new()).unwrap();
        let paths = Paths::of(&heap.snapshot, &[], &Control::new()).unwrap();
        let scripts = Scripts::default();
        let naming = paths.naming(&heap, &scripts, None);
        let map = naming.weak_map_of(named(&heap.snapshot, "Audit"));
        assert_eq!(map.map(|map| naming.holder_of(map)).as_deref(), expected);
        assert_eq!(naming.weak_map_of(named(&heap.snapshot, "Account")), None);
    }

    #[test]
    fn the_weak_map_of_an_entry_is_found_by_the_id_of_its_table() {
        check_weak_map(None, Some("Registry.audits"));
        check_weak_map(Some(9999), None);
    }
}
