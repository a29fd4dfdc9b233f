//! Options and results of a freeze from outside. They are the same on systems where no process can be frozen.

use crate::archive::{Seal, Written};
use crate::image::About;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone)]
pub struct OutsideOptions {
    /// The image to make.
    pub path: PathBuf,
    /// Most stored bytes.
    pub max_bytes: Option<u64>,
    /// With it, the image is encrypted before it leaves this process.
    pub seal: Option<Seal>,
    /// The text of the program is in it.
    pub self_contained: bool,
    /// For how long a moment is waited for at which the main thread waits for events.
    pub rest: Duration,
    /// ISO 8601, in UTC.
    pub started_at: String,
}

/// An image of another process.
#[derive(Clone, PartialEq, Debug)]
pub struct FrozenOutside {
    pub written: Written,
    pub about: About,
    /// Threads of the process.
    pub threads: usize,
    /// No thread of it was computing at that moment.
    pub is_quiet: bool,
    /// The longest time for which its main thread stood still.
    pub pause: Duration,
    /// Of it, the copy itself.
    pub fork: Duration,
}
