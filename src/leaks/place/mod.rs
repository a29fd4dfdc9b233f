//! The place of an object: the path from the roots that holds it, and how many others are like it there.

pub mod bounded;
pub mod census;
pub mod fingerprint;
pub mod grouping;
pub mod holder_tree;
pub mod identity;
pub mod path;
pub mod signature;
pub mod unreached;
pub mod weight;
