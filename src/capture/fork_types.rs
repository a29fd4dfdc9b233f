//! Options and results of a forked capture. They are the same on systems without a fork.

use super::identity::Origin;
use super::stream::Captured;
use crate::archive::{ChunkSender, Seal};
use crate::image::About;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where the child's snapshot goes.
#[derive(Clone)]
pub enum ForkTarget {
    /// Into a file that the child makes.
    File(PathBuf),
    /// To a reader in this process. What it has got cannot be taken back: a child that fails after its first byte is
    /// not replaced.
    Reader(Arc<ChunkSender>),
    /// Nowhere: the child writes its own memory as a frozen image, and V8 does nothing.
    Image(ImageTarget, About),
}

/// Where a frozen image goes.
#[derive(Clone)]
pub enum ImageTarget {
    /// Into a file that the child makes.
    File(PathBuf),
    /// To a reader in this process: no byte of it reaches a disk by the child.
    Reader(Arc<ChunkSender>),
}

impl ForkTarget {
    /// The file that the child makes.
    pub fn path(&self) -> Option<&Path> {
        match self {
            ForkTarget::File(path) | ForkTarget::Image(ImageTarget::File(path), _) => Some(path),
            ForkTarget::Reader(_) | ForkTarget::Image(ImageTarget::Reader(_), _) => None,
        }
    }

    /// The reader in this process.
    pub fn reader(&self) -> Option<&Arc<ChunkSender>> {
        match self {
            ForkTarget::Reader(reader) | ForkTarget::Image(ImageTarget::Reader(reader), _) => Some(reader),
            ForkTarget::File(_) | ForkTarget::Image(ImageTarget::File(_), _) => None,
        }
    }
}

#[derive(Clone, Default)]
pub struct ForkOptions {
    /// Bytes by which the child may grow before it is ended. `None`: as much as the system gives.
    pub allowance: Option<u64>,
    /// Most stored bytes.
    pub max_bytes: Option<u64>,
    /// With a key, contents do not leave the child.
    pub redaction_key: Option<[u8; 32]>,
    /// With it, an image is encrypted before it leaves the child.
    pub seal: Option<Seal>,
    /// The text of the program is in an image.
    pub self_contained: bool,
    /// With it, objects have the ids of the last capture, and all of a snapshot waits in the child until they are
    /// known.
    pub origin: Option<Origin>,
}

/// The outcome of a try to fork.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Forked {
    /// Another thread works. Nothing was done.
    NotQuiet,
    /// The system gives no child. Nothing was done.
    Refused(String),
    /// This is the app; [`ForkCapture::take_watch`] has the child.
    App,
    /// This is the child: V8 has to write to the descriptor, then [`ForkCapture::end_child`] has to be called.
    Child(i32),
}

#[derive(Clone, Copy, Debug)]
pub struct WatchOptions {
    /// For how long the process may give no byte, want no processor and wait for no disk.
    pub stalled: Duration,
}

/// How a forked process ended that did not fail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    Captured(Captured),
    /// It could not go on from the moment at which it was forked. Another moment will do.
    Again {
        why: String,
        /// It stood still or crashed: it may have been forked while something was half done.
        is_stuck: bool,
    },
}
