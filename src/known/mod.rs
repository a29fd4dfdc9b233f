//! What heaphound knows about names: those of V8 (`engine`), of Node.js (`node`), and of one snapshot's string table
//! (`names`).

pub mod engine;
mod known_text;
pub mod mark;
pub mod names;
pub mod node;

pub use known_text::KnownText;
