//! Drawn heaps with all tables that opening computes, for tests.

use super::heap::{Heap, Parity};
use crate::control::Control;
use crate::open::{OpenOptions, analyse};
use crate::snapshot::Snapshot;
use crate::text::Text;

pub fn heap_of(snapshot: Snapshot, parity: Parity) -> Heap {
    let options = OpenOptions { parity, threads: 1, ..OpenOptions::default() };
    analyse(snapshot, &options, &Control::new()).expect("nobody cancels")
}

/// A drawing cannot have two nodes of one name: here they get it.
pub fn renamed(mut snapshot: Snapshot, name: impl Fn(&str) -> String) -> Snapshot {
    let renamed: Vec<_> = (snapshot.nodes().collect::<Vec<_>>().into_iter())
        .map(|node| {
            let old = snapshot.name_text(node).to_string_lossy();
            let new = snapshot.add_text(Text::from_str(&name(&old)));
            (node, snapshot.detachedness(node), Some(new))
        })
        .collect();
    snapshot.with_detached(renamed)
}
