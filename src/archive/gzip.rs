//! gzip on several threads. The result is one member, which every reader of gzip accepts. The input is cut into blocks,
//! which are deflated independently. Each ends at a byte (a sync flush), so that the pieces can follow one another. An
//! empty last block closes the stream. The checksums of the blocks are combined into one.

use flate2::{Compress, Compression, Crc, FlushCompress};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle, available_parallelism};

const LEVEL: u32 = 1;
/// A block starts without the text before it, which costs some of the first 32 KiB: little of this many.
const BLOCK: usize = 512 << 10;
/// Blocks that one thread may have before it.
const WAITING: usize = 2;
/// More compress faster than V8 can write.
const MOST_THREADS: usize = 8;

/// RFC 1952: deflate, no flags, no time, no name, fastest, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff];
/// RFC 1951: a last block with fixed codes that holds nothing.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// Compresses into `W`. Threads are started for the second block; they end with it.
pub(super) struct GzipWriter<W> {
    inner: W,
    has_header: bool,
    block: Vec<u8>,
    crc: Crc,
    threads: Vec<Deflater>,
    /// Raw blocks that can be filled again.
    spare: Vec<Vec<u8>>,
    /// The threads that have blocks, in the order of those.
    under_way: VecDeque<usize>,
    next: usize,
    wanted: usize,
}

/// A thread that deflates.
struct Deflater {
    /// `None` tells it to end.
    raw: Option<SyncSender<Vec<u8>>>,
    deflated: Receiver<io::Result<Deflated>>,
    thread: Option<JoinHandle<()>>,
}

struct Deflated {
    bytes: Vec<u8>,
    crc: Crc,
    raw: Vec<u8>,
}

impl<W: Write> GzipWriter<W> {
    /// On as many threads as there are processors, eight at most.
    pub fn new(inner: W) -> Self {
        Self::on(available_parallelism().map_or(1, usize::from).min(MOST_THREADS), inner)
    }

    /// On so many threads; on the caller's alone when they are fewer than two.
    pub fn on(threads: usize, inner: W) -> Self {
        GzipWriter {
            inner,
            has_header: false,
            block: Vec::new(),
            crc: Crc::new(),
            threads: Vec::new(),
            spare: Vec::new(),
            under_way: VecDeque::new(),
            next: 0,
            wanted: threads,
        }
    }

    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Writes what is left and the end of the member.
    pub fn finish(mut self) -> io::Result<W> {
        let last = std::mem::take(&mut self.block);
        if !last.is_empty() {
            self.pass(last)?;
        }
        while !self.under_way.is_empty() {
            self.collect()?;
        }
        self.header()?;
        self.inner.write_all(&LAST_BLOCK)?;
        self.inner.write_all(&self.crc.sum().to_le_bytes())?;
        // The length modulo 2^32.
        self.inner.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.inner)
    }

    /// Gives a block to a thread, or deflates it here.
    fn pass(&mut self, raw: Vec<u8>) -> io::Result<()> {
        let is_whole = raw.len() == BLOCK;
        if is_whole && self.threads.is_empty() && self.wanted > 1 {
            // With fewer threads than wanted it is slower, with none it is done here.
            self.threads.extend((0..std::mem::take(&mut self.wanted)).map_while(|_| Deflater::start().ok()));
        }
        if self.threads.is_empty() {
            let deflated = deflate(&mut compressor(), raw)?;
            return self.put(deflated);
        }
        if self.under_way.len() >= self.threads.len() * WAITING {
            self.collect()?;
        }
        let thread = self.next % self.threads.len();
        self.next += 1;
        let sender = self.threads[thread].raw.as_ref().ok_or_else(died)?;
        sender.send(raw).map_err(|_| died())?;
        self.under_way.push_back(thread);
        Ok(())
    }

    /// Waits for the oldest block that is under way.
    fn collect(&mut self) -> io::Result<()> {
        let Some(thread) = self.under_way.pop_front() else { return Ok(()) };
        let deflated = self.threads[thread].deflated.recv().map_err(|_| died())??;
        self.put(deflated)
    }

    fn put(&mut self, deflated: Deflated) -> io::Result<()> {
        self.header()?;
        self.crc.combine(&deflated.crc);
        self.spare.push(deflated.raw);
        self.inner.write_all(&deflated.bytes)
    }

    fn header(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) { Ok(()) } else { self.inner.write_all(&HEADER) }
    }
}

