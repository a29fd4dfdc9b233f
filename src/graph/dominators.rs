//! Immediate dominators.

use super::essential::Essential;
use super::nearest_ancestor::immediate_dominators;
use super::retainers::Retainers;
use super::spanning::Spanning;
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::{NO_NODE, NodeOrdinal};
use crate::prefetch::prefetch;
use crate::snapshot::Snapshot;

/// The dominator tree, in the order in which it was found.
///
/// # Shapes
/// `nodes[i]` is the node with preorder number `i`; `immediate[i]` the preorder number of its dominator, which is
/// smaller (the root's, number 0, is 0).
pub struct DominatorTree {
    pub nodes: Vec<u32>,
    pub immediate: Vec<u32>,
    /// The preorder number of each node, or [`NO_NODE`].
    number: Vec<u32>,
    /// A column that nobody needs any more. Its memory is there already, which the next one can have.
    spent: Vec<u32>,
    /// Nodes that the root does not reach over essential edges, those hung under it included.
    pub unreachable_count: u32,
}

/// Nodes between the one at work and those whose memory is asked for.
const AHEAD: usize = 8;

/// Dominators over the essential edges. Nodes that cannot be reached and have no essential retainer hang under the
/// root; what then still cannot be reached (cliques that hold only each other) is not in the tree, and the root
/// dominates it.
///
/// # Cost
/// O(edges · log nodes) at worst, about O(edges) on real heaps; 24 bytes a node while it runs. No second edge table:
/// predecessors are looked up through [`Retainers`].
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// Semi-NCA: Georgiadis, Tarjan, Werneck, "Finding dominators in practice" (2006), with the path compression of
/// Lengauer and Tarjan (1979) made iterative.
pub fn dominator_tree(
    essential: &Essential<'_>,
    spanning: Spanning,
    retainers: &Retainers,
    control: &Control,
) -> Result<DominatorTree> {
    let unreachable_count = (essential.snapshot().node_count() - spanning.nodes.len()) as u32;
    let Spanning { number, nodes, parent, .. } = spanning.with_unreachable(essential, retainers, control)?;
    let semi = semidominators(essential, &nodes, &number, &parent, retainers, control)?;
    let immediate = immediate_dominators(parent, &semi, control)?;
    Ok(DominatorTree { nodes, immediate, number, spent: semi, unreachable_count })
}

impl DominatorTree {
    /// Takes the columns that the tree itself can do without: the preorder numbers of the nodes for
    /// [`DominatorTree::by_node`], and the memory of one that nobody needs.
    pub fn take_columns(&mut self) -> (Vec<u32>, Vec<u32>) {
        (std::mem::take(&mut self.number), std::mem::take(&mut self.spent))
    }

    /// Immediate dominator of every node, by node, in the place of its preorder number.
    pub fn by_node(&self, snapshot: &Snapshot, mut number: Vec<u32>) -> Vec<u32> {
        let dominator = |number: u32| match number {
            NO_NODE => snapshot.root().0,
            _ => self.nodes[self.immediate[number as usize] as usize],
        };
        number.iter_mut().for_each(|number| *number = dominator(*number));
        number
    }
}

/// Semidominators by preorder number.
fn semidominators(
    essential: &Essential<'_>,
    nodes: &[u32],
    number: &[u32],
    parent: &[u32],
    retainers: &Retainers,
    control: &Control,
) -> Result<Vec<u32>> {
    let several = retainers.several(control)?;
    let mut semi = vec![0; nodes.len()];
    let links = parent.iter().map(|parent| Link { ancestor: *parent, label: 0 }).collect();
    let mut forest = Forest { links, path: Vec::new() };
    for node in (1..nodes.len()).rev() {
        control.check_at(node)?;
        let this = node as u32;
        // With one retainer the parent is it: nothing else of such a node is looked at.
        if node > 3 * AHEAD {
            let ahead = |steps: usize| Some(nodes[node - steps * AHEAD]).filter(|at| several.contains(*at as usize));
            if let Some(at) = ahead(3) {
                retainers.expect(NodeOrdinal(at));
            }
            if let Some(at) = ahead(2) {
                retainers.expect_sources(NodeOrdinal(at));
            }
            if let Some(at) = ahead(1) {
                let sources = retainers.sources(NodeOrdinal(at));
                sources.take(4).for_each(|(source, _)| prefetch(number, source.index()));
            }
        }
        let mut least = parent[node];
        let at = NodeOrdinal(nodes[node]);
        if several.contains(at.index()) {
            for source in essential.sources(at, retainers.sources(at)) {
                let from = number[source.index()];
                if from == NO_NODE {
                    continue;
                }
                least = least.min(if from <= this { from } else { forest.least_above(from, this) });
            }
        }
        semi[node] = least;
        forest.links[node].label = least;
    }
    Ok(semi)
}

/// The processed part of the spanning tree: all nodes above the one at work.
struct Forest {
    links: Vec<Link>,
    path: Vec<u32>,
}

/// Both in one place, because who reads one reads the other.
#[derive(Clone, Copy)]
struct Link {
    /// An ancestor; after compression one that is not processed, or nearer to it.
    ancestor: u32,
    /// Least semidominator from the node up to, not including, its ancestor.
    label: u32,
}

impl Forest {
    /// Least semidominator on the way from `node` up to, not including, the first node that is not above `last`.
    #[inline(always)]
    fn least_above(&mut self, node: u32, last: u32) -> u32 {
        let link = self.links[node as usize];
        if link.ancestor <= last {
            return link.label;
        }
        self.compress(node, last)
    }

