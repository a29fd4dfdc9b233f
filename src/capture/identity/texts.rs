//! The texts of a snapshot as hashes, and those of them that identify an object.

use crate::bit_set::BitSet;
use crate::format::{EdgeTable, Tables};
use crate::hash::mix;
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::StringOrdinal;

/// Text hashes are polynomials over this field, so that a rope hashes as the flat string that the collector makes of
/// it.
const MODULUS: u64 = (1 << 61) - 1;
/// Any large number below the modulus will do.
const BASE: u64 = 1_540_483_477_018_201_037 % MODULUS;
/// A text that more strings hold is no mark of an object.
const COMMON_TEXT: usize = 3;
/// A string that more places hold is not one object's own.
const COMMON_STRING: u8 = 8;

/// A node whose text has not been computed, and one whose is being.
const PENDING: u64 = u64::MAX;
const OPEN: u64 = u64::MAX - 1;

/// # Shapes
/// `word` by string ordinal; the others by node ordinal.
pub(super) struct Texts {
    /// Hash of each entry of the string table.
    pub word: Vec<u64>,
    /// Entries that begin with a digit: names of places in an array.
    pub numeric: BitSet,
    /// Hash of the text of a node; 0 when it has none.
    pub text: Vec<u64>,
    /// Nodes whose text few others have, held in few places, none of them code.
    pub telling: BitSet,
}

impl Texts {
    pub fn new(tables: &Tables, secret: u64) -> Self {
        let strings = &tables.strings;
        let mut word = Vec::with_capacity(strings.len());
        let mut numeric = BitSet::new(strings.len());
        let mut polynomial = Vec::with_capacity(strings.len());
        for (ordinal, text) in strings.iter() {
            let bytes = text.as_bytes();
            let hash = bytes.iter().fold(0, |hash, byte| add(multiply(hash, BASE), u64::from(*byte) + 1));
            polynomial.push(hash);
            word.push(ended(hash, bytes.len() as u64, secret));
            if bytes.first().is_some_and(u8::is_ascii_digit) {
                numeric.insert(ordinal.index());
            }
        }
        let text = Ropes { tables, polynomial: &polynomial }.texts(secret);
        let telling = telling(tables, &text);
        Texts { word, numeric, text, telling }
    }
}

/// Texts of all nodes, ropes put together.
struct Ropes<'a> {
    tables: &'a Tables,
    polynomial: &'a [u64],
}

impl Ropes<'_> {
    fn texts(&self, secret: u64) -> Vec<u64> {
        let nodes = &self.tables.nodes;
        let mut hash = vec![0; nodes.kind.len()];
        let mut length = vec![0u64; nodes.kind.len()];
        let mut ropes = Vec::new();
        for node in 0..nodes.kind.len() {
            match kind(self.tables, node) {
                NodeKind::STRING | NodeKind::NUMBER | NodeKind::BIGINT | NodeKind::SYMBOL => {
                    let name = StringOrdinal(nodes.name[node]);
                    hash[node] = self.polynomial[name.index()];
                    length[node] = self.tables.strings.get(name).as_bytes().len() as u64;
                }
                NodeKind::CONCATENATED_STRING | NodeKind::SLICED_STRING => {
                    hash[node] = PENDING;
                    ropes.push(node);
                }
                _ => {}
            }
        }
        let mut stack = Vec::new();
        for rope in ropes {
            stack.push(rope);
            while let Some(&node) = stack.last() {
                let sliced = kind(self.tables, node) == NodeKind::SLICED_STRING;
                let (first, second) = self.parts(node, sliced);
                let parts = || first.into_iter().chain(second);
                if hash[node] == PENDING {
                    hash[node] = OPEN;
                    stack.extend(parts().filter(|part| hash[*part] == PENDING));
                    continue;
                }
                stack.pop();
                if hash[node] != OPEN {
                    continue;
                }
                // A rope inside of itself is damage; it has no text.
                if parts().any(|part| hash[part] >= OPEN) {
                    hash[node] = 0;
                    continue;
                }
                for part in parts() {
                    let shifted = if hash[node] == OPEN { 0 } else { multiply(hash[node], power(length[part])) };
                    hash[node] = add(shifted, hash[part]);
                    length[node] += length[part];
                }
                if hash[node] == OPEN {
                    hash[node] = 0;
                } else if sliced {
                    // Which part of its parent it is, the file does not say: it has a text of its own kind.
                    length[node] |= 1 << 40;
                }
            }
        }
        for (hash, length) in hash.iter_mut().zip(length) {
            *hash = if length == 0 { 0 } else { ended(*hash, length, secret) };
        }
        hash
    }

    /// The strings that a rope is made of, or the one that a slice is cut from.
    fn parts(&self, node: usize, sliced: bool) -> (Option<usize>, Option<usize>) {
        let mut parts = (None, None);
        for edge in edges(self.tables, node) {
            let (kind, target) = split(&self.tables.edges, edge);
            if kind != EdgeKind::Internal {
                continue;
            }
            let name = self.tables.strings.get(StringOrdinal(self.tables.edges.name_or_index[edge]));
            if name.is(if sliced { "parent" } else { "first" }) {
                parts.0 = Some(target);
            } else if !sliced && name.is("second") {
                parts.1 = Some(target);
            }
        }
        parts
    }
}

fn telling(tables: &Tables, text: &[u64]) -> BitSet {
    let mut sorted: Vec<(u64, u32)> =
        (0..text.len()).filter(|node| text[*node] != 0).map(|node| (text[node], node as u32)).collect();
    sorted.sort_unstable();
    let mut holders = vec![0u8; text.len()];
    for node in 0..text.len() {
        let weight = if kind(tables, node) == NodeKind::CODE { COMMON_STRING + 1 } else { 1 };
        for edge in edges(tables, node) {
            let (kind, target) = split(&tables.edges, edge);
            if kind != EdgeKind::Weak {
                holders[target] = holders[target].saturating_add(weight);
            }
        }
    }
    let mut telling = BitSet::new(text.len());
    for equal in sorted.chunk_by(|a, b| a.0 == b.0).filter(|equal| equal.len() <= COMMON_TEXT) {
        for node in equal.iter().map(|(_, node)| *node as usize).filter(|node| holders[*node] <= COMMON_STRING) {
            telling.insert(node);
        }
    }
    telling
}

pub(super) fn kind(tables: &Tables, node: usize) -> NodeKind {
    NodeKind(tables.nodes.kind[node] & (NodeKind::LIMIT - 1))
}

pub(super) fn edges(tables: &Tables, node: usize) -> std::ops::Range<usize> {
    tables.nodes.first_edge[node] as usize..tables.nodes.first_edge[node + 1] as usize
}

pub(super) fn split(edges: &EdgeTable, edge: usize) -> (EdgeKind, usize) {
    let both = edges.kind_and_target[edge];
    (EdgeKind::ALL[(both >> 29) as usize], (both & ((1 << 29) - 1)) as usize)
}

fn ended(hash: u64, length: u64, secret: u64) -> u64 {
    mix(mix(hash, secret), length).max(1)
}

fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= MODULUS { sum - MODULUS } else { sum }
}

fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    add((product as u64) & MODULUS, (product >> 61) as u64)
}

fn power(mut exponent: u64) -> u64 {
    let (mut result, mut square) = (1, BASE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, square);
        }
        square = multiply(square, square);
        exponent >>= 1;
    }
    result
}
