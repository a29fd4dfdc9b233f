//! The sources of stored bytes: a file, a FIFO, a pushed stream, or memory.

use super::chunks::ChunkReceiver;
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What [`crate::archive::read`] reads.
pub enum Source {
    /// A regular file, a FIFO or a device. Opened without waiting for a FIFO's writer, so it can be cancelled
    /// meanwhile.
    Path(PathBuf),
    /// A stream that another thread pushes.
    Chunks(ChunkReceiver),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

impl Source {
    /// The same bytes once more, from their start; `None` for what can be read only once.
    pub fn again(&self) -> Option<Source> {
        match self {
            Source::Path(path) => path.is_file().then(|| Source::Path(path.clone())),
            Source::Bytes(bytes) => Some(Source::Bytes(bytes.clone())),
            Source::Chunks(_) => None,
        }
    }
}

/// An opened [`Source`]: a [`Read`] that ends with [`Error::Cancelled`] soon after `stop` is set.
///
/// # Errors
/// Its `io::Error`s carry our [`Error`] inside, so that a decoder above it can be told apart.
pub(super) struct Input<'a> {
    kind: Kind,
    stop: &'a AtomicBool,
    /// Bytes given out so far.
    pub given: u64,
}

impl<'a> Input<'a> {
    /// The input and its size in bytes when it is known.
    pub fn open(source: Source, stop: &'a AtomicBool) -> Result<(Self, Option<u64>)> {
        let (kind, size) = match source {
            Source::Path(path) => open_file(path)?,
            Source::Chunks(receiver) => (Kind::Chunks(receiver, Cursor::default()), None),
            Source::Bytes(bytes) => {
                let size = bytes.len() as u64;
                (Kind::Bytes(Cursor::new(bytes)), Some(size))
            }
        };
        Ok((Input { kind, stop, given: 0 }, size))
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other(Error::Cancelled));
        }
        let count = match &mut self.kind {
            Kind::Regular(file, path) => read_file(file, path, buffer),
            Kind::Waiting(file, path) => read_when_ready(file, path, buffer, self.stop),
            Kind::Bytes(bytes) => bytes.read(buffer).map_err(|error| Error::io("memory", "read", &error)),
            Kind::Chunks(receiver, chunk) => read_chunks(receiver, chunk, buffer, self.stop),
        }
        .map_err(io::Error::other)?;
        self.given += count as u64;
        Ok(count)
    }
}

enum Kind {
    Regular(File, PathBuf),
    /// A FIFO or a device: reading may have to wait for whoever writes.
    Waiting(File, PathBuf),
    Chunks(ChunkReceiver, Cursor<Vec<u8>>),
    Bytes(Cursor<Vec<u8>>),
}

fn open_file(path: PathBuf) -> Result<(Kind, Option<u64>)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        // The open of a FIFO would wait for its writer, out of reach of a cancel. Regular files ignore the flag.
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK);
    }
    let fault = |action, error: io::Error| Error::io(path.to_string_lossy(), action, &error);
    let file = options.open(&path).map_err(|error| fault("open", error))?;
    let facts = file.metadata().map_err(|error| fault("open", error))?;
    if facts.is_dir() {
        return Err(fault("read", io::Error::from_raw_os_error(IS_A_DIRECTORY)));
    }
    if facts.is_file() {
        // Files of /proc have no size of their own.
        let size = Some(facts.len()).filter(|size| *size > 0);
        return Ok((Kind::Regular(file, path), size));
    }
    Ok((Kind::Waiting(file, path), None))
}

#[cfg(unix)]
const IS_A_DIRECTORY: i32 = libc::EISDIR;
/// `ERROR_DIRECTORY_NOT_SUPPORTED`.
#[cfg(not(unix))]
const IS_A_DIRECTORY: i32 = 336;

fn read_file(file: &mut File, path: &Path, buffer: &mut [u8]) -> Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map_err(|error| Error::io(path.to_string_lossy(), "read", &error)),
        }
    }
}

#[cfg(unix)]
fn read_when_ready(file: &mut File, path: &Path, buffer: &mut [u8], stop: &AtomicBool) -> Result<usize> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    /// How often a wait looks whether it should stop.
    const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let mut ready = [PollFd::new(&*file, PollFlags::IN)];
        match poll(&mut ready, Some(&LOOK_EVERY)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(Error::io(path.to_string_lossy(), "wait for", &error.into())),
        }
        match file.read(buffer) {
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            result => return result.map_err(|error| Error::io(path.to_string_lossy(), "read", &error)),
        }
    }
}

#[cfg(not(unix))]
fn read_when_ready(file: &mut File, path: &Path, buffer: &mut [u8], _stop: &AtomicBool) -> Result<usize> {
    read_file(file, path, buffer)
}

fn read_chunks(
    receiver: &ChunkReceiver,
    chunk: &mut Cursor<Vec<u8>>,
    buffer: &mut [u8],
    stop: &AtomicBool,
) -> Result<usize> {
    loop {
        let count = chunk.read(buffer).map_err(|error| Error::io("the stream", "read", &error))?;
        if count > 0 {
            return Ok(count);
        }
        match receiver.next(stop)? {
            Some(next) => *chunk = Cursor::new(next),
            None => return Ok(0),
        }
    }
}
