//! Which of its two holders, the key or the table, holds the value of a WeakMap's entry?

use super::survivors::Persistent;
use crate::hash::hash_bytes;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;
use std::collections::{HashMap, HashSet};

/// The steps to the values of WeakMaps that paths take.
///
/// A value lives while its key lives and the WeakMap too. It hangs from the key, except where it is the WeakMaps that
/// come anew, each with a value for the same lasting key (a cache within each request, by handler): there the key holds
/// nothing that would not go with them.
#[derive(Default)]
pub struct Pairs {
    open: HashSet<EdgeOrdinal>,
}

/// One of the two edges of an entry, from its key or from its table.
#[derive(Clone, Copy)]
struct Half {
    /// Hash of what the names of the two share.
    entry: u64,
    edge: EdgeOrdinal,
    from: NodeOrdinal,
    is_of_table: bool,
}

/// The halves of all entries of a heap.
#[derive(Default)]
pub struct Halves {
    all: Vec<Half>,
    /// Entries that a key or a table has part in.
    entries: HashMap<NodeOrdinal, u32>,
}

impl Halves {
    /// Adds an edge, which is named `7 / part of key (…) -> value (…) pair in WeakMap (table @9)`.
    pub fn add(&mut self, snapshot: &Snapshot, from: NodeOrdinal, edge: EdgeOrdinal) {
        let Some(name) = snapshot.edge_string(edge) else { return };
        let name = snapshot.text(name).as_bytes();
        let is_of_table = table_id(name) == Some(snapshot.id(from));
        let begin = name.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(0);
        self.all.push(Half { entry: hash_bytes(&name[begin..]), edge, from, is_of_table });
        *self.entries.entry(from).or_default() += 1;
    }

    /// Which of them paths take, where it is known what was always there, and where it is not.
    ///
    /// # Cost
    /// O(entries log entries).
    pub fn pairs(mut self, persistent: Option<&Persistent>) -> Pairs {
        self.all.sort_unstable_by_key(|half| (half.entry, half.edge));
        let entries = |half: &Half| self.entries[&half.from];
        let was_there = |half: &Half| persistent.is_some_and(|all| all.contains(half.from));
        let mut open = HashSet::new();
        for halves in self.all.chunk_by(|a, b| a.entry == b.entry) {
            let key = halves.iter().find(|half| !half.is_of_table);
            let table = halves.iter().find(|half| half.is_of_table);
            let comes_with_table = key.zip(table).is_some_and(|(key, table)| match persistent {
                Some(_) => was_there(key) && !was_there(table) && entries(key) > 1,
                None => entries(key) > entries(table),
            });
            open.extend(halves.iter().filter(|half| half.is_of_table == comes_with_table).map(|half| half.edge));
        }
        Pairs { open }
    }
}

impl Pairs {
    pub fn is_open(&self, edge: EdgeOrdinal) -> bool {
        self.open.contains(&edge)
    }
}

/// `… (table @9)`. Looser than `graph::Ephemerons`, which knows what DevTools knows: a name with a line break in it, or
/// one that was redacted, counts.
pub fn table_id(name: &[u8]) -> Option<u64> {
    let at = name.iter().rposition(|byte| *byte == b'@')?;
    std::str::from_utf8(&name[at + 1..]).ok()?.trim_end_matches(')').parse().ok()
}
