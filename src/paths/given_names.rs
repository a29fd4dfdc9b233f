//! Classes whose constructor has a property `name` beside the name that V8 knows. Examples: a library that makes its
//! classes by a function; a bundle that shortened names and kept the originals so.

use crate::control::Control;
use crate::error::Result;
use crate::format::is_placeholder;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use std::collections::{HashMap, HashSet};

/// Names of such classes, by their instances.
#[derive(Default)]
pub struct GivenNames(HashMap<NodeOrdinal, StringOrdinal>);

impl GivenNames {
    /// # Cost
    /// O(nodes), and the edges of functions; one row for each instance.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let [name, prototype, constructor] =
            ["name", "__proto__", "constructor"].map(|text| KnownText::of(snapshot, text));
        let property = |node: NodeOrdinal, text: &KnownText| {
            let mut edges = snapshot.edges(node);
            let is_one = |edge| {
                snapshot.edge_kind(edge) == EdgeKind::Property
                    && snapshot.edge_string(edge).is_some_and(|name| text.is(name))
            };
            edges.find(|edge| is_one(*edge)).map(|edge| snapshot.target(edge))
        };
        let mut made: HashMap<NodeOrdinal, StringOrdinal> = HashMap::new();
        let mut known_as: HashSet<StringOrdinal> = HashSet::new();
        for node in snapshot.nodes().filter(|node| snapshot.kind(*node) == NodeKind::CLOSURE) {
            control.check_at(node.index())?;
            let Some(own) = property(node, &name).filter(|own| is_name_for(snapshot, node, *own)) else { continue };
            made.insert(node, snapshot.name(own));
            known_as.insert(snapshot.name(node));
        }
        let mut names = HashMap::new();
        if made.is_empty() {
            return Ok(Self(names));
        }
        for node in snapshot.nodes().filter(|node| snapshot.kind(*node) == NodeKind::OBJECT) {
            control.check_at(node.index())?;
            if !known_as.contains(&snapshot.name(node)) {
                continue;
            }
            let maker = property(node, &prototype).and_then(|prototype| property(prototype, &constructor));
            let same = maker.filter(|maker| snapshot.name(*maker) == snapshot.name(node));
            names.extend(same.and_then(|maker| made.get(&maker)).map(|own| (node, *own)));
        }
        Ok(Self(names))
    }

    pub fn get(&self, node: NodeOrdinal) -> Option<StringOrdinal> {
        self.0.get(&node).copied()
    }
}

/// Whether the text is another name of the function, in words that are not taken out of the file.
fn is_name_for(snapshot: &Snapshot, function: NodeOrdinal, own: NodeOrdinal) -> bool {
    let text = snapshot.name_text(own);
    snapshot.kind(own) == NodeKind::STRING
        && !snapshot.name_text(function).is_empty()
        && !text.is_empty()
        && snapshot.name(own) != snapshot.name(function)
        && !is_placeholder(text)
}
