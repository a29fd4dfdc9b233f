//! Immediate dominators.

use super::essential::Essential;
use super::nearest_ancestor::{Semi, immediate_dominators};
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

/// Sources of one node whose memory is asked for together: some nodes have a hundred thousand.
const BATCH: usize = 64;

/// Dominators over the essential edges. Nodes that cannot be reached and have no essential retainer hang under the
/// root; what then still cannot be reached (cliques that hold only each other) is not in the tree, and the root
/// dominates it.
///
/// # Cost
/// O(edges · log nodes) at worst, about O(edges) on real heaps; 20 bytes a node while it runs, and up to 12 for a node
/// with several retainers. No second edge table: predecessors are looked up through [`Retainers`].
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
    let (semi, spent) = semidominators(essential, &nodes, &number, &parent, retainers, control)?;
    let immediate = immediate_dominators(parent, &semi, control)?;
    Ok(DominatorTree { nodes, immediate, number, spent, unreachable_count })
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

/// The semidominators that are not the parent, nodes ascending; and a column that nobody needs any more.
fn semidominators(
    essential: &Essential<'_>,
    nodes: &[u32],
    number: &[u32],
    parent: &[u32],
    retainers: &Retainers,
    control: &Control,
) -> Result<(Vec<Semi>, Vec<u32>)> {
    let joins = joins(nodes, retainers, control)?;
    let node = |join: u32| NodeOrdinal(nodes[join as usize]);
    let mut semi = Vec::new();
    // With one retainer the parent is it, and the semidominator too.
    let mut forest = Forest { links: parent.iter().map(|parent| [*parent; 2]).collect(), path: Vec::new() };
    let mut from = Vec::with_capacity(BATCH);
    for (at, this) in joins.iter().copied().enumerate().rev() {
        control.check_at(at)?;
        if at >= 4 * AHEAD {
            let ahead = |steps: usize| node(joins[at - steps * AHEAD]);
            let first = |steps: usize| retainers.sources(ahead(steps)).take(4).map(|(source, _)| source.index());
            retainers.expect(ahead(4));
            retainers.expect_sources(ahead(3));
            first(2).for_each(|source| prefetch(number, source));
            first(1).for_each(|source| prefetch(&forest.links, number[source] as usize));
        }
        let above = parent[this as usize];
        let mut least = above;
        let mut sources = essential.sources(node(this), retainers.sources(node(this)));
        let mut later = retainers.sources(node(this)).skip(BATCH);
        // No semidominator is less than the root.
        while least > 0 {
            from.clear();
            while from.len() < BATCH
                && let Some(source) = sources.next()
            {
                if let Some((source, _)) = later.next() {
                    prefetch(number, source.index());
                }
                let number = number[source.index()];
                if number != NO_NODE {
                    prefetch(&forest.links, number as usize);
                    from.push(number);
                }
            }
            if from.is_empty() {
                break;
            }
            for from in &from {
                least = least.min(if *from <= this { *from } else { forest.least_above(*from, this) });
            }
        }
        if least < above {
            semi.push((this, least));
            forest.links[this as usize][LABEL] = least;
        }
    }
    semi.reverse();
    let mut spent = forest.links.into_flattened();
    spent.truncate(nodes.len());
    spent.shrink_to_fit();
    Ok((semi, spent))
}

/// Preorder numbers of the nodes where ways can meet: those with several retainers, without the root.
fn joins(nodes: &[u32], retainers: &Retainers, control: &Control) -> Result<Vec<u32>> {
    let several = retainers.several(control)?;
    let mut joins = Vec::new();
    for (number, node) in nodes.iter().enumerate().skip(1) {
        control.check_at(number)?;
        if several.contains(*node as usize) {
            joins.push(number as u32);
        }
    }
    Ok(joins)
}

/// The processed part of the spanning tree: all nodes above the one at work.
struct Forest {
    links: Vec<Link>,
    path: Vec<u32>,
}

/// Both in one place, because who reads one reads the other.
type Link = [u32; 2];
/// An ancestor; after compression one that is not processed, or nearer to it.
const ANCESTOR: usize = 0;
/// Least semidominator from the node up to, not including, its ancestor.
const LABEL: usize = 1;

impl Forest {
    /// Least semidominator on the way from `node` up to, not including, the first node that is not above `last`.
    #[inline(always)]
    fn least_above(&mut self, node: u32, last: u32) -> u32 {
        let link = self.links[node as usize];
        if link[ANCESTOR] <= last {
            return link[LABEL];
        }
        self.compress(node, last)
    }

    /// The same for a node whose ancestor is processed. Shortens the path that later calls follow.
    fn compress(&mut self, node: u32, last: u32) -> u32 {
        let mut top = node;
        let mut above = self.links[top as usize];
        while above[ANCESTOR] > last {
            self.path.push(top);
            top = above[ANCESTOR];
            above = self.links[top as usize];
        }
        while let Some(node) = self.path.pop() {
            let link = &mut self.links[node as usize];
            above = [above[ANCESTOR], link[LABEL].min(above[LABEL])];
            *link = above;
        }
        above[LABEL]
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
    fn the_last_of_many_sources_counts() {
        let children: Vec<String> = (0..3 * BATCH).map(|child| format!("c{child}")).collect();
        let mut drawing = format!("root > b a | a > {}", children.join(" "));
        children.iter().for_each(|child| drawing.push_str(&format!(" | {child} > x y")));
        check_dominators(&format!("{drawing} | b > d | d > x"), "x<root y<a");
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
