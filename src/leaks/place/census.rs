//! A census of one heap: how many objects each group has and how many bytes. Plain data, without nodes or edges.

use crate::ordinal::NodeOrdinal;
use crate::paths::labels::Label;
use std::collections::HashMap;

/// Names a group of objects in every heap: a hash of the nearest persistent object above them and of the labels on the
/// path from it. Names of properties and positions are left out, since they differ from one item of a collection to
/// the next. Without ids the names of fields count.
///
/// Example: all sessions of one Map have one key, whatever their entries are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(pub u64);

/// A hash of the classes and references from the roots, without positions and without links of lists. Of new objects
/// the names of references are left out too.
///
/// Example: the Maps of two tenants have one path key, and so have the drafts in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathKey(pub u64);

/// Names a persistent object in every heap: its id, or its signature where ids are not comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(pub u64);

/// Objects of one key.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub count: u64,
    /// Links of a list after its first.
    pub links: u64,
    /// Bytes, backing stores included.
    pub size: u64,
    /// Bytes in the file, with the code and the numbers that only these objects hold.
    pub bytes: u64,
    /// The object that stands for the group: the one nearest to the roots, until a sample is chosen.
    pub first: NodeOrdinal,
    /// The newest object, where ids do not say which objects are new and `first` may be old.
    pub latest: Option<NodeOrdinal>,
    /// Held by a property or a variable, and not as one of many. A holder has at most one for each of its fields.
    pub is_field: bool,
    /// A list of timers of Node.js holds them. It has a list for each duration, and a timer is part of none.
    pub is_timer: bool,
    /// Group of the object above them; `None` below a persistent object.
    pub parent: Option<GroupKey>,
    pub label: Label,
    pub path: PathKey,
}

/// A persistent object that is watched for growth of its own.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    pub node: NodeOrdinal,
    /// Bytes, backing stores included.
    pub size: u64,
    /// Bytes in the file, with the numbers, symbols and texts that only this object holds.
    pub bytes: u64,
    /// References to other objects, those of the backing stores included.
    pub references: u64,
    /// Slots of an Array, those that hold `null` or `undefined` included.
    pub slots: u64,
}

/// Counts of one heap.
#[derive(Default)]
pub struct Census {
    pub groups: HashMap<GroupKey, Group>,
    /// Large persistent objects.
    pub large: HashMap<ObjectName, Large>,
    /// Bytes of all nodes in the file.
    pub total: u64,
    /// Bytes that V8 reports outside of its heap.
    pub outside: u64,
    /// Bytes of the persistent objects, with their tables and with the bytes of [`Large`].
    pub lasting: u64,
    /// Bytes of code, feedback and shapes that no path reaches and persistent objects hold.
    pub code: u64,
    /// Other objects that no path reaches and persistent objects hold, by class.
    pub loose: HashMap<Label, Loose>,
    /// Objects that no reference of the file holds, by class.
    pub unheld: HashMap<Label, Loose>,
}

impl Census {
    /// Bytes of everything that is counted somewhere.
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
