//! The `trace_tree` section: turns nested tuples into rows in preorder, without recursion.

use super::blanks::{blanks, is_blank};
use super::header::TraceNodeFields;
use super::number;
use super::tables::TraceNode;
use crate::error::{Error, Result};

const TABLE: &str = "trace_tree";
const MAX_NUMBER: usize = 64;

/// Reads the tree of allocation stacks through any split of its bytes.
///
/// The outer array is the root's tuple `[id, function_info_index, count, size, children]`; `children` is an array of
/// such tuples one after the other, without brackets of their own.
///
/// # Cost
/// Eight bytes for each level of nesting, which took more than that of input.
#[derive(Debug)]
pub struct TraceTree {
    fields: TraceNodeFields,
    rows: Vec<TraceNode>,
    /// The tuples around the place we are at, the innermost last.
    open: Vec<Level>,
    state: State,
    cut: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    /// Row of the tuple at hand.
    row: u32,
    /// Its next field.
    field: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    /// After `[`.
    FirstOrEnd,
    /// After a comma.
    Value,
    CommaOrEnd,
    Number,
    Done,
}

impl TraceTree {
    pub fn new(fields: TraceNodeFields) -> Self {
        Self { fields, rows: Vec::new(), open: Vec::new(), state: State::Open, cut: Vec::new() }
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Bytes of memory that it takes so far.
    pub fn held_bytes(&self) -> u64 {
        (size_of_val(&self.rows[..]) + size_of_val(&self.open[..])) as u64
    }

    pub fn into_rows(self) -> Vec<TraceNode> {
        self.rows
    }

    /// Takes bytes up to the last closing bracket and returns how many.
    ///
    /// # Errors
    /// [`Error::Format`] where the bytes are not such a tree.
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let here = offset + at as u64;
            match (self.state, byte) {
                (State::Number, _) | (State::FirstOrEnd | State::Value, b'0'..=b'9') => {
                    at += self.number(&bytes[at..], here)?;
                    continue;
                }
                _ if is_blank(byte) => {
                    at += blanks(&bytes[at..]);
                    continue;
                }
                (State::Open, b'[') => self.enter(),
                (State::Value, b'[') if self.at_children() => {
                    self.advance().map_err(|what| fault(here, what))?;
                    self.enter();
                }
                (State::CommaOrEnd, b',') => self.state = State::Value,
                (State::FirstOrEnd | State::CommaOrEnd, b']') => {
                    let level = self.open.pop();
                    if level.is_none_or(|level| level.field != 0 && level.field != self.width()) {
                        return Err(fault(here, "a tuple is too short"));
                    }
                    self.state = if self.open.is_empty() { State::Done } else { State::CommaOrEnd };
                }
                (State::Done, _) => return Ok(at),
                _ => return Err(fault(here, format!("unexpected \"{}\"", byte.escape_ascii()))),
            }
            at += 1;
            if self.state == State::Done {
                return Ok(at);
            }
        }
        Ok(at)
    }

    fn width(&self) -> u32 {
        u32::try_from(self.fields.width).unwrap_or(u32::MAX)
    }

    fn enter(&mut self) {
        self.open.push(Level { row: 0, field: 0 });
        self.state = State::FirstOrEnd;
    }

    /// True where the tuple at hand must have its children next.
    fn at_children(&self) -> bool {
        let width = self.width();
        self.open.last().is_some_and(|level| (level.field % width) as usize == self.fields.children)
    }

    fn number(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let len = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let start = offset - self.cut.len() as u64;
        if self.cut.len() + len > MAX_NUMBER {
            return Err(fault(start, format!("a number of more than {MAX_NUMBER} digits")));
        }
        self.cut.extend_from_slice(&bytes[..len]);
        self.state = State::Number;
        if len < bytes.len() {
            self.state = State::CommaOrEnd;
            let value = number::parse(&self.cut).map_err(|what| fault(start, what))?;
            self.cut.clear();
            let value = u64::try_from(value).map_err(|_| fault(start, "a number is out of range"))?;
            self.field(value).map_err(|what| fault(start, what))?;
        }
        Ok(len)
    }

    fn field(&mut self, value: u64) -> std::result::Result<(), String> {
        if self.at_children() {
            return Err("a number where the children should be".to_owned());
        }
        self.advance()?;
        let level = self.open.last().expect("numbers stand inside the outer bracket");
        let field = (level.field - 1) as usize;
        let row = &mut self.rows[level.row as usize];
        let narrow = || u32::try_from(value).map_err(|_| format!("{value} is above 32 bits"));
        if field == self.fields.id {
            row.id = narrow()?;
        } else if field == self.fields.function {
            row.function = narrow()?;
        } else if field == self.fields.count {
            row.count = value;
        } else if field == self.fields.size {
            row.size = value;
        }
        Ok(())
    }

    /// Steps to the next field; to the first field of a new tuple when the one at hand is complete.
    fn advance(&mut self) -> std::result::Result<(), String> {
        let width = self.width();
        let parent = self.open.len().checked_sub(2).map(|outer| self.open[outer].row);
        let level = self.open.last_mut().expect("fields stand inside the outer bracket");
        if level.field == 0 || level.field == width {
            let row = u32::try_from(self.rows.len()).map_err(|_| "more rows than 32 bits can count".to_owned())?;
            if parent.is_none() && row > 0 {
                return Err("a second root".to_owned());
            }
            *level = Level { row, field: 0 };
            self.rows.push(TraceNode { id: 0, function: 0, count: 0, size: 0, parent: parent.unwrap_or(row) });
        }
        level.field += 1;
        Ok(())
    }
}

