//! What the heaps say of the leaked objects, beyond one path to them. Several heaps know of growth; one heap knows of a
//! pile. The questions ask both in the same words.

use crate::ordinal::NodeOrdinal;

/// The leaked objects of one place.
pub trait Leaked {
    /// Whether the object was always there: it holds leaked objects, or they refer to it.
    fn is_persistent(&self, node: NodeOrdinal) -> bool;

    /// How many they are, as far as they came one by one.
    fn count(&self) -> i64;

    /// Whether they are one object that is large, or grows, by itself.
    fn swells(&self) -> bool;

    /// Objects of a sort among the leaked ones and their parts.
    fn count_of(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> i64;

    /// Whether as many objects of a sort came as leaked ones, or more, wherever they are.
    fn comes_with(&self, is_one: &dyn Fn(NodeOrdinal) -> bool) -> bool;

    /// Bytes of the object and of the leaked objects below it.
    fn weight(&self, node: NodeOrdinal) -> u64;

    /// Leaked objects directly below this one.
    fn children(&self, node: NodeOrdinal) -> Vec<NodeOrdinal>;

    /// Whether two objects are of one class; contexts of two functions are not.
    fn is_alike(&self, one: NodeOrdinal, other: NodeOrdinal) -> bool;

    /// Where the leaked objects are the links of a list: one link, and the objects that lie between the one before and
    /// it. The links are the items themselves, or each holds an item and the first leaking object is one of them.
    fn link(&self, first: NodeOrdinal, item: NodeOrdinal) -> Option<Vec<NodeOrdinal>>;
}
