//! The changes between two snapshots of one process.

mod added_retained;
mod compare;
mod id_order;
mod row;
mod side;

pub use compare::{Diff, DiffOptions, diff};
pub use row::DiffRow;
pub use side::DiffSide;
