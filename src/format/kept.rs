//! A section whose bytes are kept until it has ended: the header, and all sections before it.

use super::balanced::Balanced;
use super::key::Key;
use crate::error::{Error, Result};

/// Most bytes of a header. V8 writes 2 kB. Its JSON takes many times its length in memory.
const MAX_HEADER: usize = 4 << 20;

/// The bytes of one JSON value.
#[derive(Debug)]
pub struct Kept {
    value: Balanced,
    bytes: Vec<u8>,
    /// Most bytes that are kept.
    limit: usize,
}

impl Kept {
    /// The value of the section `key`. A header has a limit of its length.
    pub fn new(key: Key) -> Self {
        let limit = if key == Key::Snapshot { MAX_HEADER } else { usize::MAX };
        Self { value: Balanced::new(key.name()), bytes: Vec::new(), limit }
    }

    /// Takes bytes up to the end of the value and returns how many.
    ///
    /// # Errors
    /// The errors of [`Balanced::feed`]; [`Error::Format`] when the value is too long.
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let taken = self.value.feed(bytes, offset)?;
        if self.bytes.len() + taken > self.limit {
            let what = format!("the section is longer than {} bytes", self.limit);
            return Err(Error::Format { table: self.value.table(), offset, what });
        }
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    pub fn is_done(&self) -> bool {
        self.value.is_done()
    }

    /// Bytes of memory that it takes so far.
    pub fn held_bytes(&self) -> u64 {
        self.value.held_bytes() + self.bytes.len() as u64
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
