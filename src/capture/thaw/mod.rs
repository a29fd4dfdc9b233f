//! A heap snapshot of a frozen image: its memory comes back in a process of its own, and V8 writes the snapshot there.
//!
//! This process reads and checks the image, starts the loader, feeds it and takes the snapshot from its pipe. In the
//! loader runs code of the image, behind a filter for system calls (`loader/fence.rs`).

mod answer;
mod feed;
mod machine;
mod process;
mod protocol;
#[cfg(test)]
mod test_answer;
#[cfg(test)]
mod test_thaw;
#[cfg(test)]
mod test_threads;
mod threads;

use super::identity::{Numbering, Origin};
use super::thaw_types::{MakeRoute, ThawOptions, Thawed};
use crate::archive::{Source, StoredFile};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::format::Redactor;
use crate::image::{About, ImageReader, is_image};
pub use answer::answer;
use feed::Task;
use process::Loader;
use std::io::Read;
use std::path::Path;

/// Bytes that tell what a file is.
const BEGINNING: u64 = 64;

/// Whether [`thaw`] makes a snapshot of such a file. A file that cannot be read is none.
pub fn is_frozen(file: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = StoredFile::open(file).map(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    matches!(read, Ok(Ok(_))) && is_image(&beginning)
}

/// What an image says of its process.
///
/// # Errors
/// [`Error::Image`], [`Error::Io`].
pub fn about_image(image: Source) -> Result<About> {
    Ok(ImageReader::new(StoredFile::of(image)?)?.header().about.clone())
}

/// Makes the snapshot, on the `route` to its place. At the end of the call the process is gone, whatever happened.
///
/// # Errors
/// [`Error::Image`] for a damaged image; [`Error::Thaw`] when this machine cannot go on from it, or the process that
/// should write the snapshot failed; those of the route; [`Error::Cancelled`].
///
/// # Cost
/// The memory of the process, and that of V8's snapshot beside it, in a process of its own.
pub fn thaw(image: Source, route: MakeRoute, options: &ThawOptions, control: &Control) -> Result<Thawed> {
    let file = StoredFile::of(image)?;
    control.begin(Stage::Reading, file.size);
    let mut reader = ImageReader::new(file)?;
    machine::check(reader.header())?;
    let about = reader.header().about.clone();
    let is_quiet = reader.header().is_quiet;
    let route = route()?.redacted(options.redaction_key.map(Redactor::new));
    let mut loader = Loader::start(is_quiet)?;
    let origin = options.ids.as_ref().and_then(|ids| Origin::of_image(reader.header(), ids.previous.clone()));
    let numbering = origin.map(|origin| Numbering::new(origin).map(|ids| ids.of_process(loader.id()))).transpose()?;
    let task = Task::Snapshot { options, stays: numbering.is_some() };
    let fed = feed::feed(&mut reader, loader.commands(control)?, &task, control);
    if let Err(error) = fed {
        return Err(loader.why_not_fed(error));
    }
    drop(reader);
    control.begin(Stage::Writing, 0);
    let route = route.numbered(numbering);
    let mut document = loader.document("snapshot", options.stalled, control)?;
    let mut told = 0;
    let made = route.run(&mut document, &mut |raw| {
        control.advance(raw - told);
        told = raw;
        Ok(())
    });
    let ended = document.into_ended();
    made.map(|captured| Thawed { captured, about }).map_err(|error| match (ended.error, error) {
        (Some(ours), _) => ours,
        (None, Error::Capture { what }) => loader.why_nothing(told, "snapshot", &what),
        (None, error) => error,
    })
}
