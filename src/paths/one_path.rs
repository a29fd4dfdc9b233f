//! The shortest path to one node, without the tree of all.

use super::labels::Labels;
use super::tree::PathStep;
use super::weight::{MAX_WEIGHT, References};
use crate::control::Control;
use crate::error::Result;
use crate::graph::Retainers;
use crate::hash::mix;
use crate::ordinal::{EdgeOrdinal, NodeOrdinal};
use crate::snapshot::Snapshot;
use std::collections::HashMap;

/// Edges that the search looks at, as a part of all. With more the tree of all nodes is cheaper: it needs no hash
/// table.
const MOST_EDGES_PART: usize = 16;
/// Of a small heap.
const FEWEST_EDGES: usize = 1 << 12;

/// What the search runs over.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub snapshot: &'a Snapshot,
    pub retainers: &'a Retainers,
    pub references: &'a References,
    pub labels: &'a Labels,
    /// Nodes that the path may not touch. The root cannot be one of them.
    pub avoided: &'a [NodeOrdinal],
}

/// The path that [`PathTree::grow`](super::tree::PathTree::grow) has for the node, where nothing was always there;
/// `None` where that is not found with few steps, or only functions under way and closed references lead to the node.
///
/// It has two halves. A search from the node backwards learns how much at least is missing from each object near it.
/// The search from the root leaves out where that makes a path heavier than one that is known already. It takes the
/// nodes of shortest paths in the order in which the tree takes them, so ties end alike.
///
/// # Cost
/// A sixteenth of the edges at most, twice.
/// # Source
/// Hart, Nilsson, Raphael: A formal basis for the heuristic determination of minimum cost paths, 1968. The bound is
/// exact near the goal, and constant elsewhere.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn one_path(ground: Ground<'_>, goal: NodeOrdinal, control: &Control) -> Result<Option<Vec<PathStep>>> {
    let most = FEWEST_EDGES.max(ground.snapshot.edge_count() / MOST_EDGES_PART);
    one_path_within(ground, goal, most, control)
}

fn one_path_within(
    ground: Ground<'_>,
    goal: NodeOrdinal,
    most: usize,
    control: &Control,
) -> Result<Option<Vec<PathStep>>> {
    let missing = Missing::of(ground, goal, most, control)?;
    let mut search = Search { ground, missing, reach: HashMap::new(), best: u32::MAX };
    if !search.run(goal, most, control)? {
        return Ok(None);
    }
    let mut steps: Vec<PathStep> = std::iter::successors(search.step(goal), |step| search.step(step.parent)).collect();
    steps.reverse();
    Ok(Some(steps))
}

/// The weight of the rest of the path, from the nodes near the goal.
struct Missing {
    known: HashMap<NodeOrdinal, u32>,
    /// No less is missing from any other node.
    elsewhere: u32,
}

impl Missing {
    fn of(ground: Ground<'_>, goal: NodeOrdinal, most: usize, control: &Control) -> Result<Self> {
        let Ground { snapshot, retainers, references, avoided, .. } = ground;
        let is_avoided = |node| avoided.contains(&node) && node != snapshot.root();
        let mut missing = Self { known: HashMap::new(), elsewhere: 0 };
        let mut nearest = HashMap::from([(goal, 0)]);
        let mut ring = Ring::new();
        ring.put(goal, 0);
        let mut looked = 0;
        while let Some((bucket, now)) = ring.next() {
            for node in bucket {
                if missing.known.contains_key(&node) {
                    continue;
                }
                missing.known.insert(node, now);
                let mut last = None;
                for (source, _) in retainers.sources(node) {
                    looked += 1;
                    if last == Some(source) || missing.known.contains_key(&source) || is_avoided(source) {
                        continue;
                    }
                    last = Some(source);
                    for edge in snapshot.edges(source) {
                        control.check_at(looked)?;
                        looked += 1;
                        if snapshot.target(edge) != node {
                            continue;
                        }
                        let Some(step) = references.weight(snapshot, source, edge) else { continue };
                        let known = nearest.entry(source).or_insert(u32::MAX);
                        if now + step < *known {
                            *known = now + step;
                            ring.put(source, now + step);
                        }
                    }
                    // The nodes of this weight are not complete: from any but those below it so much may be missing.
                    if looked > most {
                        missing.known.retain(|_, weight| *weight < now);
                        missing.elsewhere = now;
                        return Ok(missing);
                    }
                }
            }
            missing.elsewhere = now + 1;
        }
        // Nothing else leads to the goal.
        missing.elsewhere = u32::MAX;
        Ok(missing)
    }

