//! The shortest path from the roots to each node, by weights that prefer what a person understands.

pub mod given_names;
pub mod labels;
pub mod survivors;
pub mod tree;
pub mod weak_pairs;
pub mod weight;
