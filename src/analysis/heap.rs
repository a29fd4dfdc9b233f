//! An opened snapshot: what every question is asked of.

use super::classes::Classes;
use super::interfaces::Interfaces;
use crate::graph::Graph;
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
