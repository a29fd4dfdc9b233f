//! Shallow sizes. An object's size includes the backing stores that only it owns.

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
/// O(nodes + edges) time; a few bits a node and 4 bytes for each such node while it runs.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' `calculateShallowSizes`.
pub fn shallow_sizes(snapshot: &Snapshot, mut sizes: WideColumn, control: &Control) -> Result<(WideColumn, FileSizes)> {
    if user_roots(snapshot).next().is_none() {
        return Ok((sizes, FileSizes::default()));
    }
    let owners = owners(snapshot, control)?;
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

fn owners(snapshot: &Snapshot, control: &Control) -> Result<Owners> {
    let ownable = Ranks::of(ownable_nodes(snapshot));
    let mut owner = vec![NOBODY; ownable.len()];
    let mut stack: Vec<NodeOrdinal> = Vec::new();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        if ownable.rows().contains(node.index()) {
            continue;
        }
        give(snapshot, &ownable, &mut owner, node, node.0, &mut stack);
        // Depth first, so that the stack stays short.
        while let Some(next) = stack.pop() {
            let by = owner[ownable.get(next.index()).expect("only such nodes wait")];
            give(snapshot, &ownable, &mut owner, next, by, &mut stack);
        }
    }
    Ok(Owners { ownable, owner })
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
    use crate::snapshot::drawing::{draw, named};

    #[track_caller]
    fn check_shallow(drawing: &str, expected: &str) {
        let control = Control::new();
        let snapshot = draw(drawing);
        let (sizes, before) = shallow_sizes(&snapshot, snapshot.tables().nodes.size.clone(), &control).unwrap();
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
}
