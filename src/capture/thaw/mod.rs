//! A heap snapshot of a frozen image: its memory comes back in a process of its own, and V8 writes the snapshot there.
//!
//! This process reads and checks the image, starts the loader, feeds it and takes the snapshot from its pipe. In the
//! loader runs code of the image, behind a filter for system calls (`loader/fence.rs`).

mod answer;
mod begin;
mod core;
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
use super::thaw_types::{CoreOptions, MakeRoute, ThawOptions, Thawed};
use crate::archive::{self, Source, StoredFile};
use crate::control::{Control, Stage};
use crate::core_dump::{self, CoreParts};
use crate::error::{Error, Result};
use crate::format::Redactor;
use crate::image::{About, Header, ImageReader, Part, is_image};
pub use answer::answer;
use begin::Begin;
use core::Core;
use feed::{Parts, Task};
use process::Loader;
use std::io::Read;
use std::path::Path;

/// Bytes that tell what a file is.
const BEGINNING: u64 = 64;

/// Whether [`thaw`] makes a snapshot of such a file: an image, or a core dump, which may be packed. A file that cannot
/// be read is none.
pub fn is_frozen(file: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = StoredFile::open(file).map(|file| file.take(BEGINNING).read_to_end(&mut beginning));
    matches!(read, Ok(Ok(_))) && (begins_frozen(&beginning) || is_packed_core(file))
}

/// Whether a file that begins so is an image, or a core dump that is not packed.
pub fn begins_frozen(beginning: &[u8]) -> bool {
    is_image(beginning) || core_dump::is_one(beginning)
}

fn is_packed_core(file: &Path) -> bool {
    let mut first = Vec::new();
    // The first block is enough: the error ends the reading.
    _ = archive::read(Source::Path(file.into()), &Control::new(), &mut |bytes| {
        first.extend_from_slice(&bytes[..bytes.len().min(BEGINNING as usize)]);
        if first.len() < BEGINNING as usize { Ok(()) } else { Err(Error::Cancelled) }
    });
    core_dump::is_one(&first)
}

/// What an image says of its process.
///
/// # Errors
/// [`Error::Image`], [`Error::Io`]; [`Error::Option`] for a core dump.
pub fn about_image(image: Source) -> Result<About> {
    let mut file = StoredFile::of(image)?;
    let head = beginning(&mut file)?;
    if core_dump::may_be(&head) {
        let what = "is for frozen images: a core dump does not tell when it was made".into();
        return Err(Error::Option { name: "previous", what });
    }
    Ok(ImageReader::new(std::io::Cursor::new(head).chain(file))?.header().about.clone())
}

/// Makes the snapshot, on the `route` to its place. At the end of the call the process is gone, whatever happened.
///
/// # Errors
/// [`Error::Image`] for a damaged image, [`Error::Core`] for such a core dump; [`Error::Thaw`] when this machine cannot
/// go on from it, or the process that should write the snapshot failed; those of the route; [`Error::Cancelled`].
///
/// # Cost
/// The memory of the process, and that of V8's snapshot beside it, in a process of its own.
pub fn thaw(image: Source, route: MakeRoute, options: &ThawOptions, control: &Control) -> Result<Thawed> {
    let (thawed, dead) = with_parts(image, &options.core, control, |parts, header, begin| {
        take_snapshot(parts, header, begin, route, options, control)
    })?;
    Ok(match dead {
        Some(Dead { cause, thread }) => Thawed { death: cause, thread: Some(thread), ..thawed },
        None => thawed,
    })
}

/// How the process of a core dump died, and the thread that the answer is of.
struct Dead {
    cause: Option<String>,
    thread: u64,
}

/// Opens an image or a core dump.
fn with_parts<T>(
    image: Source,
    of_core: &CoreOptions,
    control: &Control,
    work: impl FnOnce(&mut dyn Parts, &Header, &Begin) -> Result<T>,
) -> Result<(T, Option<Dead>)> {
    let path = if let Source::Path(path) = &image { Some(path.clone()) } else { None };
    let mut file = StoredFile::of(image)?;
    control.begin(Stage::Reading, file.size);
    let head = beginning(&mut file)?;
    if path.is_none() && core_dump::is_one(&head) {
        let what = "it is read from the disk, here and there, and was encrypted: decrypt it first (heaphound decrypt)";
        return Err(Error::Core { what: what.into() });
    }
    if let Some(path) = path.filter(|_| core_dump::may_be(&head)) {
        let core = Core::open(&path, of_core, control)?;
        let mut parts = CoreParts::new(&core.dump, control);
        control.begin(Stage::Reading, core.dump.size());
        let done = work(&mut parts, &core.header, &core.death.begin)?;
        return Ok((done, Some(Dead { cause: core.cause(), thread: core.dump.threads[0].id })));
    }
    if of_core.thread.is_some() {
        let what = "is for core dumps, and this is a frozen image".into();
        return Err(Error::Option { name: "thread", what });
    }
    let mut reader = ImageReader::new(std::io::Cursor::new(head).chain(file))?;
    let header = reader.header().clone();
    Ok((work(&mut reader, &header, &Begin::of_image(&header))?, None))
}

fn beginning(file: &mut StoredFile) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    file.by_ref()
        .take(BEGINNING)
        .read_to_end(&mut head)
        .map_err(|error| Error::within(&error).unwrap_or_else(|| Error::io("the image", "read", &error)))?;
    Ok(head)
}

impl<R: Read> Parts for ImageReader<R> {
    fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        ImageReader::next_part(self)
    }

    fn offset(&self) -> u64 {
        ImageReader::offset(self)
    }
}

fn take_snapshot(
    parts: &mut dyn Parts,
    header: &Header,
    begin: &Begin,
    route: MakeRoute,
    options: &ThawOptions,
    control: &Control,
) -> Result<Thawed> {
    machine::check(header)?;
    let route = route()?.redacted(options.redaction_key.map(Redactor::new));
    let mut loader = Loader::start(header.is_quiet)?;
    // A core dump does not say when it was made: its ids go on from nothing.
    let ids = options.ids.as_ref().filter(|_| header.way != machine::DIED);
    let origin = ids.and_then(|ids| Origin::of_image(header, ids.previous.clone()));
    let numbering = origin.map(|origin| Numbering::new(origin).map(|ids| ids.of_process(loader.id()))).transpose()?;
    let task = Task::Snapshot { options, stays: numbering.is_some() };
    let fed =
        feed::feed(parts, header, begin, loader.commands(control)?, options.core.files.as_deref(), &task, control);
    if let Err(error) = fed {
        return Err(loader.why_not_fed(error));
    }
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
    let about = header.about.clone();
    made.map(|captured| Thawed { captured, about, death: None, thread: None }).map_err(|error| {
        match (ended.error, error) {
            (Some(ours), _) => ours,
            (None, Error::Capture { what }) => loader.why_nothing(told, "snapshot", &what),
            (None, error) => error,
        }
    })
}
