//! From groups that grow to suspects: one for each place where objects accumulate.

pub mod alike;
pub mod collect;
pub mod idle;
pub mod merge;
pub mod name;
pub mod rank;
pub mod rules;
pub mod single;
pub mod spread;
pub mod suspect;
