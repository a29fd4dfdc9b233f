//! Encodes raw bytes to stored bytes, and hashes them.

use super::Codec;
use super::gzip::GzipWriter;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use zstd::stream::write::Encoder as ZstdEncoder;

/// zstd 1 packs a snapshot better and faster than every level of gzip does: `docs/benchmarks.md`.
const ZSTD_LEVEL: i32 = 1;

/// Compresses into `W`.
pub(super) enum Encoder<W: Write> {
    Plain(Hashed<W>),
    Gzip(Box<GzipWriter<Hashed<W>>>),
    Zstd(Box<ZstdEncoder<'static, Hashed<W>>>),
}

impl<W: Write> Encoder<W> {
    pub fn new(codec: Codec, inner: W) -> io::Result<Self> {
        let hashed = Hashed { inner, hash: Sha256::new(), stored: 0 };
        Ok(match codec {
            Codec::Plain => Encoder::Plain(hashed),
            Codec::Gzip => Encoder::Gzip(Box::new(GzipWriter::new(hashed))),
            Codec::Zstd => {
                let mut encoder = ZstdEncoder::new(hashed, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Encoder::Zstd(Box::new(encoder))
            }
        })
    }

    pub fn write_all(&mut self, raw: &[u8]) -> io::Result<()> {
        match self {
            Encoder::Plain(hashed) => hashed.write_all(raw),
            Encoder::Gzip(encoder) => encoder.write_all(raw),
            Encoder::Zstd(encoder) => encoder.write_all(raw),
        }
    }

    /// Bytes that the file has so far; the codec may hold more.
    pub fn stored(&self) -> u64 {
        match self {
            Encoder::Plain(hashed) => hashed.stored,
            Encoder::Gzip(encoder) => encoder.get_ref().stored,
            Encoder::Zstd(encoder) => encoder.get_ref().stored,
        }
    }

    /// Writes the last stored bytes.
    pub fn finish(self) -> io::Result<Stored> {
        self.finish_into().map(|(stored, _)| stored)
    }

    /// [`Encoder::finish`] that gives back what was written to.
    pub fn finish_into(self) -> io::Result<(Stored, W)> {
        let hashed = match self {
            Encoder::Plain(hashed) => hashed,
            Encoder::Gzip(encoder) => encoder.finish()?,
            Encoder::Zstd(encoder) => encoder.finish()?,
        };
        let sha256 = hashed.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((Stored { bytes: hashed.stored, sha256 }, hashed.inner))
    }
}

/// What an [`Encoder`] gave to the file.
pub(super) struct Stored {
    pub bytes: u64,
    pub sha256: String,
}

pub(super) struct Hashed<W> {
    inner: W,
    hash: Sha256,
    stored: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.stored += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
