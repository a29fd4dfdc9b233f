//! The dominator tree downwards.

use crate::ordinal::NodeOrdinal;

/// Children of every node in the dominator tree.
///
/// # Shapes
/// 4 bytes a node twice: where a node's children begin, and the children.
pub struct Dominated {
    first: Vec<u32>,
    child: Vec<u32>,
}

impl Dominated {
    /// Sorts the nodes by their dominator, by counting.
    ///
    /// # Cost
    /// O(nodes).
    pub fn of(dominators: &[u32], root: NodeOrdinal) -> Self {
        let mut first = vec![0u32; dominators.len() + 2];
        let nodes = || dominators.iter().enumerate().filter(|(node, _)| *node != root.index());
        nodes().for_each(|(_, dominator)| first[*dominator as usize + 2] += 1);
        let mut sum = 0;
        for place in &mut first {
            sum += *place;
            *place = sum;
        }
        let mut child = vec![0u32; sum as usize];
        for (node, dominator) in nodes() {
            let slot = &mut first[*dominator as usize + 1];
            child[*slot as usize] = node as u32;
            *slot += 1;
        }
        first.pop();
        Self { first, child }
    }

    /// Nodes whose immediate dominator this is, by ascending ordinal (DevTools lists them the other way round).
    pub fn children(&self, node: NodeOrdinal) -> impl DoubleEndedIterator<Item = NodeOrdinal> + ExactSizeIterator + '_ {
        self.child[self.first[node.index()] as usize..self.first[node.index() + 1] as usize]
            .iter()
            .map(|child| NodeOrdinal(*child))
    }
}
