//! The same function where no process can be frozen: on another system than Linux, another C library than glibc,
//! another processor than x86-64.

use super::outside_types::{FrozenOutside, OutsideOptions};
use crate::control::Control;
use crate::error::{Error, Result};

/// # Errors
/// [`Error::Attach`].
pub fn freeze_process(_pid: i32, _options: &OutsideOptions, _control: &Control) -> Result<FrozenOutside> {
    Err(Error::Attach { what: "a process is frozen on Linux with glibc, on x86-64, only".into() })
}
