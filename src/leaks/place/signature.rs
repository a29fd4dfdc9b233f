//! Path signatures: which objects are the same in heaps whose ids are not comparable.

use super::holder_tree::HolderTree;
use crate::bit_set::BitSet;
use crate::control::Control;
use crate::error::Result;
use crate::hash::{hash_text, mix};
use crate::kind::NodeKind;
use crate::known::names::module_file;
use crate::ordinal::NodeOrdinal;
use rayon::prelude::*;

/// A hash of the classes and references from the roots down to a node: names of properties are in it, positions are
/// not. All links of a list have the signature of its first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature(pub u64);

impl Signature {
    /// The signature of backing stores and of nodes that no path reaches.
    const NONE: Self = Self(0);
    const ROOT: Self = Self(1);
}

/// The signature of every node.
///
/// # Shapes
/// One hash a node; [`Signature::NONE`] for backing stores and for nodes that no path reaches.
pub struct Signatures {
    signature: Vec<Signature>,
}

impl Signatures {
    /// # Cost
    /// O(nodes); 8 bytes a node.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(tree: &HolderTree<'_>, control: &Control) -> Result<Self> {
        let snapshot = tree.snapshot;
        let mut signature = vec![Signature::NONE; snapshot.node_count()];
        for (turn, node) in tree.forest.order().enumerate() {
            control.check_at(turn)?;
            if tree.is_backing(node) {
                continue;
            }
            signature[node.index()] = match (tree.repeats(node), tree.owner(node)) {
                (Some(link), _) => signature[link.index()],
                (None, None) => Signature::ROOT,
                (None, Some(owner)) => {
                    // CommonJS modules lie side by side in lists: only the file tells one from another.
                    let step = mix(mix(signature[owner.index()].0, tree.step(node)), tree.label(node).0);
                    let named = |file| mix(step, hash_text(snapshot.name_text(file)));
                    Signature(module_file(snapshot, node).map_or(step, named))
                }
            };
        }
        Ok(Self { signature })
    }

    pub fn signature(&self, node: NodeOrdinal) -> Signature {
        self.signature[node.index()]
    }

    /// For each heap the nodes whose signature is unique there and in all other heaps. Native objects are left out, as
    /// they are where ids are comparable: V8 numbers them anew in each snapshot.
    ///
    /// # Cost
    /// O(nodes log nodes); 16 bytes for each node of all heaps while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn unique_in_all(heaps: &[(&HolderTree<'_>, &Self)], control: &Control) -> Result<Vec<BitSet>> {
        let unique = heaps.par_iter().map(|(tree, signatures)| {
            control.check()?;
            Ok(signatures.unique(tree))
        });
        let unique = unique.collect::<Result<Vec<_>>>()?;
        let Some((first, others)) = unique.split_first() else { return Ok(Vec::new()) };
        let mut common: Vec<Signature> = first.iter().map(|(signature, _)| *signature).collect();
        for other in others {
            let mut rest = other.iter().map(|(signature, _)| *signature).peekable();
            common.retain(|signature| {
                while rest.next_if(|other| other < signature).is_some() {}
                rest.peek() == Some(signature)
            });
        }
        let marked = heaps.iter().zip(&unique).map(|((tree, _), unique)| {
            let mut nodes = BitSet::new(tree.snapshot.node_count());
            let mut wanted = common.iter().peekable();
            for (signature, node) in unique {
                while wanted.next_if(|common| **common < *signature).is_some() {}
                if wanted.peek() == Some(&signature) {
                    nodes.insert(node.index());
                }
            }
            nodes
        });
        Ok(marked.collect())
    }

    /// Nodes with a unique signature, in the order of these. Links of lists are left out: another link may come first
    /// in the next heap.
    fn unique(&self, tree: &HolderTree<'_>) -> Vec<(Signature, NodeOrdinal)> {
        let is_candidate = |node: &NodeOrdinal| {
            self.signature(*node) != Signature::NONE
                && tree.snapshot.kind(*node) != NodeKind::NATIVE
                && !tree.is_in_list(*node)
        };
        let candidates = tree.snapshot.nodes().filter(is_candidate);
        let mut all: Vec<(Signature, NodeOrdinal)> = candidates.map(|node| (self.signature(node), node)).collect();
        all.sort_unstable();
        let mut unique: Vec<(Signature, NodeOrdinal)> = Vec::with_capacity(all.len());
        unique.extend(all.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1).map(|same| same[0]));
        unique
    }
}
