//! What heaphound knows about names: those of V8, of Node.js, and of one snapshot's string table.

mod known_text;

pub use known_text::KnownText;
