//! Taking a snapshot of this process: V8 writes into a pipe, a thread of ours makes a private compressed file of it.

mod addresses;
mod completeness;
mod identity;
mod inline;
mod memory;
mod numbering;
mod own_memory;
mod received;
mod table;
mod tracking;
mod turn;

pub use completeness::{Completeness, Counts};
pub use inline::{Captured, InlineCapture};
pub use numbering::{Numbered, Numbering, Origin};
pub use received::{archive, check};
pub use table::{Process, Table};
pub use tracking::{start_tracking, stop_tracking};
pub use turn::{Place, Turn};
