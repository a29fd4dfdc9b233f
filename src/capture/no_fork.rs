//! Where a process cannot be copied safely: another system than Linux, another C library than glibc, another processor.

use super::numbering::Origin;
use super::route::Captured;
use crate::archive::{ChunkSender, Codec};
use crate::control::Control;
use crate::error::{Error, Result};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub enum ForkTarget {
    File(PathBuf),
    Reader(Arc<ChunkSender>),
}

#[derive(Clone, Default)]
pub struct ForkOptions {
    pub allowance: Option<u64>,
    pub max_bytes: Option<u64>,
    pub redaction_key: Option<[u8; 32]>,
    pub origin: Option<Origin>,
}

#[derive(Clone, Copy, Debug)]
pub struct WatchOptions {
    pub stalled: Duration,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Forked {
    NotQuiet,
    Refused(String),
    App,
    Copy(i32),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    Captured(Captured),
    Again { why: String },
}

/// There is none.
pub enum ForkCapture {}

/// There is none.
pub enum Watch {}

impl ForkCapture {
    pub fn this_thread() -> i32 {
        0
    }

    /// # Errors
    /// [`Error::Capture`].
    pub fn prepare(_target: ForkTarget, _codec: Codec, _options: ForkOptions, _thread: i32) -> Result<Self> {
        Err(Error::Capture { what: WHY.into() })
    }

    pub fn settle_down(&mut self, _control: &Control) -> Result<()> {
        match *self {}
    }

    pub fn fork(&mut self, _patient: bool) -> Result<Forked> {
        match *self {}
    }

    pub fn take_watch(&mut self) -> Option<Watch> {
        match *self {}
    }

    pub fn end_child(&mut self, _thrown: Option<String>) {
        match *self {}
    }
}

impl Watch {
    pub fn pid(&self) -> i32 {
        match *self {}
    }

    pub fn wait(self, _options: &WatchOptions, _control: &Control) -> Result<Ended> {
        match self {}
    }
}

const WHY: &str = "a process can be copied safely on Linux with glibc, on x86-64 and aarch64, only";

/// Why this process cannot be copied.
pub fn cannot_fork() -> Option<String> {
    Some(WHY.into())
}
