//! Opens a snapshot: from a source to the session that answers questions.

mod in_turn;
mod kept;
mod options;
mod pipeline;
mod session;

pub use in_turn::{FileIds, count_in_turn};
pub use options::OpenOptions;
pub use pipeline::{analyse, memory_bytes, read};
pub use session::{Opened, Parsed};
