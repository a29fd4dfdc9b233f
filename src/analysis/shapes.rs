//! Which plain objects have the same properties in the same order.

use super::quick_hash::QuickHash;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::{Snapshot, unpack_edge};
use std::hash::{BuildHasher, Hasher};

const FREE: u32 = u32::MAX;

/// Distinct sequences of property names among the plain objects: nodes of kind `object` named `Object`.
///
/// # Shapes
/// `of` has the shape of each plain object, in node order; shapes are numbered by first appearance, so in node order as
/// well.
pub struct Shapes {
    pub of: Vec<u32>,
    /// Objects of each shape.
    pub count: Vec<u32>,
    names: Vec<StringOrdinal>,
    end: Vec<usize>,
    hash: Vec<u32>,
}

/// Says which nodes are plain objects.
pub struct PlainObjects {
    name: KnownText,
}

impl PlainObjects {
    pub fn of(snapshot: &Snapshot) -> Self {
        Self { name: KnownText::of(snapshot, "Object") }
    }

    #[inline(always)]
    pub fn contains(&self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        snapshot.kind(node) == NodeKind::OBJECT && self.name.is(snapshot.name(node))
    }
}

impl Shapes {
    /// # Cost
    /// O(nodes + edges of plain objects); 4 bytes a plain object and 4 a property of each distinct shape.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, plain: &PlainObjects, control: &Control) -> Result<Self> {
        let mut shapes =
            Self { of: Vec::new(), count: Vec::new(), names: Vec::new(), end: Vec::new(), hash: Vec::new() };
        let mut table = vec![FREE; 1024];
        let hashing = QuickHash::default();
        let names = &snapshot.tables().edges.name_or_index;
        let mut properties: Vec<StringOrdinal> = Vec::new();
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            if !plain.contains(snapshot, node) {
                continue;
            }
            properties.clear();
            let mut hasher = hashing.build_hasher();
            for (packed, name) in snapshot.packed_edges(node).iter().zip(&names[snapshot.edge_range(node)]) {
                if unpack_edge(*packed).0 == EdgeKind::Property {
                    properties.push(StringOrdinal(*name));
                    hasher.write_u32(*name);
                }
            }
            let shape = shapes.intern(&properties, hasher.finish(), &mut table);
            shapes.of.push(shape);
            shapes.count[shape as usize] += 1;
        }
        Ok(shapes)
    }

    pub fn len(&self) -> usize {
        self.count.len()
    }

    /// Names of the property edges in file order, `__proto__` included.
    pub fn properties(&self, shape: usize) -> &[StringOrdinal] {
        let start = if shape == 0 { 0 } else { self.end[shape - 1] };
        &self.names[start..self.end[shape]]
    }

    /// Linear probing; the table is at most half full.
    fn intern(&mut self, properties: &[StringOrdinal], hash: u64, table: &mut Vec<u32>) -> u32 {
        let short = (hash >> 32) as u32;
        let mut slot = short as usize & (table.len() - 1);
        loop {
            match table[slot] {
                FREE => break,
                shape if self.hash[shape as usize] == short && self.properties(shape as usize) == properties => {
                    return shape;
                }
                _ => slot = (slot + 1) & (table.len() - 1),
            }
        }
        let shape = NodeOrdinal::from_index(self.len()).0;
        table[slot] = shape;
        self.names.extend_from_slice(properties);
        self.end.push(self.names.len());
        self.hash.push(short);
        self.count.push(0);
        if self.len() * 2 > table.len() {
            self.grow(table);
        }
        shape
    }

    fn grow(&self, table: &mut Vec<u32>) {
        let slots = table.len() * 2;
        table.clear();
        table.resize(slots, FREE);
        for (shape, hash) in self.hash.iter().enumerate() {
            let mut slot = *hash as usize & (slots - 1);
            while table[slot] != FREE {
                slot = (slot + 1) & (slots - 1);
            }
            table[slot] = NodeOrdinal::from_index(shape).0;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::snapshot::drawing::draw;

    /// A drawing cannot repeat a name, so plain objects are made of others.
    pub(in crate::analysis) fn with_plain_objects(drawing: &str) -> Snapshot {
        let snapshot = draw(&format!("{drawing} | Object"));
        let object = snapshot.strings_equal_to("Object")[0];
        let renamed: Vec<_> = snapshot
            .nodes()
            .filter(|node| snapshot.name_text(*node).starts_with("o"))
            .map(|node| (node, snapshot.detachedness(node), Some(object)))
            .collect();
        snapshot.with_detached(renamed)
    }

    #[test]
    fn equal_sequences_share_a_shape() {
        let snapshot =
            with_plain_objects("root > o1 o2 o3 o4 x | o1 > a.x b.x #c.x | o2 > b.x a.x | o3 > a.x %1.x b.x");
        let shapes = Shapes::of(&snapshot, &PlainObjects::of(&snapshot), &Control::new()).unwrap();
        assert_eq!(shapes.of, [0, 1, 0, 2, 2]);
        assert_eq!(shapes.count, [2, 1, 2]);
        assert_eq!(shapes.properties(2), []);
        assert_eq!(shapes.properties(1).len(), 2);
    }

    #[test]
    fn many_shapes_stay_apart() {
        let objects: Vec<String> = (0..2000).map(|n| format!("o{n} > p{}.x q{}.x", n % 50, n / 50)).collect();
        let snapshot = with_plain_objects(&format!("root > x | {}", objects.join(" | ")));
        let shapes = Shapes::of(&snapshot, &PlainObjects::of(&snapshot), &Control::new()).unwrap();
        assert_eq!(shapes.len(), 2001);
        assert!(shapes.of.iter().enumerate().all(|(object, shape)| object as u32 == *shape));
    }
}
