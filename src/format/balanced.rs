//! The end of any JSON value, found without recursion and without building it.

use super::blanks::{blanks, is_blank};
use crate::error::{Error, Result};

/// Follows one JSON value through any split of its bytes.
///
/// It checks what is needed to find the end: that brackets match and that strings close. Whoever needs the value parses
/// it then.
///
/// # Cost
/// One byte for each level of nesting, which took at least a byte of input.
#[derive(Debug)]
pub struct Balanced {
    table: &'static str,
    /// The closing bracket each open one waits for.
    open: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Outside of strings and words.
    Between,
    Text,
    Escape,
    /// A number, `true`, `false` or `null` that is the whole value.
    Word,
    Done,
}

impl Balanced {
    pub fn new(table: &'static str) -> Self {
        Self { table, open: Vec::new(), state: State::Between }
    }

    /// Name of the section, for errors.
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// Bytes of memory that it takes so far.
    pub fn held_bytes(&self) -> u64 {
        self.open.len() as u64
    }

    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes bytes up to the end of the value and returns how many. The first must be the value's first. A word ends
    /// before the byte that ends it.
    ///
    /// # Errors
    /// [`Error::Format`] at a bracket without a partner or a byte that no JSON holds.
    pub fn feed(&mut self, bytes: &[u8], offset: u64) -> Result<usize> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match self.state {
                State::Text => match memchr::memchr2(b'"', b'\\', &bytes[at..]) {
                    None => return Ok(bytes.len()),
                    Some(ahead) => {
                        at += ahead;
                        self.state = match bytes[at] {
                            b'\\' => State::Escape,
                            _ if self.open.is_empty() => State::Done,
                            _ => State::Between,
                        };
                    }
                },
                State::Escape => self.state = State::Text,
                State::Between => match byte {
                    b'"' => self.state = State::Text,
                    b'[' => self.open.push(b']'),
                    b'{' => self.open.push(b'}'),
                    b']' | b'}' => {
                        if self.open.pop() != Some(byte) {
                            return Err(self.unexpected(byte, offset, at));
                        }
                        if self.open.is_empty() {
                            self.state = State::Done;
                        }
                    }
                    b',' | b':' if !self.open.is_empty() => {}
                    _ if is_blank(byte) && !self.open.is_empty() => {
                        at += blanks(&bytes[at..]);
                        continue;
                    }
                    _ if !is_word(byte) => return Err(self.unexpected(byte, offset, at)),
                    _ if self.open.is_empty() => self.state = State::Word,
                    _ => {}
                },
                State::Word if is_word(byte) => {}
                State::Word => {
                    self.state = State::Done;
                    return Ok(at);
                }
                State::Done => return Ok(at),
            }
            at += 1;
            if self.state == State::Done {
                return Ok(at);
            }
        }
        Ok(at)
    }

    fn unexpected(&self, byte: u8, offset: u64, at: usize) -> Error {
        Error::Format {
            table: self.table,
            offset: offset + at as u64,
            what: format!("unexpected \"{}\"", byte.escape_ascii()),
        }
    }
}

/// Bytes of numbers, `true`, `false` and `null`.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_end(text: &str, end: usize) {
        for cut in 0..=text.len() {
            let mut value = Balanced::new("x");
            let mut at = value.feed(&text.as_bytes()[..cut], 0).unwrap();
            if !value.is_done() {
                assert_eq!(at, cut, "{text}");
                at += value.feed(&text.as_bytes()[cut..], 0).unwrap();
            }
            assert!(value.is_done(), "{text} cut at {cut}");
            assert_eq!(at, end, "{text} cut at {cut}");
        }
    }

    #[test]
    fn finds_the_end() {
        check_end(r#"{"a":[1,{"b":"]}\"\\"}]},x"#, 23 + 1);
        check_end("12.5e3,", 6);
        check_end("null}", 4);
        check_end(r#""a]\"b" "#, 7);
        check_end("[]]", 2);
    }

    #[test]
    fn refuses_brackets_without_a_partner() {
        for text in ["]", "[}", "{\"a\":1]", "[\u{1}]", ","] {
            assert!(Balanced::new("x").feed(text.as_bytes(), 0).is_err(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = [vec![b'['; 1 << 20], vec![b']'; 1 << 20]].concat();
        let mut value = Balanced::new("x");
        assert_eq!(value.feed(&deep, 0), Ok(deep.len()));
        assert!(value.is_done());
    }
}
