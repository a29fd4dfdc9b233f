//! Whose objects a heap has: for each package, or each file, their number and their bytes.
//!
//! An object belongs to where its class or its function stands. An object without such a place (a string, an array, a
//! Map, a plain object) belongs to the nearest owner that holds it. What nobody with a place holds, and what two owners
//! hold equally closely, is the rest: no guess. `docs/design.md` says why.

mod nearest;
mod owner;
mod places;
mod seeds;
#[cfg(test)]
mod test_owners;

use crate::analysis::{Heap, Scripts, SourceMaps, Sum};
use crate::control::Control;
use crate::error::Result;
use crate::graph::{Ephemerons, Holding};
use crate::kind::NodeKind;
use crate::known::engine::SYSTEM;
use crate::leaks::{Limits, OwnCode};
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use nearest::nearest;
pub use owner::{By, Owner, OwnerKind};
use places::{NOBODY, Places, SEVERAL};
use seeds::{closed, seeds};

/// What to sum, and beginnings of files of the tool that measures.
#[derive(Clone, Debug)]
pub struct OwnerOptions {
    pub by: By,
    pub tools: Vec<String>,
}

/// All nodes of a heap, each once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owners {
    /// Owners that have a node, in the order in which they were found.
    pub rows: Vec<(Owner, Sum)>,
    /// Nodes that two owners or more hold equally closely.
    pub several: Sum,
    /// Nodes that no owner holds.
    pub nobody: Sum,
}

/// Sums the nodes of a heap by their owners.
///
/// # Units
/// Bytes are shallow sizes: those of all members together are the sizes of all nodes.
/// # Cost
/// O(nodes + edges) time; 4 bytes and two bits a node.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn owners(
    heap: &Heap,
    scripts: &Scripts,
    maps: Option<&SourceMaps>,
    options: &OwnerOptions,
    control: &Control,
) -> Result<Owners> {
    let snapshot = &heap.snapshot;
    let own = OwnCode { tools: &options.tools, longest_file: Limits::default().own_file_name };
    let mut places = Places::new(scripts, maps, own, options.by);
    let mut owner = seeds(snapshot, &mut places, control)?;
    let closed = closed(snapshot, &owner, control)?;
    let ephemerons = Ephemerons::of(snapshot);
    let holding = Holding::of(snapshot, &ephemerons, control)?;
    nearest(&holding, &mut owner, &closed, control)?;
    let engine = places.number(Owner::engine()) as usize;
    let mut sums = vec![Sum::default(); places.owners.len()];
    let (mut several, mut nobody) = (Sum::default(), Sum::default());
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let sum = match owner[node.index()] {
            NOBODY | SEVERAL if is_engine(snapshot, node) => &mut sums[engine],
            NOBODY => &mut nobody,
            SEVERAL => &mut several,
            owner => &mut sums[owner as usize],
        };
        sum.add(snapshot.shallow_size(node));
    }
    let rows = places.owners.into_iter().zip(sums).filter(|(_, sum)| sum.count > 0).collect();
    Ok(Owners { rows, several, nobody })
}

/// What V8 made for itself: code, descriptions of layouts, tables, built-in functions.
fn is_engine(snapshot: &Snapshot, node: NodeOrdinal) -> bool {
    match snapshot.kind(node) {
        NodeKind::CODE | NodeKind::HIDDEN | NodeKind::OBJECT_SHAPE | NodeKind::SYNTHETIC => true,
        NodeKind::OBJECT => snapshot.name_text(node).starts_with(SYSTEM),
        NodeKind::CLOSURE => snapshot.internal_edge(node, "shared").is_some(),
        _ => false,
    }
}
