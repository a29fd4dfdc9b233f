//! Growth between the snapshots: groups and objects that grew in every interval, and whether they stay.

pub mod change;
pub mod classes;
pub mod follow;
pub mod growing;
pub mod kept;
pub mod operations;
pub mod passing;
pub mod rules;
pub mod sample;
pub mod steps;
pub mod survival;
pub mod why;
