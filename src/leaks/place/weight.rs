//! The bytes below each object, and its new children.

use super::grouping::Grouping;
use super::holder_tree::HolderTree;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;

/// # Shapes
/// By node: `weight` has the bytes of the node and of the new objects below it, without the later links of its list.
/// `first_child` and `next_sibling` hold an ordinal plus one, and 0 at their end: most rows are 0 and take no memory.
pub struct Weights {
    weight: Vec<u64>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
}

impl Weights {
    /// # Cost
    /// O(nodes); 16 bytes a node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(tree: &HolderTree<'_>, grouping: &Grouping, control: &Control) -> Result<Self> {
        let snapshot = tree.snapshot;
        let nodes = snapshot.node_count();
        let mut weights = Self { weight: vec![0; nodes], first_child: vec![0; nodes], next_sibling: vec![0; nodes] };
        for node in snapshot.nodes() {
            control.check_at(node.index())?;
            if tree.owner(node).is_some() || node == snapshot.root() {
                weights.weight[node.index()] = snapshot.shallow_size(node);
            }
        }
        for (turn, node) in tree.forest.order().rev().enumerate() {
            control.check_at(turn)?;
            if grouping.is_persistent(node) {
                continue;
            }
            let Some(owner) = tree.owner(node) else { continue };
            let weight = weights.weight[node.index()];
            if tree.is_backing(node) {
                weights.weight[owner.index()] += weight;
            } else {
                if !tree.is_link(node) {
                    weights.weight[owner.index()] += weight;
                }
                weights.next_sibling[node.index()] = weights.first_child[owner.index()];
                weights.first_child[owner.index()] = node.0 + 1;
            }
        }
        Ok(weights)
    }

    pub fn weight(&self, node: NodeOrdinal) -> u64 {
        self.weight[node.index()]
    }

    /// New objects directly below this one, in no particular order.
    pub fn children(&self, node: NodeOrdinal) -> impl Iterator<Item = NodeOrdinal> + '_ {
        let some = |row: u32| row.checked_sub(1).map(NodeOrdinal);
        std::iter::successors(some(self.first_child[node.index()]), move |child| some(self.next_sibling[child.index()]))
    }
}
