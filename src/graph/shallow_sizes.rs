//! Shallow sizes. An object's size includes the backing stores that only it owns.

use super::retainers::Retainers;
use super::roots::user_roots;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::engine::EXTERNAL_STRING_DATA;
use crate::ordinal::NodeOrdinal;
use crate::ranks::Ranks;
use crate::snapshot::{FileSizes, Snapshot, unpack_edge};
use crate::wide_column::WideColumn;

const NOBODY: u32 = u32::MAX;
const MANY: u32 = u32::MAX - 1;

/// The ownable nodes, and by their numbers the owner of each, or [`NOBODY`] or [`MANY`].
struct Owners {
    ownable: Ranks,
    owner: Vec<u32>,
}

impl Owners {
    /// Each node that is charged to another one, and that one.
    fn charged(&self, snapshot: &Snapshot) -> impl Iterator<Item = (usize, NodeOrdinal)> {
        let is_owner = |owner: NodeOrdinal| owner != snapshot.root() && snapshot.kind(owner) != NodeKind::SYNTHETIC;
        self.ownable
            .rows()
            .iter()
            .zip(&self.owner)
            .filter(|(_, owner)| **owner != NOBODY && **owner != MANY)
            .map(|(node, owner)| (node, NodeOrdinal(*owner)))
            .filter(move |(_, owner)| is_owner(*owner))
    }
}

/// Charges the sizes of arrays, hidden nodes and external string data to the one node that reaches them through nothing
/// but such nodes. So an array has its elements and a Map its table. A snapshot without user roots (`exposeInternals`)
/// keeps its sizes.
///
/// # Units
/// Bytes. `sizes` are those of the file and are changed in place; the second result has those that were replaced.
/// # Cost
/// O(nodes + edges) time, with the retainers only of the edges into such nodes; a few bits a node and 4 bytes for each
/// such node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `calculateShallowSizes`.
pub fn shallow_sizes(
    snapshot: &Snapshot,
    mut sizes: WideColumn,
    retainers: Option<&Retainers>,
    control: &Control,
) -> Result<(WideColumn, FileSizes)> {
    if user_roots(snapshot).next().is_none() {
        return Ok((sizes, FileSizes::default()));
    }
    let owners = owners(snapshot, retainers, control)?;
    let mut changed = BitSet::new(snapshot.node_count());
    for (node, owner) in owners.charged(snapshot) {
        changed.insert(node);
        changed.insert(owner.index());
    }
    let before = FileSizes::of(Ranks::of(changed), &sizes);
    for (node, owner) in owners.charged(snapshot) {
        let size = sizes.get(node);
        if size != 0 {
            sizes.set(owner.index(), sizes.get(owner.index()).saturating_add(size));
            sizes.set(node, 0);
        }
    }
    Ok((sizes, before))
}

fn owners(snapshot: &Snapshot, retainers: Option<&Retainers>, control: &Control) -> Result<Owners> {
    let ownable = Ranks::of(ownable_nodes(snapshot));
    let mut givers = BitSet::new(snapshot.node_count());
    let mut owner = match retainers {
        Some(retainers) => nearest_owners(retainers, &ownable, &mut givers, control)?,
        None => {
            snapshot.nodes().for_each(|node| givers.insert(node.index()));
            vec![NOBODY; ownable.len()]
        }
    };
    let mut stack: Vec<NodeOrdinal> = Vec::new();
    for (turn, node) in givers.iter().enumerate() {
        control.check_at(turn)?;
        let from = NodeOrdinal::from_index(node);
        let by = ownable.get(node).map_or(from.0, |rank| owner[rank]);
        if by == NOBODY {
            continue;
        }
        give(snapshot, &ownable, &mut owner, from, by, &mut stack);
        // Depth first, so that the stack stays short.
        while let Some(next) = stack.pop() {
            let by = owner[ownable.get(next.index()).expect("only such nodes wait")];
            give(snapshot, &ownable, &mut owner, next, by, &mut stack);
        }
    }
    Ok(Owners { ownable, owner })
}

/// The owner of each ownable node as far as its retainers tell. Nodes whose edges have to be read for the rest are put
/// into `givers`: ownable ones, and those with an edge that does not hold its target, as it may be weak.
fn nearest_owners(retainers: &Retainers, ownable: &Ranks, givers: &mut BitSet, control: &Control) -> Result<Vec<u32>> {
    let mut owners = Vec::with_capacity(ownable.len());
    for (turn, node) in ownable.rows().iter().enumerate() {
        control.check_at(turn)?;
        let mut owner = NOBODY;
        for (source, holds) in retainers.sources(NodeOrdinal::from_index(node)) {
            if !holds || ownable.rows().contains(source.index()) {
                givers.insert(source.index());
            } else if owner == NOBODY {
                owner = source.0;
            } else if owner != source.0 {
                // No other source can change it.
                owner = MANY;
                break;
            }
        }
        owners.push(owner);
    }
    Ok(owners)
}

/// Makes `by` an owner of the ownable nodes that `from` holds; those whose answer changes go on the stack. A node's
/// answer changes twice at most: nobody, one, many.
#[inline(always)]
fn give(
    snapshot: &Snapshot,
    ownable: &Ranks,
    owner: &mut [u32],
    from: NodeOrdinal,
    by: u32,
    stack: &mut Vec<NodeOrdinal>,
) {
    for packed in snapshot.packed_edges(from) {
        let (kind, target) = unpack_edge(*packed);
        if kind == EdgeKind::Weak {
            continue;
        }
        let Some(rank) = ownable.get(target.index()) else { continue };
        let known = &mut owner[rank];
        if *known == NOBODY {
            *known = by;
        } else if *known != by && *known != MANY {
            *known = MANY;
        } else {
            continue;
        }
        stack.push(target);
    }
}

