//! Retained sizes: the bytes that would be freed with a node.

use super::dominators::DominatorTree;
use crate::snapshot::Snapshot;
use crate::wide_column::WideColumn;

/// Sum of the shallow sizes of everything that the node dominates, itself included. Nodes outside the tree retain
/// themselves, and the root retains them.
///
/// # Units
/// Bytes.
/// # Cost
/// O(nodes); nothing beside the result, which takes the place of `spent`.
pub fn retained_sizes(snapshot: &Snapshot, tree: &DominatorTree, spent: Vec<u32>) -> WideColumn {
    let sizes = &snapshot.tables().nodes.size;
    let mut retained = sizes.clone_into_column(spent);
    let total = sizes.sum();
    let dominated = || (1..tree.nodes.len()).rev();
    let node = |number: usize| tree.nodes[number] as usize;
    let dominator = |number: usize| tree.nodes[tree.immediate[number] as usize] as usize;
    if total < u64::from(u32::MAX) {
        // No sum can leave 32 bits.
        let retained = retained.narrow_mut();
        dominated().for_each(|number| retained[dominator(number)] += retained[node(number)]);
    } else {
        dominated().for_each(|number| {
            let sum = retained.get(dominator(number)).saturating_add(retained.get(node(number)));
            retained.set(dominator(number), sum);
        });
    }
    // Nodes outside of the tree count for the root too.
    retained.set(snapshot.root().index(), total);
    retained
}

#[cfg(test)]
mod tests {
    use super::super::dominators::tests::tree_of;
    use super::*;
    use crate::snapshot::drawing::{draw, named};

    #[track_caller]
    fn check_retained(drawing: &str, expected: &str) {
        let snapshot = draw(drawing);
        let retained = retained_sizes(&snapshot, &tree_of(&snapshot), vec![7; 2]);
        for word in expected.split_whitespace() {
            let (name, size) = word.split_once('=').unwrap();
            assert_eq!(
                retained.get(named(&snapshot, name).index()),
                size.parse::<u64>().unwrap(),
                "{name} in {drawing}"
            );
        }
    }

    #[test]
    fn sums_over_what_is_dominated() {
        check_retained("root > a b | a:8 > c:4 | b:2 > c", "a=8 b=2 c=4 root=14");
        check_retained("root > a | a:8 > b:4 c:1 | b > d:16 | c > d", "a=29 b=4 c=1 d=16");
    }

    #[test]
    fn cliques_that_nothing_holds_count_for_the_root() {
        check_retained("root > a:1 | x:2 > y:4 | y > x", "root=7 x=2 y=4 a=1");
    }

    #[test]
    fn sums_pass_32_bits() {
        check_retained("root > a | a:3000000000 > b:3000000000", "a=6000000000 root=6000000000");
    }
}
