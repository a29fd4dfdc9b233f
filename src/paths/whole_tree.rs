//! The shortest paths of a whole heap at once, for questions that look at each node.

use super::labels::Labels;
use super::name::Naming;
use super::tree::{Growth, PathTree};
use super::weight::References;
use crate::analysis::{Heap, Scripts, SourceMaps};
use crate::control::Control;
use crate::error::Result;
use crate::snapshot::Snapshot;

/// The shortest-path tree in its order, with all that names its nodes and references. Compiled code and shapes of
/// objects have no path in it.
pub struct WholeTree {
    pub references: References,
    pub tree: PathTree,
    labels: Labels,
}

impl WholeTree {
    /// # Cost
    /// O(nodes + edges); 12 bytes a node and 17 a string stay, 12 bytes a node more while the tree grows.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, control: &Control) -> Result<Self> {
        let (labels, references) =
            rayon::join(|| Labels::of(snapshot, control), || References::of(snapshot, None, control));
        let (mut labels, references) = (labels?, references?);
        let tree = PathTree::grow(snapshot, &references, &mut labels, Growth::default(), control)?;
        Ok(Self { references, tree, labels })
    }

    /// The names of nodes and references.
    pub fn naming<'a>(&'a self, heap: &'a Heap, scripts: &'a Scripts, maps: Option<&'a SourceMaps>) -> Naming<'a> {
        let (given, marks) = (self.labels.given_names(), &self.references.marks);
        Naming { heap, scripts, maps, given, marks, tree: &self.tree }
    }
}
