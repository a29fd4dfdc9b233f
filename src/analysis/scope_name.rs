//! Which function's variables does a context hold?
//!
//! V8 keeps a record of each scope (`ScopeInfo`). In the snapshot its slots are numbered: first the names of the
//! variables, then in a function's record its name, or an empty text and the name that V8 guessed. In a module's record
//! an empty text follows, a table, and the names of its imports and exports. These are no names of functions.

use super::heap::Heap;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{FUNCTION_RECORD, SEPARATOR, SOURCE_TEXT_MODULE, SYSTEM};
use crate::known::names::is_context_name;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::Text;

/// True for the variables of a function that its closures share.
pub fn is_context(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) == NodeKind::OBJECT && (is_context_name(name))
}

/// True for the variables of an ES module.
pub fn is_module_scope(snapshot: &Snapshot, context: NodeOrdinal) -> bool {
    let module = snapshot.internal_edge(context, "extension").map(|(_, module)| module);
    is_context(snapshot, context) && module.is_some_and(|module| snapshot.name_text(module).is(SOURCE_TEXT_MODULE))
}

/// Name of the function whose variables a context holds: that of the function whose scope it is. Where V8 dropped what
/// it had compiled of that, the name in its record of the scope; of a function without a name the one that V8 guessed.
///
/// `None` for a module, for a block, and for a function that nobody named.
///
/// # Cost
/// The retainers of the record, and its edges.
pub fn scope_function(heap: &Heap, context: NodeOrdinal) -> Option<String> {
    let snapshot = &heap.snapshot;
    if !is_context(snapshot, context) || is_module_scope(snapshot, context) {
        return None;
    }
    let (_, scope) = snapshot.internal_edge(context, "scope_info")?;
    let mut functions = functions_of(heap, scope);
    if let Some(name) = functions.find_map(|function| function_name(snapshot, function)) {
        return Some(name);
    }
    let texts = first_texts(snapshot, scope);
    if let Some(nameless) = texts.iter().position(|(_, text)| text.is_empty()) {
        let (slot, _) = texts[nameless];
        let (_, guess) = texts.get(nameless + 1).filter(|(next, guess)| *next == slot + 1 && !guess.is_empty())?;
        return Some(guess.to_string_lossy());
    }
    let (_, name) = texts.last()?;
    // Only of functions and modules the snapshot names the variables: of a block the last text is one of those.
    let mut variables =
        snapshot.edges(context).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Context).peekable();
    variables.peek()?;
    let is_variable = variables.any(|edge| snapshot.edge_string(edge).is_some_and(|it| snapshot.text(it) == *name));
    (!is_variable).then(|| name.to_string_lossy())
}

/// V8's records of the functions that have this scope.
pub fn functions_of(heap: &Heap, scope: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + '_ {
    let snapshot = &heap.snapshot;
    heap.graph.retainers.sources(scope).map(|(source, _)| source).filter(move |function| {
        snapshot.kind(*function) == NodeKind::CODE
            && ["name_or_scope_info", "scope_info"]
                .iter()
                .any(|edge| snapshot.internal_edge(*function, edge).is_some_and(|(_, target)| target == scope))
    })
}

/// What V8 writes for a record without a name is no name: `(shared function info)`, `system / SharedFunctionInfo`.
fn function_name(snapshot: &Snapshot, function: NodeOrdinal) -> Option<String> {
    let name = snapshot.name_text(function).to_string_lossy();
    let name = match name.strip_prefix(FUNCTION_RECORD) {
        Some(rest) => rest.strip_prefix(SEPARATOR)?,
        None => &name,
    };
    (!name.is_empty() && !name.starts_with('(') && !name.starts_with(SYSTEM)).then(|| name.to_owned())
}

/// Texts in the numbered slots up to the first that holds something else, each with the number of its slot.
fn first_texts(snapshot: &Snapshot, scope: NodeOrdinal) -> Vec<(u32, Text<'_>)> {
    let slots = snapshot.edges(scope).filter(|edge| snapshot.edge_kind(*edge) == EdgeKind::Hidden);
    let mut slots: Vec<_> = slots.map(|edge| (snapshot.name_or_index(edge), snapshot.target(edge))).collect();
    slots.sort_unstable();
    let texts = slots.into_iter().take_while(|(_, node)| snapshot.kind(*node) == NodeKind::STRING);
    texts.map(|(slot, node)| (slot, snapshot.name_text(node))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::heap::Parity;
    use crate::analysis::test_heap::{heap_of, renamed};
    use crate::snapshot::drawing::{draw, named};

    /// A context with the variable `cache`, whose record `scope` has these edges; `more` is the rest of the heap. In
    /// names `·` stands for a blank, `÷` for a slash, `-` for an empty text.
    #[track_caller]
    fn check_name(scope: &str, more: &str, expected: Option<&str>) {
        let context = "ctx > =cache.Map #scope_info.scope";
        let drawing = draw(&format!("root > ctx | {context} | scope/code > {scope} {more}"));
        let drawn = renamed(drawing, |name| match name {
            "ctx" => "system / Context / a.mjs".to_owned(),
            "-" => String::new(),
            name => name.replace('·', " ").replace('÷', "/"),
        });
        let heap = heap_of(drawn, Parity::Ours);
        let context = named(&heap.snapshot, "system / Context / a.mjs");
        assert_eq!(scope_function(&heap, context).as_deref(), expected, "{scope} {more}");
    }

    #[test]
    fn a_scope_has_the_name_of_its_function() {
        let of = |name: &str| format!("| root > {name} | {name}/code > #name_or_scope_info.scope");
        check_name("?0.cache/string ?1.open/string", &of("createStore"), Some("createStore"));
        check_name("?0.cache/string", &of("system·÷·SharedFunctionInfo·÷·createStore"), Some("createStore"));
        check_name("?0.cache/string ?1.-/string ?2.guessed/string", &of("(shared·function·info)"), Some("guessed"));
        check_name(
            "?0.cache/string ?1.-/string ?2.guessed/string",
            &of("system·÷·SharedFunctionInfo"),
            Some("guessed"),
        );
        check_name("?0.cache/string ?1.-/string", &of("system·÷·SharedFunctionInfo"), None);
    }

    #[test]
    fn a_function_that_was_dropped_is_named_by_its_scope() {
        check_name("?0.cache/string ?1.createStore/string ?3.outer/code", "", Some("createStore"));
        check_name("?0.number/string ?1.cache/string", "", None);
    }

    #[test]
    fn names_of_imports_are_no_functions() {
        let module = "?0.cache/string ?1.-/string ?2.table/array ?3.Fastify/string ?4.v8/string";
        check_name(module, "", None);
        check_name("?0.cache/string ?1.-/string ?3.Fastify/string", "", None);
        let held = "| ctx > #extension.system·÷·SourceTextModule | system·÷·SourceTextModule/hidden";
        check_name("?0.cache/string ?1.Fastify/string", held, None);
    }

    #[test]
    fn variables_of_a_block_are_no_functions() {
        let drawn = draw("root > ctx | ctx > ?0.Map #scope_info.scope | scope/code > ?0.cache/string ?1.index/string");
        let drawn = renamed(drawn, |name| if name == "ctx" { "system / Context" } else { name }.to_owned());
        let heap = heap_of(drawn, Parity::Ours);
        assert_eq!(scope_function(&heap, named(&heap.snapshot, "system / Context")), None);
    }
}
