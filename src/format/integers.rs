//! Reads a section that is one flat array of whole numbers: bytes to rows.

use super::ahead::Ahead;
use super::blanks::{blanks, is_blank};
use super::number;
use super::scan;
use crate::error::{Error, Result};

/// Longest text of a number that we read. V8's have 20 digits at most.
const MAX_NUMBER: usize = 512;

/// Bytes that the exact reader takes before the next scan.
const EXACT: usize = 64;

/// Takes the rows of one section.
pub trait Rows {
    const TABLE: &'static str;

    /// Numbers in a row.
    fn width(&self) -> usize;

    /// Appends a row of [`Rows::width`] numbers.
    fn push(&mut self, row: &[i128]) -> std::result::Result<(), Fault>;

    /// True when [`Rows::push_many`] does something: it is tried first.
    const MANY: bool = false;

    /// Appends many rows of plain numbers, or changes nothing and returns false: then [`Rows::push`] takes them and
    /// says what is wrong.
    fn push_many(&mut self, _numbers: &[u32]) -> bool {
        false
    }

    /// Checks the section as a whole, at its end. The error says what is wrong.
    fn end(&mut self) -> std::result::Result<(), String> {
        Ok(())
    }
}

/// The fault of a row.
#[derive(Debug)]
pub struct Fault {
    /// Position of the number in its row.
    pub field: usize,
    pub what: String,
}

impl Fault {
    pub fn new(field: usize, what: impl Into<String>) -> Self {
        Self { field, what: what.into() }
    }
}

/// Reads an array of numbers through any split of its bytes and cuts it into rows.
#[derive(Debug)]
pub struct Integers<R> {
    pub rows: R,
    state: State,
    /// The numbers of the row at hand, and where each one starts in the file.
    row: Vec<i128>,
    offsets: Vec<u64>,
    /// A number that the end of a chunk cut.
    cut: Vec<u8>,
    /// The numbers of a scan; empty until the first one.
    scanned: Vec<u32>,
    count: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    FirstOrEnd,
    Value,
    CommaOrEnd,
    /// Inside a number; `cut` holds its beginning.
    Number,
    Done,
}

impl<R: Rows> Integers<R> {
    pub fn new(rows: R) -> Self {
        Self {
            rows,
            state: State::Open,
            row: Vec::new(),
            offsets: Vec::new(),
            cut: Vec::new(),
            scanned: Vec::new(),
            count: 0,
        }
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes bytes up to the closing bracket and returns how many.
    ///
    /// # Errors
    /// [`Error::Format`] where the bytes are not an array of whole numbers, or where `rows` refuses one.
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        self.feed_from(bytes, 0, offset, &mut Ahead::default())
    }

    /// [`Integers::feed`] of the bytes of `block` from `start` on, of which `ahead` knows something.
    pub fn feed_from(&mut self, block: &[u8], start: usize, offset: u64, ahead: &mut Ahead) -> Result<usize> {
        let bytes = &block[start..];
        if !R::MANY {
            return self.read(bytes, offset, bytes.len());
        }
        let mut at = 0;
        while at < bytes.len() && self.state != State::Done {
            if self.begins_row() {
                // A scan gives up at white space that is long, and would be tried again at each step into it.
                at += blanks(&bytes[at..]);
            }
            let found = self.use_found(block, start + at, ahead);
            if found > 0 {
                self.state = State::Value;
                at += found;
                continue;
            }
            let scanned = self.scan(&bytes[at..]);
            if scanned > 0 && self.rows.push_many(&self.scanned[..self.count]) {
                self.state = State::Value;
                at += scanned;
            } else {
                // Whatever the scan did not like, the exact reader gets over it or says what it is.
                at += self.read(&bytes[at..], offset + at as u64, scanned.max(EXACT))?;
            }
        }
        Ok(at)
    }

    /// Takes the whole rows that `ahead` found at `at`; returns how many bytes they take.
    fn use_found(&mut self, block: &[u8], at: usize, ahead: &mut Ahead) -> usize {
        if !self.begins_row() {
            return 0;
        }
        let Some(found) = ahead.take(block, at) else { return 0 };
        let bytes = &block[at..at + found.bytes];
        let width = self.rows.width();
        let batch = (scan::ROOM / width).max(1) * width;
        let mut used = 0;
        while found.numbers.len() - used >= width {
            let whole = (found.numbers.len() - used).min(batch) / width * width;
            if !self.rows.push_many(&found.numbers[used..used + whole]) {
                // The reader of this very place finds out why, from the first row that was refused.
                return behind_comma(memchr::memchr_iter(b',', bytes), used);
            }
            used += whole;
        }
        let surplus = found.numbers.len() - used;
        memchr::memrchr_iter(b',', bytes).nth(surplus).map_or(0, |comma| comma + 1)
    }

    /// True where a row begins.
    fn begins_row(&self) -> bool {
        matches!(self.state, State::FirstOrEnd | State::Value) && self.row.is_empty()
    }

