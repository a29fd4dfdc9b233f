//! The frozen image of a process: its memory, page by page, and what is needed to go on from it.
//!
//! `docs/frozen-image.md` describes the format. The writer allocates nothing once it was made, because it runs in the
//! process whose memory it writes. The reader believes nothing.

mod frame;
mod header;
mod reader;
mod record;
#[cfg(test)]
mod test_image;
mod writer;

pub use frame::is_image;
pub use header::{About, Header, Lineage, MappedFile, Patch, PatchKind};
pub use reader::{ImageReader, Part};
pub use record::{ADDRESSES, MAX_DESCRIPTORS, MAX_PAGES, Mapping, MappingKind, PAGE, Registers, Thread};
pub use writer::{ImageWriter, Totals};
