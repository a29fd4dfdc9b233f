//! The whole document: from pushed bytes to [`Tables`].

use super::ahead::Ahead;
use super::balanced::Balanced;
use super::foreign;
use super::header::Header;
use super::key::{Key, KeyReader};
use super::references;
use super::section::{Room, Section};
use super::tables::Tables;
use crate::error::{Error, Result};

/// Table of faults that lie in no section.
const DOCUMENT: &str = "document";

/// Builds [`Tables`] from the bytes of a `.heapsnapshot`, pushed in pieces of any size. Every split gives the same result.
///
/// Sections may come in any order. Those that come before `snapshot`, which says how to read them, wait as bytes.
///
/// # Cost
/// One pass; memory for the tables and, per level of nesting, a few bytes. Room is made for as many rows as the header claims
/// and the rest of the input can hold, whichever is less.
#[derive(Debug)]
pub struct Parser {
    /// Bytes seen.
    offset: u64,
    /// Bytes in all, when the caller knows.
    total: Option<u64>,
    state: State,
    header: Option<Header>,
    tables: Tables,
    /// Sections that have begun, and where.
    starts: Vec<(Key, u64)>,
    /// Sections that came before `snapshot`: key, offset, bytes.
    early: Vec<(Key, u64, Vec<u8>)>,
    /// Keys we do not read, for telling what a foreign file is.
    unknown: Vec<String>,
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
    Section(Key, Box<Section>),
    CommaOrEnd,
    Done,
    Failed(Error),
}

