//! Where an object is held: on which path from the roots, with how many like it.

pub mod bounded;
pub mod census;
pub mod fingerprint;
pub mod grouping;
pub mod holder_tree;
pub mod identity;
pub mod path;
pub mod reference;
pub mod signature;
pub mod unreached;
pub mod weight;
