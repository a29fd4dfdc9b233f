//! Who wrote an object's class, and what did they call it: V8, the language, Node.js, a package or the program?
//!
//! A bundle is one file of many authors, with short names. Its source map names the original file of each place, and
//! the original names.

use super::newest::Newest;
use crate::analysis::{SourceLocation, VariableOf, has_own_place, is_module_scope, scope_function};
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::paths::weight::is_realm;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;

/// Who made the class of an object. A later origin says more to a person who looks for a leak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// Contexts, cells, V8's own objects.
    Engine,
    /// Functions and strings.
    Value,
    /// `Object` and `Array`, which may be anything.
    Plain,
    /// Classes of the language, memory outside of the heap.
    Language,
    /// Classes of Node.js.
    Node,
    /// Classes of a package.
    Package,
    /// Classes of the program itself.
    Program,
}

impl Newest<'_> {
    /// The origin of the object's class.
    pub fn origin(&self, node: NodeOrdinal) -> Origin {
        let snapshot = self.snapshot();
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::CLOSURE | NodeKind::REGEXP | NodeKind::BIGINT => Origin::Value,
            kind if kind.is_string() => Origin::Value,
            NodeKind::OBJECT if name.starts_with("system / ") => Origin::Engine,
            NodeKind::OBJECT if name.is("Object") || name.is("Array") || name.is_empty() => Origin::Plain,
            // V8 names the running function as their constructor, which would give them its origin.
            NodeKind::OBJECT if name.is("Generator") || name.is("AsyncGenerator") || name.is("AsyncFunction") => {
                Origin::Language
            }
            NodeKind::OBJECT => match self.scripts.locate(self.heap, node) {
                None => Origin::Language,
                Some(place) => self.origin_at(&place),
            },
            NodeKind::NATIVE if name.is("system / JSArrayBufferData") => Origin::Language,
            NodeKind::NATIVE if name.starts_with("Node / ") => Origin::Language,
            NodeKind::WASM_OBJECT => Origin::Language,
            _ => Origin::Engine,
        }
    }

    /// The origin of the code at this place: of the original file, where a source map names it.
    pub fn origin_at(&self, place: &SourceLocation) -> Origin {
        match origin_of_file(&place.file.to_string()) {
            // A map of a file in `node_modules` names the package's own sources: it stays the package's.
            Origin::Program => {
                let original = self.maps.and_then(|maps| maps.original(place));
                original.map_or(Origin::Program, |original| origin_of_file(&original.file))
            }
            origin => origin,
        }
    }

    /// The highest origin among a container and the objects closely above it. A module and a function have the origin
    /// of their file.
    pub fn holder_origin(&self, container: NodeOrdinal) -> Origin {
        let origin = |node: NodeOrdinal| {
            let is_of_file =
                self.snapshot().kind(node) == NodeKind::CLOSURE || self.class_name(node).as_text().is("Module");
            let place = is_of_file.then(|| self.location(node)).flatten();
            place.map_or_else(|| self.origin(node), |place| self.origin_at(&place))
        };
        // A realm and what it holds are V8's, whoever refers to the realm.
        let holders = std::iter::successors(Some(container), |node| self.owner(*node));
        holders
            .take(self.limits.near_holders)
            .take_while(|node| !is_realm(self.snapshot(), *node))
            .map(origin)
            .max()
            .unwrap_or(Origin::Engine)
    }

    /// Whether an object is an inner part of Node.js: the nearest place above it lies in Node.js, or no object above
    /// it has a place and native code holds it.
    pub fn is_inside_node(&self, node: NodeOrdinal) -> bool {
        let nodes = self.tree.ancestors(node);
        let snapshot = self.snapshot();
        match self.nearest_origin(&nodes) {
            Some(origin) => origin == Origin::Node,
            None => node == snapshot.root() || nodes.iter().any(|node| is_native(snapshot, *node)),
        }
    }

    /// Whether an object is an inner part of a package: the nearest place above it lies in one.
    pub fn is_inside_package(&self, node: NodeOrdinal) -> bool {
        self.nearest_origin(&self.tree.ancestors(node)) == Some(Origin::Package)
    }

    /// Whether the items belong to Node.js or the language, and Node.js itself collects them.
    pub fn is_collected_by_node(&self, item: NodeOrdinal, container: NodeOrdinal) -> bool {
        self.origin(item) <= Origin::Node && self.is_inside_node(container)
    }

    fn nearest_origin(&self, nodes: &[NodeOrdinal]) -> Option<Origin> {
        self.nearest_location(nodes).map(|place| self.origin_at(&place))
    }

    /// [`Newest::class_name`] before a bundler made it short. A person knows the original name; the heap does not have
    /// it, so it does not find objects.
    pub fn original_name(&self, node: NodeOrdinal) -> TextBuf {
        let name = self.class_name(node);
        let original = || {
            let maps = self.maps?;
            let place = self.scripts.locate(self.heap, node)?;
            let short = self.snapshot().name_text(node).to_string_lossy();
            match self.snapshot().kind(node) {
                NodeKind::CLOSURE => {
                    let known = maps.function(&place, &short).or_else(|| maps.class(&place, &short))?;
                    Some(TextBuf::from(format!("{known}()")))
                }
                NodeKind::OBJECT if name.as_text().is(&short) => {
                    maps.class(&place, &short).or_else(|| maps.function(&place, &short)).map(TextBuf::from)
                }
                _ => None,
            }
        };
        original().unwrap_or(name)
    }

    /// Original name of the function whose variables a context holds.
    pub fn function_of(&self, context: NodeOrdinal) -> Option<String> {
        let short = scope_function(self.heap, context)?;
        let has_place = has_own_place(self.heap, context);
        let place = || self.scripts.locate(self.heap, context).filter(|_| has_place);
        let original = || self.maps?.function(&place()?, &short);
        Some(original().unwrap_or(short))
    }

    /// Original name of a context's variable.
    pub fn variable_of(&self, context: NodeOrdinal, short: &str) -> String {
        let of = match context {
            _ if is_module_scope(self.snapshot(), context) => VariableOf::Script,
            _ if has_own_place(self.heap, context) => VariableOf::Function,
            _ => VariableOf::Around,
        };
        let original = || self.maps?.variable(&self.location(context)?, of, short);
        original().unwrap_or_else(|| short.to_owned())
    }
}

fn origin_of_file(file: &str) -> Origin {
    if file.starts_with("node:") || file.starts_with("internal/") {
        Origin::Node
    } else if file.contains("/node_modules/") || file.contains("\\node_modules\\") {
        Origin::Package
    } else {
        Origin::Program
    }
}

fn is_native(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::NATIVE || snapshot.name_text(node).is("(Global handles)")
}
