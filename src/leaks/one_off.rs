//! What grew and is no leak.

use super::bounded::is_bounded;
use super::entry::Entry;
use super::growth::{Growing, Growth};
use super::labels::Label;
use super::last::Last;
use super::leak::Container;
use super::path::{edge_name, nodes_to};
use super::zones::Key;
use crate::analysis::SourceLocation;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;
use std::collections::{BTreeMap, HashSet};

/// Rows at most.
const MOST: usize = 6;
/// Growth of fewer bytes is not told.
const SMALLEST: i64 = 4 << 10;
/// Groups above one another.
const DEEPEST: usize = 256;

/// Growth that ended, or that belongs to V8.
///
/// # Shapes
/// Growth has one number for each interval between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOff {
    pub class_name: TextBuf,
    pub location: Option<SourceLocation>,
    pub container: Container,
    pub count_growth: Vec<i64>,
    pub size_growth: Vec<i64>,
    /// Bytes from the first snapshot to the last.
    pub size: i64,
    pub why: Why,
}

/// Why a growth is no leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Code,
    Modules,
    Filled,
    Bounded,
    Passing,
    Recent,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Modules => "modules",
            Self::Filled => "filled",
            Self::Bounded => "bounded",
            Self::Passing => "passing",
            Self::Recent => "recent",
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Code => "V8 compiles and optimises what runs often, and drops it again",
            Self::Modules => "a module was loaded when it was first needed",
            Self::Filled => "it grew, then stopped or slowed down: what fills up has an end",
            Self::Bounded => "Node.js keeps a fixed number of these and no more",
            Self::Passing => "they come and go: hardly any of those that the snapshot before had are still there",
            Self::Recent => "it came in the last interval only: of the last work, or the start of something",
        }
    }
}

/// The largest growths that no entry tells of: of the highest group that grew, with all below it. What is V8's own is one row.
pub fn one_off(last: &Last<'_>, growing: &Growing, entries: &[Entry]) -> Vec<OneOff> {
    let told: HashSet<Key> = entries.iter().flat_map(Entry::keys).collect();
    let mut tops: BTreeMap<Key, (NodeOrdinal, Growth)> = BTreeMap::new();
    let root = last.snapshot().root();
    let mut code = Growth::of_sizes(&growing.engine);
    let leaking: HashSet<Label> = entries.iter().flat_map(|entry| entry.labels(last)).collect();
    let grown = growing.rest.iter().chain(&growing.groups).filter(|(key, _)| !told.contains(key));
    for (key, growth) in grown {
        let node = NodeOrdinal(last.zones.census.groups[key].first);
        if !last.counts(node) {
            code.add(&Growth::of_sizes(&growth.sizes));
            continue;
        }
        let Some(top) = top_of(last, growing, &told, *key) else { continue };
        let node = NodeOrdinal(last.zones.census.groups[&top].first);
        // The same objects, reached on another way in another heap.
        if leaking.contains(&last.label(node)) {
            continue;
        }
        let (_, sum) = tops.entry(top).or_insert_with(|| (node, Growth::default()));
        if top == *key {
            sum.add(growth);
        } else {
            sum.add(&Growth::of_sizes(&growth.sizes));
        }
    }
    let mut rows: Vec<OneOff> = tops.into_values().map(|(node, growth)| row(last, node, growth, None)).collect();
    rows.push(row(last, root, code, Some(Why::Code)));
    rows.retain(|row| row.size >= SMALLEST);
    rows.sort_by(|a, b| b.size.cmp(&a.size).then(a.container.id.cmp(&b.container.id)));
    rows.truncate(MOST);
    rows
}

/// The highest group above this one that grew; `None` below what an entry tells of.
fn top_of(last: &Last<'_>, growing: &Growing, told: &HashSet<Key>, key: Key) -> Option<Key> {
    let (mut top, mut at) = (key, key);
    for _ in 0..DEEPEST {
        at = match last.zones.census.groups.get(&at) {
            Some(group) if group.parent != 0 => group.parent,
            _ => return Some(top),
        };
        if told.contains(&at) {
            return None;
        }
        if growing.rest.contains_key(&at) || growing.groups.contains_key(&at) {
            top = at;
        }
    }
    Some(top)
}

fn row(last: &Last<'_>, node: NodeOrdinal, growth: Growth, why: Option<Why>) -> OneOff {
    let container = last.owner(node).unwrap_or(last.snapshot().root());
    let is_code = why == Some(Why::Code);
    let holders = nodes_to(last, container);
    OneOff {
        class_name: if is_code { TextBuf::from("(code and tables of V8)") } else { last.class_name(node) },
        location: if is_code { None } else { last.location(node) },
        container: Container {
            id: last.snapshot().id(if is_code { last.snapshot().root() } else { container }),
            name: if is_code { TextBuf::from("(roots)") } else { last.class_name(container) },
            edge: if is_code { TextBuf::new() } else { edge_name(last, container) },
            location: last.nearest_location(&holders).filter(|_| !is_code),
        },
        size: growth.sizes.iter().sum(),
        why: why.unwrap_or_else(|| reason(last, node, &growth)),
        count_growth: growth.counts,
        size_growth: growth.sizes,
    }
}

fn reason(last: &Last<'_>, node: NodeOrdinal, growth: &Growth) -> Why {
    let is_module = |node: &NodeOrdinal| {
        let class = last.class_name(*node).to_string();
        !last.zones.is_persistent(*node) && (class == "Module" || class == "BuiltinModule" || class == "ModuleWrap")
    };
    let (newest, before) = growth.sizes.split_last().unwrap_or((&0, &[]));
    if nodes_to(last, node).iter().any(is_module) {
        Why::Modules
    } else if is_bounded(last, last.owner(last.head(node)).unwrap_or(node), last.key(node)) {
        Why::Bounded
    } else if growth.stayed.is_passing() {
        Why::Passing
    } else if *newest > 0 && before.iter().sum::<i64>() * 4 < *newest {
        Why::Recent
    } else {
        Why::Filled
    }
}
