//! Bytes as they are, or encrypted, to where they go: into a file, or through a pipe to another process.

use super::encoder::Encoder;
use super::seal::{Seal, Sealer};
use super::{Codec, FileWriter, Written};
use crate::error::{Error, Result};
use std::io::PipeWriter;
use std::path::{Path, PathBuf};

/// Dropped before [`ByteWriter::finish`], it leaves no file. It takes no memory for what it writes.
pub struct ByteWriter {
    exit: Exit,
    sealer: Option<Sealer>,
}

enum Exit {
    File(FileWriter),
    Pipe { encoder: Encoder<PipeWriter>, limit: u64 },
}

impl ByteWriter {
    /// # Errors
    /// As of [`FileWriter::create`].
    pub fn file(path: &Path, max_bytes: Option<u64>) -> Result<Self> {
        Ok(Self::to(Exit::File(FileWriter::create(path, Codec::Plain)?.limited(max_bytes))))
    }

    /// # Errors
    /// [`Error::Io`].
    pub fn pipe(pipe: PipeWriter, max_bytes: Option<u64>) -> Result<Self> {
        let encoder = Encoder::new(Codec::Plain, pipe).map_err(fault)?;
        Ok(Self::to(Exit::Pipe { encoder, limit: max_bytes.unwrap_or(u64::MAX) }))
    }

    fn to(exit: Exit) -> Self {
        ByteWriter { exit, sealer: None }
    }

    /// The same, encrypted where there is a seal. Nothing was written before.
    ///
    /// # Errors
    /// As of [`ByteWriter::write`].
    pub fn sealed(mut self, seal: Option<&Seal>) -> Result<Self> {
        if let Some(Seal { head, key }) = seal {
            self.exit.write(head)?;
            self.sealer = Some(Sealer::new(key));
        }
        Ok(self)
    }

    /// # Errors
    /// [`Error::NoSpace`] when the disk is full; [`Error::MaxBytes`] above the limit; [`Error::Io`], also when nobody
    /// reads any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let exit = &mut self.exit;
        match &mut self.sealer {
            Some(sealer) => sealer.write(bytes, &mut |piece| exit.write(piece)),
            None => exit.write(bytes),
        }
    }

    /// What comes back has a path when there is a file.
    ///
    /// # Errors
    /// As of [`ByteWriter::write`], and [`Error::Exists`].
    pub fn finish(mut self) -> Result<Written> {
        if let Some(sealer) = &mut self.sealer {
            self.exit.write(sealer.finish())?;
        }
        match self.exit {
            Exit::File(file) => file.finish(),
            Exit::Pipe { encoder, .. } => {
                let stored = encoder.finish().map_err(fault)?;
                let (raw_bytes, stored_bytes) = (stored.bytes, stored.bytes);
                Ok(Written { path: PathBuf::new(), raw_bytes, stored_bytes, sha256: stored.sha256 })
            }
        }
    }
}

impl Exit {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Exit::File(file) => file.write(bytes),
            Exit::Pipe { encoder, limit } => {
                encoder.write_all(bytes).map_err(fault)?;
                if encoder.stored() > *limit { Err(Error::MaxBytes { limit: *limit }) } else { Ok(()) }
            }
        }
    }
}

fn fault(error: std::io::Error) -> Error {
    Error::io("the pipe", "write", &error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    const PIECE: &[u8] = b"bytes as they are";

    fn write(mut writer: ByteWriter) -> Result<Written> {
        (0..3).try_for_each(|_| writer.write(PIECE))?;
        writer.finish()
    }

    #[test]
    fn the_same_bytes_come_out_of_each() {
        let path = std::env::temp_dir().join(format!("heaphound-plain-{}", std::process::id()));
        let in_file = ByteWriter::file(&path, None).and_then(write).expect("there is room");
        assert_eq!(std::fs::read(&path).expect("it is there"), PIECE.repeat(3));
        std::fs::remove_file(&path).expect("it was made above");

        let (mut from, into) = std::io::pipe().expect("a pipe");
        let in_pipe = ByteWriter::pipe(into, None).and_then(write).expect("there is room");
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("it ended");
        assert_eq!(bytes, PIECE.repeat(3));

        let facts = |written: &Written| (written.raw_bytes, written.stored_bytes, written.sha256.clone());
        assert_eq!(facts(&in_pipe), facts(&in_file));
    }

    #[test]
    fn what_is_sealed_has_its_head_and_no_plain_bytes() {
        let seal = Seal { head: b"head".to_vec(), key: [7; 32] };
        let path = std::env::temp_dir().join(format!("heaphound-sealed-{}", std::process::id()));
        let sealed = ByteWriter::file(&path, None).and_then(|writer| writer.sealed(Some(&seal)));
        let written = sealed.and_then(write).expect("there is room");
        let bytes = std::fs::read(&path).expect("it is there");
        std::fs::remove_file(&path).expect("it was made above");
        assert_eq!((bytes.len(), written.stored_bytes), (4 + PIECE.len() * 3 + 16, bytes.len() as u64));
        assert!(bytes.starts_with(b"head") && !bytes.windows(5).any(|part| part == b"bytes"));
    }

    #[test]
    fn a_limit_holds_for_each() {
        let path = std::env::temp_dir().join(format!("heaphound-plain-limit-{}", std::process::id()));
        let most = Some(PIECE.len() as u64);
        let above = Err(Error::MaxBytes { limit: PIECE.len() as u64 });
        assert_eq!(ByteWriter::file(&path, most).and_then(write), above);
        assert!(!path.exists());
        let (_from, into) = std::io::pipe().expect("a pipe");
        assert_eq!(ByteWriter::pipe(into, most).and_then(write), above);
    }

    #[test]
    fn a_pipe_that_nobody_reads_is_an_error() {
        let (from, into) = std::io::pipe().expect("a pipe");
        drop(from);
        assert_eq!(ByteWriter::pipe(into, None).and_then(write).map_err(|error| error.code()), Err("HEAPHOUND_ERR_IO"));
    }
}
