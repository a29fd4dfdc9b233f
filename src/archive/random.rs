//! A file that is read at any place. One that is compressed is unpacked first, into a file without a name.

use super::Codec;
use super::decoder::Decoder;
use super::directory::space_or_io;
use super::input::{Input, Source};
use crate::control::Control;
use crate::error::{Error, Result};
use lz4_flex::frame::FrameDecoder;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

static NEVER: AtomicBool = AtomicBool::new(false);

/// Bytes that are unpacked at a time. Those that are all zero take no room on the disk.
const BLOCK: usize = 1 << 16;
/// More than any process has: an input that never ends stops here.
const MOST: u64 = 1 << 43;
/// Frames of LZ4, and those of its older form.
const LZ4: [[u8; 4]; 2] = [[0x04, 0x22, 0x4d, 0x18], [0x02, 0x21, 0x4c, 0x18]];
/// Ways of packing that are known by name only.
const UNKNOWN: [(&[u8], &str); 4] =
    [(b"\xfd7zXZ\0", "xz"), (b"BZh", "bzip2"), (b"PK\x03\x04", "zip"), (b"\x5d\0\0", "lzma")];

pub struct RandomFile {
    file: File,
    path: PathBuf,
    /// Bytes when it was opened.
    pub size: u64,
    /// When it was last changed.
    pub changed: SystemTime,
}

impl RandomFile {
    /// Opens a regular file.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Option`] for anything else than a regular file.
    pub fn open(path: &Path) -> Result<Self> {
        let fault = |error: io::Error| Error::io(path.to_string_lossy(), "open", &error);
        // The open of a FIFO would wait for its writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(|error| fault(error.into()))?);
        let facts = file.metadata().map_err(fault)?;
        if !facts.is_file() {
            return Err(Error::Option { name: "image", what: format!("{} is no regular file", path.display()) });
        }
        let changed = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Ok(RandomFile { file, path: path.into(), size: facts.len(), changed })
    }

    /// Bytes from `offset` on; fewer than `into` has room for only at the end of the file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn read_at(&self, mut offset: u64, into: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        // The system takes no offset beyond.
        while filled < into.len() && offset <= i64::MAX as u64 {
            match self.file.read_at(&mut into[filled..], offset) {
                Ok(0) => break,
                Ok(count) => (filled, offset) = (filled + count, offset + count as u64),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io(self.path.to_string_lossy(), "read", &error)),
            }
        }
        Ok(filled)
    }

    /// The file itself when its first bytes are `plain`, else what it unpacks to: in a file without a name in `folder`.
    /// `None`: it is packed in no way that is known.
    ///
    /// # Errors
    /// [`Error::Compression`] for damaged and cut bytes; [`Error::NoSpace`]; [`Error::Io`]; [`Error::Cancelled`];
    /// [`Error::Option`] for a way of packing that is known by name only.
    pub fn unpacked(self, plain: &[u8], folder: &Path, control: &Control) -> Result<Option<Self>> {
        let mut head = [0; 8];
        let count = self.read_at(0, &mut head)?;
        let head = &head[..count];
        if head.starts_with(plain) {
            return Ok(Some(self));
        }
        if let Some((_, name)) = UNKNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
            let what = format!("{} is packed with {name}; unpack it first", self.path.display());
            return Err(Error::Option { name: "image", what });
        }
        let mut stream = match LZ4.iter().any(|magic| head.starts_with(magic)) {
            true => Stream::lz4(&self)?,
            false if Codec::of(head) == Codec::Plain => return Ok(None),
            false => Stream::Known(Decoder::new(Input::open(Source::Path(self.path.clone()), &NEVER)?.0)?),
        };
        let file = without_name(folder)?;
        let fault = |error: io::Error| space_or_io(folder, "write a file in", &error);
        let mut block = vec![0; BLOCK];
        let (mut size, mut told) = (0, 0);
        loop {
            control.check()?;
            let filled = stream.fill(&mut block)?;
            if filled == 0 {
                break;
            }
            if block[..filled].iter().any(|byte| *byte != 0) {
                file.write_all_at(&block[..filled], size).map_err(fault)?;
            }
            size += filled as u64;
            if size > MOST {
                let what = format!("it unpacks to more than {MOST} bytes");
                return Err(Error::Compression { codec: stream.name(), offset: stream.consumed(), what });
            }
            control.advance(stream.consumed() - told);
            told = stream.consumed();
        }
        file.set_len(size).map_err(fault)?;
        Ok(Some(RandomFile { file, path: self.path, size, changed: self.changed }))
    }
}

/// Readable and writable by this process only; the system frees it when it is closed.
fn without_name(folder: &Path) -> Result<File> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let fault = |error: rustix::io::Errno| space_or_io(folder, "create a file in", &error.into());
    let owner_only = Mode::RUSR | Mode::WUSR;
    if let Ok(file) = rustix::fs::open(folder, OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC, owner_only) {
        return Ok(file.into());
    }
    let path = folder.join(super::directory::temporary_name());
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::open(&path, flags, owner_only).map_err(fault)?;
    rustix::fs::unlink(&path).map_err(fault)?;
    Ok(file.into())
}

