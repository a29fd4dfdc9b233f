//! The place in the source of a function, of an object's class, or of a context.
//!
//! The file's `locations` name scripts by number only. V8 writes the names elsewhere: a closure leads over `shared` to
//! its function and from there over `script` (`script_or_debug_info` before V8 12) to the script, whose node is named
//! by the path, in V8 15 after `system / Script / `. Every script in `locations` is there for one of its closures.

use super::heap::Heap;
use super::scope_name::{functions_of, is_context};
use crate::control::Control;
use crate::error::Result;
use crate::format::Location;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::{SCRIPT, SEPARATOR, SYSTEM};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};
use std::collections::HashMap;

/// Maps that stem from one constructor form a chain, one for each property added.
const MAX_MAPS: usize = 1 << 12;

/// A place in a source file. Line and column count from 1; the column counts UTF-16 code units.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SourceLocation {
    /// Path or URL of the script as V8 was given it; a `file:` URL as its path; `(script 7)` for code without a name.
    pub file: TextBuf,
    pub line: u32,
    pub column: u32,
    pub script_id: u32,
}

/// Names of the scripts, by V8's number.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    file: HashMap<u32, TextBuf>,
}

impl Scripts {
    /// # Cost
    /// A few steps for each row of `locations`; scripts already known are skipped.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let mut file: HashMap<u32, TextBuf> = HashMap::new();
        let table = &snapshot.tables().locations;
        for (turn, (node, place)) in table.nodes.iter().zip(&table.places).enumerate() {
            control.check_at(turn)?;
            let node = NodeOrdinal(*node);
            if snapshot.kind(node) != NodeKind::CLOSURE || file.contains_key(&place.script_id) {
                continue;
            }
            if let Some(name) = script_of(snapshot, node).and_then(|script| script_name(snapshot, script)) {
                file.insert(place.script_id, file_of_script(name.shown().as_text()));
            }
        }
        Ok(Self { file })
    }

    pub fn len(&self) -> usize {
        self.file.len()
    }

    pub fn is_empty(&self) -> bool {
        self.file.is_empty()
    }

    /// Path of a script.
    pub fn file(&self, script_id: u32) -> Option<Text<'_>> {
        self.file.get(&script_id).map(TextBuf::as_text)
    }

    /// The place in words a person can use.
    pub fn resolve(&self, place: Location) -> SourceLocation {
        let unnamed = || TextBuf::from(format!("(script {})", place.script_id));
        SourceLocation {
            file: self.file.get(&place.script_id).cloned().unwrap_or_else(unnamed),
            line: place.line.saturating_add(1),
            column: place.column.saturating_add(1),
            script_id: place.script_id,
        }
    }

    /// Place of a function; of the constructor of an object's class; of the function whose variables a context holds.
    ///
    /// # Cost
    /// A binary search; for contexts the edges of the closures that use it.
    pub fn locate(&self, heap: &Heap, node: NodeOrdinal) -> Option<SourceLocation> {
        self.place(heap, node).map(|place| self.resolve(place))
    }

    /// [`Scripts::locate`] in the file's own numbers.
    pub fn place(&self, heap: &Heap, node: NodeOrdinal) -> Option<Location> {
        let snapshot = &heap.snapshot;
        if let Some(place) = snapshot.location(node) {
            return Some(place);
        }
        if is_context(snapshot, node) {
            return place_of_context(heap, node);
        }
        if matches!(snapshot.kind(node), NodeKind::OBJECT | NodeKind::REGEXP) {
            return constructor(snapshot, node).and_then(|constructor| snapshot.location(constructor));
        }
        None
    }
}

/// The path that a `file:` URL means; any other text as it is.
pub fn file_of_script(name: Text<'_>) -> TextBuf {
    let Some(rest) = name.as_bytes().strip_prefix(b"file://") else { return name.to_owned() };
    let mut path = TextBuf::new();
    let mut rest = match rest {
        // Windows: file:///C:/x
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => &rest[1..],
        _ => rest,
    };
    let mut plain = Vec::with_capacity(rest.len());
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                plain.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            _ => plain.push(*first),
        }
    }
    if std::str::from_utf8(&plain).is_err() {
        return name.to_owned();
    }
    path.push(Text(&plain));
    path
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// Beginning of the file of a module, by the variables of the module.
pub fn scope_file(heap: &Heap, context: NodeOrdinal) -> Option<SourceLocation> {
    let snapshot = &heap.snapshot;
    let (_, scope) = snapshot.internal_edge(context, "scope_info")?;
    let script = functions_of(heap, scope).find_map(|function| script_of_function(snapshot, function))?;
    Some(SourceLocation { file: file_of_script(script_name(snapshot, script)?), line: 1, column: 1, script_id: 0 })
}

