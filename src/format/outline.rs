//! The outermost object of the document: the next section, and its position.

use super::blanks::{blanks, is_blank};
use super::foreign;
use super::key::{Key, KeyReader};
use crate::error::{Error, Result};

/// Table of faults that lie in no section.
const DOCUMENT: &str = "document";

/// Follows what stands between the sections. Their values are the caller's, who says when one has ended.
#[derive(Debug)]
pub struct Outline {
    state: State,
    /// Sections that have begun, and where; unknown ones left out.
    starts: Vec<(Key, u64)>,
    /// The first bytes of the file, until it is known to begin with an object.
    beginning: Vec<u8>,
    /// Bytes of the beginning that are kept: white space, and as many more as name the kind of a foreign file.
    wanted: usize,
}

#[derive(Debug)]
enum State {
    /// Before the first bracket, with the bytes of a byte order mark that came.
    Start(usize),
    /// No object: some bytes more say what kind of file it is.
    Foreign,
    KeyOrEnd,
    /// After a comma.
    NextKey,
    Key(KeyReader),
    Colon(Key),
    Value(Key),
    CommaOrEnd,
    Done,
}

/// A thing that the outline met.
#[derive(PartialEq, Eq, Debug)]
pub enum Found {
    /// A key that nobody knows.
    Unknown(String),
    /// The next byte is the first of this section's value.
    Value(Key),
    /// The document has ended.
    End,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Outline {
    /// Takes bytes, of which the first is the document's byte `offset`, up to where something is found, and returns how
    /// many. After [`Found::Value`] the value's bytes are the caller's; the next call is for what follows them.
    ///
    /// # Errors
    /// [`Error::Format`], [`Error::Foreign`].
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<(usize, Option<Found>)> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let space = is_blank(byte);
            self.state = match (&mut self.state, byte) {
                (State::Start(_) | State::Foreign, _) => {
                    at += self.begin_document(&bytes[at..])?;
                    continue;
                }
                (State::Key(reader), _) => {
                    at += reader
                        .feed(&bytes[at..])
                        .map_err(|far| unexpected(bytes[at + far], offset + (at + far) as u64))?;
                    let Some(key) = reader.key() else { continue };
                    let unknown = (key == Key::Unknown).then(|| Found::Unknown(reader.text()));
                    self.state = State::Colon(key);
                    if unknown.is_some() {
                        return Ok((at, unknown));
                    }
                    continue;
                }
                (State::Value(key), _) if !space => {
                    let key = *key;
                    self.state = State::CommaOrEnd;
                    self.begin(key, offset + at as u64)?;
                    return Ok((at, Some(Found::Value(key))));
                }
                (State::KeyOrEnd | State::NextKey, b'"') => State::Key(KeyReader::default()),
                (State::Colon(key), b':') => State::Value(*key),
                (State::CommaOrEnd, b',') => State::NextKey,
                (State::KeyOrEnd | State::CommaOrEnd, b'}') => {
                    self.state = State::Done;
                    return Ok((at + 1, Some(Found::End)));
                }
                _ if space => {
                    at += blanks(&bytes[at..]);
                    continue;
                }
                (State::Done, _) => {
                    let what = "more bytes after the end; is it two documents in one file?".to_owned();
                    return Err(Error::Format { table: DOCUMENT, offset: offset + at as u64, what });
                }
                _ => return Err(unexpected(byte, offset + at as u64)),
            };
            at += 1;
        }
        Ok((at, None))
    }

    /// Takes bytes up to the first bracket. Of a file without one it takes as many as name its kind.
    fn begin_document(&mut self, bytes: &[u8]) -> Result<usize> {
        let byte = bytes[0];
        let taken = match self.state {
            State::Start(mark) if BYTE_ORDER_MARK.get(mark) == Some(&byte) => {
                self.state = State::Start(mark + 1);
                1
            }
            State::Start(0 | 3) if byte == b'{' => {
                self.state = State::KeyOrEnd;
                self.beginning = Vec::new();
                return Ok(1);
            }
            State::Start(0 | 3) if is_blank(byte) => blanks(bytes),
            State::Start(_) => {
                // After so much white space, only the bytes behind it name the kind of file.
                if self.beginning.len() == foreign::BEGINNING {
                    self.beginning.clear();
                }
                self.wanted = self.beginning.len() + foreign::BEGINNING;
                self.state = State::Foreign;
                bytes.len().min(foreign::BEGINNING)
            }
            _ => bytes.len().min(self.wanted - self.beginning.len()),
        };
        let kept = taken.min(self.wanted - self.beginning.len());
        self.beginning.extend_from_slice(&bytes[..kept]);
        match self.state {
            State::Foreign if self.beginning.len() == self.wanted => Err(foreign::by_beginning(&self.beginning)),
            _ => Ok(taken),
        }
    }

    fn begin(&mut self, key: Key, offset: u64) -> Result<()> {
        if key == Key::Unknown {
            return Ok(());
        }
        if self.has(key) {
            let what = "a second section of this name".to_owned();
            return Err(Error::Format { table: key.name(), offset, what });
        }
        self.starts.push((key, offset));
        Ok(())
    }

    pub fn has(&self, key: Key) -> bool {
        self.starts.iter().any(|(known, _)| *known == key)
    }

    pub fn starts(&self) -> &[(Key, u64)] {
        &self.starts
    }

    /// Checks a document that ends at `offset`, within the section `within` if there is one.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::Empty`], [`Error::Foreign`].
    pub fn check_ended(&self, within: Option<Key>, offset: u64) -> Result<()> {
        let key = match self.state {
            State::Done => return Ok(()),
            State::Start(_) => return Err(Error::Empty { offset }),
            State::Foreign => return Err(foreign::by_beginning(&self.beginning)),
            State::Colon(key) | State::Value(key) => Some(key),
            _ => within,
        };
        Err(Error::Truncated { table: key.map_or(DOCUMENT, Key::name), offset })
    }

    /// # Errors
    /// [`Error::Format`] when one of the sections is missing without which there is no heap.
    pub fn check_sections(&self, offset: u64) -> Result<()> {
        let Some(key) = Key::NEEDED.into_iter().find(|key| !self.has(*key)) else { return Ok(()) };
        let what = "the section is missing".to_owned();
        Err(Error::Format { table: key.name(), offset, what })
    }
}

