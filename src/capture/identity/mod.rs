//! Which object of this snapshot is which object of the one before, decided by what both hold. `docs/design.md` has the
//! method.

mod addresses;
mod content;
mod crowds;
mod decide;
mod evacuation;
mod heap_key;
mod matching;
mod moved;
mod numbering;
mod own_memory;
mod rewrite;
mod rows;
mod split_document;
mod table;
#[cfg(test)]
pub(super) mod test_heap;
mod texts;

pub use decide::{Numbered, Origin};
pub use heap_key::HeapKey;
pub use numbering::Numbering;
pub use table::Table;
