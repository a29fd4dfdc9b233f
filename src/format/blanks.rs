//! Skips white space between the tokens of JSON, at the speed of memory and up to a limit.

use crate::error::{Error, Result};

/// Longest run of white space that a document may have. Pretty-printers make some hundred bytes of it; a file that was
/// never written, or was made to keep us busy, has gigabytes.
const LONGEST: u64 = 64 << 20;

/// Bytes that are looked at together.
const STEP: usize = 64;

#[inline(always)]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// How many bytes of white space `bytes` begins with.
#[inline]
pub fn blanks(bytes: &[u8]) -> usize {
    // Nearly always there is none, or one.
    let first = bytes.iter().take(STEP).take_while(|byte| is_blank(**byte)).count();
    if first < STEP {
        return first;
    }
    let (steps, _) = bytes.as_chunks::<STEP>();
    let whole = steps.iter().take_while(|step| all_blank(*step)).count() * STEP;
    whole + bytes[whole..].iter().take_while(|byte| is_blank(**byte)).count()
}

/// Without an early way out, so that the compiler looks at many bytes at a time.
#[inline]
fn all_blank(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, byte| all & is_blank(*byte))
}

/// The run of white space that reaches over the ends of chunks.
///
/// It is also that of a string of nothing but spaces, for which the bound is as good.
#[derive(Default, Debug)]
pub struct BlankRun {
    length: u64,
}

impl BlankRun {
    /// Takes note of the next chunk, whose first byte is the document's byte `offset`.
    ///
    /// # Errors
    /// [`Error::Format`] at the end of a run that is longer than any document has.
    pub fn pass(&mut self, chunk: &[u8], offset: u64) -> Result<()> {
        let start = blanks(chunk);
        self.length += start as u64;
        if self.length > LONGEST {
            let what = format!("a run of more than {LONGEST} bytes of white space");
            return Err(Error::Format { table: "document", offset, what });
        }
        if start < chunk.len() {
            self.length = chunk.iter().rev().take_while(|byte| is_blank(**byte)).count() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_a_run_is_found() {
        let text: Vec<u8> = b" \t\r\n".iter().copied().cycle().take(700).collect();
        for length in 0..700 {
            for end in [&b""[..], b"x", b"\0 ", b"\x0b\x0c\x1f"] {
                let bytes = [&text[..length], end].concat();
                assert_eq!(blanks(&bytes), length);
            }
        }
    }

    #[test]
    fn a_run_is_counted_over_the_ends_of_chunks() {
        let chunk = vec![b' '; 1 << 20];
        let mut run = BlankRun::default();
        for _ in 0..LONGEST >> 20 {
            assert_eq!(run.pass(&chunk, 0), Ok(()));
        }
        assert!(run.pass(b" ", 0).is_err());
        let mut run = BlankRun::default();
        for _ in 0..LONGEST >> 20 {
            assert_eq!(run.pass(&chunk, 0), Ok(()));
            assert_eq!(run.pass(b"1, ", 0), Ok(()));
        }
    }
}