    /// Scans whole rows into `self.scanned[..self.count]`; returns how many bytes they take.
    fn scan(&mut self, bytes: &[u8]) -> usize {
        if !self.begins_row() {
            return 0;
        }
        if self.scanned.is_empty() {
            self.scanned = scan::buffer();
        }
        let scanned = scan::scan(bytes, &mut self.scanned);
        let surplus = scanned.numbers % self.rows.width();
        self.count = scanned.numbers - surplus;
        if self.count == 0 {
            return 0;
        }
        // Each number ends with its comma: the last whole row ends with the comma before the surplus ones.
        memchr::memrchr_iter(b',', &bytes[..scanned.bytes]).nth(surplus).map_or(0, |comma| comma + 1)
    }

    /// [`Integers::feed`] that stops where a row begins once it took `least` bytes.
    fn read(&mut self, bytes: &[u8], offset: u64, least: usize) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() && (at < least || self.state != State::Value || !self.row.is_empty()) {
            let byte = bytes[at];
            match (self.state, byte) {
                (State::Number, _) | (State::FirstOrEnd | State::Value, b'0'..=b'9' | b'-') => {
                    at += self.number(&bytes[at..], offset + at as u64)?;
                    continue;
                }
                (State::CommaOrEnd, b',') => self.state = State::Value,
                _ if is_blank(byte) => {
                    at += blanks(&bytes[at..]);
                    continue;
                }
                (State::FirstOrEnd | State::CommaOrEnd, b']') => {
                    self.end(offset + at as u64)?;
                    self.state = State::Done;
                    return Ok(at + 1);
                }
                (State::Open, b'[') => self.state = State::FirstOrEnd,
                (State::Done, _) => return Ok(at),
                _ => return Err(fault::<R>(offset + at as u64, format!("unexpected \"{}\"", byte.escape_ascii()))),
            }
            at += 1;
        }
        Ok(at)
    }

    /// Takes what `bytes` holds of a number.
    fn number(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let len = bytes.iter().take_while(|byte| is_number(**byte)).count();
        let start = offset - self.cut.len() as u64;
        if self.cut.len() + len > MAX_NUMBER {
            return Err(fault::<R>(start, format!("a number of more than {MAX_NUMBER} characters")));
        }
        if len == bytes.len() {
            self.cut.extend_from_slice(bytes);
            self.state = State::Number;
            return Ok(len);
        }
        let value = if self.cut.is_empty() {
            number::parse(&bytes[..len])
        } else {
            self.cut.extend_from_slice(&bytes[..len]);
            let value = number::parse(&self.cut);
            self.cut.clear();
            value
        };
        self.state = State::CommaOrEnd;
        self.row.push(value.map_err(|what| fault::<R>(start, what))?);
        self.offsets.push(start);
        if self.row.len() == self.rows.width() {
            self.rows
                .push(&self.row)
                .map_err(|wrong| fault::<R>(self.offsets.get(wrong.field).copied().unwrap_or(start), wrong.what))?;
            self.row.clear();
            self.offsets.clear();
        }
        Ok(len)
    }

    fn end(&mut self, offset: u64) -> Result<()> {
        if !self.row.is_empty() {
            let what = format!("the last row has {} of {} numbers", self.row.len(), self.rows.width());
            return Err(fault::<R>(offset, what));
        }
        self.rows.end().map_err(|what| fault::<R>(offset, what))
    }
}

/// The byte behind the comma of that number, counted from 1; 0 for none.
fn behind_comma(mut commas: impl Iterator<Item = usize>, number: usize) -> usize {
    number.checked_sub(1).and_then(|index| commas.nth(index)).map_or(0, |comma| comma + 1)
}

fn is_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

fn fault<R: Rows>(offset: u64, what: String) -> Error {
    Error::Format { table: R::TABLE, offset, what }
}

#[cfg(test)]
mod tests {
    use super::super::header::SampleFields;
    use super::super::profile_rows::SampleRows;
    use super::*;
    use crate::test_splits::{check_splits, feed_section};

    /// Rows of two numbers, and how many bytes they took; `None` when the array did not end.
    type Read = (Vec<(u64, u64)>, Option<usize>);

    fn read(pieces: &[&[u8]]) -> Result<Read> {
        let mut integers = Integers::new(SampleRows::new(SampleFields { width: 2, timestamp: 0, last_assigned_id: 1 }));
        let taken = feed_section(pieces, |bytes, offset| Ok((integers.feed(bytes, offset)?, integers.is_done())))?;
        Ok((integers.rows.rows.iter().map(|row| (row.timestamp_us, row.last_assigned_id)).collect(), taken))
    }

    #[test]
    fn every_split_of_an_array_gives_the_same_rows() {
        let json = b"[ 1,23,\n456 , 7890123456,0,12345678901,4294967295,4294967296\r\n,10,2]";
        let rows = vec![(1, 23), (456, 7_890_123_456), (0, 12_345_678_901), (4_294_967_295, 4_294_967_296), (10, 2)];
        assert_eq!(check_splits(json, read), Ok((rows, Some(json.len()))));
        assert_eq!(check_splits(b"[]", read), Ok((Vec::new(), Some(2))));
        assert_eq!(check_splits(b"[1,2],", read), Ok((vec![(1, 2)], Some(5))));
    }

    #[test]
    fn every_split_of_a_damaged_array_gives_the_same_error() {
        for json in ["[1,2,3]", "[1,,2]", "[1 2]", "[01,2]", "[,1]", "[1,x]", "[1,2,]"] {
            assert!(check_splits(json.as_bytes(), read).is_err(), "{json}");
        }
    }
}
