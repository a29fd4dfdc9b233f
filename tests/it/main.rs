//! Integration tests of the core, one binary.

mod corpus;
mod golden_rows;
