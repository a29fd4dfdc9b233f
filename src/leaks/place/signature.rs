//! Which objects are the same in heaps whose ids say nothing: those that alone hang on their way, in every heap.

use super::holder_tree::{Hanging, is_backing};
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::{EdgeKind, NodeKind};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;

/// The way of every node: classes and references from the roots down to it, names of properties included, positions
/// left out. The links of a list are all on the way of its first.
///
/// # Shapes
/// One hash a node; 0 for backing stores and for what no path reaches.
pub struct Ways {
    way: Vec<u64>,
}

impl Ways {
    /// # Cost
    /// O(nodes); 8 bytes a node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(hanging: &Hanging<'_>, control: &Control) -> Result<Self> {
        let snapshot = hanging.snapshot;
        let mut way = vec![0; snapshot.node_count()];
        for (turn, node) in hanging.forest.order().enumerate() {
            control.check_at(turn)?;
            if is_backing(snapshot, node) {
                continue;
            }
            way[node.index()] = match (hanging.repeats(node), hanging.owner(node)) {
                (Some(link), _) => way[link.index()],
                (None, None) => 1,
                (None, Some(owner)) => {
                    let step = mix(mix(way[owner.index()], hanging.step(node)), hanging.label(node));
                    module_name(snapshot, node).map_or(step, |file| mix(step, file))
                }
            };
        }
        Ok(Self { way })
    }

    pub fn way(&self, node: NodeOrdinal) -> u64 {
        self.way[node.index()]
    }

    /// For each heap the nodes that are alone on their way there and in all others. Native objects are never taken for
    /// the same: with ids they are not either, and their number is what tells.
    ///
    /// # Cost
    /// O(nodes log nodes); 16 bytes for each node of all heaps while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn same_in_all(heaps: &[(&Hanging<'_>, &Ways)], control: &Control) -> Result<Vec<BitSet>> {
        let mut alone = Vec::with_capacity(heaps.len());
        for (hanging, ways) in heaps {
            control.check()?;
            alone.push(ways.alone(hanging));
        }
        let Some((first, others)) = alone.split_first() else { return Ok(Vec::new()) };
        let has = |heap: &[(u64, u32)], way| heap.binary_search_by_key(&way, |(known, _)| *known).is_ok();
        let common: Vec<u64> =
            first.iter().map(|(way, _)| *way).filter(|way| others.iter().all(|heap| has(heap, *way))).collect();
        let marked = heaps.iter().zip(&alone).map(|((hanging, _), alone)| {
            let mut nodes = BitSet::new(hanging.snapshot.node_count());
            let mut wanted = common.iter().peekable();
            for (way, node) in alone {
                while wanted.next_if(|common| **common < *way).is_some() {}
                if wanted.peek() == Some(&way) {
                    nodes.insert(NodeOrdinal(*node).index());
                }
            }
            nodes
        });
        Ok(marked.collect())
    }

    /// Nodes that are alone on their way, by way. None of a list: which one stands first may change.
    fn alone(&self, hanging: &Hanging<'_>) -> Vec<(u64, u32)> {
        let counts = |node: &NodeOrdinal| {
            self.way(*node) != 0 && hanging.snapshot.kind(*node) != NodeKind::NATIVE && !hanging.is_in_list(*node)
        };
        let mut all: Vec<(u64, u32)> =
            hanging.snapshot.nodes().filter(counts).map(|node| (self.way(node), node.0)).collect();
        all.sort_unstable();
        let mut alone: Vec<(u64, u32)> = Vec::with_capacity(all.len());
        alone.extend(all.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1).map(|same| same[0]));
        alone
    }
}

/// CommonJS modules hang side by side in lists: their files tell them apart.
fn module_name(snapshot: &Snapshot, node: NodeOrdinal) -> Option<u64> {
    if snapshot.kind(node) != NodeKind::OBJECT || !snapshot.name_text(node).is("Module") {
        return None;
    }
    let (_, file) = snapshot.named_edge(node, EdgeKind::Property, "filename")?;
    (snapshot.kind(file) == NodeKind::STRING).then(|| hash_text(snapshot.name_text(file)))
}
