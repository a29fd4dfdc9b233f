//! The route of a document from V8's pipe to its destination: the same in this process and in a forked child.
//!
//! Everything here is pushed, on one thread, without locks, pools or state outside of it: in a forked child the threads
//! that hold locks or serve a pool do not exist.

use super::completeness::{Completeness, Counts};
use crate::archive::{FileWriter, StreamWriter, Written};
use crate::capture::identity::{Numbered, Numbering};
use crate::error::{Error, Result};
use crate::format::Redactor;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::Path;

/// Bytes that a pipe holds, and that go through the stages at a time. V8 writes pieces of 64 KiB; with this it seldom
/// has to wait for us.
pub const BLOCK: usize = 1 << 20;

/// Rewrites the document while it goes by, in front of the check that it is whole.
pub trait Stage: Send {
    /// Takes some bytes and appends what can be passed on to `out`.
    fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()>;
    /// Appends what was held back.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<()>;
}

/// Where a document ends. Dropped before [`Sink::finish`], it leaves nothing behind.
pub trait Sink: Send {
    fn write(&mut self, bytes: &[u8]) -> Result<()>;
    /// Called once, after the document was found whole.
    fn finish(self: Box<Self>) -> Result<Written>;
}

impl Sink for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        FileWriter::write(self, bytes)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        FileWriter::finish(*self)
    }
}

impl Sink for StreamWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        StreamWriter::write(self, bytes)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        StreamWriter::finish(*self)
    }
}

/// A snapshot that was taken and is whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Captured {
    pub file: Written,
    pub counts: Counts,
    /// The outcome of numbering, where the ids are not V8's own.
    pub ids: Option<Ids>,
}

/// Which snapshots have ids that can be compared with those of this one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ids {
    pub space: String,
    /// Why it is not the space of the last capture.
    pub reason: Option<String>,
    /// Objects that have the id of the last capture.
    pub kept: u64,
    /// `X.ids` is beside the file, for the next capture.
    pub has_table: bool,
}

/// Stages, the check that the document is whole, and a sink.
pub struct Route {
    stages: Vec<Box<dyn Stage>>,
    completeness: Completeness,
    numbering: Option<Numbering>,
    sink: Box<dyn Sink>,
    /// Between two stages.
    carried: Vec<u8>,
    spare: Vec<u8>,
}

impl Route {
    pub fn to(sink: impl Sink + 'static) -> Self {
        Route {
            stages: Vec::new(),
            completeness: Completeness::new(),
            numbering: None,
            sink: Box::new(sink),
            carried: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// This route with one more stage, behind the others.
    #[must_use]
    pub fn through(mut self, stage: impl Stage + 'static) -> Self {
        self.stages.push(Box::new(stage));
        self
    }

    /// This route without contents, when there is a `redactor`.
    #[must_use]
    pub fn redacted(self, redactor: Option<Redactor>) -> Self {
        match redactor {
            Some(_) => self.through(Redacting(redactor)),
            None => self,
        }
    }

    /// This route with ids that name the same objects as in the last capture, when there is a `numbering`. Only in a
    /// forked process, or for the document of another one.
    #[must_use]
    pub fn numbered(mut self, numbering: Option<Numbering>) -> Self {
        self.numbering = numbering;
        self
    }

    /// Takes everything that `source` gives. After each block `tick` gets the number of bytes so far, and can end it.
    ///
    /// # Errors
    /// [`Error::Capture`] when the document is not whole; those of `tick`, of the stages and of the sink.
    pub fn run(mut self, source: &mut dyn Read, tick: &mut dyn FnMut(u64) -> Result<()>) -> Result<Captured> {
        let mut block = vec![0; BLOCK];
        let mut taken = 0;
        loop {
            let count = match source.read(&mut block) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                result => result.map_err(|error| Error::io("pipe", "read from the", &error))?,
            };
            taken += count as u64;
            tick(taken)?;
            if count == 0 {
                break;
            }
            self.feed(&block[..count])?;
        }
        self.finish()
    }

    fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        if let Some(numbering) = &mut self.numbering {
            numbering.watch(chunk);
        }
        self.carried.clear();
        self.carried.extend_from_slice(chunk);
        self.pass(0)
    }

