//! WeakMap entries: V8 writes two edges to a value, one from the key and one from the table, told apart by their names.

use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::known::engine::WEAK_PAIR_FORM;
use crate::ordinal::StringOrdinal;
use crate::snapshot::Snapshot;
use regex::bytes::Regex;
use std::collections::{HashMap, HashSet};

/// The parts of the name of an ephemeron edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ephemeron {
    /// Equal for the two edges of one entry.
    pub pair: u32,
    /// Id of the WeakMap's table.
    pub table_id: u64,
}

/// Names of the string table that belong to ephemeron edges.
#[derive(Default)]
pub struct Ephemerons {
    is_name: BitSet,
    by_name: HashMap<u32, Ephemeron>,
    pair_count: u32,
}

impl Ephemerons {
    /// # Cost
    /// One look at the first and last byte of every string, a regular expression on the few that fit.
    pub fn of(snapshot: &Snapshot) -> Self {
        let name = Regex::new(WEAK_PAIR_FORM).expect("the expression is constant");
        let mut found = Self { is_name: BitSet::new(snapshot.tables().strings.len()), ..Self::default() };
        let mut pairs: HashMap<&[u8], u32> = HashMap::new();
        for (string, text) in snapshot.tables().strings.iter() {
            let bytes = text.as_bytes();
            let (Some(first), Some(b')')) = (bytes.first(), bytes.last()) else { continue };
            if !first.is_ascii_digit() || has_line_terminator(bytes) {
                continue;
            }
            let Some(parts) = name.captures(bytes) else { continue };
            let (Some(pair), Some(table)) = (parts.get(1), parts.get(2)) else { continue };
            let next = pairs.len() as u32;
            let pair = *pairs.entry(pair.as_bytes()).or_insert(next);
            let digit = |id: u64, byte: &u8| id.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
            let table_id = table.as_bytes().iter().fold(0, digit);
            found.is_name.insert(string.index());
            found.by_name.insert(string.0, Ephemeron { pair, table_id });
        }
        found.pair_count = pairs.len() as u32;
        found
    }

    /// The parts of the name of an internal edge, if it is an edge of an ephemeron.
    #[inline(always)]
    pub fn get(&self, name: StringOrdinal) -> Option<Ephemeron> {
        if self.is_name.contains(name.index()) { self.by_name.get(&name.0).copied() } else { None }
    }

    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Nodes that are a WeakMap's table.
    ///
    /// # Cost
    /// O(nodes) where there is one.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn tables(&self, snapshot: &Snapshot, control: &Control) -> Result<BitSet> {
        let mut tables = BitSet::new(snapshot.node_count());
        if self.is_empty() {
            return Ok(tables);
        }
        let ids: HashSet<u64> = self.by_name.values().map(|ephemeron| ephemeron.table_id).collect();
        // Nearly no node is one: some bits of its id tell.
        let mut bits = BitSet::new(ID_BITS);
        ids.iter().for_each(|id| bits.insert(slot(*id)));
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            let id = snapshot.id(node);
            if bits.contains(slot(id)) && ids.contains(&id) {
                tables.insert(node.index());
            }
        }
        Ok(tables)
    }

    /// Pairs are numbered below this.
    pub fn pair_count(&self) -> usize {
        self.pair_count as usize
    }
}

const ID_BITS: usize = 1 << 16;

/// V8's ids are odd: their last bit tells nothing.
#[inline(always)]
fn slot(id: u64) -> usize {
    (id >> 1) as usize % ID_BITS
}

/// The dot of JavaScript's regular expressions does not match these four.
fn has_line_terminator(bytes: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', bytes).is_some()
        || memchr::memmem::find(bytes, "\u{2028}".as_bytes()).is_some()
        || memchr::memmem::find(bytes, "\u{2029}".as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Tables;
    use crate::text::Text;

    fn check(name: &str, table: Option<u64>) {
        let mut tables = Tables::default();
        let string = tables.strings.push(Text::from_str(name));
        let found = Ephemerons::of(&Snapshot::new(tables));
        assert_eq!(found.get(string).map(|ephemeron| ephemeron.table_id), table, "{name}");
    }

    #[test]
    fn only_whole_names_count() {
        check("12 / part of key (A @3) -> value (B @5) pair in WeakMap (table @7)", Some(7));
        check("12 / part of key (A) @ ( @3) -> value ( @5) pair in WeakMap (table @70)", Some(70));
        check("12 / part of key (A @3) -> value (B @5) pair in WeakMap (table @7) ", None);
        check("x12 / part of key (A @3) -> value (B @5) pair in WeakMap (table @7)", None);
        check("12 / part of key (A\u{2028} @3) -> value (B @5) pair in WeakMap (table @7)", None);
        check("12 / part of key (A\n @3) -> value (B @5) pair in WeakMap (table @7)", None);
    }
}