    /// The same for a node whose ancestor is processed. Shortens the path that later calls follow.
    fn compress(&mut self, node: u32, last: u32) -> u32 {
        let mut top = node;
        let mut above = self.links[top as usize];
        while above.ancestor > last {
            self.path.push(top);
            top = above.ancestor;
            above = self.links[top as usize];
        }
        while let Some(node) = self.path.pop() {
            let link = &mut self.links[node as usize];
            above = Link { ancestor: above.ancestor, label: link.label.min(above.label) };
            *link = above;
        }
        above.label
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bit_set::BitSet;
    use crate::graph::{Ephemerons, Holding};
    use crate::snapshot::drawing::{draw, named};
    use crate::test_random::Random;

    pub(in crate::graph) fn tree_of(snapshot: &Snapshot) -> DominatorTree {
        let control = Control::new();
        let ephemerons = Ephemerons::of(snapshot);
        let holding = Holding::of(snapshot, &ephemerons, &control).unwrap();
        let retainers = Retainers::of(&holding, &control).unwrap();
        let (spanning, essential) = Spanning::of(&holding, &control).unwrap();
        dominator_tree(&essential, spanning, &retainers, &control).unwrap()
    }

    fn dominators_of(snapshot: &Snapshot) -> Vec<u32> {
        let mut tree = tree_of(snapshot);
        let (number, _) = tree.take_columns();
        tree.by_node(snapshot, number)
    }

    #[track_caller]
    fn check_dominators(drawing: &str, expected: &str) {
        let snapshot = draw(drawing);
        let dominators = dominators_of(&snapshot);
        for word in expected.split_whitespace() {
            let (name, dominator) = word.split_once('<').unwrap();
            assert_eq!(
                dominators[named(&snapshot, name).index()],
                named(&snapshot, dominator).0,
                "{name} in {drawing}"
            );
        }
    }

    #[test]
    fn small_heaps() {
        check_dominators("root > a b | a > c | b > c | c > d", "a<root b<root c<root d<c");
        check_dominators("root > a | a > b c | b > d | c > d | d > e", "b<a c<a d<a e<d");
        check_dominators("root > a | a > b | b > a c | c > b", "a<root b<a c<b");
    }

    #[test]
    fn weak_edges_and_shortcuts_do_not_hold() {
        check_dominators("root > a b | a > ~c | b > c", "c<b");
        check_dominators("root > a b | a > !c | b > c", "c<b");
        check_dominators("root > a b !c | b > c", "c<root");
    }

    #[test]
    fn unreachable_nodes_hang_under_the_root() {
        check_dominators("root > a | x > y a | y > z", "x<root y<x z<y a<root");
        check_dominators("root > a b | x > y | y > x b", "x<root y<root b<root");
        let snapshot = draw("root > a b | x > y | y > x b");
        assert_eq!(tree_of(&snapshot).unreachable_count, 2);
    }

    #[test]
    fn page_objects_are_held_by_page_objects_only() {
        check_dominators("root > !g s/synthetic | g > p | s > p q | p > q", "g<root p<g q<p");
    }

    /// The definition: d dominates v when v cannot be reached without d. The root reaches what hangs under it too.
    fn slow_dominators(snapshot: &Snapshot, essential: &Essential<'_>) -> Vec<u32> {
        let count = snapshot.node_count();
        let none = BitSet::new(count);
        let targets = |node: NodeOrdinal| essential.new_targets(node, &none).collect::<Vec<_>>();
        let reach = |hung: &[NodeOrdinal], without: Option<usize>| {
            let mut reached = BitSet::new(count);
            let mut stack = vec![snapshot.root()];
            while let Some(node) = stack.pop() {
                if Some(node.index()) == without || !reached.insert_new(node.index()) {
                    continue;
                }
                stack.extend(targets(node));
                if node == snapshot.root() {
                    stack.extend(hung);
                }
            }
            reached
        };
        let without_hung = reach(&[], None);
        let held: Vec<NodeOrdinal> = snapshot.nodes().flat_map(targets).collect();
        let hung: Vec<NodeOrdinal> =
            snapshot.nodes().filter(|node| !without_hung.contains(node.index()) && !held.contains(node)).collect();
        let reach = |without| reach(&hung, without);
        let all = reach(None);
        let dominated: Vec<BitSet> = (0..count).map(|without| reach(Some(without))).collect();
        let dominates = |d: usize, v: usize| d != v && all.contains(d) && !dominated[d].contains(v);
        (0..count)
            .map(|v| {
                if !all.contains(v) || v == snapshot.root().index() {
                    return snapshot.root().0;
                }
                let above: Vec<usize> = (0..count).filter(|d| dominates(*d, v)).collect();
                // The immediate dominator is the one that all others dominate.
                *above.iter().max_by_key(|d| above.iter().filter(|other| dominates(**other, **d)).count()).unwrap()
                    as u32
            })
            .collect()
    }

    #[test]
    fn agree_with_the_definition_on_random_heaps() {
        let mut numbers = Random::new(0x9e37_79b9_7f4a_7c15);
        let mut random = |below: u64| numbers.below(below);
        for round in 0..300 {
            let count = 2 + random(24);
            let mut drawing = String::from("n0");
            for node in 0..count {
                drawing.push_str(&format!("| n{node} >"));
                for _ in 0..random(4) {
                    let mark = ["", "", "", "~", "!"][random(5) as usize];
                    drawing.push_str(&format!(" {mark}n{}", random(count)));
                }
            }
            let snapshot = draw(&drawing);
            let control = Control::new();
            let ephemerons = Ephemerons::of(&snapshot);
            let holding = Holding::of(&snapshot, &ephemerons, &control).unwrap();
            let (_, essential) = Spanning::of(&holding, &control).unwrap();
            let fast = dominators_of(&snapshot);
            let slow = slow_dominators(&snapshot, &essential);
            assert_eq!(fast, slow, "round {round} in {drawing}");
        }
    }
}
