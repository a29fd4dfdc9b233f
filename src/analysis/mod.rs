//! One question a file. Functions take a [`Heap`] and give plain data with ordinals; `report` turns it into documents.

mod heap;

pub use heap::{Heap, Parity};
