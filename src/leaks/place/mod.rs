//! Where an object is held: on which path from the roots, with how many like it.

pub mod bounded;
pub mod census;
pub mod count;
pub mod fingerprint;
pub mod holder_tree;
pub mod identity;
pub mod path;
pub mod reference;
pub mod signature;
pub mod unreached;
