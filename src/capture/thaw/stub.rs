//! The same function where no image can be thawed: the loader is a program for Linux on x86-64.

use super::thaw_types::{AnswerOptions, Answered, MakeRoute, ThawOptions, Thawed};
use crate::archive::Source;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::About;
use std::path::Path;

/// # Errors
/// [`Error::Thaw`].
pub fn thaw(_image: Source, _route: MakeRoute, _options: &ThawOptions, _control: &Control) -> Result<Thawed> {
    Err(elsewhere())
}

/// # Errors
/// [`Error::Thaw`].
pub fn answer(_image: &Path, _options: &AnswerOptions, _control: &Control) -> Result<Answered> {
    Err(elsewhere())
}

fn elsewhere() -> Error {
    Error::Thaw { what: "an image is thawed on Linux with glibc, on x86-64, only".into() }
}

/// # Errors
/// [`Error::Thaw`].
pub fn about_image(_image: Source) -> Result<About> {
    Err(Error::Thaw { what: "an image is thawed on Linux with glibc, on x86-64, only".into() })
}

pub fn is_frozen(_file: &Path) -> bool {
    false
}