impl Parser {
    pub fn new() -> Self {
        Self {
            offset: 0,
            total: None,
            state: State::Start(0),
            header: None,
            tables: Tables::default(),
            starts: Vec::new(),
            early: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// For an input of `total_bytes` or, when it is compressed, more: columns get their final size at once. 0: unknown.
    pub fn with_size_hint(total_bytes: u64) -> Self {
        Self { total: Some(total_bytes).filter(|total| *total > 0), ..Self::new() }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::Format`], [`Error::Foreign`], [`Error::TooLarge`]; again the same one when called after an error.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        self.feed_scanned(chunk, &mut Ahead::default())
    }

    /// [`Parser::feed`] of a chunk that was scanned, or not, by another thread.
    ///
    /// # Errors
    /// Those of [`Parser::feed`], the same with and without a scan.
    pub fn feed_scanned(&mut self, chunk: &[u8], ahead: &mut Ahead) -> Result<()> {
        let mut at = 0;
        while at < chunk.len() {
            match self.step(chunk, at, ahead) {
                Ok(taken) => {
                    at += taken;
                    self.offset += taken as u64;
                }
                Err(error) => {
                    self.state = State::Failed(error.clone());
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The tables, once the whole input was fed.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the document is not complete; [`Error::Foreign`] when it is of another kind; [`Error::Format`] when
    /// a section is missing or refers to a row that another one does not have.
    pub fn finish(self) -> Result<Tables> {
        let table = match self.state {
            State::Done => {
                if self.header.is_none() {
                    return Err(foreign::without_header(&self.unknown));
                }
                for key in Key::NEEDED {
                    if !self.starts.iter().any(|(known, _)| *known == key) {
                        let what = "the section is missing".to_owned();
                        return Err(Error::Format { table: key.name(), offset: self.offset, what });
                    }
                }
                return references::check(self.tables, &self.starts);
            }
            State::Failed(error) => return Err(error),
            State::Section(key, _) | State::Value(key) | State::Colon(key) => key.name(),
            _ => DOCUMENT,
        };
        Err(Error::Truncated { table, offset: self.offset })
    }

    /// Takes some bytes of `chunk` from `at` on and returns how many; 0 only when the state changed.
    fn step(&mut self, chunk: &[u8], at: usize, ahead: &mut Ahead) -> Result<usize> {
        let bytes = &chunk[at..];
        let byte = bytes[0];
        let space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.state = match (&mut self.state, byte) {
            (State::Section(key, section), _) => {
                let key = *key;
                let taken = section.feed_from(chunk, at, self.offset, ahead)?;
                if section.is_done() {
                    self.close(key, self.offset + taken as u64)?;
                }
                return Ok(taken);
            }
            (State::Key(reader), _) => {
                let taken = reader.feed(bytes).map_err(|at| unexpected(bytes[at], self.offset + at as u64))?;
                if let Some(key) = reader.key() {
                    if key == Key::Unknown && self.unknown.len() < foreign::KEYS {
                        self.unknown.push(reader.text());
                    }
                    self.state = State::Colon(key);
                }
                return Ok(taken);
            }
            (State::Value(key), _) if !space => {
                let key = *key;
                self.state = State::Section(key, Box::new(self.open(key)?));
                return Ok(0);
            }
            (State::Start(mark), 0xef | 0xbb | 0xbf) if b"\xef\xbb\xbf".get(*mark) == Some(&byte) => {
                State::Start(*mark + 1)
            }
            (State::Start(0 | 3), b'{') => State::KeyOrEnd,
            (State::Start(0 | 3), _) if !space => return Err(foreign::first_byte(byte)),
            (State::Start(1 | 2), _) => return Err(foreign::first_byte(0xef)),
            (State::KeyOrEnd | State::NextKey, b'"') => State::Key(KeyReader::default()),
            (State::Colon(key), b':') => State::Value(*key),
            (State::CommaOrEnd, b',') => State::NextKey,
            (State::KeyOrEnd | State::CommaOrEnd, b'}') => State::Done,
            (State::Failed(error), _) => return Err(error.clone()),
            _ if space => return Ok(1),
            (State::Done, _) => {
                let what = "more bytes after the end; is it two documents in one file?".to_owned();
                return Err(Error::Format { table: DOCUMENT, offset: self.offset, what });
            }
            _ => return Err(unexpected(byte, self.offset)),
        };
        Ok(1)
    }

    /// Begins the section whose first byte comes next.
    fn open(&mut self, key: Key) -> Result<Section> {
        if key == Key::Unknown {
            return Ok(Section::Skipped(Balanced::new(key.name())));
        }
        if self.starts.iter().any(|(known, _)| *known == key) {
            let what = "a second section of this name".to_owned();
            return Err(Error::Format { table: key.name(), offset: self.offset, what });
        }
        self.starts.push((key, self.offset));
        let left = self.total.map(|total| total.saturating_sub(self.offset));
        Ok(match &self.header {
            Some(header) => Section::open(key, header, Room { left }),
            None => Section::keep(key),
        })
    }

    /// Moves what the finished section holds to where it belongs. It ended before `end`.
    fn close(&mut self, key: Key, end: u64) -> Result<()> {
        let State::Section(_, section) = std::mem::replace(&mut self.state, State::CommaOrEnd) else { return Ok(()) };
        let Section::Kept(_, bytes, _) = *section else {
            section.close(&mut self.tables);
            return Ok(());
        };
        let start = end - bytes.len() as u64;
        if key != Key::Snapshot {
            self.early.push((key, start, bytes));
            return Ok(());
        }
        let header = Header::parse(&bytes, start)?;
        self.tables.root = header.root;
        self.tables.node_stride = u32::try_from(header.nodes.width).expect("a header has fewer bytes than 2^32");
        self.tables.extra_native_bytes = header.extra_native_bytes;
        self.tables.has_detachedness = header.nodes.detachedness.is_some();
        for (key, start, bytes) in std::mem::take(&mut self.early) {
            let mut section = Section::open(key, &header, Room { left: Some(bytes.len() as u64) });
            section.feed(&bytes, start)?;
            if !section.is_done() {
                // The bytes are one whole value, but not of the kind that this section wants.
                let what = "the section is not an array".to_owned();
                return Err(Error::Format { table: key.name(), offset: start, what });
            }
            section.close(&mut self.tables);
        }
        self.header = Some(header);
        Ok(())
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

fn unexpected(byte: u8, offset: u64) -> Error {
    Error::Format { table: DOCUMENT, offset, what: format!("unexpected \"{}\"", byte.escape_ascii()) }
}
