//! Runs JavaScript in a frozen process, and takes its text from the pipe. It is never taken for a snapshot.

use super::super::thaw_types::{AnswerOptions, Answered};
use super::begin::Begin;
use super::feed::{self, Parts, Task};
use super::machine;
use super::process::{ANSWER, Loader};
use super::protocol::MAX_ANSWER;
use super::with_parts;
use crate::archive::Source;
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::image::Header;
use std::io::Read;

/// Gives the text that the code ends with. At the end of the call the process is gone, whatever happened.
///
/// # Errors
/// As of [`super::thaw()`]; [`Error::Thaw`], too, when the image does not tell where the functions are that run code.
///
/// # Cost
/// The memory of the process, and what the code takes beside it, in a process of its own.
pub fn answer(image: Source, options: &AnswerOptions, control: &Control) -> Result<Answered> {
    let (answered, _) = with_parts(image, &options.core, control, |parts, header, begin| {
        answer_of(parts, header, begin, options, control)
    })?;
    Ok(answered)
}

fn answer_of(
    parts: &mut dyn Parts,
    header: &Header,
    begin: &Begin,
    options: &AnswerOptions,
    control: &Control,
) -> Result<Answered> {
    machine::check(header)?;
    let mut loader = Loader::start(header.is_quiet)?;
    let (files, task) = (options.core.files.as_deref(), Task::Answer(&options.text));
    let fed = feed::feed(parts, header, begin, loader.commands(control)?, files, &task, control);
    if let Err(error) = fed {
        return Err(loader.why_not_fed(error));
    }
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
        (true, Ok(text)) if text.len() <= MAX_ANSWER => Ok(Answered { text, about: header.about.clone() }),
        (true, Ok(_)) => Err(loader.why_nothing(raw, ANSWER, "it is too long")),
        (true, Err(_)) => Err(loader.why_nothing(raw, ANSWER, "it is no text")),
        (false, _) => Err(loader.why_nothing(raw, ANSWER, "it ended early")),
    }
}
