//! A reference as code would write it.

use super::name::Naming;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{PROMISE_REACTION, REACTION_SLOTS, called_by_people};
use crate::known::names::is_backing;
use crate::known::node::SYMBOL;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::text::TextBuf;

/// Name of the reference to the value of a WeakMap's entry.
pub const WEAK_VALUE: &str = "(value in WeakMap)";

impl Naming<'_> {
    /// The reference by which the tree holds the node: a property or variable, `[3]`, `table[3]` for a slot of a Map;
    /// empty where only the root holds the node, since the root numbers what it holds.
    pub fn edge_name(&self, node: NodeOrdinal) -> TextBuf {
        let Some(edge) = self.tree.edge(node) else { return TextBuf::new() };
        if self.tree.parent(node) == Some(self.heap.snapshot.root()) {
            return TextBuf::new();
        }
        let name = self.one_edge(edge);
        match self.edge_to_store(node) {
            Some(store) if !name.as_text().is(WEAK_VALUE) && !self.marks.is_slot(&self.heap.snapshot, store) => {
                let mut both = self.one_edge(store);
                both.push(name.as_text());
                both
            }
            _ => name,
        }
    }

    /// [`Self::edge_name`] without positions: `elements[]`.
    pub fn generic_edge_name(&self, node: NodeOrdinal) -> TextBuf {
        let name = self.edge_name(node).to_string();
        match name.split_once('[') {
            Some((store, rest)) if rest.trim_end_matches(']').bytes().all(|byte| byte.is_ascii_digit()) => {
                TextBuf::from(format!("{store}[]"))
            }
            _ => TextBuf::from(name),
        }
    }

    /// The reference by which the tree holds the node, as code would write it; empty when only the roots hold it.
    pub fn reference(&self, node: NodeOrdinal) -> TextBuf {
        let snapshot = &self.heap.snapshot;
        let (Some(owner), Some(edge)) = (self.owner(node), self.tree.edge(node)) else { return TextBuf::new() };
        if snapshot.kind(owner) == NodeKind::SYNTHETIC {
            return TextBuf::new();
        }
        let name = self.edge_name(node).to_string();
        if self.marks.fans_out(snapshot, edge) {
            return TextBuf::from(self.entry_of(owner, &name));
        }
        let is_reaction = self.class_name(owner).to_string().starts_with(PROMISE_REACTION);
        if let Some(called) = is_reaction.then(|| reaction(&name)).flatten() {
            return TextBuf::from(called);
        }
        let is_stored = self.edge_to_store(node).is_some();
        match snapshot.edge_kind(edge) {
            EdgeKind::Context => TextBuf::from(self.variable(owner, &name)),
            EdgeKind::Property => TextBuf::from(property(&name)),
            _ if is_stored => TextBuf::from(format!("[[{name}]]")),
            _ => match called_by_people(&name) {
                Some(called) => TextBuf::from(called),
                // A slot that V8 only numbers.
                None if name.starts_with('[') => TextBuf::from(format!("[{name}]")),
                None => TextBuf::from(format!("[[{name}]]")),
            },
        }
    }

    /// The reference from the owner to the backing store that holds the node, where there is one.
    fn edge_to_store(&self, node: NodeOrdinal) -> Option<EdgeOrdinal> {
        let store = self.tree.parent(node).filter(|parent| is_backing(&self.heap.snapshot, *parent))?;
        self.tree.edge(store)
    }

    fn one_edge(&self, edge: EdgeOrdinal) -> TextBuf {
        let snapshot = &self.heap.snapshot;
        match snapshot.edge_string(edge) {
            None => TextBuf::from(format!("[{}]", snapshot.name_or_index(edge))),
            Some(name) if self.marks.is_slot(snapshot, edge) => {
                let name = snapshot.text(name).to_string_lossy();
                let end = name.bytes().position(|byte| !byte.is_ascii_digit());
                match end {
                    None => TextBuf::from(format!("[{name}]")),
                    Some(_) => TextBuf::from(WEAK_VALUE),
                }
            }
            Some(name) => snapshot.text(name).to_owned(),
        }
    }

    /// The reference by which an object with many of them holds one.
    fn entry_of(&self, owner: NodeOrdinal, name: &str) -> String {
        let class = self.class_name(owner).to_string();
        match class.as_str() {
            _ if name == WEAK_VALUE => "WeakMap entry".to_owned(),
            "Map" | "Set" | "WeakMap" | "WeakSet" => format!("{class} entry"),
            _ if name.starts_with("table[") => format!("{class} entry"),
            _ => "[]".to_owned(),
        }
    }

    /// `variable cache in createStore()`.
    fn variable(&self, context: NodeOrdinal, name: &str) -> String {
        let name = self.variable_of(context, name);
        if let Some(function) = self.function_of(context) {
            return format!("variable {name} in {function}()");
        }
        match self.location(context) {
            Some(place) => {
                let original = self.maps.and_then(|maps| maps.original(&place));
                let file = original.map_or_else(|| place.file.to_string(), |original| original.file);
                let short = file.rsplit(['/', '\\']).next().unwrap_or(&file);
                format!("variable {name} in {short}")
            }
            None => format!("variable {name}"),
        }
    }
}

fn reaction(name: &str) -> Option<&'static str> {
    let at: usize = name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
    REACTION_SLOTS.get(at).copied()
}

/// `.sessions`, `["content-type"]`, `[Symbol(kEvents)]`.
pub fn property(name: &str) -> String {
    let is_identifier = |text: &str| {
        !text.starts_with(|first: char| first.is_ascii_digit())
            && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$' || letter == '#')
    };
    if let Some(symbol) = name.strip_prefix(SYMBOL).and_then(|rest| rest.strip_prefix(' ')?.strip_suffix('>')) {
        format!("[Symbol({symbol})]")
    } else if !name.is_empty() && is_identifier(name) {
        format!(".{name}")
    } else {
        format!("[{name:?}]")
    }
}

#[cfg(test)]
mod tests {
    use super::property;

    #[test]
    fn properties_are_written_as_in_code() {
        for (name, written) in [
            ("sessions", ".sessions"),
            ("_events", "._events"),
            ("#cache", ".#cache"),
            ("content-type", "[\"content-type\"]"),
            ("7", "[\"7\"]"),
            ("<symbol kEvents>", "[Symbol(kEvents)]"),
            ("", "[\"\"]"),
        ] {
            assert_eq!(property(name), written);
        }
    }
}
