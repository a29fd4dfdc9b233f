//! A reference as code would write it.

use super::path::{WEAK_VALUE, edge_name, through_edge};
use crate::kind::{EdgeKind, NodeKind};
use crate::leaks::newest::Newest as Last;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

/// What V8 names, and what a person calls it.
const INTERNAL: [(&str, &str); 15] = [
    ("reactions_or_result", "[[PromiseReaction]]"),
    ("fulfill_handler", "[[FulfillHandler]]"),
    ("reject_handler", "[[RejectHandler]]"),
    ("promise_or_capability", "[[Promise]]"),
    ("bound_function", "[[BoundFunction]]"),
    ("bound_this", "[[BoundThis]]"),
    ("backing_store", "[[ArrayBufferData]]"),
    ("holdings", "[[HeldValue]]"),
    ("active_cells", "[[Cells]]"),
    ("parent", "long string behind the slice"),
    ("first", "left part"),
    ("second", "right part"),
    ("context", "scope"),
    ("previous", "outer scope"),
    ("__proto__", "[[Prototype]]"),
];

/// The reference by which the forest holds the node; empty when only the roots do.
pub fn reference(last: &Last<'_>, node: NodeOrdinal) -> TextBuf {
    let snapshot = last.snapshot();
    let (Some(owner), Some(edge)) = (last.owner(node), last.tree.forest.edge(node)) else { return TextBuf::new() };
    if snapshot.kind(owner) == NodeKind::SYNTHETIC {
        return TextBuf::new();
    }
    let name = edge_name(last, node).to_string();
    if last.fans_out(node) {
        return TextBuf::from(entry_of(last, owner, &name));
    }
    if let Some(told) =
        last.class_name(owner).to_string().strip_prefix("system / PromiseReaction").and_then(|_| reaction(&name))
    {
        return TextBuf::from(told);
    }
    let is_stored = through_edge(last, node).is_some();
    match snapshot.edge_kind(edge) {
        EdgeKind::Context => TextBuf::from(variable(last, owner, &name)),
        EdgeKind::Property => TextBuf::from(property(&name)),
        _ if is_stored => TextBuf::from(format!("[[{name}]]")),
        _ => match INTERNAL.iter().find(|(known, _)| *known == name) {
            Some((_, told)) => TextBuf::from(*told),
            None if name.starts_with("bound_argument") => TextBuf::from("[[BoundArgument]]"),
            // A slot that V8 only numbers.
            None if name.starts_with('[') => TextBuf::from(format!("[{name}]")),
            None => TextBuf::from(format!("[[{name}]]")),
        },
    }
}

/// V8 numbers what a reaction refers to: the next one, the handlers, the promise, the store of AsyncLocalStorage.
fn reaction(name: &str) -> Option<&'static str> {
    let told = ["next reaction", "[[RejectHandler]]", "[[FulfillHandler]]", "[[Promise]]", "[[AsyncContext]]"];
    let at: usize = name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
    told.get(at).copied()
}

/// `.sessions`, `["content-type"]`, `[Symbol(kEvents)]`.
pub fn property(name: &str) -> String {
    let is_identifier = |text: &str| {
        !text.starts_with(|first: char| first.is_ascii_digit())
            && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$' || letter == '#')
    };
    if let Some(symbol) = name.strip_prefix("<symbol ").and_then(|rest| rest.strip_suffix('>')) {
        format!("[Symbol({symbol})]")
    } else if !name.is_empty() && is_identifier(name) {
        format!(".{name}")
    } else if name == "__proto__" {
        "[[Prototype]]".to_owned()
    } else {
        format!("[{name:?}]")
    }
}

/// What an object with many alike holds one of them by.
fn entry_of(last: &Last<'_>, owner: NodeOrdinal, name: &str) -> String {
    let class = last.class_name(owner).to_string();
    match class.as_str() {
        _ if name == WEAK_VALUE => "WeakMap entry".to_owned(),
        "Map" | "Set" | "WeakMap" | "WeakSet" => format!("{class} entry"),
        _ if name.starts_with("table[") => format!("{class} entry"),
        _ => "[]".to_owned(),
    }
}

/// `variable cache in createStore()`.
fn variable(last: &Last<'_>, context: NodeOrdinal, name: &str) -> String {
    let name = last.variable_of(context, name);
    if let Some(function) = last.function_of(context) {
        return format!("variable {name} in {function}()");
    }
    match last.location(context) {
        Some(place) => {
            let original = last.maps.and_then(|maps| maps.original(&place));
            let file = original.map_or_else(|| place.file.to_string(), |original| original.file);
            let short = file.rsplit(['/', '\\']).next().unwrap_or(&file);
            format!("variable {name} in {short}")
        }
        None => format!("variable {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::property;

    #[test]
    fn properties_are_written_as_in_code() {
        for (name, told) in [
            ("sessions", ".sessions"),
            ("_events", "._events"),
            ("#cache", ".#cache"),
            ("content-type", "[\"content-type\"]"),
            ("7", "[\"7\"]"),
            ("<symbol kEvents>", "[Symbol(kEvents)]"),
            ("", "[\"\"]"),
        ] {
            assert_eq!(property(name), told);
        }
    }
}
