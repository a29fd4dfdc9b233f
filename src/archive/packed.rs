//! Bytes that wait in memory, compressed.

use crate::error::{Error, Result};
use std::io::{Read, Write};
use zstd::stream::{read::Decoder, write::Encoder};

/// As for files: `encoder`.
const LEVEL: i32 = 1;

/// Takes bytes now and gives them back later; in between they need a tenth of their room, or whatever zstd makes of
/// them.
pub struct Packed {
    encoder: Encoder<'static, Vec<u8>>,
}

impl Packed {
    /// # Errors
    /// [`Error::Io`] when there is no memory for an encoder.
    pub fn new() -> Result<Self> {
        Ok(Packed { encoder: Encoder::new(Vec::new(), LEVEL).map_err(fault)? })
    }

    /// # Errors
    /// [`Error::Io`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.encoder.write_all(bytes).map_err(fault)
    }

    /// Gives everything back, in pieces.
    ///
    /// # Errors
    /// [`Error::Io`]; those of `sink`.
    pub fn unpack(self, sink: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let packed = self.encoder.finish().map_err(fault)?;
        let mut decoder = Decoder::with_buffer(&packed[..]).map_err(fault)?;
        let mut piece = vec![0; 1 << 18];
        loop {
            match decoder.read(&mut piece).map_err(fault)? {
                0 => return Ok(()),
                count => sink(&piece[..count])?,
            }
        }
    }
}

fn fault(error: std::io::Error) -> Error {
    Error::io("bytes in memory", "pack", &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let long: Vec<u8> = (0..300_000u32).flat_map(|n| n.to_string().into_bytes()).collect();
        for bytes in [&b""[..], b"a", &long] {
            let mut packed = Packed::new().expect("memory");
            bytes.chunks(70_001).for_each(|chunk| packed.write(chunk).expect("memory"));
            let mut back = Vec::new();
            packed
                .unpack(&mut |piece| {
                    back.extend_from_slice(piece);
                    Ok(())
                })
                .expect("they are whole");
            assert!(back == bytes);
        }
    }
}