/// The script of V8's record of a function, and its file; `None` for a node that is no such record.
pub fn script_of_record(snapshot: &Snapshot, record: NodeOrdinal) -> Option<(NodeOrdinal, TextBuf)> {
    let script = script_of_function(snapshot, record)?;
    Some((script, file_of_script(script_name(snapshot, script)?.shown().as_text())))
}

/// Node of the script that a closure's code stands in.
fn script_of(snapshot: &Snapshot, closure: NodeOrdinal) -> Option<NodeOrdinal> {
    let (_, shared) = snapshot.internal_edge(closure, "shared")?;
    script_of_function(snapshot, shared)
}

fn script_of_function(snapshot: &Snapshot, shared: NodeOrdinal) -> Option<NodeOrdinal> {
    let (_, script) =
        snapshot.internal_edge(shared, "script").or_else(|| snapshot.internal_edge(shared, "script_or_debug_info"))?;
    // While a debugger is attached its own record stands between the two.
    snapshot.internal_edge(script, "script").map(|(_, script)| script).or(Some(script))
}

fn script_name(snapshot: &Snapshot, script: NodeOrdinal) -> Option<Text<'_>> {
    let name = snapshot.name_text(script);
    let name = match name.as_bytes().strip_prefix(SCRIPT.as_bytes()) {
        Some(rest) => Text(rest.strip_prefix(SEPARATOR.as_bytes()).unwrap_or_default()),
        None => name,
    };
    if !name.is_empty() && !name.starts_with(SYSTEM) {
        return Some(name);
    }
    let (_, text) = snapshot.internal_edge(script, "name")?;
    let name = snapshot.name_text(text);
    (snapshot.kind(text).is_string() && !name.is_empty()).then_some(name)
}

/// The function that made the object, from its map.
fn constructor(snapshot: &Snapshot, object: NodeOrdinal) -> Option<NodeOrdinal> {
    constructor_of_map(snapshot, map_of(snapshot, object)?)
}

/// V8's description of an object's layout.
pub fn map_of(snapshot: &Snapshot, object: NodeOrdinal) -> Option<NodeOrdinal> {
    snapshot.internal_edge(object, "map").map(|(_, map)| map)
}

/// The function that made the objects of a map.
pub fn constructor_of_map(snapshot: &Snapshot, mut map: NodeOrdinal) -> Option<NodeOrdinal> {
    for _ in 0..MAX_MAPS {
        if let Some((_, made)) = snapshot.internal_edge(map, "constructor") {
            return (snapshot.kind(made) == NodeKind::CLOSURE).then_some(made);
        }
        map = snapshot.internal_edge(map, "back_pointer")?.1;
    }
    None
}

/// The function whose scope the context is; failing that, one that was made in it.
fn place_of_context(heap: &Heap, context: NodeOrdinal) -> Option<Location> {
    own_place(heap, context).or_else(|| place_of_user(heap, context, "context"))
}

/// Whether a context is placed at the function whose scope it is, and not at one that was made in it.
pub fn has_own_place(heap: &Heap, context: NodeOrdinal) -> bool {
    own_place(heap, context).is_some()
}

fn own_place(heap: &Heap, context: NodeOrdinal) -> Option<Location> {
    let (_, scope) = heap.snapshot.internal_edge(context, "scope_info")?;
    functions_of(heap, scope).find_map(|function| place_of_user(heap, function, "shared"))
}

/// Place of the first closure that leads to the node by an edge of this name.
fn place_of_user(heap: &Heap, node: NodeOrdinal, edge: &str) -> Option<Location> {
    let snapshot = &heap.snapshot;
    let sources = heap.graph.retainers.sources(node).map(|(source, _)| source);
    sources
        .filter(|source| snapshot.kind(*source) == NodeKind::CLOSURE && leads(snapshot, *source, edge, node))
        .find_map(|closure| snapshot.location(closure))
}

fn leads(snapshot: &Snapshot, node: NodeOrdinal, name: &str, target: NodeOrdinal) -> bool {
    snapshot.edges(node).any(|edge| {
        snapshot.target(edge) == target
            && snapshot.edge_kind(edge) == EdgeKind::Internal
            && snapshot.text(StringOrdinal(snapshot.name_or_index(edge))).is(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_urls_become_paths() {
        for (url, path) in [
            ("/srv/a.js", "/srv/a.js"),
            ("file:///srv/a%20b.mjs", "/srv/a b.mjs"),
            ("file:///C:/x%zz.js", "C:/x%zz.js"),
            ("node:events", "node:events"),
            ("file:///srv/%ff.js", "file:///srv/%ff.js"),
            ("webpack://app/./x.ts", "webpack://app/./x.ts"),
        ] {
            assert_eq!(file_of_script(Text::from_str(url)).to_string(), path);
        }
    }
}