enum Stream {
    Known(Decoder<'static>),
    Lz4(Box<FrameDecoder<Counted>>),
}

impl Stream {
    fn lz4(file: &RandomFile) -> Result<Self> {
        let again = file.file.try_clone();
        let file = again.map_err(|error| Error::io(file.path.to_string_lossy(), "open", &error))?;
        Ok(Stream::Lz4(Box::new(FrameDecoder::new(Counted { inner: BufReader::with_capacity(BLOCK, file), given: 0 }))))
    }

    fn name(&self) -> &'static str {
        match self {
            Stream::Known(decoder) => decoder.codec().name(),
            Stream::Lz4(_) => "lz4",
        }
    }

    /// Stored bytes that were used.
    fn consumed(&self) -> u64 {
        match self {
            Stream::Known(decoder) => decoder.consumed(),
            Stream::Lz4(decoder) => decoder.get_ref().given,
        }
    }

    fn fill(&mut self, block: &mut [u8]) -> Result<usize> {
        let decoder = match self {
            Stream::Known(decoder) => return decoder.fill(block),
            Stream::Lz4(decoder) => decoder,
        };
        let mut filled = 0;
        while filled < block.len() {
            let damaged = |decoder: &FrameDecoder<Counted>, what: String| {
                Err(Error::Compression { codec: "lz4", offset: decoder.get_ref().given, what })
            };
            match decoder.read(&mut block[filled..]) {
                Ok(0) => match decoder.get_mut().inner.fill_buf() {
                    // The end of a frame, and of the file.
                    Ok([]) => break,
                    // Another frame, or what comes from a buffer that begins within its first bytes.
                    Ok(next) if LZ4.iter().any(|magic| next.iter().zip(magic).all(|(byte, wanted)| byte == wanted)) => {
                    }
                    Ok(_) => return damaged(decoder, "something else follows its end".into()),
                    Err(error) => return damaged(decoder, error.to_string()),
                },
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return damaged(decoder, "it ends too early".into());
                }
                Err(error) => return damaged(decoder, error.to_string()),
            }
        }
        Ok(filled)
    }
}

/// Counts the bytes that were taken.
struct Counted {
    inner: BufReader<File>,
    given: u64,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.given += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("heaphound-random-{}-{name}", std::process::id()))
    }

    fn unpacked(name: &str, stored: &[u8]) -> Result<Option<Vec<u8>>> {
        let path = path(name);
        std::fs::write(&path, stored).expect("the temporary folder can be written");
        let file = RandomFile::open(&path)?;
        std::fs::remove_file(&path).ok();
        std::fs::write(&path, stored).expect("the temporary folder can be written");
        let result = file.unpacked(b"plain", &std::env::temp_dir(), &Control::new());
        std::fs::remove_file(&path).expect("it was made above");
        result?
            .map(|file| {
                let mut bytes = vec![0; file.size as usize];
                file.read_at(0, &mut bytes).map(|_| bytes)
            })
            .transpose()
    }

    fn lz4(raw: &[u8]) -> Vec<u8> {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(raw).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn raw() -> Vec<u8> {
        let mut raw = vec![0; 3 * BLOCK + 17];
        raw[..5].copy_from_slice(b"plain");
        raw[2 * BLOCK + 3] = 7;
        raw
    }

    #[test]
    fn a_packed_file_is_told_by_its_first_bytes() {
        let raw = raw();
        let zstd = zstd::stream::encode_all(&raw[..], 1).expect("memory takes it");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&raw).expect("memory takes it");
        let gzip = gzip.finish().expect("memory takes it");
        let two = [lz4(&raw[..BLOCK + 9]), lz4(&raw[BLOCK + 9..])].concat();
        for (name, stored) in [("plain", raw.clone()), ("zstd", zstd), ("gzip", gzip), ("lz4", lz4(&raw)), ("two", two)]
        {
            assert!(unpacked(name, &stored) == Ok(Some(raw.clone())), "{name}");
        }
        assert_eq!(unpacked("other", b"nothing"), Ok(None));
        let xz = unpacked("xz", b"\xfd7zXZ\0abc").expect_err("it is not known").to_string();
        assert!(xz.contains("packed with xz"), "{xz}");
    }

    #[test]
    fn a_cut_or_damaged_file_is_an_error() {
        let stored = lz4(&raw());
        for cut in [5, stored.len() / 2, stored.len() - 1] {
            match unpacked("cut", &stored[..cut]) {
                Err(error) => assert_eq!(error.code(), "HEAPHOUND_ERR_COMPRESSION", "{cut}"),
                // LZ4 does not miss the mark of its end: whoever reads the file has to see that it is short.
                Ok(bytes) => assert!(bytes.is_some_and(|bytes| bytes.len() < raw().len() || cut + 8 > stored.len())),
            }
        }
        let error = unpacked("behind", &[&stored[..], b"more"].concat()).expect_err("something follows");
        assert_eq!(error.code(), "HEAPHOUND_ERR_COMPRESSION");
    }

    #[test]
    fn only_regular_files_are_opened() {
        assert_eq!(RandomFile::open(Path::new("/dev/null")).map(|_| ()).unwrap_err().code(), "HEAPHOUND_ERR_OPTION");
        assert_eq!(RandomFile::open(&path("none")).map(|_| ()).unwrap_err().code(), "HEAPHOUND_ERR_IO");
    }
}
