//! The same functions where no process can be frozen: on another system than Linux, another C library than glibc,
//! another processor than x86-64.

use crate::archive::{ByteWriter, Written};
use crate::error::{Error, Result};
use crate::image::{About, Header};

const WHY: &str = "a process can be frozen on Linux with glibc, on x86-64, only";

/// Why this process cannot be frozen.
pub fn cannot_freeze() -> Option<String> {
    Some(WHY.into())
}

/// # Errors
/// [`Error::Capture`].
#[allow(dead_code, reason = "systems without a fork have no caller")]
pub(super) fn gather(_about: About) -> Result<Header> {
    Err(Error::Capture { what: WHY.into() })
}

/// # Errors
/// [`Error::Capture`].
#[allow(dead_code, reason = "as above")]
pub(super) fn write(
    _header: &Header,
    _file: ByteWriter,
    _descriptors: &[i32],
    _tick: &mut dyn FnMut(u64),
) -> Result<Written> {
    Err(Error::Capture { what: WHY.into() })
}
