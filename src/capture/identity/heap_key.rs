//! The key of a heap: a thread of a process.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// Which heap a snapshot is of.
///
/// # Units
/// `started`: clock ticks from the start of the machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeapKey {
    pub pid: u32,
    pub started: u64,
    /// Number of the worker; 0 is the main thread.
    pub thread: u64,
    /// Version of Node.
    pub node: String,
}

impl HeapKey {
    /// The key of a thread of this process. Ask before a fork: in the forked child the answer would be the child.
    pub fn of_this(thread: u64, node: &str) -> Option<Self> {
        let stat = crate::archive::read_small(Path::new("/proc/self/stat"), 1 << 16)?;
        let stat = String::from_utf8_lossy(&stat);
        // The name of the program, in brackets, may hold anything.
        let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
        let started = fields.get(19)?.parse().ok()?;
        Some(HeapKey { pid: std::process::id(), started, thread, node: node.to_owned() })
    }
}
