//! Is the arriving document whole? It is checked while it passes, with a fraction of a parser's memory and time.

use crate::error::{Error, Result};
use crate::format::Layout;
use memchr::{memchr, memchr_iter, memchr2};

/// The `snapshot` object of every known producer is a few kilobytes long.
const HEADER_LIMIT: usize = 1 << 20;
/// Longer than every key that matters.
const KEY_LIMIT: usize = 32;

/// The counts of a whole snapshot: the header says them, and the tables have as many rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    pub node_count: u64,
    pub edge_count: u64,
}

/// Follows a snapshot's JSON: brackets close, the document ends, and `nodes` and `edges` have as many numbers as the
/// header says.
///
/// It does not look at what the numbers are: `format` does, when the snapshot is opened.
///
/// # Cost
/// O(bytes), nearly all of them at the speed of memchr; the header is kept, at most 1 MiB.
#[derive(Default)]
pub struct Completeness {
    at: At,
    depth: u64,
    /// The next text on the first level is a key.
    key_next: bool,
    key: Vec<u8>,
    header: Vec<u8>,
    /// Inside the value of `snapshot`.
    in_header: bool,
    nodes: Option<u64>,
    edges: Option<u64>,
    strings_seen: bool,
    /// Numbers of the table it is in: its commas, and whether there is anything at all.
    commas: u64,
    some: bool,
    closed: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Structure,
    Text,
    Escape,
    Numbers,
}

impl Completeness {
    pub fn new() -> Self {
        Self::default()
    }

    /// # Errors
    /// [`Error::Capture`] as soon as the document cannot be a snapshot any more.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let in_header = self.in_header;
            let used = match self.at {
                At::Structure => self.structure(rest)?,
                At::Text => self.text(rest),
                At::Escape => {
                    self.at = At::Text;
                    1
                }
                At::Numbers => self.numbers(rest),
            };
            let (seen, later) = rest.split_at(used);
            if in_header {
                self.keep(seen)?;
            }
            rest = later;
        }
        Ok(())
    }

    /// The counts of a document that is whole.
    ///
    /// # Errors
    /// [`Error::Capture`] when it is not.
    pub fn finish(self) -> Result<Counts> {
        if !self.closed && self.depth == 0 {
            return Err(incomplete("it is empty"));
        }
        if !self.closed {
            return Err(incomplete("it ends before its last bracket"));
        }
        let layout = Layout::of_header(&self.header).map_err(|error| incomplete(format!("its header: {error}")))?;
        let rows = |table: &str, numbers: Option<u64>, count: u64, fields: &[String]| {
            let width = fields.len() as u64;
            // A count of 0 stands for one that the writer did not know (`format::header`).
            let found = numbers.filter(|numbers| count == 0 && width > 0 && numbers % width == 0);
            let count = found.map_or(count, |numbers| numbers / width);
            match numbers {
                Some(numbers) if Some(numbers) == count.checked_mul(width) => Ok(count),
                Some(numbers) => Err(incomplete(format!("{table} has {numbers} numbers for {count} rows"))),
                None => Err(incomplete(format!("it has no {table}"))),
            }
        };
        let node_count = rows("nodes", self.nodes, layout.node_count, &layout.node_fields)?;
        let edge_count = rows("edges", self.edges, layout.edge_count, &layout.edge_fields)?;
        if !self.strings_seen {
            return Err(incomplete("it has no strings"));
        }
        Ok(Counts { node_count, edge_count })
    }

    /// Uses bytes up to the next text or table.
    fn structure(&mut self, bytes: &[u8]) -> Result<usize> {
        for (index, byte) in bytes.iter().enumerate() {
            if self.depth == 0 && !byte.is_ascii_whitespace() && (self.closed || *byte != b'{') {
                return Err(incomplete("something is outside of the document"));
            }
            match byte {
                b'"' => {
                    self.at = At::Text;
                    if self.depth == 1 && self.key_next {
                        self.key.clear();
                    }
                    return Ok(index + 1);
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.key_next = self.depth == 1;
                    if self.depth == 2 && *byte == b'[' && self.open_table() {
                        return Ok(index + 1);
                    }
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    self.closed = self.depth == 0;
                    if self.depth <= 1 && self.in_header {
                        self.in_header = false;
                        return Ok(index + 1);
                    }
                }
                b',' if self.depth == 1 => {
                    self.key_next = true;
                }
                b':' if self.depth == 1 => {
                    self.key_next = false;
                    if self.key == b"snapshot" && self.header.is_empty() {
                        self.in_header = true;
                        return Ok(index + 1);
                    }
                }
                _ => {}
            }
        }
        Ok(bytes.len())
    }

    /// True when the array that begins is one whose numbers are counted.
    fn open_table(&mut self) -> bool {
        self.strings_seen |= self.key == b"strings";
        let counted = self.key == b"nodes" || self.key == b"edges";
        if counted {
            (self.at, self.commas, self.some) = (At::Numbers, 0, false);
        }
        counted
    }

    fn text(&mut self, bytes: &[u8]) -> usize {
        let end = memchr2(b'"', b'\\', bytes);
        if self.depth == 1 && self.key_next {
            let text = &bytes[..end.unwrap_or(bytes.len())];
            let room = KEY_LIMIT - self.key.len();
            self.key.extend_from_slice(&text[..text.len().min(room)]);
        }
        let Some(end) = end else { return bytes.len() };
        self.at = if bytes[end] == b'"' { At::Structure } else { At::Escape };
        end + 1
    }

    /// Uses bytes up to the bracket that ends the table; leaves that to [`Completeness::structure`].
    fn numbers(&mut self, bytes: &[u8]) -> usize {
        let end = memchr(b']', bytes);
        let numbers = &bytes[..end.unwrap_or(bytes.len())];
        self.commas += memchr_iter(b',', numbers).count() as u64;
        self.some = self.some || numbers.iter().any(u8::is_ascii_digit);
        if end.is_some() {
            let count = self.commas + u64::from(self.some);
            let table = if self.key == b"nodes" { &mut self.nodes } else { &mut self.edges };
            *table = Some(count);
            self.at = At::Structure;
        }
        numbers.len()
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        if self.header.len() + bytes.len() > HEADER_LIMIT {
            return Err(incomplete("its header does not end"));
        }
        self.header.extend_from_slice(bytes);
        Ok(())
    }
}