fn fault(offset: u64, what: impl Into<String>) -> Error {
    Error::Format { table: TABLE, offset, what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::{check_splits, feed_section};

    /// The rows, and how many bytes they took; `None` when the tree did not end.
    fn read(pieces: &[&[u8]]) -> Result<(Vec<TraceNode>, Option<usize>)> {
        let fields = TraceNodeFields { width: 5, id: 0, function: 1, count: 2, size: 3, children: 4 };
        let mut tree = TraceTree::new(fields);
        let taken = feed_section(pieces, |bytes, offset| Ok((tree.feed(bytes, offset)?, tree.is_done())))?;
        Ok((tree.into_rows(), taken))
    }

    #[test]
    fn rows_are_in_preorder() {
        let json = "[1,0,2,30,[ 2,1,4,50,[],3,2,6,70000000000,\n[4,1,0,0,[]]]]";
        let (rows, taken) = check_splits(json.as_bytes(), read).unwrap();
        let shape: Vec<_> = rows.iter().map(|row| (row.id, row.function, row.count, row.parent)).collect();
        assert_eq!(shape, [(1, 0, 2, 0), (2, 1, 4, 0), (3, 2, 6, 0), (4, 1, 0, 2)]);
        assert_eq!((rows[2].size, taken), (70_000_000_000, Some(json.len())));
        assert_eq!(read(&[b"[]"]), Ok((Vec::new(), Some(2))));
    }

    #[test]
    fn other_shapes_are_refused() {
        for json in [
            "[1]",
            "[1,2,3,4,5]",
            "[[]]",
            "[1,0,0,0,[]",
            "[1,0,0,0,[],2,0,0,0,[]]",
            "[1,0,0,0,[],]",
            "[1,0,0,0,[1]]",
            "[1,0,0,[],0]",
            "[-1,0,0,0,[]]",
            "[01,0,0,0,[]]",
            "[4294967296,0,0,0,[]]",
        ] {
            let read = check_splits(json.as_bytes(), read);
            assert!(read.is_err() || read.is_ok_and(|(_, taken)| taken != Some(json.len())), "{json}");
        }
    }

    #[test]
    fn depth_needs_no_stack() {
        let deep = 200_000;
        let json = format!("{}{}", "[1,0,0,0,".repeat(deep), "[]".to_owned() + &"]".repeat(deep));
        let (rows, _) = read(&[json.as_bytes()]).unwrap();
        assert_eq!(rows.len(), deep);
        assert_eq!(rows[deep - 1].parent as usize, deep - 2);
    }
}
