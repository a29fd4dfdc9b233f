//! The facts about the steps of a path that follow from the names of one snapshot.

use super::engine::{self, MAP_OF_CLASS, WEAK_PAIR};
use super::mark::Mark;
use super::node;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{EdgeOrdinal, NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;
use std::collections::HashMap;

/// Marks of all names of a snapshot.
///
/// # Shapes
/// One mark for each string: one byte.
pub struct Marks(Vec<Mark>);

impl Marks {
    /// # Cost
    /// One pass over the text of the strings.
    pub fn of(snapshot: &Snapshot) -> Self {
        let known: HashMap<&[u8], Mark> =
            engine::KNOWN.iter().chain(&node::KNOWN).map(|known| (known.name.as_bytes(), known.mark)).collect();
        // By first byte: a bit for each length of a known name. Few other texts pass, and only those are hashed.
        let mut lengths = [0_u64; 1 << u8::BITS];
        for name in known.keys() {
            lengths[usize::from(first_byte(name))] |= 1 << name.len().min(63);
        }
        let is_in_table = |text: &Text<'_>| {
            let name = text.as_bytes();
            lengths[usize::from(first_byte(name))] >> name.len().min(63) & 1 != 0
        };
        let mark = |text: Text<'_>| match is_in_table(&text).then(|| known.get(text.as_bytes())).flatten() {
            Some(mark) => *mark,
            None => by_form(text),
        };
        Self(snapshot.tables().strings.iter().map(|(_, text)| mark(text)).collect())
    }

    pub fn of_string(&self, string: StringOrdinal) -> Mark {
        self.0[string.index()]
    }

    pub fn of_node(&self, snapshot: &Snapshot, node: NodeOrdinal) -> Mark {
        self.of_string(snapshot.name(node))
    }

    pub fn of_edge(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> Mark {
        snapshot.edge_string(edge).map_or(Mark::Plain, |name| self.of_string(name))
    }

    /// `__proto__`, `constructor`.
    pub fn leads_to_class(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        self.of_edge(snapshot, edge) == Mark::Class
    }

    /// Whether the name of the edge differs from one item of a collection to the next.
    pub fn is_slot(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        snapshot.edge_kind(edge).has_index() || matches!(self.of_edge(snapshot, edge), Mark::Slot | Mark::Pair)
    }

    /// True for one of many references of the same sort: an element, a slot of a table. The links of a list are none.
    pub fn fans_out(&self, snapshot: &Snapshot, edge: EdgeOrdinal) -> bool {
        let is_element = snapshot.edge_kind(edge) == EdgeKind::Element;
        is_element || matches!(self.of_edge(snapshot, edge), Mark::Slot | Mark::Pair)
    }

    /// The roots of functions under way.
    pub fn is_running(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.kind(node) == NodeKind::SYNTHETIC && self.of_node(snapshot, node) == Mark::Running
    }

    /// V8's caches, and its lists of what others hold.
    pub fn is_cache_root(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.kind(node) == NodeKind::SYNTHETIC && self.of_node(snapshot, node) == Mark::Caches
    }
}

/// 0 of an empty text.
fn first_byte(text: &[u8]) -> u8 {
    text.first().copied().unwrap_or(0)
}

/// Marks of names that have a form rather than a fixed text.
fn by_form(text: Text<'_>) -> Mark {
    let Some(name) = text.as_str() else { return Mark::Plain };
    match name.as_bytes().first() {
        Some(b'0'..=b'9') if name.bytes().all(|byte| byte.is_ascii_digit()) => Mark::Slot,
        Some(b'0'..=b'9') if name.contains(WEAK_PAIR) => Mark::Pair,
        Some(b'<') if name.starts_with(node::SYMBOL) => Mark::Symbol,
        Some(b's') if name.starts_with(MAP_OF_CLASS) && name.len() < LONGEST_MAP => Mark::Machinery,
        _ => Mark::Plain,
    }
}

