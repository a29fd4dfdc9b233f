//! What one heap holds, counted by place, without its nodes: plain data.

use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::HashMap;

/// Persistent objects below this are not watched for growth of their own.
pub const LARGE: u64 = 512;

/// Name of a group of objects: the nearest object that is in every heap, and the labels on the path from it. Names of
/// properties and positions are left out, since they differ from one item of a collection to the next; without ids the
/// fields of classes count.
pub type Key = u64;

/// Objects of one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Group {
    pub count: u64,
    /// How many of them are links of a list after its first.
    pub links: u64,
    /// Bytes, backing stores included.
    pub size: u64,
    /// Bytes as the file has them, with what only these objects hold though no path leads there: their code, their
    /// numbers.
    pub bytes: u64,
    /// The one that is nearest to the roots.
    pub first: u32,
    /// The one that came last, where nobody knows which were there before and the first may have been.
    pub latest: Option<NodeOrdinal>,
    /// Held by a property or a variable, and not as one of many: an object has as many of them as it has fields.
    pub is_field: bool,
    /// Group of the object they hang from; 0: an object that is in every heap.
    pub parent: Key,
    pub label: Label,
    /// The same for all groups that hang in the same way from objects which themselves hang in the same way from the
    /// roots.
    pub kin: u64,
}

/// A persistent object that is watched for growth of its own.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    pub node: NodeOrdinal,
    /// Bytes, backing stores included.
    pub size: u64,
    /// Bytes as the file has them, with numbers, symbols and texts that it holds and no path reaches.
    pub bytes: u64,
    /// References to other objects, those of the backing stores included.
    pub references: u64,
}

/// What one heap holds, without its nodes.
#[derive(Default)]
pub struct Census {
    pub groups: HashMap<Key, Group>,
    /// Persistent objects that are large, by what names them in all heaps.
    pub large: HashMap<u64, Large>,
    /// Bytes of all nodes, as the file has them.
    pub total: u64,
    /// Bytes that V8 reports outside of its heap.
    pub outside: u64,
    /// Bytes of the objects that are in every heap, their tables and what [`Large`] holds included.
    pub lasting: u64,
    /// Bytes of what no path reaches and lasting objects hold, where it is V8's own: code, feedback, shapes.
    pub code: u64,
    /// What else no path reaches, by its class: held by lasting objects.
    pub loose: HashMap<Label, Loose>,
    /// What no reference of the file keeps, by its class.
    pub unheld: HashMap<Label, Loose>,
}

impl Census {
    /// Bytes of all that is counted somewhere.
    pub fn sum(&self) -> u64 {
        let groups: u64 = self.groups.values().map(|group| group.bytes).sum();
        let loose: u64 = self.loose.values().chain(self.unheld.values()).map(|class| class.bytes).sum();
        groups + self.lasting + self.code + loose
    }
}

/// Objects of one class that no path reaches.
#[derive(Clone, Copy, Debug)]
pub struct Loose {
    pub count: u64,
    pub bytes: u64,
    /// The first of them.
    pub node: NodeOrdinal,
}