fn incomplete(what: impl Into<String>) -> Error {
    Error::Capture { what: format!("the document that V8 wrote is not whole: {}", what.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::check_splits;

    const WHOLE: &str = r#"{"snapshot":{"meta":{"node_fields":["a","b"],"x":"\"}]","edge_fields":["c"]},"node_count":2,"edge_count":3},
"nodes":[1,2
,3,4],"edges":[7,8,-9],"trace_function_infos":[],"x":{"nodes":[1]},"samples":[],"strings":["nodes","a\"]}",""]}
"#;

    fn check(pieces: &[&[u8]]) -> Result<Counts> {
        let mut check = Completeness::new();
        pieces.iter().try_for_each(|piece| check.feed(piece))?;
        check.finish()
    }

    #[test]
    fn every_split_of_a_whole_document_gives_its_counts() {
        assert_eq!(check_splits(WHOLE.as_bytes(), check), Ok(Counts { node_count: 2, edge_count: 3 }));
    }

    #[test]
    fn a_count_of_zero_in_the_header_is_unknown() {
        let unknown =
            WHOLE.replace("\"node_count\":2", "\"node_count\":0").replace("\"edge_count\":3", "\"edge_count\":0");
        assert_eq!(check(&[unknown.as_bytes()]), Ok(Counts { node_count: 2, edge_count: 3 }));
        let cut_row = unknown.replace("[1,2\n,3,4]", "[1,2\n,3]");
        assert!(check(&[cut_row.as_bytes()]).is_err());
    }

    #[test]
    fn every_cut_is_noticed() {
        let whole = WHOLE.trim_end().as_bytes();
        for cut in 0..whole.len() {
            assert_eq!(check(&[&whole[..cut]]).map_err(|e| e.code()), Err("HEAPHOUND_ERR_CAPTURE"), "cut at {cut}");
        }
    }

    #[test]
    fn missing_pieces_are_noticed() {
        for (from, to) in [
            ("[1,2\n,3,4]", "[1,2\n,3]"),
            ("[7,8,-9]", "[]"),
            ("\"node_count\":2", "\"node_count\":18446744073709551615"),
            ("\"node_count\":2,", ""),
            ("\"edges\":[7,8,-9],", ""),
            ("\"strings\":", "\"string\":"),
            ("{\"snapshot\":", "{\"snapshot\":7,\"y\":"),
            ("{\"snapshot\":", "x{\"snapshot\":"),
            ("\"\"]}\n", "\"\"]}\n{}"),
            ("\"\"]}\n", "\"\"]}]"),
        ] {
            assert!(WHOLE.contains(from));
            let other = WHOLE.replace(from, to);
            let checked = check_splits(other.as_bytes(), check);
            assert_eq!(checked.map_err(|e| e.code()), Err("HEAPHOUND_ERR_CAPTURE"), "{to}");
        }
    }
}
