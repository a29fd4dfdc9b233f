//! Who wrote an object's class: V8, the language, Node.js, a package or the program?
//!
//! A bundle is one file of many authors. Its source map names the original file of each place.

use super::newest::Newest;
use crate::analysis::SourceLocation;
use crate::kind::NodeKind;
use crate::known::engine::{ARRAY_BUFFER_DATA, GLOBAL_HANDLES, SYSTEM};
use crate::known::names::is_realm;
use crate::known::node::{MODULE, NATIVE};
use crate::ordinal::NodeOrdinal;
use crate::paths::name::Naming;
use crate::snapshot::Snapshot;

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

impl Naming<'_> {
    /// The origin of the object's class.
    pub fn origin(&self, node: NodeOrdinal) -> Origin {
        let snapshot = &self.heap.snapshot;
        let name = snapshot.name_text(node);
        match snapshot.kind(node) {
            NodeKind::CLOSURE | NodeKind::REGEXP | NodeKind::BIGINT => Origin::Value,
            kind if kind.is_string() => Origin::Value,
            NodeKind::OBJECT if name.starts_with(SYSTEM) => Origin::Engine,
            NodeKind::OBJECT if name.is("Object") || name.is("Array") || name.is_empty() => Origin::Plain,
            // V8 names the running function as their constructor, which would give them its origin.
            NodeKind::OBJECT if name.is("Generator") || name.is("AsyncGenerator") || name.is("AsyncFunction") => {
                Origin::Language
            }
            NodeKind::OBJECT => match self.scripts.locate(self.heap, node) {
                None => Origin::Language,
                Some(place) => self.origin_at(&place),
            },
            NodeKind::NATIVE if name.is(ARRAY_BUFFER_DATA) => Origin::Language,
            NodeKind::NATIVE if name.starts_with(NATIVE) => Origin::Language,
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
}

impl Newest<'_> {
    /// [`Naming::origin`].
    pub fn origin(&self, node: NodeOrdinal) -> Origin {
        self.naming().origin(node)
    }

    /// [`Naming::origin_at`].
    pub fn origin_at(&self, place: &SourceLocation) -> Origin {
        self.naming().origin_at(place)
    }

    /// The highest origin among a container and the objects closely above it. A module and a function have the origin
    /// of their file.
    pub fn holder_origin(&self, container: NodeOrdinal) -> Origin {
        let origin = |node: NodeOrdinal| {
            let is_of_file =
                self.snapshot().kind(node) == NodeKind::CLOSURE || self.class_name(node).as_text().is(MODULE);
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
}

pub fn origin_of_file(file: &str) -> Origin {
    if file.starts_with("node:") || file.starts_with("internal/") {
        Origin::Node
    } else if file.contains("/node_modules/") || file.contains("\\node_modules\\") {
        Origin::Package
    } else {
        Origin::Program
    }
}

fn is_native(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::NATIVE || snapshot.name_text(node).is(GLOBAL_HANDLES)
}
