//! The writer for a reader instead of a file: stored bytes in chunks, or through a pipe to another process.

use super::chunks::ChunkSender;
use super::encoder::Encoder;
use super::{Codec, Written};
use crate::error::{Error, Result};
use std::io::{self, PipeWriter, Write};
use std::path::PathBuf;
use std::sync::mpsc::channel;

/// Stored bytes that are handed over at a time.
const CHUNK: usize = 256 << 10;

/// What waits for a reader that is slower than the writer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// The writer: little is in memory.
    Writer,
    /// The bytes, in memory, however many they are: for a writer that the reader may be waiting for.
    Bytes,
}

/// Compresses what it is given and hands it to whoever has the other end of the chunks, or of the pipe.
///
/// Dropped before [`StreamWriter::finish`], the reader is told that the stream was cut.
pub struct StreamWriter {
    encoder: Encoder<Pusher>,
    raw_bytes: u64,
    limit: u64,
}

impl StreamWriter {
    /// # Errors
    /// [`Error::Io`] when there is no memory for the codec.
    pub fn new(sender: ChunkSender, codec: Codec, waiting: Waiting, max_bytes: Option<u64>) -> Result<Self> {
        Self::start(Exit::Chunks { sender, waiting }, codec, max_bytes)
    }

    /// The same for a reader that is another process. It waits for that one.
    ///
    /// # Errors
    /// [`Error::Io`] when there is no memory for the codec.
    pub fn into_pipe(pipe: PipeWriter, codec: Codec, max_bytes: Option<u64>) -> Result<Self> {
        Self::start(Exit::Pipe(pipe), codec, max_bytes)
    }

    fn start(exit: Exit, codec: Codec, max_bytes: Option<u64>) -> Result<Self> {
        let encoder = Encoder::new(codec, Pusher { exit, chunk: Vec::new() }).map_err(fault)?;
        Ok(StreamWriter { encoder, raw_bytes: 0, limit: max_bytes.unwrap_or(u64::MAX) })
    }

    /// # Errors
    /// [`Error::Cancelled`] when nobody reads any more; [`Error::MaxBytes`].
    pub fn write(&mut self, raw: &[u8]) -> Result<()> {
        self.encoder.write_all(raw).map_err(fault)?;
        self.raw_bytes += raw.len() as u64;
        self.check(self.encoder.stored())
    }

    /// Ends the stream. What comes back has no path.
    ///
    /// # Errors
    /// The errors of [`StreamWriter::write`].
    pub fn finish(self) -> Result<Written> {
        let StreamWriter { encoder, raw_bytes, limit } = self;
        let (stored, mut pusher) = encoder.finish_into().map_err(fault)?;
        if stored.bytes > limit {
            return Err(Error::MaxBytes { limit });
        }
        pusher.push().map_err(fault)?;
        if let Exit::Chunks { sender, .. } = &pusher.exit {
            sender.finish();
        }
        Ok(Written { path: PathBuf::new(), raw_bytes, stored_bytes: stored.bytes, sha256: stored.sha256 })
    }

    fn check(&self, stored: u64) -> Result<()> {
        if stored > self.limit { Err(Error::MaxBytes { limit: self.limit }) } else { Ok(()) }
    }
}

/// Gathers bytes into chunks.
struct Pusher {
    exit: Exit,
    chunk: Vec<u8>,
}

enum Exit {
    Chunks { sender: ChunkSender, waiting: Waiting },
    Pipe(PipeWriter),
}

impl Pusher {
    fn push(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::take(&mut self.chunk);
        let (sender, waiting) = match &mut self.exit {
            Exit::Pipe(pipe) => return pipe.write_all(&chunk),
            Exit::Chunks { sender, waiting } => (sender, waiting),
        };
        let (told, hears) = channel();
        // Whoever does not wait does not listen.
        sender.push(chunk, Box::new(move |more| _ = told.send(more)));
        let more = match waiting {
            Waiting::Writer => hears.recv().unwrap_or(false),
            Waiting::Bytes => hears.try_recv().unwrap_or(true),
        };
        if more { Ok(()) } else { Err(io::Error::other(Error::Cancelled)) }
    }
}

impl Write for Pusher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK {
            self.push()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn fault(error: io::Error) -> Error {
    Error::within(&error).unwrap_or_else(|| Error::io("the stream", "write", &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Source, chunks, read};
    use crate::control::Control;

    fn text() -> Vec<u8> {
        (0..400_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect()
    }

    #[test]
    fn what_is_written_comes_out() {
        let raw = text();
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            for waiting in [Waiting::Writer, Waiting::Bytes] {
                let (sender, receiver) = chunks();
                let mut writer = StreamWriter::new(sender, codec, waiting, None).expect("memory");
                let write = || {
                    raw.chunks(100_000).try_for_each(|piece| writer.write(piece))?;
                    writer.finish()
                };
                let (written, back) = std::thread::scope(|scope| {
                    let reading = scope.spawn(|| {
                        let mut back = Vec::new();
                        let info = read(Source::Chunks(receiver), &Control::new(), &mut |bytes| {
                            back.extend_from_slice(bytes);
                            Ok(())
                        });
                        (info, back)
                    });
                    (write(), reading.join().expect("no panic"))
                });
                let written = written.expect("somebody reads");
                let (info, back) = (back.0.expect("it is whole"), back.1);
                assert!(back == raw);
                assert_eq!((written.raw_bytes, written.stored_bytes), (raw.len() as u64, info.stored_bytes));
            }
        }
    }

    #[test]
    fn bytes_wait_in_memory_or_the_writer_is_told() {
        let raw = text();
        let (sender, receiver) = chunks();
        let mut writer = StreamWriter::new(sender, Codec::Plain, Waiting::Bytes, None).expect("memory");
        (0..10).try_for_each(|_| writer.write(&raw)).expect("it does not wait");
        drop(receiver);
        assert_eq!(writer.write(&raw), Err(Error::Cancelled));

        let (sender, _receiver) = chunks();
        let mut writer = StreamWriter::new(sender, Codec::Plain, Waiting::Bytes, Some(100)).expect("memory");
        assert_eq!(writer.write(&raw), Err(Error::MaxBytes { limit: 100 }));
    }
}
