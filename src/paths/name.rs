//! The name of a node on a path, and its place in the source.

use super::given_names::GivenNames;
use super::tree::PathTree;
use crate::analysis::{
    Heap, Scripts, SourceLocation, SourceMaps, VariableOf, display_name, has_own_place, is_module_scope, scope_file,
    scope_function,
};
use crate::kind::NodeKind;
use crate::known::engine::{PLAIN_OBJECT, SEPARATOR, SYSTEM};
use crate::known::names::{Marks, is_backing, module_file};
use crate::known::node::NATIVE;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// The root of all paths.
pub const ROOTS: &str = "(roots)";
/// Stands in a name that lost its middle.
const ELLIPSIS: char = '…';

/// All that names the nodes and references of one heap's paths.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    pub heap: &'a Heap,
    pub scripts: &'a Scripts,
    /// `None` when the disk is left alone.
    pub maps: Option<&'a SourceMaps>,
    pub given: &'a GivenNames,
    pub marks: &'a Marks,
    pub tree: &'a PathTree,
}

impl Naming<'_> {
    /// Parent in the tree, past backing stores.
    pub fn owner(&self, node: NodeOrdinal) -> Option<NodeOrdinal> {
        let mut parent = self.tree.parent(node)?;
        while is_backing(&self.heap.snapshot, parent) {
            match self.tree.parent(parent) {
                Some(above) => parent = above,
                None => break,
            }
        }
        Some(parent)
    }

    /// The class of the node; a function's name with `()`.
    pub fn class_name(&self, node: NodeOrdinal) -> TextBuf {
        let snapshot = &self.heap.snapshot;
        let name = snapshot.name_text(node);
        if let Some(given) = self.given.get(node) {
            return snapshot.text(given).to_owned();
        }
        match snapshot.kind(node) {
            _ if node == snapshot.root() => TextBuf::from(ROOTS),
            kind if kind.is_string() => TextBuf::from(format!("({})", snapshot.kind_name(kind))),
            NodeKind::CLOSURE if name.is_empty() => TextBuf::from("(closure)"),
            NodeKind::CLOSURE => TextBuf::from(format!("{}()", name.to_string_lossy())),
            NodeKind::OBJECT | NodeKind::NATIVE | NodeKind::HIDDEN | NodeKind::SYNTHETIC if !name.is_empty() => {
                // Node.js writes what an object wraps behind its class.
                let long = name.to_string_lossy();
                TextBuf::from(if long.starts_with(SYSTEM) || long.starts_with(NATIVE) {
                    long.as_str()
                } else {
                    long.split(SEPARATOR).next().unwrap_or(&long)
                })
            }
            kind => TextBuf::from(format!("({})", snapshot.kind_name(kind))),
        }
    }

    /// [`Self::class_name`], as it was before a bundler made it short; that is what a person knows, but it is of no use
    /// to find objects by.
    pub fn original_name(&self, node: NodeOrdinal) -> TextBuf {
        let snapshot = &self.heap.snapshot;
        let name = self.class_name(node);
        let original = || {
            let maps = self.maps?;
            let place = self.scripts.locate(self.heap, node)?;
            let short = snapshot.name_text(node).to_string_lossy();
            match snapshot.kind(node) {
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

    /// The properties of a plain object, where they are few: `{id, user}`. Of a dictionary they are data.
    pub fn shape(&self, node: NodeOrdinal) -> Option<TextBuf> {
        let snapshot = &self.heap.snapshot;
        if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is(PLAIN_OBJECT) {
            return None;
        }
        let shape = display_name(snapshot, node);
        let text = shape.to_string();
        (text != "{}" && !text.contains([ELLIPSIS, '"'])).then_some(shape)
    }

    /// Where the node's function, class or scope is written; of a module its file.
    pub fn location(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        let snapshot = &self.heap.snapshot;
        let of_scope = || is_module_scope(snapshot, node).then(|| scope_file(self.heap, node)).flatten();
        self.module_place(node).or_else(|| self.scripts.locate(self.heap, node)).or_else(of_scope)
    }

    /// The place of the last of these nodes that has one.
    pub fn nearest_location(&self, nodes: &[NodeOrdinal]) -> Option<SourceLocation> {
        nodes.iter().rev().find_map(|node| self.location(*node))
    }

    fn module_place(&self, node: NodeOrdinal) -> Option<SourceLocation> {
        let file = self.heap.snapshot.name_text(module_file(&self.heap.snapshot, node)?);
        (!file.is_empty()).then(|| SourceLocation { file: file.to_owned(), line: 1, column: 1, script_id: 0 })
    }

    /// Name of the function whose variables a context holds, as it was written.
    pub fn function_of(&self, context: NodeOrdinal) -> Option<String> {
        let short = scope_function(self.heap, context)?;
        let has_place = has_own_place(self.heap, context);
        let place = || self.scripts.locate(self.heap, context).filter(|_| has_place);
        let original = || self.maps?.function(&place()?, &short);
        Some(original().unwrap_or(short))
    }

    /// Name of a context's variable, as it was written.
    pub fn variable_of(&self, context: NodeOrdinal, short: &str) -> String {
        let of = match context {
            _ if is_module_scope(&self.heap.snapshot, context) => VariableOf::Script,
            _ if has_own_place(self.heap, context) => VariableOf::Function,
            _ => VariableOf::Around,
        };
        let original = || self.maps?.variable(&self.location(context)?, of, short);
        original().unwrap_or_else(|| short.to_owned())
    }
}
