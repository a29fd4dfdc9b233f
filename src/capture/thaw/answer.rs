//! Runs JavaScript in a frozen process, and takes its text from the pipe. It is never taken for a snapshot.

use super::super::thaw_types::{AnswerOptions, Answered};
use super::feed::{self, Task};
use super::machine;
use super::process::{ANSWER, Loader};
use super::protocol::MAX_ANSWER;
use crate::archive::StoredFile;
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::image::ImageReader;
use std::io::Read;
use std::path::Path;

/// Gives the text that the code ends with. At the end of the call the process is gone, whatever happened.
///
/// # Errors
/// As of [`super::thaw()`]; [`Error::Thaw`], too, when the image does not tell where the functions are that run code.
///
/// # Cost
/// The memory of the process, and what the code takes beside it, in a process of its own.
pub fn answer(image: &Path, options: &AnswerOptions, control: &Control) -> Result<Answered> {
    let file = StoredFile::open(image)?;
    control.begin(Stage::Reading, file.size);
    let mut reader = ImageReader::new(file)?;
    machine::check(reader.header())?;
    let about = reader.header().about.clone();
    let mut loader = Loader::start(reader.header().is_quiet)?;
    let fed = feed::feed(&mut reader, loader.commands(control)?, &Task::Answer(&options.text), control);
    if let Err(error) = fed {
        return Err(loader.why_not_fed(error));
    }
    drop(reader);
    control.begin(Stage::Writing, 0);
    let mut document = loader.document(ANSWER, options.stalled, control)?;
    let mut bytes = Vec::new();
    // One byte more than there may be is too much.
    let read = document.by_ref().take(MAX_ANSWER as u64 + 1).read_to_end(&mut bytes);
    let raw = bytes.len() as u64;
    match (document.into_ended().error, read) {
        (Some(ours), _) => return Err(ours),
        (None, Err(error)) => return Err(loader.why_nothing(raw, ANSWER, &error.to_string())),
        (None, Ok(_)) => {}
    }
    let text = String::from_utf8(bytes);
    match (loader.was_done(), text) {
        (true, Ok(text)) if text.len() <= MAX_ANSWER => Ok(Answered { text, about }),
        (true, Ok(_)) => Err(loader.why_nothing(raw, ANSWER, "it is too long")),
        (true, Err(_)) => Err(loader.why_nothing(raw, ANSWER, "it is no text")),
        (false, _) => Err(loader.why_nothing(raw, ANSWER, "it ended early")),
    }
}