    /// Gives the carried bytes to the stages from `first` on, and then to the sink.
    fn pass(&mut self, first: usize) -> Result<()> {
        for stage in &mut self.stages[first..] {
            self.spare.clear();
            stage.feed(&self.carried, &mut self.spare)?;
            std::mem::swap(&mut self.carried, &mut self.spare);
        }
        self.completeness.feed(&self.carried)?;
        match &mut self.numbering {
            Some(numbering) => numbering.store(&self.carried),
            None => self.sink.write(&self.carried),
        }
    }

    fn finish(mut self) -> Result<Captured> {
        for index in 0..self.stages.len() {
            self.carried.clear();
            self.stages[index].finish(&mut self.carried)?;
            self.pass(index + 1)?;
        }
        let counts = self.completeness.finish()?;
        let sink = &mut self.sink;
        let numbered = self.numbering.map(|numbering| numbering.finish(&mut |bytes| sink.write(bytes))).transpose()?;
        let file = self.sink.finish()?;
        let ids = numbered.map(|numbered| ids(&file.path, numbered));
        Ok(Captured { file, counts, ids })
    }
}

/// Puts the table beside the file, which is whole without it.
fn ids(file: &Path, numbered: Numbered) -> Ids {
    let mut name = file.as_os_str().to_owned();
    name.push(".ids");
    let has_table = numbered.table.is_some_and(|table| table.save(name.as_ref()).is_ok());
    Ids { space: numbered.space, reason: numbered.reason, kept: numbered.kept, has_table }
}

/// `None` after the end.
struct Redacting(Option<Redactor>);

impl Stage for Redacting {
    fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.0.as_mut().map_or(Ok(()), |redactor| redactor.feed(chunk, out))
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<()> {
        self.0.take().map(Redactor::finish).transpose().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    const SNAPSHOT: &str = r#"{"snapshot":{"meta":{"node_fields":["id"],"edge_fields":["to"]},"node_count":1,"edge_count":0},
"nodes":[1],"edges":[],"strings":["a"]}"#;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Sink for Kept {
        fn write(&mut self, bytes: &[u8]) -> Result<()> {
            self.0.lock().expect("one thread").extend_from_slice(bytes);
            Ok(())
        }

        fn finish(self: Box<Self>) -> Result<Written> {
            let stored_bytes = self.0.lock().expect("one thread").len() as u64;
            Ok(Written { path: "kept".into(), raw_bytes: stored_bytes, stored_bytes, sha256: String::new() })
        }
    }

    /// Replaces one letter by another, and holds the last byte back.
    struct Replace(u8, u8, Option<u8>);

    impl Stage for Replace {
        fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()> {
            for byte in chunk {
                out.extend(self.2.replace(if *byte == self.0 { self.1 } else { *byte }));
            }
            Ok(())
        }

        fn finish(&mut self, out: &mut Vec<u8>) -> Result<()> {
            out.extend(self.2.take());
            Ok(())
        }
    }

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(3);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn check(route: impl FnOnce(Route) -> Route, document: &str, expected: &str) {
        let kept = Kept::default();
        let captured = route(Route::to(kept.clone())).run(&mut Slow(document.as_bytes()), &mut |_| Ok(()));
        assert_eq!(captured.map(|captured| captured.counts), Ok(Counts { node_count: 1, edge_count: 0 }));
        assert_eq!(String::from_utf8_lossy(&kept.0.lock().expect("one thread")), expected);
    }

    #[test]
    fn stages_follow_one_another_and_lose_nothing() {
        check(|route| route, SNAPSHOT, SNAPSHOT);
        let replaced = SNAPSHOT.replace("\"a\"", "\"c\"");
        let other = SNAPSHOT.replace("[\"a\"]", "[\"#\"]");
        check(|route| route.through(Replace(b'#', b'+', None)).through(Replace(b'+', b'c', None)), &other, &replaced);
    }

    #[test]
    fn what_is_not_whole_never_reaches_the_end_of_the_sink() {
        let cut = &SNAPSHOT[..SNAPSHOT.len() - 1];
        let result = Route::to(Kept::default()).run(&mut cut.as_bytes(), &mut |_| Ok(()));
        assert_eq!(result.map_err(|error| error.code()), Err("HEAPHOUND_ERR_CAPTURE"));
        let result = Route::to(Kept::default()).run(&mut SNAPSHOT.as_bytes(), &mut |_| Err(Error::Cancelled));
        assert_eq!(result, Err(Error::Cancelled));
    }
}