/// Bytes of the longest `system / Map (…)` that is taken for one.
const LONGEST_MAP: usize = 48;

/// Arrays and tables in which V8 keeps the contents of an object: part of it, not something it refers to.
pub fn is_backing(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    match snapshot.kind(node) {
        NodeKind::ARRAY => true,
        NodeKind::HIDDEN => {
            let name = snapshot.name_text(node);
            engine::BACKING.iter().any(|known| name.is(known)) || name.starts_with(engine::ORDERED_TABLES)
        }
        _ => false,
    }
}

/// The built-in objects of one `node:vm` context, or of one worker.
pub fn is_realm(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    snapshot.kind(node) == NodeKind::HIDDEN && snapshot.name_text(node).starts_with(engine::NATIVE_CONTEXT)
}

/// Whether a node of this name holds the variables of a function that its closures share.
pub fn is_context_name(name: Text<'_>) -> bool {
    let more = name.as_bytes().strip_prefix(engine::CONTEXT.as_bytes());
    more.is_some_and(|rest| rest.is_empty() || rest.starts_with(engine::SEPARATOR.as_bytes()))
}

/// Whether an object of this name is the global object of Node.js.
pub fn is_global(name: &str) -> bool {
    name == engine::GLOBAL || engine::GLOBAL_TAGGED.iter().any(|tagged| name.starts_with(tagged))
}

/// The file of a CommonJS module, a string.
pub fn module_file(snapshot: &Snapshot, node: NodeOrdinal) -> Option<NodeOrdinal> {
    if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is(node::MODULE) {
        return None;
    }
    let (_, file) = snapshot.named_edge(node, EdgeKind::Property, node::FILE_OF_MODULE)?;
    (snapshot.kind(file) == NodeKind::STRING).then_some(file)
}

/// The URL of a module as ES modules import it, a string.
pub fn module_url(snapshot: &Snapshot, node: NodeOrdinal) -> Option<NodeOrdinal> {
    if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is(node::MODULE_WRAP) {
        return None;
    }
    let (_, url) = snapshot.named_edge(node, EdgeKind::Property, node::URL_OF_MODULE)?;
    (snapshot.kind(url) == NodeKind::STRING).then_some(url)
}

/// V8's record of a module, whose exports it holds.
pub fn is_module_record(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    let name = snapshot.name_text(node);
    snapshot.kind(node) != NodeKind::OBJECT
        && (name.starts_with(engine::SOURCE_TEXT_MODULE) || name.starts_with(engine::SYNTHETIC_MODULE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;
    use std::collections::HashSet;

    #[test]
    fn every_name_has_one_row() {
        let mut names = HashSet::new();
        for known in engine::KNOWN.iter().chain(&node::KNOWN) {
            assert!(names.insert(known.name), "{} has two rows", known.name);
        }
    }

    #[track_caller]
    fn check_mark(name: &str, expected: Mark) {
        let snapshot = draw("root > a");
        let mut tables = snapshot.tables().clone();
        let string = tables.strings.push(Text::from_str(name));
        let snapshot = Snapshot::new(tables);
        assert_eq!(Marks::of(&snapshot).of_string(string), expected, "{name}");
    }

    #[test]
    fn names_are_marked_by_the_tables_and_by_their_form() {
        check_mark("map", Mark::Machinery);
        check_mark("system / Map", Mark::Machinery);
        check_mark("system / Map (Timeout)", Mark::Machinery);
        check_mark(&format!("system / Map ({})", "x".repeat(40)), Mark::Plain);
        check_mark("maps", Mark::Plain);
        check_mark("12", Mark::Slot);
        check_mark("12a", Mark::Plain);
        check_mark("7 / part of key (A @1) -> value (B @3) pair in WeakMap (table @9)", Mark::Pair);
        check_mark("<symbol kEvents>", Mark::Symbol);
        check_mark("_idleNext", Mark::Timer);
        check_mark("(Stack roots)", Mark::Running);
        check_mark("", Mark::Plain);
    }
}
