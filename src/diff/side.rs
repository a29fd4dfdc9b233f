//! The facts that a diff needs of the older snapshot, so that the rest of it need not stay in memory.

use super::id_order::nodes_by_id;
use crate::analysis::{Class, Classes, IdSample, Interfaces, Parity, sized};
use crate::control::Control;
use crate::error::Result;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use crate::wide_column::WideColumn;

/// The older snapshot, as seen by a diff.
///
/// # Shapes
/// One row a node that has a size, by ascending id; 12 bytes each.
pub struct DiffSide {
    pub(super) id: WideColumn,
    /// Position in `classes`.
    pub(super) class: Vec<u32>,
    /// Bytes.
    pub(super) size: WideColumn,
    pub(super) classes: Vec<Class>,
    /// Name of each class as the older snapshot's own interfaces have it; empty unless parity is strict.
    pub(super) own_names: Vec<TextBuf>,
    /// Tells whether ids mean the same objects in both snapshots.
    pub(super) sample: IdSample,
    pub(super) node_count: usize,
}

impl DiffSide {
    /// `interfaces` are those of the newer snapshot: plain objects of both are sorted into the same classes.
    ///
    /// # Cost
    /// O(nodes); 20 bytes a node while it runs.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &Snapshot, interfaces: &Interfaces, parity: Parity, control: &Control) -> Result<Self> {
        let classes = Classes::of(snapshot, interfaces, control)?;
        let classes = match parity {
            Parity::Ours => classes.merged(),
            Parity::DevTools => classes,
        };
        let nodes = counted_by_id(snapshot, &classes, parity, control)?;
        let own_names = match parity {
            Parity::Ours => Vec::new(),
            Parity::DevTools => own_names(snapshot, &classes, &nodes, control)?,
        };
        Ok(Self {
            id: nodes.iter().map(|node| snapshot.id(*node)).collect(),
            class: nodes.iter().map(|node| classes.class_of(*node).0).collect(),
            size: nodes.iter().map(|node| snapshot.shallow_size(*node)).collect(),
            sample: IdSample::of(snapshot, control)?,
            node_count: snapshot.node_count(),
            classes: classes.rows,
            own_names,
        })
    }

    /// The same from a snapshot as the parser gives it: the few steps of an open that a diff needs of its older side.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of_parsed(snapshot: Snapshot, interfaces: &Interfaces, parity: Parity, control: &Control) -> Result<Self> {
        Self::of(&sized(snapshot, parity, control)?, interfaces, parity, control)
    }

    /// Nodes of the snapshot, those without a size included.
    pub fn node_count(&self) -> usize {
        self.node_count
    }
}

/// Nodes that take part in a diff, by ascending id: those with a size, of classes that are shown.
pub(super) fn counted_by_id(
    snapshot: &Snapshot,
    classes: &Classes,
    parity: Parity,
    control: &Control,
) -> Result<Vec<NodeOrdinal>> {
    let has_size = |node| snapshot.shallow_size(node) != 0;
    match parity {
        Parity::Ours => nodes_by_id(snapshot, has_size, control),
        Parity::DevTools => {
            let shown = classes.shown(has_size);
            let counts = |node| has_size(node) && shown.contains(classes.class_of(node).index());
            nodes_by_id(snapshot, counts, control)
        }
    }
}

/// DevTools reads the name of a row that only the older snapshot has from its last instance, after giving that snapshot
/// its own interfaces back.
fn own_names(snapshot: &Snapshot, classes: &Classes, nodes: &[NodeOrdinal], control: &Control) -> Result<Vec<TextBuf>> {
    let (_, own) = Classes::infer(snapshot, control)?;
    let mut names: Vec<TextBuf> = classes.rows.iter().map(|class| class.name.clone()).collect();
    let mut is_known = vec![false; names.len()];
    for (turn, node) in nodes.iter().rev().enumerate() {
        control.check_at(turn)?;
        let class = classes.class_of(*node).index();
        if !std::mem::replace(&mut is_known[class], true) {
            names[class] = own.row(own.class_of(*node)).name.clone();
        }
    }
    Ok(names)
}