impl<W: Write> Write for GzipWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        if self.block.len() == BLOCK {
            let mut empty = self.spare.pop().unwrap_or_default();
            empty.clear();
            empty.reserve_exact(BLOCK);
            let full = std::mem::replace(&mut self.block, empty);
            self.pass(full)?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Deflater {
    fn start() -> io::Result<Self> {
        let (raw, to_deflate) = sync_channel::<Vec<u8>>(WAITING);
        let (done, deflated) = channel();
        let work = move || {
            let mut compress = compressor();
            while let Ok(raw) = to_deflate.recv() {
                if done.send(deflate(&mut compress, raw)).is_err() {
                    return;
                }
            }
        };
        let thread = Builder::new().name("heaphound-gzip".into()).spawn(work)?;
        Ok(Deflater { raw: Some(raw), deflated, thread: Some(thread) })
    }
}

impl Drop for Deflater {
    fn drop(&mut self) {
        self.raw = None;
        if let Some(thread) = self.thread.take() {
            // What it could panic of was told to whoever waited for its block.
            _ = thread.join();
        }
    }
}

fn compressor() -> Compress {
    Compress::new(Compression::new(LEVEL), false)
}

/// One block, ended at a byte.
fn deflate(compress: &mut Compress, raw: Vec<u8>) -> io::Result<Deflated> {
    compress.reset();
    let mut bytes = Vec::with_capacity(raw.len() / 4 + 64);
    loop {
        let used = usize::try_from(compress.total_in()).map_err(io::Error::other)?;
        compress.compress_vec(&raw[used..], &mut bytes, FlushCompress::Sync).map_err(io::Error::other)?;
        // Room that is left says that the flush is complete.
        if compress.total_in() == raw.len() as u64 && bytes.len() < bytes.capacity() {
            break;
        }
        bytes.reserve(raw.len() / 4 + 64);
    }
    let mut crc = Crc::new();
    crc.update(&raw);
    Ok(Deflated { bytes, crc, raw })
}

fn died() -> io::Error {
    io::Error::other("a compressing thread ended early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn text(length: usize) -> Vec<u8> {
        (0u32..).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).take(length).collect()
    }

    fn packed(threads: usize, raw: &[u8], piece: usize) -> Vec<u8> {
        let mut writer = GzipWriter::on(threads, Vec::new());
        raw.chunks(piece).for_each(|chunk| writer.write_all(chunk).expect("memory takes it"));
        writer.finish().expect("memory takes it")
    }

    #[test]
    fn it_is_one_member_whatever_the_threads_and_the_pieces() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, BLOCK * 9 + 12_345] {
            let raw = text(length);
            let expected = packed(1, &raw, 1 << 20);
            for (threads, piece) in [(0, 70_001), (2, 1 << 20), (5, 70_001)] {
                assert!(packed(threads, &raw, piece) == expected, "{length} bytes on {threads} threads");
            }
            let mut stored = &expected[..];
            let mut back = Vec::new();
            // Reads one member and no further.
            GzDecoder::new(&mut stored).read_to_end(&mut back).expect("it is gzip");
            assert!(back == raw, "{length} bytes");
            assert!(expected.len() <= length + 64, "{length} bytes became {}", expected.len());
        }
    }

    #[test]
    fn a_full_disk_ends_it() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = GzipWriter::on(3, Full(BLOCK));
        let result = writer.write_all(&text(BLOCK * 20));
        assert_eq!(result.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
        drop(writer);
    }
}
