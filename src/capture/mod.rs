//! Taking a snapshot of this process: V8 writes into a pipe, a thread of ours makes a private compressed file of it.

mod completeness;
mod inline;
mod memory;
mod received;
mod tracking;
mod turn;

pub use completeness::{Completeness, Counts};
pub use inline::{Captured, InlineCapture};
pub use received::{archive, check};
pub use tracking::{start_tracking, stop_tracking};
pub use turn::{Place, Turn};
