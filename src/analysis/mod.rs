//! One question a file. Functions take a [`Heap`] and give plain data with ordinals; `report` turns it into documents.

mod heap;
mod retaining_path;

pub use heap::{Heap, Parity};
pub use retaining_path::{PathStep, RetainingPaths, edge_source};
