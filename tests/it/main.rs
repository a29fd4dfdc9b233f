//! Integration tests of the core, one binary.

mod corpus;
mod cycles;
mod golden;
mod golden_files;
mod golden_rows;
mod layers;
mod locations;
mod names;
mod questions;
mod sources;
