//! Options and results of a thaw. They are the same on systems where nothing can be thawed.

use super::stream::{Captured, Route};
use crate::error::Result;
use crate::image::About;
use std::path::PathBuf;
use std::time::Duration;

/// Makes the way that the snapshot takes, before a process is started for nothing.
pub type MakeRoute = Box<dyn FnOnce() -> Result<Route> + Send>;

#[derive(Clone, Debug)]
pub struct ThawOptions {
    /// With a key, contents are replaced.
    pub redaction_key: Option<[u8; 32]>,
    pub exposes_internals: bool,
    pub exposes_numeric_values: bool,
    /// With it, objects have the ids of an earlier snapshot of the process, and a table stands beside the file.
    pub ids: Option<ThawIds>,
    /// For how long the process may give no byte and want no processor.
    pub stalled: Duration,
    pub core: CoreOptions,
}

/// What only a core dump needs.
#[derive(Clone, Default, Debug)]
pub struct CoreOptions {
    /// A folder with the programs and libraries of the process.
    pub files: Option<PathBuf>,
    /// Where a packed one is unpacked, in a file without a name.
    pub folder: Option<PathBuf>,
    /// The number of the thread whose heap is wanted. The one that died by default.
    pub thread: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct ThawIds {
    /// The table beside the earlier snapshot.
    pub previous: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct AnswerOptions {
    /// JavaScript. Its value is a text.
    pub text: String,
    pub core: CoreOptions,
    /// For how long the process may give no byte and want no processor.
    pub stalled: Duration,
}

/// What a text gave in a frozen process.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    pub text: String,
    /// The process.
    pub about: About,
}

/// A snapshot of a frozen process.
#[derive(Clone, PartialEq, Debug)]
pub struct Thawed {
    pub captured: Captured,
    /// The process.
    pub about: About,
    /// Of a core dump: how the process died, and the number of the thread whose heap it is.
    pub death: Option<String>,
    pub thread: Option<u64>,
}
