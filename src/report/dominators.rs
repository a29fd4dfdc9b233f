//! The biggest retainers, as a tree.

use super::document::Document;
use super::places::{LocationRow, Places};
use crate::analysis::{biggest_dominators, display_name};
use crate::control::Control;
use crate::error::Result;
use crate::graph::Dominated;
use crate::open::Opened;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Children of a node, unless asked otherwise.
const LIMIT: usize = 100;

#[derive(Deserialize)]
pub struct DominatorsQuestion {
    id: Option<u64>,
    depth: Option<u32>,
    limit: Option<usize>,
}

/// `DominatorRow[]` of `index.d.ts`.
pub fn dominators(opened: &Opened, question: &DominatorsQuestion, control: &Control) -> Result<Document> {
    let heap = &opened.heap;
    let limit = question.limit.unwrap_or(LIMIT);
    let dominated = Dominated::of(&heap.graph.dominators, heap.snapshot.root());
    let mut tree = Tree { opened, dominated, limit, places: Places::new(opened, control), control };
    let nodes = match question.id {
        None => biggest_dominators(heap, limit, control)?,
        Some(id) => tree.children(opened.find(id)?)?,
    };
    let depth = question.depth.unwrap_or(1);
    Document::of_rows(nodes.into_iter().map(|node| tree.row(node, depth)), control)
}

struct Tree<'a> {
    opened: &'a Opened,
    dominated: Dominated,
    limit: usize,
    places: Places<'a>,
    control: &'a Control,
}

impl Tree<'_> {
    /// Those that retain the most, most first.
    fn children(&self, node: NodeOrdinal) -> Result<Vec<NodeOrdinal>> {
        self.control.check()?;
        let mut children: Vec<NodeOrdinal> = self.dominated.children(node).collect();
        children.sort_by_key(|child| Reverse(self.opened.heap.graph.retained_size(*child)));
        children.truncate(self.limit);
        Ok(children)
    }

    /// Recursion ends with the depth that was asked for, which JavaScript bounds to 16.
    fn row(&mut self, node: NodeOrdinal, depth: u32) -> Result<Row> {
        let heap = &self.opened.heap;
        let snapshot = &heap.snapshot;
        let mut children = None;
        if depth > 1 {
            children = Some(
                self.children(node)?.into_iter().map(|child| self.row(child, depth - 1)).collect::<Result<Vec<_>>>()?,
            );
        }
        Ok(Row {
            id: snapshot.id(node),
            name: display_name(snapshot, node),
            class_name: heap.classes.row(heap.classes.class_of(node)).name.as_text().shown(),
            kind: snapshot.kind_name(snapshot.kind(node)).to_owned(),
            shallow_size: snapshot.shallow_size(node),
            retained_size: heap.graph.retained_size(node),
            distance: heap.graph.distance(node),
            child_count: self.dominated.children(node).len(),
            location: self.places.of_node(node)?,
            children,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: u64,
    name: TextBuf,
    class_name: TextBuf,
    kind: String,
    shallow_size: u64,
    retained_size: u64,
    distance: i32,
    child_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<Row>>,
}
