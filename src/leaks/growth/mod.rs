//! What grew between the snapshots, and what of it lasts.

pub mod follow;
pub mod growing;
pub mod operations;
pub mod sample;
pub mod survival;
pub mod why;
