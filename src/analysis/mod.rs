//! One question a file. Functions take a [`Heap`] and give plain data with ordinals; `report` turns it into documents.

mod heap;
mod retaining_path;
mod scripts;
mod source_map;

pub use heap::{Heap, Parity};
pub use retaining_path::{PathStep, RetainingPaths, edge_source};
pub use scripts::{Scripts, SourceLocation, is_context};
pub use source_map::{MAX_SOURCE_BYTES, OriginalLocation, ReadFile, SourceMaps};
