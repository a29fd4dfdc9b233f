//! Checks the references between sections, when all sections are there.

use super::edge_rows::MOST_NODES;
use super::key::Key;
use super::tables::{FunctionInfo, Tables};
use crate::error::{Error, Result};
use crate::kind::EdgeKind;

/// The highest number of a string that the rows of a section name; `None` for no rows, or no such section so far.
#[derive(Clone, Copy, Default, Debug)]
pub struct Names {
    nodes: Option<u32>,
    edges: Option<u32>,
    functions: Option<u32>,
    has_nodes: bool,
    has_edges: bool,
}

impl Names {
    /// Texts behind the last one that is named, which are kept all the same: `trace_function_infos` may come later.
    const SLACK: usize = 1 << 20;

    /// `highest`: of the rows of `nodes`, which have been read.
    pub fn of_nodes(&mut self, highest: Option<u32>) {
        (self.nodes, self.has_nodes) = (highest, true);
    }

    /// The same of `edges`. A row with an index counts as 0.
    pub fn of_edges(&mut self, highest: Option<u32>) {
        (self.edges, self.has_edges) = (highest, true);
    }

    pub fn of_functions(&mut self, functions: &[FunctionInfo]) {
        self.functions = functions.iter().flat_map(|function| [function.name.0, function.script_name.0]).max();
    }

    /// How many texts somebody may ask for. All of them, as long as nodes and edges have not been read.
    pub fn kept(&self) -> usize {
        if !self.has_nodes || !self.has_edges {
            return usize::MAX;
        }
        let last = self.nodes.max(self.edges).max(self.functions).map_or(0, |name| name as usize);
        last.saturating_add(1 + Self::SLACK)
    }
}

/// Gives the tables back when every string and function that a row refers to is there. With `targets` nodes are looked
/// for, too: those who read the rows did not know how many there are. `starts` has the offsets of sections.
///
/// # Errors
/// [`Error::Format`] with the offset of the section and the row in words.
pub fn check(tables: Tables, names: Names, targets: bool, starts: &[(Key, u64)]) -> Result<Tables> {
    let strings = tables.strings.len();
    let beyond = |string: u32| string as usize >= strings;
    let fault = |key: Key, row: usize, what: &str, number: u32, count: usize| {
        let offset = starts.iter().find(|(known, _)| *known == key).map_or(0, |(_, offset)| *offset);
        let what = format!("row {row} has {what} {number}, but there are {count},");
        Err(Error::Format { table: key.name(), offset, what })
    };
    let nodes = tables.nodes.kind.len();
    if tables.root as usize >= nodes.max(1) {
        return fault(Key::Snapshot, 0, "root", tables.root, nodes);
    }
    if targets {
        let target = |packed: &u32| packed & (MOST_NODES - 1);
        if let Some(row) = tables.edges.kind_and_target.iter().position(|packed| target(packed) as usize >= nodes) {
            return fault(Key::Edges, row, "node", target(&tables.edges.kind_and_target[row]), nodes);
        }
        if let Some(row) = tables.locations.nodes.iter().position(|node| *node as usize >= nodes) {
            return fault(Key::Locations, row, "node", tables.locations.nodes[row], nodes);
        }
    }
    if names.nodes.is_some_and(beyond) {
        let row = tables.nodes.name.iter().position(|name| beyond(*name)).unwrap_or(0);
        return fault(Key::Nodes, row, "string", tables.nodes.name[row], strings);
    }
    let edges = || tables.edges.kind_and_target.iter().zip(&tables.edges.name_or_index);
    if names.edges.is_some_and(beyond) {
        let bad = edges().position(|(packed, number)| is_string(*packed) && beyond(*number));
        // An element 0 stands for nothing above: with an empty string table it looks like a string.
        if let Some(row) = bad {
            return fault(Key::Edges, row, "string", tables.edges.name_or_index[row], strings);
        }
    }
    for (row, function) in tables.functions.iter().enumerate() {
        for name in [function.name.0, function.script_name.0] {
            if beyond(name) {
                return fault(Key::Functions, row, "string", name, strings);
            }
        }
    }
    for (row, trace) in tables.trace_nodes.iter().enumerate() {
        if trace.function as usize >= tables.functions.len() {
            return fault(Key::TraceTree, row, "function", trace.function, tables.functions.len());
        }
    }
    Ok(tables)
}

fn is_string(packed: u32) -> bool {
    !EdgeKind::ALL[(packed >> 29) as usize].has_index()
}
