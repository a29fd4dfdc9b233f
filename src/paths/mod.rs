//! The shortest path from the roots to each node, by weights that prefer references that a person understands. Also the
//! one name for each node and reference on it.

pub mod given_names;
pub mod labels;
pub mod name;
mod one_path;
pub mod path;
pub mod reference;
pub mod survivors;
pub mod tree;
pub mod weak_map;
pub mod weak_pairs;
pub mod weight;
pub mod whole_tree;

pub use path::Paths;
