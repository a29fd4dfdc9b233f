//! The outermost object of the document: which section comes next, and where.

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
}

#[derive(Debug)]
enum State {
    /// Before the first bracket, with the bytes of a byte order mark that came.
    Start(usize),
    KeyOrEnd,
    /// After a comma.
    NextKey,
    Key(KeyReader),
    Colon(Key),
    Value(Key),
    CommaOrEnd,
    Done,
}

/// What was found.
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
    /// Takes bytes, of which the first is the document's byte `offset`, up to where something is found, and returns how many. After
    /// [`Found::Value`] the value's bytes are the caller's; the next call is for what follows them.
    ///
    /// # Errors
    /// [`Error::Format`], [`Error::Foreign`].
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<(usize, Option<Found>)> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            self.state = match (&mut self.state, byte) {
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
                (State::Start(mark), _) if BYTE_ORDER_MARK.get(*mark) == Some(&byte) => State::Start(*mark + 1),
                (State::Start(1 | 2), _) => return Err(foreign::first_byte(BYTE_ORDER_MARK[0])),
                (State::Start(_), b'{') => State::KeyOrEnd,
                (State::Start(_), _) if !space => return Err(foreign::first_byte(byte)),
                (State::KeyOrEnd | State::NextKey, b'"') => State::Key(KeyReader::default()),
                (State::Colon(key), b':') => State::Value(*key),
                (State::CommaOrEnd, b',') => State::NextKey,
                (State::KeyOrEnd | State::CommaOrEnd, b'}') => {
                    self.state = State::Done;
                    return Ok((at + 1, Some(Found::End)));
                }
                _ if space => {
                    at += 1;
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

    /// Of a document that ends at `offset`, within the section `within` if there is one.
    ///
    /// # Errors
    /// [`Error::Truncated`].
    pub fn check_ended(&self, within: Option<Key>, offset: u64) -> Result<()> {
        let key = match self.state {
            State::Done => return Ok(()),
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
        Self { state: State::Start(0), starts: Vec::new() }
    }
}

fn unexpected(byte: u8, offset: u64) -> Error {
    Error::Format { table: DOCUMENT, offset, what: format!("unexpected \"{}\"", byte.escape_ascii()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a document whose values are all one digit.
    fn found(text: &[u8], cut: usize) -> Result<Vec<Found>> {
        let mut outline = Outline::default();
        let mut all = Vec::new();
        let mut in_value = false;
        for (start, part) in [(0, &text[..cut]), (cut, &text[cut..])] {
            let mut at = 0;
            while at < part.len() {
                at += usize::from(std::mem::take(&mut in_value));
                let (taken, next) = outline.feed(&part[at..], (start + at) as u64)?;
                at += taken;
                in_value = matches!(next, Some(Found::Value(_)));
                all.extend(next);
            }
        }
        Ok(all)
    }

    #[test]
    fn every_cut_finds_the_same() {
        let text = b"\xef\xbb\xbf {\"snapshot\" : 1 ,\n\"what\":2, \"no\\u0064es\":3}\n";
        let wanted = [
            Found::Value(Key::Snapshot),
            Found::Unknown("what".to_owned()),
            Found::Value(Key::Unknown),
            Found::Value(Key::Nodes),
            Found::End,
        ];
        for cut in 0..=text.len() {
            assert_eq!(found(text, cut).as_deref(), Ok(&wanted[..]), "cut at {cut}");
        }
        assert_eq!(found(b"{}", 1), Ok(vec![Found::End]));
    }

    #[test]
    fn what_is_wrong_is_an_error_at_its_byte() {
        for (text, code, place) in [
            (&b"\xef\xbb{"[..], "HEAPHOUND_ERR_FOREIGN", None),
            (b"\xef\xbb\xbf\xef{", "HEAPHOUND_ERR_FOREIGN", None),
            (b"[", "HEAPHOUND_ERR_FOREIGN", None),
            (b"{,", "HEAPHOUND_ERR_FORMAT", Some(1)),
            (b"{\"nodes\",", "HEAPHOUND_ERR_FORMAT", Some(8)),
            (b"{\"nodes\":1,}", "HEAPHOUND_ERR_FORMAT", Some(11)),
            (b"{\"nodes\":1 1", "HEAPHOUND_ERR_FORMAT", Some(11)),
            (b"{} {", "HEAPHOUND_ERR_FORMAT", Some(3)),
            (b"{\"nodes\":1,\"nodes\": 2}", "HEAPHOUND_ERR_FORMAT", Some(20)),
        ] {
            for cut in 0..=text.len() {
                let error = found(text, cut).expect_err("it is damaged");
                assert_eq!(error.code(), code, "{}", text.escape_ascii());
                let offset = if let Error::Format { offset, .. } = error { Some(offset) } else { None };
                assert_eq!(offset, place, "{} cut at {cut}", text.escape_ascii());
            }
        }
    }
}
