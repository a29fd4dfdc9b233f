//! The nodes that have a place of their own: functions, objects of a class, scopes, scripts, modules.

use super::owner::Owner;
use super::places::{NOBODY, Places};
use crate::analysis::{constructor_of_map, file_of_script, is_context, map_of, script_of_record};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::SYSTEM;
use crate::known::names::{is_global, is_module_record, is_realm, module_file, module_url};
use crate::known::node::NATIVE;
use crate::leaks::file_of_url;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// The owner of each node that has a place, by node.
///
/// # Cost
/// O(nodes + edges) time. Each script, each map and each place is asked once.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn seeds(snapshot: &Snapshot, places: &mut Places<'_>, control: &Control) -> Result<Vec<u32>> {
    let mut seeds = Seeds { snapshot, places, control, owner: vec![NOBODY; snapshot.node_count()] };
    seeds.located()?;
    seeds.records_of_functions()?;
    seeds.records_of_scripts()?;
    seeds.by_kind()?;
    Ok(seeds.owner)
}

/// Nodes that belong to nobody, whoever refers to them: the roots, the built-in objects, the global object. What only
/// they hold may be anybody's.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn closed(snapshot: &Snapshot, owner: &[u32], control: &Control) -> Result<BitSet> {
    let mut closed = BitSet::new(snapshot.node_count());
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let is_closed = match snapshot.kind(node) {
            NodeKind::SYNTHETIC => true,
            NodeKind::HIDDEN => is_realm(snapshot, node),
            NodeKind::OBJECT if owner[node.index()] == NOBODY => {
                snapshot.name_text(node).as_str().is_some_and(is_global)
            }
            _ => node == snapshot.root(),
        };
        if is_closed {
            closed.insert(node.index());
        }
    }
    Ok(closed)
}

struct Seeds<'a, 'p> {
    snapshot: &'a Snapshot,
    places: &'a mut Places<'p>,
    control: &'a Control,
    owner: Vec<u32>,
}

impl Seeds<'_, '_> {
    fn set_new(&mut self, node: NodeOrdinal, owner: u32) {
        let known = &mut self.owner[node.index()];
        if *known == NOBODY {
            *known = owner;
        }
    }

    fn target(&self, node: NodeOrdinal, edge: &str) -> Option<NodeOrdinal> {
        self.snapshot.internal_edge(node, edge).map(|(_, target)| target)
    }

    /// Functions and objects whose place V8 writes.
    fn located(&mut self) -> Result<()> {
        let table = &self.snapshot.tables().locations;
        for (turn, (node, place)) in table.nodes.iter().zip(&table.places).enumerate() {
            self.control.check_at(turn)?;
            self.owner[*node as usize] = self.places.of_place(*place);
        }
        Ok(())
    }

    /// V8's records of functions of which a closure is alive, and of their scopes.
    fn records_of_functions(&mut self) -> Result<()> {
        let table = &self.snapshot.tables().locations;
        for (turn, node) in table.nodes.iter().enumerate() {
            self.control.check_at(turn)?;
            let closure = NodeOrdinal(*node);
            if self.snapshot.kind(closure) != NodeKind::CLOSURE {
                continue;
            }
            let record = self.target(closure, "shared").filter(|record| self.is_record(*record));
            if let Some(record) = record.filter(|record| self.owner[record.index()] == NOBODY) {
                self.give_record(record, self.owner[closure.index()]);
            }
        }
        Ok(())
    }

    fn is_record(&self, node: NodeOrdinal) -> bool {
        self.snapshot.kind(node) == NodeKind::CODE
    }

    /// Its scope belongs to a function's owner too: by it the variables are found.
    fn give_record(&mut self, record: NodeOrdinal, owner: u32) {
        self.set_new(record, owner);
        for edge in ["name_or_scope_info", "scope_info"] {
            let scope = self.target(record, edge);
            if let Some(scope) = scope.filter(|scope| !self.snapshot.kind(*scope).is_string()) {
                self.set_new(scope, owner);
            }
        }
    }

    /// Scripts, and records of functions of which no closure is left: those of a bundle belong to the nearest owner.
    fn records_of_scripts(&mut self) -> Result<()> {
        let mut of_script: HashMap<NodeOrdinal, (u32, bool)> = HashMap::new();
        for record in self.snapshot.nodes() {
            self.control.check_at(record.index())?;
            if !self.is_record(record) {
                continue;
            }
            let Some((script, file)) = script_of_record(self.snapshot, record) else { continue };
            let (owner, is_whole) = match of_script.get(&script) {
                Some(known) => *known,
                None => {
                    let known = self.places.of_file(&file);
                    of_script.insert(script, known);
                    known
                }
            };
            self.set_new(script, owner);
            if is_whole && self.owner[record.index()] == NOBODY {
                self.give_record(record, owner);
            }
        }
        Ok(())
    }

    /// Modules, scopes, objects of a class, and native objects of Node.js.
    fn by_kind(&mut self) -> Result<()> {
        let snapshot = self.snapshot;
        let native = self.places.number(Owner::native());
        let mut of_map: HashMap<NodeOrdinal, u32> = HashMap::new();
        for node in snapshot.nodes() {
            self.control.check_at(node.index())?;
            let found = match snapshot.kind(node) {
                NodeKind::NATIVE if snapshot.name_text(node).starts_with(NATIVE) => native,
                NodeKind::OBJECT if is_context(snapshot, node) => {
                    let scope = self.target(node, "scope_info");
                    scope.map_or(NOBODY, |scope| self.owner[scope.index()])
                }
                NodeKind::OBJECT => match self.module(node) {
                    // A module is a record of its file, though its class is one of Node.js.
                    Some(owner) => {
                        self.owner[node.index()] = owner;
                        self.give_module_record(node, owner);
                        owner
                    }
                    None if self.owner[node.index()] != NOBODY => continue,
                    None => self.of_class(node, &mut of_map),
                },
                _ => NOBODY,
            };
            self.set_new(node, found);
        }
        Ok(())
    }

    fn module(&mut self, node: NodeOrdinal) -> Option<u32> {
        let text = |node| self.snapshot.name_text(node);
        let file = match module_file(self.snapshot, node) {
            Some(file) => file_of_script(text(file)),
            None => TextBuf::from(file_of_url(&text(module_url(self.snapshot, node)?).to_string_lossy())),
        };
        (!file.as_text().is_empty()).then(|| self.places.of_file(&file).0)
    }

    /// V8's record of an ES module has the variables that it exports.
    fn give_module_record(&mut self, module: NodeOrdinal, owner: u32) {
        let snapshot = self.snapshot;
        let internal = snapshot.edges(module).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Internal);
        let targets = internal.map(|edge| snapshot.target(edge));
        for record in targets.filter(|target| is_module_record(snapshot, *target)) {
            self.set_new(record, owner);
        }
    }

    fn of_class(&self, node: NodeOrdinal, of_map: &mut HashMap<NodeOrdinal, u32>) -> u32 {
        if self.snapshot.name_text(node).starts_with(SYSTEM) {
            return NOBODY;
        }
        let Some(map) = map_of(self.snapshot, node) else { return NOBODY };
        *of_map.entry(map).or_insert_with(|| {
            let made = constructor_of_map(self.snapshot, map);
            made.map_or(NOBODY, |made| self.owner[made.index()])
        })
    }
}
