//! The text in the place of a content. It is equal for equal texts, has the same length, and gives no hint of the
//! content.

use crate::text::Text;
use sha2::{Digest, Sha256};
use std::io::Write;

/// Letters of a hash: 64 of them, so each holds six bits. The order is that of RFC 4648's alphabet for URLs.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// 72 bits: of ten million different texts two are taken for one with a probability of 1 to 10^8.
const HASH_LETTERS: usize = 12;
const START: &str = "‹redacted ";
const END: &str = "›";
/// UTF-16 units of a placeholder that holds nothing but its hash: no shorter one is made.
pub const SHORTEST: usize = 10 + HASH_LETTERS + 1;
/// A block of SHA-256.
const BLOCK: usize = 64;

/// True for what stands in the place of a content: its name says nothing, and another key gives it another one.
pub fn is_placeholder(text: Text<'_>) -> bool {
    text.starts_with(START)
}

/// Makes placeholders by a key: HMAC-SHA-256 (RFC 2104) of the text.
///
/// Who has the key can try texts; who has not learns which texts are equal, and how long those of more than
/// [`SHORTEST`] units are.
#[derive(Clone)]
pub struct Placeholders {
    inner: Sha256,
    outer: Sha256,
}

impl Placeholders {
    pub fn new(key: [u8; 32]) -> Self {
        let keyed = |pad: u8| {
            let mut block = [pad; BLOCK];
            block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
            Sha256::new().chain_update(block)
        };
        Self { inner: keyed(0x36), outer: keyed(0x5c) }
    }

    /// Appends the placeholder of `text`: as many UTF-16 units as the text has, at least [`SHORTEST`]; nothing for an
    /// empty text.
    ///
    /// # Cost
    /// SHA-256 of the text and of two short blocks.
    pub fn append(&self, text: &[u8], to: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        let inner = self.inner.clone().chain_update(text).finalize();
        let hash = self.outer.clone().chain_update(inner).finalize();
        to.extend_from_slice(START.as_bytes());
        // Three bytes give four letters.
        for three in hash[..HASH_LETTERS / 4 * 3].chunks_exact(3) {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            to.extend([18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift & 63) as usize]));
        }
        let fill = Text(text).utf16_len().saturating_sub(SHORTEST);
        to.extend(std::iter::repeat_n(b'.', fill));
        to.extend_from_slice(END.as_bytes());
    }
}

impl std::fmt::Debug for Placeholders {
    /// Says nothing of the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Placeholders")
    }
}

/// Appends `text` as a JSON string in V8's spelling: what is not printable ASCII is escaped by UTF-16 unit.
pub fn append_json(text: &[u8], to: &mut Vec<u8>) {
    to.push(b'"');
    for unit in Text(text).units() {
        match unit {
            0x22 | 0x5c => to.extend([b'\\', unit as u8]),
            0x20..0x7f => to.push(unit as u8),
            0x0a => to.extend(b"\\n"),
            _ => write!(to, "\\u{unit:04x}").expect("memory takes it"),
        }
    }
    to.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn placeholder(key: u8, text: &str) -> String {
        let mut made = Vec::new();
        Placeholders::new([key; 32]).append(text.as_bytes(), &mut made);
        String::from_utf8(made).expect("it is plain text")
    }

    #[test]
    fn it_is_as_long_as_the_text_but_for_short_ones() {
        for (text, units) in
            [("", 0), ("a", 23), (&"b".repeat(23), 23), (&"c".repeat(24), 24), (&"😀".repeat(600), 1200)]
        {
            let made = placeholder(1, text);
            assert_eq!(made.encode_utf16().count(), units, "{made}");
            assert!(text.is_empty() || (made.starts_with("‹redacted ") && made.ends_with('›')), "{made}");
        }
    }

    #[test]
    fn equal_texts_stay_equal_and_others_do_not() {
        let made: HashSet<String> = (0..20_000).map(|number| placeholder(1, &number.to_string())).collect();
        assert_eq!(made.len(), 20_000);
        assert!(made.contains(&placeholder(1, "777")));
        assert!(!made.contains(&placeholder(2, "777")), "the key does not matter");
    }

    /// RFC 4231, test case 2 has a key of four bytes; zeros behind it do not change the hash.
    #[test]
    fn the_hash_is_hmac() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mut made = Vec::new();
        Placeholders::new(key).append(b"what do ya want for nothing?", &mut made);
        // 5bdcc146bf60754e6a in six bits a letter.
        assert_eq!(String::from_utf8_lossy(&made), "‹redacted W9zBRr9gdU5q.....›");
    }

    #[test]
    fn json_is_escaped_as_v8_does() {
        let mut json = Vec::new();
        append_json("a\"\\\n\u{1}é😀\u{7f}".as_bytes(), &mut json);
        append_json(b"\xed\xa0\xbd", &mut json);
        assert_eq!(String::from_utf8_lossy(&json), r#""a\"\\\n\u0001\u00e9\ud83d\ude00\u007f""\ud83d""#);
    }
}
