//! The only reader of snapshots: a thread of its own reads and decodes, the caller's thread uses the bytes.

use super::Codec;
use super::decoder::Decoder;
use super::input::{Input, Source};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Raw bytes handed to the sink at a time; only the last block is shorter.
const BLOCK: usize = 1 << 20;
/// Decoded blocks that may wait for the sink.
const QUEUE: usize = 3;
/// Raw bytes for each stored one that an input may have at most, beyond the first [`FREE_BYTES`].
const LARGEST_RATIO: u64 = 250;
/// Nobody is harmed by so many.
const FREE_BYTES: u64 = 64 << 20;
/// How often a sink without work looks at the control.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What was read.
///
/// # Units
/// Bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadInfo {
    /// After decoding.
    pub raw_bytes: u64,
    /// As the source holds them.
    pub stored_bytes: u64,
    pub codec: Codec,
}

/// Reads `source` to its end and gives the decoded bytes to `sink`, in order, on the caller's thread.
///
/// The codec is told by magic bytes: plain, gzip (any number of members) or zstd (any number of frames). An empty input
/// calls no sink and is no error here. `control` counts stored bytes of [`Stage::Reading`], with a total when the size
/// is known.
///
/// # Cost
/// One thread and five blocks of 1 MiB for the time of the call, plus the window of a zstd frame: up to 128 MiB, above
/// that only when the input is long enough to fill it.
/// # Errors
/// [`Error::Cancelled`], also while it waits for a FIFO or a stream; [`Error::Io`]; [`Error::Compression`] for damaged,
/// cut or trailing bytes, and for a few bytes that unpack to very many; those of `sink`. The thread has ended when this
/// returns.
pub fn read(source: Source, control: &Control, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<ReadInfo> {
    read_ahead(source, control, &|_, _: &mut ()| {}, &mut |bytes, _| sink(bytes))
}

/// What a reader with time does with a block.
pub type Look<'a, A> = dyn Fn(&[u8], &mut A) + Sync + 'a;
/// What takes the blocks.
pub type Sink<'a, A> = dyn FnMut(&[u8], Option<&mut A>) -> Result<()> + 'a;

/// [`read`] whose reader, when the sink has enough to do, looks at a block before the sink gets it: `look(bytes, what
/// it found)`.
///
/// What was found goes with the block, and is used again for later ones: of a block that nobody looked at it is `None`.
///
/// # Errors
/// The errors of [`read`].
pub fn read_ahead<A: Default + Send>(
    source: Source,
    control: &Control,
    look: &Look<'_, A>,
    sink: &mut Sink<'_, A>,
) -> Result<ReadInfo> {
    control.check()?;
    let stop = AtomicBool::new(false);
    let (input, size) = Input::open(source, &stop)?;
    control.begin(Stage::Reading, size.unwrap_or(0));
    let queue = Queue::default();
    thread::scope(|scope| {
        let (filled, to_use) = sync_channel(QUEUE);
        let (used, to_fill) = channel();
        for _ in 0..QUEUE + 2 {
            used.send(Block::new()).expect("its receiver is still in this function");
        }
        let reader = thread::Builder::new()
            .name("heaphound-read".into())
            .spawn_scoped(scope, || produce(input, look, filled, to_fill, &queue))
            .map_err(|error| Error::io("thread", "start a", &error))?;
        let outcome = consume(to_use, used, control, sink, &stop, &queue);
        let produced = reader.join().map_err(|_| Error::Internal { what: "the reading thread panicked".into() })?;
        let raw_bytes = outcome?;
        let (codec, stored_bytes) = produced?;
        Ok(ReadInfo { raw_bytes, stored_bytes, codec })
    })
}

struct Block<A> {
    bytes: Vec<u8>,
    length: usize,
    /// Stored bytes that went into it.
    stored: u64,
    found: A,
    looked: bool,
}

impl<A: Default> Block<A> {
    fn new() -> Self {
        Block { bytes: vec![0; BLOCK], length: 0, stored: 0, found: A::default(), looked: false }
    }
}

/// How many blocks wait for the sink.
#[derive(Default)]
struct Queue(AtomicUsize);

/// The reader's side. Ends when the input does, or when the other side is gone.
fn produce<A>(
    input: Input<'_>,
    look: &Look<'_, A>,
    filled: SyncSender<Block<A>>,
    to_fill: Receiver<Block<A>>,
    queue: &Queue,
) -> Result<(Codec, u64)> {
    let mut decoder = Decoder::new(input)?;
    let (mut told, mut raw) = (0, 0);
    loop {
        let mut block = to_fill.recv().map_err(|_| Error::Cancelled)?;
        block.length = decoder.fill(&mut block.bytes)?;
        let consumed = decoder.consumed();
        raw += block.length as u64;
        check_ratio(decoder.codec(), raw, consumed)?;
        if block.length == 0 {
            return Ok((decoder.codec(), consumed));
        }
        block.stored = consumed - told;
        told = consumed;
        block.looked = queue.0.load(Ordering::Relaxed) > 0;
        if block.looked {
            look(&block.bytes[..block.length], &mut block.found);
        }
        queue.0.fetch_add(1, Ordering::Relaxed);
        filled.send(block).map_err(|_| Error::Cancelled)?;
    }
}

/// A snapshot packs to a tenth of its size, the most monotonous ones to a thirtieth. A few kilobytes that unpack to
/// gigabytes are none.
///
/// # Errors
/// [`Error::Compression`].
fn check_ratio(codec: Codec, raw: u64, stored: u64) -> Result<()> {
    if codec == Codec::Plain || raw <= FREE_BYTES + stored.saturating_mul(LARGEST_RATIO) {
        return Ok(());
    }
    let what = format!(
        "{stored} bytes unpack to more than {raw}, which no heap snapshot does; if it is one all the same, unpack it into a file and open that"
    );
    Err(Error::Compression { codec: codec.name(), offset: stored, what })
}

/// The caller's side. Owns its ends of the channels: leaving in any way lets the reader end too.
fn consume<A>(
    to_use: Receiver<Block<A>>,
    used: Sender<Block<A>>,
    control: &Control,
    sink: &mut Sink<'_, A>,
    stop: &AtomicBool,
    queue: &Queue,
) -> Result<u64> {
    let _stop = StopOnDrop(stop);
    let mut raw_bytes = 0;
    loop {
        control.check()?;
        match to_use.recv_timeout(LOOK_EVERY) {
            Ok(mut block) => {
                queue.0.fetch_sub(1, Ordering::Relaxed);
                sink(&block.bytes[..block.length], block.looked.then_some(&mut block.found))?;
                raw_bytes += block.length as u64;
                control.advance(block.stored);
                // Refused only when the reader has ended: then nobody needs the block.
                _ = used.send(block);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(raw_bytes),
        }
    }
}

struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::chunks;
    use std::io::Write;

    fn gzip(raw: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(raw).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn zstd(raw: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("an encoder");
        encoder.include_checksum(true).expect("a parameter every zstd has");
        encoder.write_all(raw).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn read_all(source: Source) -> Result<(Vec<u8>, ReadInfo)> {
        let mut raw = Vec::new();
        let info = read(source, &Control::new(), &mut |bytes| {
            raw.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok((raw, info))
    }

    #[test]
    fn a_few_bytes_that_unpack_to_very_many_are_refused() {
        let raw = vec![0; 300 << 20];
        let mut best = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        best.write_all(&raw).expect("memory takes it");
        let best = best.finish().expect("memory takes it");
        for (stored, codec) in [(best, "gzip"), (zstd(&raw), "zstd")] {
            let mut got = 0;
            let read = read(Source::Bytes(stored), &Control::new(), &mut |bytes| {
                got += bytes.len() as u64;
                Ok(())
            });
            let Err(Error::Compression { codec: named, what, .. }) = read else { panic!("{codec}: {read:?}") };
            assert_eq!(named, codec);
            assert!(what.contains("which no heap snapshot does"), "{what}");
            assert!(got < 200 << 20, "{got}");
        }
        let few = vec![0; 60 << 20];
        assert!(read_all(Source::Bytes(zstd(&few))).is_ok(), "so few bytes harm nobody");
    }

    fn check_read(stored: &[u8], raw: &[u8], codec: Codec) {
        let (got, info) = read_all(Source::Bytes(stored.to_vec())).expect("good input");
        assert!(got == raw, "{codec:?}: other bytes came out");
        let expected = ReadInfo { raw_bytes: raw.len() as u64, stored_bytes: stored.len() as u64, codec };
        assert_eq!(info, expected);
    }

    /// Text that packs, and is longer than a block.
    fn long_text() -> Vec<u8> {
        (0..400_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect()
    }

    #[test]
    fn every_codec_is_told_by_its_first_bytes() {
        let long = long_text();
        for raw in [&b""[..], b"{", b"{}", b"{\"a\"", b"\x1f", b"\x28\xb5\x2f", &long] {
            check_read(raw, raw, Codec::Plain);
            check_read(&gzip(raw), raw, Codec::Gzip);
            check_read(&zstd(raw), raw, Codec::Zstd);
        }
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let long = long_text();
        let both = [&long[..], b"tail"].concat();
        check_read(&[gzip(&long), gzip(b""), gzip(b"tail")].concat(), &both, Codec::Gzip);
        check_read(&[zstd(&long), zstd(b""), zstd(b"tail")].concat(), &both, Codec::Zstd);
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        check_read(&[&skippable[..], &zstd(b"tail"), &skippable].concat(), b"tail", Codec::Zstd);
    }

    #[test]
    fn every_split_of_a_stream_gives_the_same_bytes() {
        let raw = b"{\"snapshot\":{\"meta\":{}}}".repeat(4);
        for stored in [raw.clone(), gzip(&raw), zstd(&raw)] {
            for at in 0..=stored.len() {
                let (sender, receiver) = chunks();
                sender.push(stored[..at].to_vec(), Box::new(|_| {}));
                sender.push(stored[at..].to_vec(), Box::new(|_| {}));
                sender.finish();
                let (got, info) = read_all(Source::Chunks(receiver)).expect("good input");
                assert_eq!((got, info.stored_bytes), (raw.clone(), stored.len() as u64));
            }
        }
    }

    #[test]
    fn damage_anywhere_is_an_error_or_does_not_matter() {
        let raw = long_text()[..2_000].to_vec();
        for stored in [gzip(&raw), zstd(&raw)] {
            for at in 0..stored.len() {
                for flip in [1, 0x80, 0xff] {
                    let mut damaged = stored.clone();
                    damaged[at] ^= flip;
                    match read_all(Source::Bytes(damaged)) {
                        // A gzip header holds a time and a system that nothing checks; without its magic it is plain.
                        Ok((got, info)) => {
                            assert!(got == raw || info.codec == Codec::Plain, "damage at {at} went unseen")
                        }
                        Err(error) => assert_eq!(error.code(), "HEAPHOUND_ERR_COMPRESSION"),
                    }
                }
            }
            for cut in 4..stored.len() {
                let error = read_all(Source::Bytes(stored[..cut].to_vec())).expect_err("a cut stream");
                assert_eq!(error.offset(), Some(cut as u64), "{error}");
            }
        }
    }

    #[test]
    fn what_follows_the_last_member_is_an_error_with_its_place() {
        for stored in [gzip(b"{}"), zstd(b"{}")] {
            for garbage in [&b"\0"[..], b"x", b"garbage of some length"] {
                let error = read_all(Source::Bytes([&stored, garbage].concat())).expect_err("garbage");
                assert_eq!(error.code(), "HEAPHOUND_ERR_COMPRESSION");
                let offset = error.offset().expect("a compression error has one");
                assert!(offset >= stored.len() as u64 && offset <= (stored.len() + garbage.len()) as u64, "{error}");
            }
        }
    }

    #[test]
    fn a_window_is_not_larger_than_what_its_input_can_fill() {
        // A frame header that claims a window of 2 GiB, then one empty last block.
        let claims = |mantissa_and_exponent| [0x28, 0xb5, 0x2f, 0xfd, 0, mantissa_and_exponent, 1, 0, 0];
        let error = read_all(Source::Bytes(claims((31 - 10) << 3).to_vec())).expect_err("a hostile window");
        assert_eq!(error.code(), "HEAPHOUND_ERR_COMPRESSION");
        check_read(&claims((27 - 10) << 3), b"", Codec::Zstd);
        // The same header in front of an input that could fill it.
        let noise: Vec<u8> = (0..100_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let stored = [&claims((31 - 10) << 3)[..], &zstd(&noise)].concat();
        check_read(&stored, &noise, Codec::Zstd);
    }

    #[test]
    fn an_error_of_the_sink_ends_the_reader() {
        let fault = Error::Foreign { what: "test".into() };
        let result = read(Source::Bytes(vec![b'x'; 40 * BLOCK]), &Control::new(), &mut |_| {
            Err(Error::Foreign { what: "test".into() })
        });
        assert_eq!(result, Err(fault));
    }

    #[test]
    fn progress_counts_stored_bytes() {
        let stored = gzip(&long_text());
        let control = Control::new();
        let mut last = 0;
        read(Source::Bytes(stored.clone()), &control, &mut |_| {
            let (stage, done, total) = control.progress();
            assert_eq!((stage, total), ("reading", stored.len() as u64));
            assert!(done >= last);
            last = done;
            Ok(())
        })
        .expect("good input");
        assert_eq!(control.progress().1, stored.len() as u64);
    }

    #[test]
    fn a_cancel_ends_a_read_that_waits_for_a_stream() {
        let control = Control::new();
        let (sender, receiver) = chunks();
        sender.push(vec![b'x'; BLOCK], Box::new(|_| {}));
        let result = read(Source::Chunks(receiver), &control, &mut |_| {
            control.cancel();
            Ok(())
        });
        assert_eq!(result, Err(Error::Cancelled));
        sender.push(b"more".to_vec(), Box::new(|more| assert!(!more, "nobody reads any more")));
    }

    #[test]
    fn an_aborted_stream_is_an_error() {
        let (sender, receiver) = chunks();
        sender.push(b"{".to_vec(), Box::new(|_| {}));
        sender.abort(Error::Cancelled);
        assert_eq!(read_all(Source::Chunks(receiver)).map(|_| ()), Err(Error::Cancelled));
        let (sender, receiver) = chunks();
        drop(sender);
        assert_eq!(
            read_all(Source::Chunks(receiver)).map_err(|error| error.code()).map(|_| ()),
            Err("HEAPHOUND_ERR_IO")
        );
    }

    #[cfg(unix)]
    mod files {
        use super::*;
        use std::path::PathBuf;

        fn folder(name: &str) -> PathBuf {
            let folder = std::env::temp_dir().join(format!("heaphound-read-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a temporary folder");
            folder
        }

        #[test]
        fn a_file_is_read_and_its_faults_name_it() {
            let folder = folder("file");
            let file = folder.join("a.heapsnapshot.gz");
            std::fs::write(&file, gzip(b"{}")).expect("a file");
            assert_eq!(read_all(Source::Path(file)).map(|(raw, _)| raw), Ok(b"{}".to_vec()));
            let missing = read_all(Source::Path(folder.join("missing"))).expect_err("no such file");
            assert!(
                missing.to_string().contains("cannot open") && missing.to_string().contains("missing"),
                "{missing}"
            );
            assert!(matches!(missing, Error::Io { os: Some(libc::ENOENT), .. }), "{missing:?}");
            let directory = read_all(Source::Path(folder.clone())).expect_err("a directory");
            assert!(matches!(directory, Error::Io { os: Some(libc::EISDIR), .. }), "{directory:?}");
            std::fs::remove_dir_all(folder).expect("ours");
        }

        #[test]
        fn a_fifo_is_read_and_a_cancel_ends_the_wait_for_its_writer() {
            let folder = folder("fifo");
            let fifo = folder.join("fifo");
            assert!(std::process::Command::new("mkfifo").arg(&fifo).status().is_ok_and(|status| status.success()));
            let writer = std::thread::spawn({
                let fifo = fifo.clone();
                move || std::fs::write(fifo, zstd(b"{}")).expect("a reader comes")
            });
            assert_eq!(read_all(Source::Path(fifo.clone())).map(|(raw, _)| raw), Ok(b"{}".to_vec()));
            writer.join().expect("it wrote");

            let control = Control::new();
            let result = std::thread::scope(|scope| {
                let reader = scope.spawn(|| read(Source::Path(fifo), &control, &mut |_| Ok(())));
                control.cancel();
                reader.join().expect("no panic")
            });
            assert_eq!(result, Err(Error::Cancelled));
            std::fs::remove_dir_all(folder).expect("ours");
        }
    }
}
