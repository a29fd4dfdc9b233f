//! Options and results of a thaw. They are the same on systems where nothing can be thawed.

use super::stream::Captured;
use crate::archive::Codec;
use crate::image::About;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct ThawOptions {
    /// The snapshot to make.
    pub path: PathBuf,
    pub codec: Codec,
    /// Most stored bytes.
    pub max_bytes: Option<u64>,
    /// With a key, contents are replaced.
    pub redaction_key: Option<[u8; 32]>,
    pub exposes_internals: bool,
    pub exposes_numeric_values: bool,
    /// For how long the process may give no byte and want no processor.
    pub stalled: Duration,
}

/// A snapshot of a frozen process.
#[derive(Clone, PartialEq, Debug)]
pub struct Thawed {
    pub captured: Captured,
    /// The process.
    pub about: About,
}
