//! Reading and writing bytes: plain, gzip or zstd. Reading runs on another thread than the caller's. A written file
//! gets its name only when it is whole.
//!
//! The only module that touches the disk.

mod byte_writer;
mod chunks;
mod decoder;
mod directory;
mod encoder;
mod file_writer;
mod gzip;
mod input;
mod packed;
#[cfg(target_os = "linux")]
mod random;
mod read;
mod read_small;
mod seal;
mod stored;
mod stream_writer;

pub use byte_writer::ByteWriter;
pub use chunks::{ChunkReceiver, ChunkSender, Taken, chunks};
pub use file_writer::{FileWriter, Written};
pub use input::Source;
pub use packed::Packed;
#[cfg(target_os = "linux")]
pub use random::RandomFile;
pub use read::{ReadInfo, read, read_ahead};
pub use read_small::read_small;
pub use seal::Seal;
pub use stored::StoredFile;
pub use stream_writer::{StreamWriter, Waiting};

/// How the bytes of a snapshot are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    Plain,
    Gzip,
    Zstd,
}

impl Codec {
    /// The name options and documents use; plain is `none`.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Plain => "none",
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
        }
    }

    /// The codec with this [`Codec::name`].
    pub fn named(name: &str) -> Option<Self> {
        [Codec::Plain, Codec::Gzip, Codec::Zstd].into_iter().find(|codec| codec.name() == name)
    }

    /// What the codec adds to a file's name, with its dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Codec::Plain => "",
            Codec::Gzip => ".gz",
            Codec::Zstd => ".zst",
        }
    }

    /// The codec whose magic bytes `head` begins with, [`Codec::Plain`] when none does.
    ///
    /// # Source
    /// RFC 1952 section 2.3.1; RFC 8878 section 3.1 (a stream may begin with a skippable frame).
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Codec::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Codec::Zstd,
            _ => Codec::Plain,
        }
    }
}
