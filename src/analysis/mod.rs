//! One question a file. Functions take a [`Heap`] and give plain data with ordinals; `report` turns it into documents.

mod class_builder;
mod classes;
mod edge_name;
mod heap;
mod interface_match;
mod interfaces;
mod known_text;
mod names;
mod property_text;
mod quick_hash;
mod retaining_path;
mod scripts;
mod shapes;
mod source_map;

pub use classes::{Class, ClassOrdinal, Classes};
pub use edge_name::{EdgeName, edge_name};
pub use heap::{Heap, Parity};
pub use interfaces::{Interface, Interfaces};
pub use known_text::KnownText;
pub use names::{ROPE_UNITS, display_name};
pub use property_text::property_text;
pub use quick_hash::QuickHash;
pub use retaining_path::{PathStep, RetainingPaths, edge_source};
pub use scripts::{Scripts, SourceLocation, is_context};
pub use source_map::{MAX_SOURCE_BYTES, OriginalLocation, ReadFile, SourceMaps};