fn ownable_nodes(snapshot: &Snapshot) -> BitSet {
    let external_string = snapshot.strings_equal_to(EXTERNAL_STRING_DATA);
    let mut ownable = BitSet::new(snapshot.node_count());
    for node in snapshot.nodes() {
        let counts = match snapshot.kind(node) {
            NodeKind::HIDDEN | NodeKind::ARRAY => true,
            NodeKind::NATIVE => external_string.contains(&snapshot.name(node)),
            _ => false,
        };
        if counts {
            ownable.insert(node.index());
        }
    }
    ownable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Ephemerons, Holding};
    use crate::snapshot::drawing::{draw, named};
    use crate::test_random::Random;

    fn retainers_of(snapshot: &Snapshot) -> Retainers {
        let (ephemerons, control) = (Ephemerons::of(snapshot), Control::new());
        Retainers::of(&Holding::of(snapshot, &ephemerons, &control).unwrap(), &control).unwrap()
    }

    #[track_caller]
    fn check_shallow(drawing: &str, expected: &str) {
        let control = Control::new();
        let snapshot = draw(drawing);
        let sizes = snapshot.tables().nodes.size.clone();
        let (sizes, before) = shallow_sizes(&snapshot, sizes, Some(&retainers_of(&snapshot)), &control).unwrap();
        for word in expected.split_whitespace() {
            let (name, size) = word.split_once('=').unwrap();
            assert_eq!(sizes.get(named(&snapshot, name).index()), size.parse::<u64>().unwrap(), "{name} in {drawing}");
        }
        let sized = snapshot.clone().with_shallow_sizes(sizes, before);
        for node in snapshot.nodes() {
            assert_eq!(sized.file_size(node), snapshot.shallow_size(node), "node {} of {drawing} in the file", node.0);
        }
    }

    #[test]
    fn an_only_owner_answers_for_its_stores() {
        check_shallow("root > a | a:8 > #s:100/array", "a=108 s=0");
        check_shallow("root > a | a:8 > #s:100/array | s > ?t:7/hidden", "a=115 s=0 t=0");
        check_shallow("root > a b | a:8 > #s:100/array | b:1 > #s", "a=8 s=100");
        check_shallow("root > a b | a:8 > #s:100/array | s > t:3/array | b:1 > t", "a=108 s=0 t=3");
        check_shallow("root > a b | a:8 > #s:100/array | b:1 > ~s", "a=108 s=0");
    }

    #[test]
    fn many_owners_upstream_spoil_everything_below() {
        check_shallow(
            "root > a b c | a > #s:1/array | b > #s | s > #t:2/array | c:9 > #u:4/array | t > #u",
            "s=1 t=2 u=4 c=9",
        );
    }

    #[test]
    fn the_root_and_synthetic_nodes_own_without_gain() {
        check_shallow("root > g/synthetic a | g > s:5/array", "s=5 g=0");
        check_shallow("root > s:5/array a", "s=5 root=0");
    }

    #[test]
    fn without_user_roots_sizes_stay() {
        check_shallow("root > g/synthetic | g > a | a:8 > #s:100/array", "a=8 s=100");
    }

    /// The definition: the nodes that reach it through ownable nodes alone, over edges that are not weak.
    fn slow_owner(snapshot: &Snapshot, ownable: &Ranks, node: usize) -> u32 {
        let mut reached = BitSet::new(snapshot.node_count());
        let mut owners = BitSet::new(snapshot.node_count());
        let mut stack = vec![node];
        while let Some(target) = stack.pop() {
            for source in snapshot.nodes() {
                let mut packed = snapshot.packed_edges(source).iter().map(|packed| unpack_edge(*packed));
                if !packed.any(|(kind, to)| kind != EdgeKind::Weak && to.index() == target) {
                    continue;
                }
                if ownable.get(source.index()).is_none() {
                    owners.insert(source.index());
                } else if reached.insert_new(source.index()) {
                    stack.push(source.index());
                }
            }
        }
        match owners.count() {
            0 => NOBODY,
            1 => owners.iter().next().expect("there is one") as u32,
            _ => MANY,
        }
    }

    #[test]
    fn owners_agree_with_the_definition_on_random_heaps() {
        let mut random = Random::new(0x0b0e_5e5e);
        for round in 0..300 {
            let count = 3 + random.below(12);
            let mut drawing = String::from("n0");
            for node in 1..count {
                let kind = ["object", "array", "array", "hidden"][random.below(4) as usize];
                drawing.push_str(&format!("| n{node}/{kind}"));
            }
            for _ in 0..count * 2 {
                let mark = ["", "#", "?", "~", "!"][random.below(5) as usize];
                drawing.push_str(&format!("| n{} > {mark}n{}", random.below(count), random.below(count)));
            }
            let snapshot = draw(&drawing);
            for retainers in [Some(retainers_of(&snapshot)), None] {
                let Owners { ownable, owner } = owners(&snapshot, retainers.as_ref(), &Control::new()).unwrap();
                let slow: Vec<u32> = ownable.rows().iter().map(|node| slow_owner(&snapshot, &ownable, node)).collect();
                assert_eq!(owner, slow, "round {round} in {drawing}");
            }
        }
    }
}
