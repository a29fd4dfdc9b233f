//! Heaps drawn in text, for tests: `"root > a b | a:8 > c:4 | b:2 > ~c"`.

use super::Snapshot;
use crate::format::{Location, Tables};
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::text::Text;

/// Draws a snapshot from text.
///
/// Groups are separated by `|`; a group is a node, and after `>` the targets of its edges in order. A word is
/// `name[:size][/kind][^]`: size, kind and `^` count where first given. The first word is the root. Kinds: `object`
/// (default; the root is `synthetic`), or any V8 kind with `_` for a space. `^` says that the class stands in a script
/// without a name, which is code of the program. Before a target, `~` makes the edge weak, `!` shortcut, `?` hidden,
/// `#` internal, `%` element, `=` context, else it is a property; `edgename.target` names the edge (default: the
/// target's name).
pub fn draw(drawing: &str) -> Snapshot {
    let mut tables = Tables { node_stride: 7, has_detachedness: true, ..Tables::default() };
    let mut names: Vec<String> = Vec::new();
    let mut edges: Vec<Vec<(EdgeKind, String, u32)>> = Vec::new();
    for group in drawing.split('|') {
        let (from, to) = group.split_once('>').unwrap_or((group, ""));
        let from = node(from.trim(), &mut tables, &mut names, &mut edges);
        for word in to.split_whitespace() {
            let (kind, word) = match word.as_bytes()[0] {
                b'~' => (EdgeKind::Weak, &word[1..]),
                b'!' => (EdgeKind::Shortcut, &word[1..]),
                b'?' => (EdgeKind::Hidden, &word[1..]),
                b'#' => (EdgeKind::Internal, &word[1..]),
                b'%' => (EdgeKind::Element, &word[1..]),
                b'=' => (EdgeKind::Context, &word[1..]),
                _ => (EdgeKind::Property, word),
            };
            let (edge_name, target) = match word.split_once('.') {
                Some((name, target)) => (name.to_owned(), target),
                None => (word.split([':', '/', '^']).next().unwrap_or(word).to_owned(), word),
            };
            let target = node(target, &mut tables, &mut names, &mut edges);
            edges[from].push((kind, edge_name, target as u32));
        }
    }
    let mut texts: Vec<String> = names;
    for row in &edges {
        tables.nodes.first_edge.push(tables.edges.kind_and_target.len() as u32);
        for (kind, name, target) in row {
            let number = if kind.has_index() {
                name.parse().unwrap_or(0)
            } else {
                texts.iter().position(|text| text == name).unwrap_or_else(|| {
                    texts.push(name.clone());
                    texts.len() - 1
                }) as u32
            };
            tables.edges.kind_and_target.push((*kind as u32) << 29 | target);
            tables.edges.name_or_index.push(number);
        }
    }
    tables.nodes.first_edge.push(tables.edges.kind_and_target.len() as u32);
    for text in &texts {
        tables.strings.push(Text::from_str(text));
    }
    Snapshot::new(tables)
}

/// Node of this name in a drawing.
pub fn named(snapshot: &Snapshot, name: &str) -> NodeOrdinal {
    snapshot.nodes().find(|node| snapshot.name_text(*node).is(name)).unwrap_or_else(|| panic!("no node {name}"))
}

fn node(
    word: &str,
    tables: &mut Tables,
    names: &mut Vec<String>,
    edges: &mut Vec<Vec<(EdgeKind, String, u32)>>,
) -> usize {
    let (word, has_place) = word.strip_suffix('^').map_or((word, false), |word| (word, true));
    let (word, kind) = word.split_once('/').map_or((word, None), |(word, kind)| (word, Some(kind)));
    let (name, size) = word.split_once(':').map_or((word, None), |(name, size)| (name, Some(size)));
    let known = names.iter().position(|known| known == name);
    let index = known.unwrap_or_else(|| {
        names.push(name.to_owned());
        edges.push(Vec::new());
        let kind = if names.len() == 1 { NodeKind::SYNTHETIC } else { NodeKind::OBJECT };
        tables.nodes.kind.push(kind.0);
        tables.nodes.name.push(StringOrdinal::from_index(names.len() - 1).0);
        tables.nodes.id.push(names.len() as u64 * 2 - 1);
        tables.nodes.size.push(0);
        if has_place {
            tables.locations.nodes.push(names.len() as u32 - 1);
            tables.locations.places.push(Location { script_id: 1, line: 0, column: 0 });
        }
        names.len() - 1
    });
    if let Some(size) = size {
        tables.nodes.size.set(index, size.parse().expect("a size is a number"));
    }
    if let Some(kind) = kind {
        tables.nodes.kind[index] = NodeKind::by_name(&kind.replace('_', " ")).expect("a kind of V8's").0;
    }
    index
}
