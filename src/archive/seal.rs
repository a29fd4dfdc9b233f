//! Encrypts bytes while they are written, as the payload of a file in the age format.
//!
//! The key exchange is not made here: whoever asks has the header of the file, which holds the key for those who may
//! read it, and gives the key of the payload.
//!
//! # Source
//! <https://age-encryption.org/v1>, "Payload": ChaCha20-Poly1305 (RFC 8439) over pieces of 64 KiB, each with a number
//! and a mark for the last one.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

/// Plain bytes of a piece.
const PIECE: usize = 64 << 10;
const TAG: usize = 16;

/// Who may read a file.
#[derive(Clone)]
pub struct Seal {
    /// The header of the file and the 16 bytes behind it, from which the key was derived.
    pub head: Vec<u8>,
    /// For this payload alone.
    pub key: [u8; 32],
}

/// The process that makes a file keeps no key of it.
impl Drop for Seal {
    fn drop(&mut self) {
        self.key.fill(0);
        std::hint::black_box(&self.key);
    }
}

/// Made once, it takes no memory.
pub(super) struct Sealer {
    cipher: ChaCha20Poly1305,
    number: u64,
    /// Room for one piece and its tag.
    piece: Box<[u8]>,
    filled: usize,
}

impl Sealer {
    pub fn new(key: &[u8; 32]) -> Self {
        let cipher = ChaCha20Poly1305::new(&Key::from(*key));
        Sealer { cipher, number: 0, piece: vec![0; PIECE + TAG].into(), filled: 0 }
    }

    /// Gives `out` the pieces that are full and not the last.
    pub fn write<E>(&mut self, mut bytes: &[u8], out: &mut dyn FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        while !bytes.is_empty() {
            if self.filled == PIECE {
                out(self.seal(false))?;
            }
            let count = bytes.len().min(PIECE - self.filled);
            self.piece[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
            self.filled += count;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// The last piece.
    pub fn finish(&mut self) -> &[u8] {
        self.seal(true)
    }

    fn seal(&mut self, is_last: bool) -> &[u8] {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(is_last);
        self.number += 1;
        let (plain, tag) = self.piece.split_at_mut(self.filled);
        let sealed = self.cipher.encrypt_inout_detached(&Nonce::from(nonce), &[], plain.into());
        tag[..TAG].copy_from_slice(&sealed.expect("a piece is far below the longest message"));
        let whole = std::mem::take(&mut self.filled) + TAG;
        &self.piece[..whole]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// What a reader of the format does.
    fn open(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
        let cipher = ChaCha20Poly1305::new(&Key::from(*key));
        let mut plain = Vec::new();
        let pieces: Vec<&[u8]> = sealed.chunks(PIECE + TAG).collect();
        for (number, piece) in pieces.iter().enumerate() {
            let mut nonce = [0; 12];
            nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
            nonce[11] = u8::from(number + 1 == pieces.len());
            let (text, tag) = piece.split_at_checked(piece.len().checked_sub(TAG)?)?;
            let mut text = text.to_vec();
            let tag = tag.try_into().ok()?;
            cipher.decrypt_inout_detached(&Nonce::from(nonce), &[], text.as_mut_slice().into(), &tag).ok()?;
            plain.extend(text);
        }
        Some(plain)
    }

    fn seal(key: &[u8; 32], bytes: &[u8], step: usize) -> Vec<u8> {
        let mut sealer = Sealer::new(key);
        let mut sealed = Vec::new();
        for part in bytes.chunks(step) {
            let written: Result<(), Infallible> = sealer.write(part, &mut |piece| {
                sealed.extend_from_slice(piece);
                Ok(())
            });
            written.expect("memory takes all");
        }
        sealed.extend_from_slice(sealer.finish());
        sealed
    }

    #[test]
    fn what_is_sealed_is_read_whole_and_only_with_its_key() {
        let key = [7; 32];
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let sealed = seal(&key, &bytes, 1 << 20);
            assert!([1000, PIECE, PIECE + 7].into_iter().all(|step| seal(&key, &bytes, step) == sealed));
            assert_eq!(sealed.len(), size + size.div_ceil(PIECE).max(1) * TAG);
            assert!(open(&key, &sealed).as_deref() == Some(&bytes[..]), "{size}");
            assert_eq!(open(&[8; 32], &sealed), None);
        }
        let sealed = seal(&key, &[1; 2 * PIECE], PIECE);
        assert_eq!(open(&key, &sealed[..PIECE + TAG]), None, "the last piece is missing");
        assert_eq!(open(&key, &[&sealed[PIECE + TAG..], &sealed[..PIECE + TAG]].concat()), None, "in another order");
    }
}
