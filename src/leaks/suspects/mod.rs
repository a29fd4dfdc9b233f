//! From groups that grow to suspects: one for each place where objects pile up.

pub mod collect;
pub mod merge;
pub mod name;
pub mod rank;
pub mod single;
pub mod spread;
pub mod suspect;
