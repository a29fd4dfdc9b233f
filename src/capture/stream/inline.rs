//! A snapshot that is taken in this process: JavaScript lets V8 write into [`InlineCapture::fd`], and a thread of
//! heaphound makes the file meanwhile.

use super::super::memory;
use super::route::{BLOCK, Captured, Route};
use crate::error::{Error, Result};
use std::io::{PipeReader, PipeWriter, pipe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// One capture of this process that is under way. Dropped before [`InlineCapture::finish`], it leaves no file,
/// descriptor or thread.
pub struct InlineCapture {
    /// `None` once no more bytes come.
    into_pipe: Option<PipeWriter>,
    /// `None` once it was waited for.
    archiver: Option<JoinHandle<Result<Captured>>>,
    given_up: Arc<AtomicBool>,
}

impl InlineCapture {
    /// Begins the thread that takes the document along the route. The caller has the [`Turn`](crate::capture::Turn).
    ///
    /// # Errors
    /// [`Error::Io`]. Those of the route come from [`InlineCapture::finish`].
    pub fn start(route: Route) -> Result<Self> {
        let (from_pipe, into_pipe) = pipe().map_err(|error| Error::io("pipe", "make a", &error))?;
        // Best effort: a smaller pipe is slower, a user may have used up the pages for pipes.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&into_pipe, BLOCK);
        let given_up = Arc::new(AtomicBool::new(false));
        let archiver = Builder::new()
            .name("heaphound-capture".into())
            .spawn({
                let given_up = given_up.clone();
                move || archive(from_pipe, route, &given_up)
            })
            .map_err(|error| Error::io("thread", "start a", &error))?;
        Ok(InlineCapture { into_pipe: Some(into_pipe), archiver: Some(archiver), given_up })
    }

    /// The descriptor V8 has to write to. It stays ours, and is closed by [`InlineCapture::finish`].
    ///
    /// When the file cannot be written, writing to it fails with `EPIPE`.
    #[cfg(unix)]
    pub fn fd(&self) -> i32 {
        use std::os::fd::AsRawFd;
        self.into_pipe.as_ref().expect("it is closed by finish, which takes the capture, and by drop").as_raw_fd()
    }

    /// Ends the document and waits until the file is whole and durable; gives V8's memory back to the system.
    ///
    /// # Errors
    /// [`Error::Capture`] when V8 wrote less than a snapshot; those of [`FileWriter::finish`].
    pub fn finish(mut self) -> Result<Captured> {
        let captured = self.end();
        memory::give_back();
        captured
    }

    fn end(&mut self) -> Result<Captured> {
        self.into_pipe = None;
        let archiver = self.archiver.take().ok_or(Error::Cancelled)?;
        archiver.join().map_err(|_| Error::Internal { what: "the archiving thread panicked".into() })?
    }
}

impl Drop for InlineCapture {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
        _ = self.end();
    }
}

/// Runs beside V8, to the end of the pipe. Whatever ends it early closes the pipe, which V8 notices.
fn archive(mut from_pipe: PipeReader, route: Route, given_up: &AtomicBool) -> Result<Captured> {
    route.run(&mut from_pipe, &mut |_| match given_up.load(Ordering::Relaxed) {
        true => Err(Error::Cancelled),
        false => Ok(()),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::archive::{Codec, FileWriter};
    use crate::capture::Counts;
    use std::fs::OpenOptions;
    use std::io::Write;

    const SNAPSHOT: &[u8] =
        br#"{"snapshot":{"meta":{"node_fields":["id"],"edge_fields":["to"]},"node_count":1,"edge_count":0},
"nodes":[1],"edges":[],"strings":[]}"#;

    #[test]
    fn a_capture_makes_a_whole_file_or_none() {
        let folder = std::env::temp_dir().join(format!("heaphound-inline-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let names = || std::fs::read_dir(&folder).expect("a folder").count();
        let path = folder.join("a.heapsnapshot.zst");
        let writer = || FileWriter::create(&path, Codec::Zstd);
        let start = || InlineCapture::start(Route::to(writer().expect("a new file"))).expect("a start");
        // As V8 does: by the path of the descriptor.
        let write = |capture: &InlineCapture, bytes: &[u8]| {
            let target = format!("/proc/self/fd/{}", capture.fd());
            OpenOptions::new().write(true).truncate(true).open(target).and_then(|mut pipe| pipe.write_all(bytes))
        };

        let capture = start();
        write(&capture, SNAPSHOT).expect("somebody reads");
        let captured = capture.finish().expect("a whole document");
        assert_eq!(captured.counts, Counts { node_count: 1, edge_count: 0 });
        assert_eq!((captured.file.raw_bytes, &captured.file.path), (SNAPSHOT.len() as u64, &path));
        assert_eq!(writer().map(|_| ()).map_err(|e| e.code()), Err("HEAPHOUND_ERR_EXISTS"));
        std::fs::remove_file(&path).expect("it is there");

        let capture = start();
        write(&capture, &SNAPSHOT[..SNAPSHOT.len() - 1]).expect("somebody reads");
        assert_eq!(capture.finish().map_err(|error| error.code()), Err("HEAPHOUND_ERR_CAPTURE"));

        let capture = start();
        write(&capture, SNAPSHOT).expect("somebody reads");
        drop(capture);

        let capture = start();
        // The archiver refuses the first byte and closes the pipe: V8 gets an error instead of waiting for ever.
        let result = (0..100).try_for_each(|_| write(&capture, &vec![b'x'; BLOCK]));
        assert_eq!(result.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe));
        assert_eq!(capture.finish().map_err(|error| error.code()), Err("HEAPHOUND_ERR_CAPTURE"));

        let capture =
            InlineCapture::start(Route::to(writer().expect("a new file").limited(Some(20)))).expect("a start");
        write(&capture, SNAPSHOT).expect("somebody reads");
        assert_eq!(capture.finish().map(|_| ()), Err(Error::MaxBytes { limit: 20 }));

        assert_eq!(names(), 0, "a failed capture left a file");
        std::fs::remove_dir_all(&folder).expect("ours");
    }
}
