//! The `strings` section: turns JSON strings into WTF-8 while they arrive.

use super::blanks::{blanks, is_blank};
use super::tables::StringTable;
use crate::error::{Error, Result};
use crate::text::encode_unit;

const TABLE: &str = "strings";

/// Ordinals of strings are `u32`.
const MAX_STRINGS: u64 = u32::MAX as u64;

/// Bytes of one text. V8 cuts texts at 1,024 characters, unless it is told otherwise; other producers write names and
/// short values.
const MAX_TEXT: usize = 64 << 20;

/// What V8 writes between two texts.
const BETWEEN: &[u8] = b",\n\"";

/// Reads an array of strings through any split of its bytes.
///
/// Escapes are resolved; a high and a low surrogate in a row become one character, any other surrogate stays as it is.
/// Raw UTF-8 is taken as it is, and what is not UTF-8 becomes U+FFFD as in `String::from_utf8_lossy`.
#[derive(Debug)]
pub struct Strings {
    table: StringTable,
    state: State,
    /// Where the string at hand starts in `table.bytes`.
    start: usize,
    /// A UTF-8 sequence that has begun.
    sequence: Sequence,
    /// Texts to keep; those behind them are checked and forgotten.
    keep: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    FirstOrEnd,
    Value,
    CommaOrEnd,
    Text,
    Escape,
    /// Digits that are missing, and the value so far.
    Unicode(u8, u16),
    Done,
}

impl Strings {
    /// `bytes`: room to make for the texts, when the end of the file is known. `keep`: how many of them somebody may
    /// ask for.
    pub fn new(bytes: usize, keep: usize) -> Self {
        let table = StringTable { bytes: Vec::with_capacity(bytes), end: Vec::new(), surplus: 0 };
        Self { table, state: State::Open, start: 0, sequence: Sequence::default(), keep }
    }

    /// Bytes of memory that the texts take.
    pub fn held_bytes(&self) -> u64 {
        self.table.held_bytes()
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    pub fn into_table(mut self) -> StringTable {
        self.table.bytes.shrink_to_fit();
        self.table.end.shrink_to_fit();
        self.table
    }

    /// Gives the texts that are whole, in order, and forgets them.
    pub fn drain(&mut self, mut take: impl FnMut(&[u8])) {
        let mut start = 0;
        for end in self.table.end.drain(..) {
            let end = usize::try_from(end).expect("the bytes are in memory");
            take(&self.table.bytes[start..end]);
            start = end;
        }
        self.table.bytes.drain(..start);
        self.start = self.start.saturating_sub(start);
    }

    /// Takes bytes up to the closing bracket and returns how many.
    ///
    /// # Errors
    /// [`Error::Format`] where the bytes are not an array of strings; [`Error::TooLarge`].
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::CommaOrEnd && bytes[at..].starts_with(BETWEEN) {
                at += BETWEEN.len();
                self.begin();
                continue;
            }
            let byte = bytes[at];
            match self.state {
                State::Text => {
                    at += self.text(&bytes[at..], offset + at as u64)?;
                    continue;
                }
                State::Escape => self.escape(byte).ok_or_else(|| unexpected(byte, offset, at))?,
                State::Unicode(missing, value) => {
                    let digit = hex(byte).ok_or_else(|| unexpected(byte, offset, at))?;
                    let value = value << 4 | digit;
                    self.state = if missing > 1 {
                        State::Unicode(missing - 1, value)
                    } else {
                        self.unit(value);
                        State::Text
                    };
                }
                State::Done => return Ok(at),
                _ if is_blank(byte) => {
                    at += blanks(&bytes[at..]);
                    continue;
                }
                _ => self.between(byte).ok_or_else(|| unexpected(byte, offset, at))?,
            }
            at += 1;
            if self.state == State::Done {
                return Ok(at);
            }
        }
        Ok(at)
    }

    /// Brackets and commas.
    fn between(&mut self, byte: u8) -> Option<()> {
        self.state = match (self.state, byte) {
            (State::Open, b'[') => State::FirstOrEnd,
            (State::FirstOrEnd | State::Value, b'"') => {
                self.begin();
                return Some(());
            }
            (State::FirstOrEnd | State::CommaOrEnd, b']') => State::Done,
            (State::CommaOrEnd, b',') => State::Value,
            _ => return None,
        };
        Some(())
    }

    /// Behind the quote that opens a text.
    #[inline]
    fn begin(&mut self) {
        self.start = self.table.bytes.len();
        self.state = State::Text;
    }

    /// Takes a run of a string's bytes: at least one.
    #[inline]
    fn text(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        if self.sequence.is_open() || bytes[0] >= 0x80 {
            let taken = self.sequence.feed(bytes[0], &mut self.table.bytes);
            return self.check_length(offset).map(|()| taken);
        }
        let plain = self.take_plain(bytes);
        self.check_length(offset + plain as u64)?;
        match bytes.get(plain) {
            None => return Ok(plain),
            Some(b'\\') => self.state = State::Escape,
            Some(b'"') => {
                if self.table.end.len() as u64 == MAX_STRINGS {
                    return Err(Error::TooLarge { table: TABLE, count: MAX_STRINGS + 1, limit: MAX_STRINGS });
                }
                if self.table.end.len() < self.keep {
                    self.table.end.push(self.table.bytes.len() as u64);
                } else {
                    self.table.bytes.truncate(self.start);
                    self.table.surplus += 1;
                }
                self.state = State::CommaOrEnd;
            }
            Some(0x80..) => return Ok(plain),
            Some(control) => {
                let what = format!("a raw control character \"{}\"", control.escape_ascii());
                return Err(Error::Format { table: TABLE, offset: offset + plain as u64, what });
            }
        }
        Ok(plain + 1)
    }

    /// Appends the bytes that stand for themselves, up to the first other one, and returns how many.
    #[inline]
    fn take_plain(&mut self, bytes: &[u8]) -> usize {
        let text = &mut self.table.bytes;
        let mut at = 0;
        while let Some(eight) = bytes[at..].first_chunk() {
            let plain = plain_of_eight(eight);
            // Copying eight takes one step, whatever is kept of them.
            text.extend_from_slice(eight);
            at += plain;
            if plain < 8 {
                text.truncate(text.len() - (8 - plain));
                return at;
            }
        }
        let plain = bytes[at..].iter().take_while(|byte| is_plain(**byte)).count();
        text.extend_from_slice(&bytes[at..at + plain]);
        at + plain
    }

    fn check_length(&self, offset: u64) -> Result<()> {
        if self.table.bytes.len() - self.start <= MAX_TEXT {
            return Ok(());
        }
        let what = format!("a text of more than {MAX_TEXT} bytes");
        Err(Error::Format { table: TABLE, offset, what })
    }

    fn escape(&mut self, byte: u8) -> Option<()> {
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.state = State::Unicode(4, 0);
                return Some(());
            }
            _ => return None,
        };
        self.table.bytes.push(plain);
        self.state = State::Text;
        Some(())
    }

    /// Appends one UTF-16 unit; joins it with a high surrogate that stands before it in the same string.
    fn unit(&mut self, unit: u16) {
        let text = &mut self.table.bytes;
        if (0xdc00..0xe000).contains(&unit) {
            // Raw bytes cannot have put a surrogate there: it is not UTF-8.
            if let [.., 0xed, second @ 0xa0..0xb0, third] = text[self.start..] {
                let high = u32::from(second & 0x0f) << 6 | u32::from(third & 0x3f);
                let code = 0x10000 + (high << 10) + u32::from(unit - 0xdc00);
                let joined = char::from_u32(code).expect("two surrogates give U+10000 to U+10FFFF");
                text.truncate(text.len() - 3);
                text.extend_from_slice(joined.encode_utf8(&mut [0; 4]).as_bytes());
                return;
            }
        }
        let mut encoded = [0; 3];
        let len = encode_unit(unit, &mut encoded);
        text.extend_from_slice(&encoded[..len]);
    }
}

