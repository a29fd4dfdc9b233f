//! Parses the bytes of a `.heapsnapshot` into flat tables. No files, no graph. `docs/format.md` lists the accepted and
//! the refused inputs.

mod ahead;
mod balanced;
mod blanks;
mod document;
mod edge_rows;
mod foreign;
mod header;
mod integers;
mod kept;
mod key;
mod layout;
mod node_rows;
mod number;
mod outline;
mod parser;
mod profile_rows;
mod redaction;
mod references;
mod scan;
mod section;
mod strings;
mod tables;
mod trace_tree;

pub use ahead::Ahead;
pub use layout::Layout;
pub use parser::Parser;
pub use redaction::{RedactionCounts, Redactor, Survey, is_placeholder};
pub use tables::{EdgeTable, FunctionInfo, Location, LocationTable, NodeTable, Sample, StringTable, Tables, TraceNode};
