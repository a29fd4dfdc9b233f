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
        Some(HeapKey { pid: std::process::id(), started: started("/proc/self")?, thread, node: node.to_owned() })
    }
}

/// When the process with this folder in `/proc` began.
pub(in crate::capture) fn started(folder: &str) -> Option<u64> {
    let stat = crate::archive::read_small(Path::new(&format!("{folder}/stat")), 1 << 16)?;
    let stat = String::from_utf8_lossy(&stat);
    // The name of the program, in brackets, may hold anything.
    let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    fields.get(19)?.parse().ok()
}