impl Default for Outline {
    fn default() -> Self {
        Self { state: State::Start(0), starts: Vec::new(), beginning: Vec::new(), wanted: foreign::BEGINNING }
    }
}

fn unexpected(byte: u8, offset: u64) -> Error {
    Error::Format { table: DOCUMENT, offset, what: format!("unexpected \"{}\"", byte.escape_ascii()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::check_splits;

    /// The findings in a document whose values are all one digit.
    fn found(pieces: &[&[u8]]) -> Result<Vec<Found>> {
        let mut outline = Outline::default();
        let mut all = Vec::new();
        let mut in_value = false;
        let mut start = 0;
        for part in pieces {
            let mut at = 0;
            while at < part.len() {
                at += usize::from(std::mem::take(&mut in_value));
                let (taken, next) = outline.feed(&part[at..], (start + at) as u64)?;
                at += taken;
                in_value = matches!(next, Some(Found::Value(_)));
                all.extend(next);
            }
            start += part.len();
        }
        Ok(all)
    }

    #[test]
    fn every_split_finds_the_same() {
        let text = b"\xef\xbb\xbf {\"snapshot\" : 1 ,\n\"what\":2, \"no\\u0064es\":3}\n";
        let wanted = [
            Found::Value(Key::Snapshot),
            Found::Unknown("what".to_owned()),
            Found::Value(Key::Unknown),
            Found::Value(Key::Nodes),
            Found::End,
        ];
        assert_eq!(check_splits(text, found).as_deref(), Ok(&wanted[..]));
        assert_eq!(check_splits(b"{}", found), Ok(vec![Found::End]));
    }

    #[test]
    fn another_file_is_told_by_its_first_bytes_wherever_they_are_cut() {
        let mut tar = b"\n a.heapsnapshot".to_vec();
        tar.resize(257, 0);
        tar.extend_from_slice(b"ustar\x0000{}");
        let long_blank = [&b" ".repeat(1000)[..], b"<html>{}"].concat();
        for (text, part) in [
            (&b"\xef\xbb{"[..], "\\xef"),
            (b"\xef\xbb\xbf\xef{", "\\xef"),
            (b"[", "JSON array"),
            (b"  \n<html>{\"snapshot\":1}", "HTML"),
            (b"\x0a\x04\x08\x01\x10\x02{", "pprof"),
            (&tar, "tar -xf"),
            (&long_blank, "HTML"),
        ] {
            let error = check_splits(text, |pieces| {
                let mut outline = Outline::default();
                let fed = pieces.iter().try_for_each(|piece| outline.feed(piece, 0).map(|_| ()));
                fed.and_then(|()| outline.check_ended(None, text.len() as u64)).expect_err("it is foreign")
            });
            assert_eq!(error.code(), "HEAPHOUND_ERR_FOREIGN");
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn a_file_with_nothing_in_it_is_empty() {
        for text in [&b""[..], b" \n", b"\xef\xbb\xbf", b"\xef\xbb"] {
            let mut outline = Outline::default();
            outline.feed(text, 0).expect("so far nothing is wrong");
            let offset = text.len() as u64;
            assert_eq!(outline.check_ended(None, offset), Err(Error::Empty { offset }));
        }
    }

    #[test]
    fn what_is_wrong_is_an_error_at_its_byte() {
        for (text, code, place) in [
            (&b"{,"[..], "HEAPHOUND_ERR_FORMAT", Some(1)),
            (b"{\"nodes\",", "HEAPHOUND_ERR_FORMAT", Some(8)),
            (b"{\"nodes\":1,}", "HEAPHOUND_ERR_FORMAT", Some(11)),
            (b"{\"nodes\":1 1", "HEAPHOUND_ERR_FORMAT", Some(11)),
            (b"{} {", "HEAPHOUND_ERR_FORMAT", Some(3)),
            (b"{\"nodes\":1,\"nodes\": 2}", "HEAPHOUND_ERR_FORMAT", Some(20)),
        ] {
            let error = check_splits(text, found).expect_err("it is damaged");
            assert_eq!(error.code(), code, "{}", text.escape_ascii());
            let offset = if let Error::Format { offset, .. } = error { Some(offset) } else { None };
            assert_eq!(offset, place, "{}", text.escape_ascii());
        }
    }
}
