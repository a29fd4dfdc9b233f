//! An opened snapshot: the data for every question.

use super::classes::Classes;
use super::interfaces::Interfaces;
use crate::control::Control;
use crate::error::Result;
use crate::graph::{Graph, shallow_sizes, with_detachedness};
use crate::snapshot::Snapshot;

/// Where DevTools' behaviour is a limit rather than a meaning, `Ours` differs (`docs/design.md`, "Parity").
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Parity {
    #[default]
    Ours,
    DevTools,
}

/// A snapshot with everything that the open pipeline computes.
pub struct Heap {
    pub snapshot: Snapshot,
    pub graph: Graph,
    pub parity: Parity,
    pub interfaces: Interfaces,
    /// One class for each key, except in [`Parity::DevTools`].
    pub classes: Classes,
}

/// The steps of [`crate::open::analyse`] that change sizes and names, no more: what a comparison asks of an older
/// snapshot.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn sized(snapshot: Snapshot, parity: Parity, control: &Control) -> Result<Snapshot> {
    let snapshot = match parity {
        Parity::Ours => snapshot,
        Parity::DevTools => snapshot.as_devtools_has_it(),
    };
    let mut snapshot = with_detachedness(snapshot, control)?;
    let sizes = snapshot.take_sizes();
    let (mut sizes, before) = shallow_sizes(&snapshot, sizes, None, control)?;
    if parity == Parity::DevTools {
        sizes.wrap_to_32_bits();
    }
    Ok(snapshot.with_shallow_sizes(sizes, before))
}