/// Bytes of a string that stand for themselves: ASCII without controls, quote and backslash.
fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7f) && byte != b'"' && byte != b'\\'
}

/// How many of these bytes are plain before the first other one: eight bytes at a time in one number.
///
/// # Source
/// "Determine if a word has a zero byte" and "a byte less than n" of Sean Eron Anderson, "Bit Twiddling Hacks": the
/// lowest mark is right, those above it need not be.
#[inline]
fn plain_of_eight(bytes: &[u8; 8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let word = u64::from_le_bytes(*bytes);
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let other = (below(word, 0x20) | equal(b'"') | equal(b'\\') | word) & HIGH;
    other.trailing_zeros() as usize / 8
}

/// A UTF-8 sequence under way.
#[derive(Clone, Copy, Default, Debug)]
struct Sequence {
    bytes: [u8; 4],
    have: u8,
    want: u8,
}

impl Sequence {
    fn is_open(self) -> bool {
        self.have > 0
    }

    /// Takes `byte` when it begins or continues a sequence, and returns 1. A byte that breaks a sequence ends it as
    /// U+FFFD and is left for the caller: 0.
    fn feed(&mut self, byte: u8, text: &mut Vec<u8>) -> usize {
        if self.have == 0 {
            self.want = match byte {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => {
                    text.extend_from_slice("\u{fffd}".as_bytes());
                    return 1;
                }
            };
        } else {
            // Table 3-7 of the Unicode standard: the second byte is narrower after some first ones.
            let range = match (self.have, self.bytes[0]) {
                (1, 0xe0) => 0xa0..=0xbf,
                (1, 0xed) => 0x80..=0x9f,
                (1, 0xf0) => 0x90..=0xbf,
                (1, 0xf4) => 0x80..=0x8f,
                _ => 0x80..=0xbf,
            };
            if !range.contains(&byte) {
                text.extend_from_slice("\u{fffd}".as_bytes());
                self.have = 0;
                return 0;
            }
        }
        self.bytes[usize::from(self.have)] = byte;
        self.have += 1;
        if self.have == self.want {
            text.extend_from_slice(&self.bytes[..usize::from(self.want)]);
            self.have = 0;
        }
        1
    }
}

fn hex(byte: u8) -> Option<u16> {
    match byte {
        b'0'..=b'9' => Some(u16::from(byte - b'0')),
        b'a'..=b'f' => Some(u16::from(byte - b'a') + 10),
        b'A'..=b'F' => Some(u16::from(byte - b'A') + 10),
        _ => None,
    }
}

fn unexpected(byte: u8, offset: u64, at: usize) -> Error {
    Error::Format { table: TABLE, offset: offset + at as u64, what: format!("unexpected \"{}\"", byte.escape_ascii()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::{check_splits, feed_section};
    use crate::text::TextBuf;

    #[test]
    fn eight_bytes_at_once_agree_with_one_at_a_time() {
        for byte in 0..=u8::MAX {
            for other in [0, 1, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xff, b'a'] {
                for at in 0..8 {
                    for beside in 0..8 {
                        let mut bytes = *b"abcdefgh";
                        (bytes[beside], bytes[at]) = (other, byte);
                        let expected = bytes.iter().take_while(|byte| is_plain(**byte)).count();
                        assert_eq!(plain_of_eight(&bytes), expected, "{bytes:?}");
                    }
                }
            }
        }
    }

    /// The table, and how many bytes it took.
    fn table(pieces: &[&[u8]], kept: usize) -> Result<(StringTable, Option<usize>)> {
        let mut strings = Strings::new(0, kept);
        let taken = feed_section(pieces, |bytes, offset| Ok((strings.feed(bytes, offset)?, strings.is_done())))?;
        Ok((strings.into_table(), taken))
    }

    fn read(json: &[u8]) -> Result<Vec<TextBuf>> {
        check_splits(json, |pieces| {
            let (table, taken) = table(pieces, usize::MAX)?;
            assert_eq!(taken, Some(json.len()));
            Ok(table.iter().map(|(_, text)| text.to_owned()).collect())
        })
    }

    fn check_strings(json: impl AsRef<[u8]>, expected: &[&[u8]]) {
        let texts = read(json.as_ref()).unwrap();
        assert_eq!(texts.iter().map(|text| text.as_text().as_bytes()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn strings_become_wtf8() {
        check_strings("[]", &[]);
        check_strings(" [ \"a\" ,\r\n\"\" ] ".trim_end(), &[b"a", b""]);
        check_strings(r#"["\"\\\/\b\f\n\r\t\u0041\u00e9\u65E5"]"#, &["\"\\/\u{8}\u{c}\n\r\tAé日".as_bytes()]);
        check_strings(r#"["\ud83d\ude00","\ud83d","\ude00x"]"#, &["😀".as_bytes(), b"\xed\xa0\xbd", b"\xed\xb8\x80x"]);
        check_strings(r#"["\ud83d\ud83d\ude00"]"#, &[b"\xed\xa0\xbd\xf0\x9f\x98\x80"]);
        check_strings("[\"é日😀\x7f\"]", &["é日😀\x7f".as_bytes()]);
    }

    #[test]
    fn broken_utf8_is_replaced_as_the_standard_library_does() {
        for raw in [
            &b"\xff"[..],
            b"\xe6\x97",
            b"\xed\xa0\x80",
            b"a\xf0\x9fb",
            b"\xf0\x9f\x98\xc3\xa9",
            b"\xc0\xaf",
            b"\x80\xe0\x80",
            b"\xf4\x90\x80\x80",
            b"\xe6\xe6\x97\xa5",
        ] {
            let json = [b"[\"", raw, b"\"]"].concat();
            check_strings(json, &[String::from_utf8_lossy(raw).as_bytes()]);
        }
    }

    #[test]
    fn texts_that_nobody_asks_for_are_counted_and_not_kept() {
        let json = br#"["a","bb","\u0063\u00e9","",  "d"]"#;
        let found = check_splits(json, |pieces| {
            let (table, _) = table(pieces, 2).unwrap();
            (table.bytes, table.end, table.surplus)
        });
        assert_eq!(found, (b"abb".to_vec(), vec![1, 3], 3));
        let mut strings = Strings::new(0, 0);
        assert!(strings.feed(b"[\"a\",\"\n\"]", 0).is_err(), "they are still read");
    }

    #[test]
    fn a_text_longer_than_any_producer_writes_is_refused() {
        let mut strings = Strings::new(0, usize::MAX);
        let part = vec![b'x'; 1 << 20];
        strings.feed(b"[\"", 0).unwrap();
        let fed = (0..=MAX_TEXT >> 20).try_for_each(|_| strings.feed(&part, 7).map(|_| ()));
        assert_eq!(fed.map_err(|error| error.code()), Err("HEAPHOUND_ERR_FORMAT"));
        assert!(strings.held_bytes() <= (MAX_TEXT + part.len()) as u64);
    }

    #[test]
    fn anything_else_is_refused() {
        for json in
            ["{}", "[1]", "[\"a\"\"b\"]", "[,\"a\"]", "[\"a\",]", "[\"\\x\"]", "[\"\\u12g4\"]", "[\"\n\"]", "[\"\0\"]"]
        {
            assert!(read(json.as_bytes()).is_err(), "{json}");
        }
    }
}
