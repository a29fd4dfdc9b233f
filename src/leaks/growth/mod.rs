//! What grew between the snapshots, and what of it lasts.

pub mod change;
pub mod classes;
pub mod follow;
pub mod growing;
pub mod operations;
pub mod rules;
pub mod sample;
pub mod steps;
pub mod survival;
pub mod why;
