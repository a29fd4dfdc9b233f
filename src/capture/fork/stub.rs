//! The same functions where a process cannot be forked safely: on another system than Linux, another C library than
//! glibc, another processor.

use super::fork_types::{Ended, ForkOptions, ForkTarget, Forked, WatchOptions};
use crate::archive::Codec;
use crate::control::Control;
use crate::error::{Error, Result};

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

    pub fn fork(&mut self, _patient: bool, _careful: bool) -> Result<Forked> {
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

const WHY: &str = "a process can be forked safely on Linux with glibc, on x86-64 and aarch64, only";

/// Why this process cannot be forked.
pub fn cannot_fork() -> Option<String> {
    Some(WHY.into())
}
