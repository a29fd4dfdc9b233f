//! What else takes memory and shows in one snapshot: equal texts, huge texts, detached nodes, contexts, buffers.

use super::limits::HUGE_STRING;
use crate::analysis::{DuplicateString, Heap, Sum, duplicate_strings};
use crate::control::Control;
use crate::error::Result;
use crate::graph::is_detached;
use crate::kind::NodeKind;
use crate::known::KnownText;
use crate::known::engine::{ARRAY_BUFFER_DATA, EXTERNAL_STRING_DATA};
use crate::known::names::is_realm;
use crate::ordinal::NodeOrdinal;

/// Facts beside the suspects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// Texts that are there more than once: what all copies but one of each take.
    pub duplicates: Sum,
    /// Those of them that take most.
    pub most_duplicated: Vec<DuplicateString>,
    /// The longest first.
    pub huge_strings: Vec<NodeOrdinal>,
    pub detached: Sum,
    /// Native contexts; a process has a few.
    pub contexts: u64,
    /// Bytes of buffers and of texts outside of V8's heap.
    pub external: Sum,
}

/// # Cost
/// That of [`duplicate_strings`], and a pass over the nodes.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn sections(heap: &Heap, limit: usize, control: &Control) -> Result<Sections> {
    let snapshot = &heap.snapshot;
    let [buffers, texts] = [ARRAY_BUFFER_DATA, EXTERNAL_STRING_DATA].map(|name| KnownText::of(snapshot, name));
    let mut sections = Sections::default();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        let kind = snapshot.kind(node);
        if is_detached(snapshot, node) {
            sections.detached.add(size);
        }
        match kind {
            kind if kind.is_string() && size >= HUGE_STRING => sections.huge_strings.push(node),
            NodeKind::HIDDEN if is_realm(snapshot, node) => sections.contexts += 1,
            NodeKind::NATIVE if buffers.is(snapshot.name(node)) || texts.is(snapshot.name(node)) => {
                sections.external.add(size);
            }
            _ => {}
        }
    }
    sections.huge_strings.sort_by_key(|node| (std::cmp::Reverse(snapshot.shallow_size(*node)), *node));
    sections.huge_strings.truncate(limit);
    let mut duplicates = duplicate_strings(heap, control)?;
    for group in &duplicates {
        let copies = group.members.len() as u64;
        sections.duplicates.count += copies;
        sections.duplicates.size =
            sections.duplicates.size.saturating_add(group.shallow_size - group.shallow_size / copies.max(1));
    }
    duplicates.truncate(limit);
    sections.most_duplicated = duplicates;
    Ok(sections)
}
