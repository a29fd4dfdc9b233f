//! Which object of this snapshot is the same as an object of the one before? Their contents decide. `docs/design.md`
//! has the method.

mod addresses;
mod content;
mod crowds;
mod decide;
mod evacuation;
mod heap_key;
mod matching;
mod moved;
mod numbering;
mod process_memory;
mod rewrite;
mod rows;
mod split_document;
mod table;
#[cfg(test)]
pub(super) mod test_heap;
mod texts;

pub use decide::{Numbered, Origin};
pub use heap_key::HeapKey;
pub(super) use heap_key::started;
pub use numbering::Numbering;
pub use table::Table;
