//! Which file loads which, as the heap has it: `children` of CommonJS modules, and the requests of ES modules.

use crate::analysis::file_of_script;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{SOURCE_TEXT_MODULE, SYNTHETIC_MODULE};
use crate::known::names::module_file;
use crate::known::node::{BUILTIN_MODULE, CHILDREN_OF_MODULE, ID_OF_MODULE, MODULE, MODULE_WRAP, URL_OF_MODULE};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Loads of one heap.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    /// Files that load a file, by that file.
    loaders: BTreeMap<String, BTreeSet<String>>,
    /// CommonJS modules, each with its file.
    pub common: Vec<(NodeOrdinal, String)>,
    /// Modules of Node.js that a program can load, each with its name: `http`.
    pub builtin: Vec<(NodeOrdinal, String)>,
}

impl ModuleGraph {
    /// # Cost
    /// A pass over the nodes, and the edges of modules.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let [common, wraps, builtin] =
            [MODULE, MODULE_WRAP, BUILTIN_MODULE].map(|name| snapshot.strings_equal_to(name));
        let mut graph = Self::default();
        let mut files: HashMap<NodeOrdinal, String> = HashMap::new();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            if snapshot.kind(node) != NodeKind::OBJECT {
                continue;
            }
            let name = snapshot.name(node);
            if common.contains(&name) {
                if let Some(file) = module_file(snapshot, node) {
                    graph.common.push((node, snapshot.name_text(file).to_string_lossy()));
                }
            } else if builtin.contains(&name) {
                graph.builtin.extend(public_id(snapshot, node).map(|id| (node, id)));
            } else if wraps.contains(&name) {
                files.extend(wrapped(snapshot, node));
            }
        }
        let of_common: HashMap<NodeOrdinal, String> = graph.common.iter().cloned().collect();
        for (module, file) in &of_common {
            for child in children(snapshot, *module).filter_map(|child| of_common.get(&child)) {
                graph.add(file, child);
            }
        }
        for (turn, (module, file)) in files.iter().enumerate() {
            control.check_at(turn)?;
            for requested in requests(snapshot, *module).filter_map(|requested| files.get(&requested)) {
                graph.add(file, requested);
            }
        }
        Ok(graph)
    }

    /// The files that load a file, and those that a package's file is loaded by from outside.
    pub fn loaders_of(&self, is_loaded: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        let loaded = self.loaders.iter().filter(|(file, _)| is_loaded(file));
        loaded.flat_map(|(_, loaders)| loaders.iter().map(String::as_str)).collect()
    }

    fn add(&mut self, loader: &str, loaded: &str) {
        if loader != loaded {
            self.loaders.entry(loaded.to_owned()).or_default().insert(loader.to_owned());
        }
    }
}

/// The name of a module of Node.js, unless it is an internal one.
fn public_id(snapshot: &Snapshot, module: NodeOrdinal) -> Option<String> {
    let (_, id) = snapshot.named_edge(module, EdgeKind::Property, ID_OF_MODULE)?;
    let id = snapshot.name_text(id).to_string_lossy();
    (snapshot.kind(module) == NodeKind::OBJECT && !id.starts_with("internal/")).then_some(id)
}

/// What a CommonJS module loaded first.
fn children(snapshot: &Snapshot, module: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + '_ {
    let list = snapshot.named_edge(module, EdgeKind::Property, CHILDREN_OF_MODULE).map(|(_, list)| list);
    let elements = list.into_iter().flat_map(|list| snapshot.edges(list));
    elements.filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Element).map(|edge| snapshot.target(edge))
}

/// V8's module behind a `ModuleWrap`, and the file of its URL.
fn wrapped(snapshot: &Snapshot, wrap: NodeOrdinal) -> Option<(NodeOrdinal, String)> {
    let (_, url) = snapshot.named_edge(wrap, EdgeKind::Property, URL_OF_MODULE)?;
    let module = snapshot.edges(wrap).map(|edge| snapshot.target(edge)).find(|node| is_module(snapshot, *node))?;
    Some((module, file_of_url(&snapshot.name_text(url).to_string_lossy())))
}

/// The file of a module's URL. `import('./a.mjs?again=1')` is a module of its own, of the same file.
pub fn file_of_url(url: &str) -> String {
    let path = match url.starts_with("file:") {
        true => url.split(['?', '#']).next().unwrap_or(url),
        false => url,
    };
    file_of_script(Text::from_str(path)).to_string()
}

/// The modules that an ES module imports. They stand in one array, whose number differs between lines of Node.js: it is
/// the one that has modules.
fn requests(snapshot: &Snapshot, module: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + '_ {
    let targets = |node: NodeOrdinal| snapshot.edges(node).map(|edge| snapshot.target(edge));
    let arrays = targets(module).filter(|node| snapshot.kind(*node) == NodeKind::ARRAY);
    arrays.flat_map(targets).filter(|node| is_module(snapshot, *node))
}

fn is_module(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) != NodeKind::OBJECT
        && [SOURCE_TEXT_MODULE, SYNTHETIC_MODULE].iter().any(|module| name.starts_with(module))
        && !name.starts_with(&format!("{SOURCE_TEXT_MODULE}InfoEntry"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaks::test_leaks::heap;

    /// The loads of a drawing, each as `loader > loaded`.
    fn loads(drawing: &str) -> Vec<String> {
        let graph = ModuleGraph::of(&heap(drawing), &Control::new()).unwrap();
        let rows = graph.loaders.iter();
        rows.flat_map(|(file, loaders)| loaders.iter().map(move |loader| format!("{loader} > {file}"))).collect()
    }

    #[test]
    fn children_of_common_modules_are_loads() {
        let modules = "root > Module#1 Module#2 | Module#1 > filename.a/string children.list | \
                       Module#2 > filename.b/string";
        assert_eq!(loads(&format!("{modules} | list > %0.Module#2")), ["a > b"]);
        assert_eq!(loads(&format!("{modules} | list > other.Module#2")), [""; 0]);
    }

    #[test]
    fn requests_of_es_modules_are_loads_whichever_array_has_them() {
        let record = "system·÷·SourceTextModule";
        let wraps = format!(
            "root > ModuleWrap#1 ModuleWrap#2 | ModuleWrap#1 > url.a/string ?0.{record}#1/code | \
             ModuleWrap#2 > url.b/string ?0.{record}#2/code"
        );
        for slot in ["?7", "?8"] {
            let asked = format!("{record}#1 > ?3.names/array {slot}.asked/array | asked > ?0.{record}#2");
            assert_eq!(loads(&format!("{wraps} | {asked}")), ["a > b"]);
        }
    }

    #[test]
    fn a_module_that_is_imported_again_has_the_same_file() {
        assert_eq!(file_of_url("file:///srv/a.mjs?again=1#x"), "/srv/a.mjs");
        assert_eq!(file_of_url("node:http"), "node:http");
    }
}
