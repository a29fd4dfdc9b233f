//! The only writer of files: a private file, which gets its name when it is whole.

use super::Codec;
use super::directory::{Unnamed, space_or_io};
use super::encoder::Encoder;
use crate::error::{Error, Result};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Writes a file that nobody sees before it is complete, durable and private (0600).
///
/// Dropped before [`FileWriter::finish`], or after any error, it leaves nothing behind.
pub struct FileWriter {
    encoder: Encoder<File>,
    target: Unnamed,
    raw_bytes: u64,
    /// Stored bytes there may be.
    limit: u64,
}

/// A file that was written.
///
/// # Units
/// Bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    pub path: PathBuf,
    /// Before compression.
    pub raw_bytes: u64,
    /// On disk.
    pub stored_bytes: u64,
    /// Of the stored bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl FileWriter {
    /// Begins the file `path`. Its directory has to exist.
    ///
    /// # Errors
    /// [`Error::Exists`] when anything has that name, a symbolic link too;
    /// [`Error::Io`].
    pub fn create(path: &Path, codec: Codec) -> Result<Self> {
        let target = Unnamed::create(path)?;
        let encoder = target
            .file
            .try_clone()
            .and_then(|file| Encoder::new(codec, file))
            .map_err(|error| space_or_io(path, "write", &error))?;
        Ok(FileWriter { encoder, target, raw_bytes: 0, limit: u64::MAX })
    }

    /// The same, for a file of at most so many stored bytes.
    pub fn limited(mut self, max_bytes: Option<u64>) -> Self {
        self.limit = max_bytes.unwrap_or(u64::MAX);
        self
    }

    /// A small file in one piece, plain, as private and as durable as every other.
    ///
    /// # Errors
    /// The errors of [`FileWriter::create`] and [`FileWriter::finish`].
    pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
        let mut writer = FileWriter::create(path, Codec::Plain)?;
        writer.write(bytes)?;
        writer.finish().map(|_| ())
    }

    /// # Errors
    /// [`Error::NoSpace`] when the disk is full; [`Error::MaxBytes`] above the limit; [`Error::Io`].
    pub fn write(&mut self, raw: &[u8]) -> Result<()> {
        self.encoder.write_all(raw).map_err(|error| space_or_io(self.target.target(), "write", &error))?;
        self.raw_bytes += raw.len() as u64;
        within(self.limit, self.encoder.stored())
    }

    /// Makes the file and its name durable.
    ///
    /// # Errors
    /// The errors of [`FileWriter::write`], and [`Error::Exists`] when somebody took the name meanwhile.
    pub fn finish(self) -> Result<Written> {
        let FileWriter { encoder, target, raw_bytes, limit } = self;
        let stored = encoder.finish().map_err(|error| space_or_io(target.target(), "write", &error))?;
        within(limit, stored.bytes)?;
        let path = target.publish()?;
        Ok(Written { path, raw_bytes, stored_bytes: stored.bytes, sha256: stored.sha256 })
    }
}

fn within(limit: u64, stored: u64) -> Result<()> {
    if stored > limit { Err(Error::MaxBytes { limit }) } else { Ok(()) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::archive::{Source, read};
    use crate::control::Control;
    use sha2::{Digest, Sha256};
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("heaphound-write-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    fn check_round_trip(folder: &Path, codec: Codec, raw: &[u8]) {
        let path = folder.join(format!("{}-{}", codec.name(), raw.len()));
        let mut writer = FileWriter::create(&path, codec).expect("a new file");
        raw.chunks(70_000).for_each(|chunk| writer.write(chunk).expect("room"));
        assert!(!path.exists(), "it has its name too early");
        let written = writer.finish().expect("room");
        let stored = std::fs::read(&path).expect("it is there");
        assert_eq!((written.raw_bytes, written.stored_bytes), (raw.len() as u64, stored.len() as u64));
        let hash: String = Sha256::digest(&stored).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(written.sha256, hash);
        assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
        let mut back = Vec::new();
        let info = read(Source::Path(path), &Control::new(), &mut |bytes| {
            back.extend_from_slice(bytes);
            Ok(())
        });
        assert!(back == raw);
        assert_eq!(info.map(|info| info.codec), Ok(codec));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let folder = folder("round");
        let long: Vec<u8> =
            (0..300_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            [&b""[..], b"{}", &long].into_iter().for_each(|raw| check_round_trip(&folder, codec, raw));
        }
        assert_eq!(names(&folder).len(), 9, "nothing else is left");
        std::fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left() {
        let folder = folder("exists");
        let path = folder.join("a");
        let exists = |result: Result<()>| assert_eq!(result.map_err(|e| e.code()), Err("HEAPHOUND_ERR_EXISTS"));

        let mut late = FileWriter::create(&path, Codec::Plain).expect("a new file");
        late.write(b"late").expect("room");
        std::fs::write(&path, "first").expect("room");
        exists(late.finish().map(|_| ()));
        exists(FileWriter::create(&path, Codec::Zstd).map(|_| ()));
        assert_eq!(std::fs::read(&path).expect("it is there"), b"first");

        symlink(folder.join("nowhere"), folder.join("link")).expect("a link");
        exists(FileWriter::create(&folder.join("link"), Codec::Plain).map(|_| ()));
        let late = FileWriter::create(&folder.join("link2"), Codec::Plain).expect("a new file");
        symlink(folder.join("nowhere"), folder.join("link2")).expect("a link");
        exists(late.finish().map(|_| ()));

        drop(FileWriter::create(&folder.join("dropped"), Codec::Zstd).expect("a new file"));
        let mut left = names(&folder);
        left.sort();
        assert_eq!(left, ["a", "link", "link2"]);
        std::fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let folder = folder("place");
        let error = |path: PathBuf| FileWriter::create(&path, Codec::Zstd).map(|_| ()).expect_err("no such place");
        let missing = error(folder.join("missing/a"));
        assert!(
            matches!(&missing, Error::Io { path, os: Some(libc::ENOENT), .. } if path.ends_with("missing")),
            "{missing}"
        );
        std::fs::write(folder.join("file"), "").expect("room");
        assert!(matches!(error(folder.join("file/a")), Error::Io { os: Some(libc::ENOTDIR), .. }));
        assert_eq!(error(PathBuf::from("/")).code(), "HEAPHOUND_ERR_OPTION");
        std::fs::remove_dir_all(folder).expect("ours");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_has_its_own_code() {
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
            let mut encoder = Encoder::new(codec, full).expect("an encoder");
            let result = encoder.write_all(&[7; 100_000]).and_then(|()| encoder.finish().map(|_| ()));
            let error = space_or_io(Path::new("a"), "write", &result.expect_err("it is full"));
            assert_eq!(error, Error::NoSpace { path: "a".into() });
        }
    }
}
