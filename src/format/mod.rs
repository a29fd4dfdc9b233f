//! Bytes of a `.heapsnapshot` to flat tables. No files, no graph.

mod tables;

pub use tables::{EdgeTable, FunctionInfo, Location, LocationTable, NodeTable, Sample, StringTable, Tables, TraceNode};