    fn from(&self, node: NodeOrdinal) -> (u32, bool) {
        self.known.get(&node).map_or((self.elsewhere, false), |weight| (*weight, true))
    }
}

/// The best path so far to a node.
#[derive(Clone, Copy)]
struct Reach {
    weight: u32,
    /// Hash of the names on the path.
    names: u64,
    from: Option<(NodeOrdinal, EdgeOrdinal)>,
    is_settled: bool,
}

/// The search from the root.
struct Search<'a> {
    ground: Ground<'a>,
    missing: Missing,
    reach: HashMap<NodeOrdinal, Reach>,
    /// The weight of the lightest path to the goal that is known.
    best: u32,
}

impl Search<'_> {
    /// True when the goal is settled.
    fn run(&mut self, goal: NodeOrdinal, most: usize, control: &Control) -> Result<bool> {
        let root = self.ground.snapshot.root();
        for avoided in self.ground.avoided.iter().filter(|node| **node != root) {
            self.reach.insert(*avoided, Reach { weight: 0, names: 0, from: None, is_settled: true });
        }
        if self.reach.contains_key(&goal) {
            return Ok(false);
        }
        self.reach.insert(root, Reach { weight: 0, names: 0, from: None, is_settled: false });
        let mut ring = Ring::new();
        ring.put(root, 0);
        let mut looked = 0;
        while let Some((bucket, _)) = ring.next() {
            for node in bucket {
                let Some(reach) = self.reach.get_mut(&node).filter(|reach| !reach.is_settled) else { continue };
                reach.is_settled = true;
                let reach = *reach;
                if node == goal {
                    return Ok(true);
                }
                for edge in self.ground.snapshot.edges(node) {
                    control.check_at(looked)?;
                    looked += 1;
                    self.offer(node, reach, edge, &mut ring);
                }
                if looked > most {
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    /// Offers the path over this edge to its target, as the tree does.
    fn offer(&mut self, node: NodeOrdinal, reach: Reach, edge: EdgeOrdinal, ring: &mut Ring) {
        let Ground { snapshot, references, labels, .. } = self.ground;
        let target = snapshot.target(edge);
        let known = self.reach.get(&target).copied();
        if known.is_some_and(|known| known.is_settled || known.weight <= reach.weight) {
            return;
        }
        let Some(step) = references.weight(snapshot, node, edge) else { return };
        let weight = reach.weight + step;
        let (missing, is_known) = self.missing.from(target);
        let total = weight.saturating_add(missing);
        if total > self.best || total == u32::MAX || known.is_some_and(|known| weight > known.weight) {
            return;
        }
        if is_known {
            self.best = total;
        }
        let names = mix(mix(reach.names, references.generic_name(snapshot, edge)), labels.label(target).0);
        if known.is_some_and(|known| weight == known.weight && names >= known.names) {
            return;
        }
        if known.is_none_or(|known| weight < known.weight) {
            ring.put(target, weight);
        }
        self.reach.insert(target, Reach { weight, names, from: Some((node, edge)), is_settled: false });
    }

    fn step(&self, node: NodeOrdinal) -> Option<PathStep> {
        let (parent, edge) = self.reach.get(&node)?.from?;
        Some(PathStep { parent, edge, node })
    }
}

/// Buckets of nodes by weight (Dial 1969).
struct Ring {
    buckets: Vec<Vec<NodeOrdinal>>,
    now: u32,
    waiting: usize,
}

impl Ring {
    fn new() -> Self {
        Self { buckets: vec![Vec::new(); MAX_WEIGHT as usize + 1], now: 0, waiting: 0 }
    }

    fn put(&mut self, node: NodeOrdinal, weight: u32) {
        self.buckets[weight as usize % (MAX_WEIGHT as usize + 1)].push(node);
        self.waiting += 1;
    }

    /// The nodes of the next weight, which may be none, and the weight; `None` when no node waits.
    fn next(&mut self) -> Option<(Vec<NodeOrdinal>, u32)> {
        if self.waiting == 0 {
            return None;
        }
        let weight = self.now;
        let bucket = std::mem::take(&mut self.buckets[weight as usize % (MAX_WEIGHT as usize + 1)]);
        self.waiting -= bucket.len();
        self.now += 1;
        Some((bucket, weight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Heap;
    use crate::open::{OpenOptions, analyse};
    use crate::paths::tree::{Growth, PathTree};
    use crate::snapshot::drawing::draw;
    use crate::test_random::Random;

    /// A heap of the kinds of nodes and references that weigh differently, with few names: many paths weigh the same.
    fn random_heap(random: &mut Random, nodes: u64) -> Heap {
        let kinds = ["", "", "", "/closure", "/array", "/code", "/hidden", "/synthetic", "/native"];
        let edges = ["", "", "#", "=", "!", "%1.", "%2.", "?2.", "~", "a.", "a.", "b."];
        let kind_of: Vec<&str> = (0..nodes).map(|node| if node == 0 { "" } else { *random.of(&kinds) }).collect();
        let groups: Vec<String> = (0..nodes)
            .map(|node| {
                let targets: String =
                    (0..random.below(6)).map(|_| format!(" {}n{}", random.of(&edges), random.below(nodes))).collect();
                format!("n{node}{} >{targets}", kind_of[node as usize])
            })
            .collect();
        let mut tables = draw(&groups.join(" | ")).tables().clone();
        // Nodes of one class have one name.
        let of_class = |name: &u32| if *name < nodes as u32 { name % 5 } else { *name };
        tables.nodes.name = tables.nodes.name.iter().map(of_class).collect();
        analyse(Snapshot::new(tables), &OpenOptions::default(), &Control::new()).unwrap()
    }

    /// The path in the tree of all, which the search without the tree has to find, too.
    fn in_tree(tree: &PathTree, node: NodeOrdinal) -> Vec<(NodeOrdinal, EdgeOrdinal)> {
        let up = std::iter::successors(Some(node), |node| tree.parent(*node));
        let mut steps: Vec<_> = up.filter_map(|node| Some((tree.parent(node)?, tree.edge(node)?))).collect();
        steps.reverse();
        steps
    }

    #[test]
    fn the_path_is_that_of_the_whole_tree() {
        let control = Control::new();
        let mut random = Random::new(7);
        let (mut found, mut left) = (0, 0);
        for _ in 0..300 {
            let heap = random_heap(&mut random, 40);
            let snapshot = &heap.snapshot;
            let mut labels = Labels::of(snapshot, &control).unwrap();
            let references = References::of(snapshot, None, &control).unwrap();
            let avoided: Vec<NodeOrdinal> =
                (0..random.below(3)).map(|_| NodeOrdinal(random.below(40) as u32)).collect();
            let growth = Growth { avoided: &avoided, everything: true, ..Growth::default() };
            let tree = PathTree::grow(snapshot, &references, &mut labels, growth, &control).unwrap();
            let ground = Ground {
                snapshot,
                retainers: &heap.graph.retainers,
                references: &references,
                labels: &labels,
                avoided: &avoided,
            };
            for node in snapshot.nodes() {
                let most = *random.of(&[4, 12, 40, 1000]);
                match one_path_within(ground, node, most, &control).unwrap() {
                    Some(steps) => {
                        found += 1;
                        let steps: Vec<_> = steps.iter().map(|step| (step.parent, step.edge)).collect();
                        assert_eq!(steps, in_tree(&tree, node), "to {node:?} within {most}, past {avoided:?}");
                    }
                    None => left += 1,
                }
            }
        }
        assert!(found > 2000 && left > 1000, "{found} paths were found, and {left} were left to the tree");
    }

    #[test]
    fn a_cancelled_search_ends() {
        let heap = random_heap(&mut Random::new(9), 40);
        let control = Control::new();
        let labels = Labels::of(&heap.snapshot, &control).unwrap();
        let references = References::of(&heap.snapshot, None, &control).unwrap();
        control.cancel();
        let retainers = &heap.graph.retainers;
        let ground =
            Ground { snapshot: &heap.snapshot, retainers, references: &references, labels: &labels, avoided: &[] };
        assert!(one_path(ground, NodeOrdinal(39), &control).is_err());
    }
}
