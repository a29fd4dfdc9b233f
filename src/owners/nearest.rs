//! Objects without a place of their own belong to the nearest owner that holds them.

use super::places::{NOBODY, SEVERAL};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::graph::Holding;
use crate::ordinal::NodeOrdinal;

/// Gives every node without an owner the one from whose nodes the fewest edges lead to it, over nodes without an owner;
/// [`SEVERAL`] when two are equally near. Edges that do not hold their target do not count. `closed` nodes get no
/// owner, and nothing is held through them.
///
/// # Cost
/// O(nodes + edges): all owners search at once, level by level, and a node is visited once.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn nearest(holding: &Holding<'_>, owner: &mut [u32], closed: &BitSet, control: &Control) -> Result<()> {
    let mut known = BitSet::new(owner.len());
    let mut level: Vec<NodeOrdinal> = Vec::new();
    for node in holding.snapshot().nodes() {
        control.check_at(node.index())?;
        if closed.contains(node.index()) {
            known.insert(node.index());
        } else if owner[node.index()] != NOBODY {
            known.insert(node.index());
            level.push(node);
        }
    }
    let mut turn = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        for node in level {
            let by = owner[node.index()];
            turn += 1;
            control.check_at(turn)?;
            for (target, holds) in holding.new_targets(node, &known) {
                turn += 1;
                control.check_at(turn)?;
                if !holds {
                    continue;
                }
                let of = &mut owner[target.index()];
                if *of == NOBODY {
                    *of = by;
                    next.push(target);
                } else if *of != by {
                    *of = SEVERAL;
                }
            }
        }
        next.iter().for_each(|node| known.insert(node.index()));
        level = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Ephemerons;
    use crate::snapshot::Snapshot;
    use crate::snapshot::drawing::{draw, named};
    use crate::test_random::Random;

    fn owners_of(snapshot: &Snapshot, mut owner: Vec<u32>, closed: &BitSet) -> Vec<u32> {
        let control = Control::new();
        let ephemerons = Ephemerons::of(snapshot);
        let holding = Holding::of(snapshot, &ephemerons, &control).unwrap();
        nearest(&holding, &mut owner, closed, &control).unwrap();
        owner
    }

    /// Owners are `a` and `b`, those of the nodes of that name; `-` is nobody, `+` are several.
    #[track_caller]
    fn check(drawing: &str, expected: &str) {
        let snapshot = draw(drawing);
        let mut owner = vec![NOBODY; snapshot.node_count()];
        owner[named(&snapshot, "a").index()] = 0;
        owner[named(&snapshot, "b").index()] = 1;
        let mut closed = BitSet::new(snapshot.node_count());
        closed.insert(snapshot.root().index());
        snapshot
            .nodes()
            .filter(|node| snapshot.name_text(*node).is("shut"))
            .for_each(|node| closed.insert(node.index()));
        let owner = owners_of(&snapshot, owner, &closed);
        for word in expected.split_whitespace() {
            let (name, letter) = word.split_once('=').unwrap();
            let found = match owner[named(&snapshot, name).index()] {
                NOBODY => "-",
                SEVERAL => "+",
                0 => "a",
                _ => "b",
            };
            assert_eq!(found, letter, "{name} in {drawing}");
        }
    }

    #[test]
    fn the_nearest_owner_has_what_nobody_else_holds_as_closely() {
        check("root > a b x | a > t | t > u | b > b2 | b2 > u u2", "t=a u=+ b2=b u2=b x=-");
        check("root > a b | a > t | t > u | b > u", "t=a u=b");
        check("root > a b | a > t | b > t | t > u", "t=+ u=+");
    }

    #[test]
    fn an_owner_is_never_held_by_another() {
        check("root > a | a > b | b > t", "b=b t=b");
    }

    #[test]
    fn weak_edges_and_closed_nodes_hold_nothing() {
        check("root > a b | a > ~t shut | shut > u | b > v", "t=- u=- shut=- v=b");
    }

    #[test]
    fn a_cycle_ends() {
        check("root > a b | a > t | t > u | u > t", "t=a u=a");
    }

    /// All owners at the least number of edges, found by one search for each owner.
    #[test]
    fn agrees_with_one_search_for_each_owner() {
        let mut random = Random::new(11);
        for _ in 0..200 {
            let mut groups = vec!["root > n0".to_owned()];
            for node in 0..30 {
                let weak = |random: &mut Random| if random.below(4) == 0 { "~" } else { "" };
                let count = random.below(4);
                let targets: Vec<String> =
                    (0..count).map(|_| format!("{}n{}", weak(&mut random), random.below(30))).collect();
                groups.push(format!("n{node} > {}", targets.join(" ")));
            }
            let snapshot = draw(&groups.join(" | "));
            let seeds: Vec<u32> =
                snapshot.nodes().map(|_| if random.below(6) == 0 { random.below(4) as u32 } else { NOBODY }).collect();
            let mut closed = BitSet::new(snapshot.node_count());
            closed.insert(snapshot.root().index());
            let mut seeds = seeds;
            seeds[snapshot.root().index()] = NOBODY;
            let found = owners_of(&snapshot, seeds.clone(), &closed);
            assert_eq!(found, slow(&snapshot, &seeds));
        }
    }

    fn slow(snapshot: &Snapshot, seeds: &[u32]) -> Vec<u32> {
        let distance_from = |owner: u32| {
            let mut distance: Vec<usize> =
                seeds.iter().map(|seed| if *seed == owner { 0 } else { usize::MAX }).collect();
            for _ in snapshot.nodes() {
                for from in snapshot.nodes() {
                    let at = distance[from.index()];
                    let passes = from != snapshot.root() && [NOBODY, owner].contains(&seeds[from.index()]);
                    for edge in snapshot.edges(from).filter(|_| passes && at != usize::MAX) {
                        let to = snapshot.target(edge);
                        let is_weak = snapshot.edge_kind(edge) == crate::kind::EdgeKind::Weak;
                        if !is_weak && seeds[to.index()] == NOBODY && to != snapshot.root() {
                            distance[to.index()] = distance[to.index()].min(at + 1);
                        }
                    }
                }
            }
            distance
        };
        let distances: Vec<Vec<usize>> = (0..4).map(distance_from).collect();
        let owner = |node: usize| {
            if seeds[node] != NOBODY {
                return seeds[node];
            }
            let least = distances.iter().map(|distance| distance[node]).min().unwrap();
            let nearest: Vec<usize> = (0..4).filter(|owner| distances[*owner][node] == least).collect();
            match nearest[..] {
                _ if least == usize::MAX => NOBODY,
                [one] => one as u32,
                _ => SEVERAL,
            }
        };
        (0..seeds.len()).map(owner).collect()
    }
}
