//! Texts of many ropes. A long part that several ropes share is spelled out once.

use super::names::{ROPE_UNITS, append_rope};
use super::quick_hash::QuickHash;
use super::text_table::TextTable;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use std::collections::HashMap;

/// A text built with `+=` is a rope whose first half is a rope, and so on, a million deep. All of them that are longer
/// than V8's names have the same text: that of the shortest.
pub struct Ropes<'a> {
    snapshot: &'a Snapshot,
    first: KnownText,
    second: KnownText,
    /// Numbers of the texts of ropes that reach [`ROPE_UNITS`].
    long: HashMap<u32, u32, QuickHash>,
}

impl<'a> Ropes<'a> {
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            first: KnownText::of(snapshot, "first"),
            second: KnownText::of(snapshot, "second"),
            long: HashMap::default(),
        }
    }

    /// True for a rope that V8 flattened: one half is the whole text, the other is empty.
    pub fn is_flat(&self, rope: NodeOrdinal) -> bool {
        self.snapshot
            .edges(rope)
            .filter(|edge| {
                let name = || StringOrdinal(self.snapshot.name_or_index(*edge));
                self.snapshot.edge_kind(*edge) == EdgeKind::Internal
                    && (self.first.is(name()) || self.second.is(name()))
            })
            .any(|edge| self.is_empty(self.snapshot.target(edge)))
    }

    fn is_empty(&self, node: NodeOrdinal) -> bool {
        match self.snapshot.kind(node) {
            NodeKind::CONCATENATED_STRING => {
                !self.long.contains_key(&node.0) && {
                    let mut text = TextBuf::new();
                    append_rope(self.snapshot, node, &mut text, &mut 0, 1);
                    text.as_text().is_empty()
                }
            }
            _ => self.snapshot.name_text(node).is_empty(),
        }
    }

    /// Number of a rope's display name.
    pub fn text_number(&mut self, rope: NodeOrdinal, texts: &mut TextTable<'_>) -> u32 {
        let mut spine = vec![rope];
        let end = loop {
            let last = spine[spine.len() - 1];
            if let Some(number) = self.long.get(&last.0) {
                let number = *number;
                spine.iter().for_each(|rope| _ = self.long.insert(rope.0, number));
                return number;
            }
            let half = self.half(last, &self.first);
            // A damaged file may hold a rope that contains itself.
            if self.snapshot.kind(half) != NodeKind::CONCATENATED_STRING || spine.len() > self.snapshot.node_count() {
                break half;
            }
            spine.push(half);
        };
        let mut text = TextBuf::new();
        let mut units = 0;
        append_rope(self.snapshot, end, &mut text, &mut units, ROPE_UNITS);
        while let Some(rope) = spine.pop() {
            if units < ROPE_UNITS {
                append_rope(self.snapshot, self.half(rope, &self.second), &mut text, &mut units, ROPE_UNITS);
            }
            if units >= ROPE_UNITS {
                let number = texts.number_of_made(text);
                self.long.insert(rope.0, number);
                spine.iter().for_each(|rope| _ = self.long.insert(rope.0, number));
                return number;
            }
        }
        texts.number_of_made(text)
    }

    fn half(&self, rope: NodeOrdinal, name: &KnownText) -> NodeOrdinal {
        let found = self.snapshot.edges(rope).find(|edge| {
            self.snapshot.edge_kind(*edge) == EdgeKind::Internal
                && name.is(StringOrdinal(self.snapshot.name_or_index(*edge)))
        });
        found.map_or(NodeOrdinal(0), |edge| self.snapshot.target(edge))
    }
}
