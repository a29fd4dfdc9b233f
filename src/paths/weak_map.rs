//! The WeakMap of an entry. A path leads to the value over the key, and so the WeakMap is not on it.

use super::name::Naming;
use super::weak_pairs::table_id;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::mark::Mark;
use crate::ordinal::NodeOrdinal;

/// From a WeakMap to its entries.
const TABLE: &str = "table";
/// Classes whose names do not say what an object is for.
const PLAIN: [&str; 5] = ["Object", "Array", "Map", "Set", "WeakMap"];
/// References that are written in a row.
const LONGEST_CHAIN: usize = 4;

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

    /// The reference that holds a node as code writes it, from the nearest class or variable with a name: `variable
    /// audits in audits.js`, `Registry.audits`, `state.audits` of a variable that holds a plain object.
    pub fn holder_of(&self, node: NodeOrdinal) -> String {
        let reference = self.reference(node).to_string();
        let Some(mut written) = member_of(&reference) else { return reference };
        let mut at = node;
        for _ in 0..LONGEST_CHAIN {
            let Some(owner) = self.owner(at) else { return reference };
            let name = self.original_name(owner).to_string();
            let above = self.reference(owner).to_string();
            match member_of(&above) {
                _ if !PLAIN.contains(&name.as_str()) => return format!("{name}{written}"),
                Some(member) => written = format!("{member}{written}"),
                None => return format!("{}{written}", variable_of(&above).unwrap_or(&name)),
            }
            at = owner;
        }
        self.owner(at).map_or(reference, |owner| format!("{}{written}", self.original_name(owner)))
    }
}

/// A reference as code writes it behind an object: `.sessions`, `[12]`. `None` for what code cannot write so.
fn member_of(reference: &str) -> Option<String> {
    match reference {
        "Map entry" | "WeakMap entry" => Some(".get(…)".to_owned()),
        _ if reference.starts_with('.') => Some(reference.to_owned()),
        _ => Some(reference.to_owned()).filter(|it| it.starts_with('[') && !it.starts_with("[[")),
    }
}

/// The name in `variable state in app.js`.
fn variable_of(reference: &str) -> Option<&str> {
    reference.strip_prefix("variable ")?.split(' ').next()
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
        check_holder("registry", "Registry", table_id, expected);
    }

    /// The same with another object in place of the registry.
    #[track_caller]
    fn check_holder(property: &str, class: &str, table_id: Option<u64>, expected: Option<&str>) {
        let drawing = format!(
            "root > !global | global > account.Account {property}.{class} | Account > #entry.Audit \
             | {class} > audits.WeakMap | WeakMap > #table.t/array | t > #entry.Audit"
        );
        let mut tables = draw(&drawing).tables().clone();
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

    #[test]
    fn a_weak_map_in_a_plain_object_is_written_from_what_holds_the_object() {
        check_holder("state", "Object", None, Some("global.state.audits"));
    }

    #[test]
    fn references_are_written_as_code_writes_them() {
        for (reference, member) in [
            (".a", Some(".a")),
            ("[3]", Some("[3]")),
            ("[[Target]]", None),
            ("Map entry", Some(".get(…)")),
            ("x", None),
        ] {
            assert_eq!(super::member_of(reference).as_deref(), member, "{reference}");
        }
        assert_eq!(super::variable_of("variable state in app.js"), Some("state"));
        assert_eq!(super::variable_of("scope"), None);
    }
}
