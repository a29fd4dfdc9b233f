//! The first record: what the image is of, in JSON. A reader skips members that it does not know.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What JavaScript knows of the process.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// ISO 8601, in UTC.
    pub started_at: String,
    pub runtime: String,
    pub node: String,
    pub v8: String,
    pub pid: u32,
    /// The thread whose heap it is, as Node.js numbers them.
    pub thread_id: u64,
    /// The program, the names of its options and the script. Values may be secrets, and are not here.
    pub argv: Vec<String>,
    /// Figures in bytes, as `process.memoryUsage()` names them, and those of the control groups.
    pub memory: serde_json::Value,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    #[serde(flatten)]
    pub about: About,
    /// `fork`: a forked child wrote its own memory. `ptrace`: another process copied it, and all its threads are here.
    pub way: String,
    /// No other thread worked at that moment.
    pub is_quiet: bool,
    /// Release of the kernel.
    pub kernel: String,
    pub page_size: u64,
    /// Features of the processor that code of the image may use, as `/proc/cpuinfo` names them.
    pub processor: Vec<String>,
    pub files: Vec<MappedFile>,
    /// Addresses of the functions that take a snapshot, by their names in C++.
    pub functions: BTreeMap<String, u64>,
    pub patches: Vec<Patch>,
    /// The program, when its text is not in the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Lineage>,
}

/// What ids need to go on from snapshot to snapshot of one heap.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
    /// As the process sees itself: the last of its numbers, when it is in a PID namespace.
    pub pid: u32,
    /// When it began, in clock ticks from the start of the machine.
    pub started: u64,
    /// Mixed into the hashes of texts by captures of this process. None where it has never taken one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<u64>,
}

/// A program or library in the memory.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct MappedFile {
    pub path: String,
    pub address: u64,
    /// In lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
}

/// A function that must do something else in a thawed process.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    pub address: u64,
    pub kind: PatchKind,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub enum PatchKind {
    /// It gives -1: the heap of the C library cannot grow where it ended.
    Fail,
    /// A function of the vdso, whose data page is not there: it makes the system call of its name.
    ClockGettime,
    ClockGetres,
    Gettimeofday,
    Time,
    Getcpu,
    Getrandom,
}

impl Header {
    /// Of nothing, until one was read.
    pub(crate) fn empty() -> Self {
        let about = About {
            started_at: String::new(),
            runtime: String::new(),
            node: String::new(),
            v8: String::new(),
            pid: 0,
            thread_id: 0,
            argv: Vec::new(),
            memory: serde_json::Value::Null,
        };
        Header {
            about,
            way: String::new(),
            is_quiet: false,
            kernel: String::new(),
            page_size: 0,
            processor: Vec::new(),
            files: Vec::new(),
            functions: BTreeMap::new(),
            patches: Vec::new(),
            program: None,
            lineage: None,
        }
    }
}
