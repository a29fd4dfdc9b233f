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
#[allow(dead_code, reason = "the tests beside the code use all of it")]
#[path = "../../src/test_random.rs"]
mod test_random;
