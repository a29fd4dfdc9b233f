//! Takes the contents of strings out of a snapshot while its bytes pass by, and leaves names.
//!
//! V8 writes `strings` last: once they come, everything that refers to them is known. `docs/design.md`, "Redaction", says what is a name.

mod names;
mod placeholder;
mod uses;

use super::balanced::Balanced;
use super::header::Header;
use super::integers::Integers;
use super::key::{Key, KeyReader};
use super::strings::Strings;
use crate::error::{Error, Result};
pub use placeholder::is_placeholder;
use placeholder::{Placeholders, append_json};
use uses::{EdgeUses, FunctionUses, NodeUses, Uses};

/// Table of faults that lie in no section.
const DOCUMENT: &str = "document";
/// The header of V8 has 2 kB.
const MAX_HEADER: usize = 4 << 20;

/// Rewrites a `.heapsnapshot` that is pushed in pieces of any size. Every split gives the same bytes.
///
/// Numbers pass as they are: nodes, edges, sizes, ids and positions do not change. Sections that heaphound does not know are left out,
/// since they could hold anything.
///
/// # Cost
/// One pass. A byte for each string and a bit for each node; the longest string.
#[derive(Debug)]
pub struct Redactor {
    placeholders: Placeholders,
    walk: Walk,
    counts: RedactionCounts,
}

/// What a [`Redactor`] saw and did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RedactionCounts {
    pub node_count: u64,
    pub edge_count: u64,
    /// Strings of the file's table.
    pub string_count: u64,
    /// Of them, those that were replaced, as a whole or in part.
    pub redacted_count: u64,
}

/// What is known of a document whose sections come in another order than V8's, after one more look at it.
#[derive(Debug, Default)]
pub struct Survey {
    walk: Walk,
}

impl Redactor {
    /// Equal strings become equal placeholders under one key. Without the key nobody can tell what they were.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            placeholders: Placeholders::new(key),
            walk: Walk { writes: true, ..Walk::default() },
            counts: RedactionCounts::default(),
        }
    }

    /// For a document that was read to its end before, by [`Survey`]: its sections may come in any order.
    pub fn with_survey(key: [u8; 32], survey: Survey) -> Self {
        let Walk { header, uses, counts, .. } = survey.walk;
        let walk = Walk { writes: true, knows_uses: true, header, uses, counts, ..Walk::default() };
        Self { walk, ..Self::new(key) }
    }

    /// Takes the next bytes and appends what they become to `out`.
    ///
    /// # Errors
    /// [`Error::Order`] when strings come before what refers to them; [`Error::Format`], [`Error::Foreign`].
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.walk.feed(chunk, &mut Output { bytes: out, placeholders: &self.placeholders, counts: &mut self.counts })
    }

    /// # Errors
    /// [`Error::Truncated`] or [`Error::Format`] when the document was not a whole snapshot.
    pub fn finish(self) -> Result<RedactionCounts> {
        let walk = self.walk.counts;
        self.walk.check_end()?;
        Ok(RedactionCounts { node_count: walk.node_count, edge_count: walk.edge_count, ..self.counts })
    }
}

impl Survey {
    /// Takes the next bytes of the document.
    ///
    /// # Errors
    /// Those of [`Redactor::feed`] but for [`Error::Order`].
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        let counts = &mut RedactionCounts::default();
        let placeholders = &Placeholders::new([0; 32]);
        self.walk.feed(chunk, &mut Output { bytes: &mut Vec::new(), placeholders, counts })
    }

    /// Ends a look at the document. False: it has to be looked at once more, because rows came before what says how to read them.
    ///
    /// # Errors
    /// Those of [`Redactor::finish`].
    pub fn finish_look(&mut self) -> Result<bool> {
        self.walk.check_end()?;
        let all = !self.walk.missed_rows;
        self.walk.rewind();
        Ok(all)
    }
}

/// Where a [`Walk`] writes.
struct Output<'a> {
    bytes: &'a mut Vec<u8>,
    placeholders: &'a Placeholders,
    counts: &'a mut RedactionCounts,
}

/// The way through the document, which both passes take.
#[derive(Debug, Default)]
struct Walk {
    writes: bool,
    /// The uses of strings are known from an earlier pass.
    knows_uses: bool,
    /// Whose names are contents is known: edges can be looked at.
    knows_nodes: bool,
    /// Rows came before what they need, and were not looked at.
    missed_rows: bool,
    offset: u64,
    state: State,
    header: Option<Header>,
    uses: Uses,
    seen: Vec<Key>,
    counts: RedactionCounts,
    string: u32,
    scratch: Vec<u8>,
}

#[derive(Debug, Default)]
enum State {
    /// Before the first bracket, with the bytes of a byte order mark that came.
    #[default]
    Start,
    Mark(usize),
    KeyOrEnd,
    NextKey,
    Key(KeyReader),
    Colon(Key),
    Value(Key),
    Section(Key, Box<Section>),
    CommaOrEnd,
    Done,
}

#[derive(Debug)]
enum Section {
    /// Not in the output.
    Dropped(Balanced),
    Copied(Balanced),
    Header(Balanced, Vec<u8>),
    Nodes(Integers<NodeUses>),
    Edges(Integers<EdgeUses>),
    Functions(Integers<FunctionUses>),
    Strings(Strings),
}

impl Walk {
    fn feed(&mut self, chunk: &[u8], output: &mut Output) -> Result<()> {
        let mut at = 0;
        while at < chunk.len() {
            let taken = self.step(&chunk[at..], output)?;
            at += taken;
            self.offset += taken as u64;
        }
        Ok(())
    }

    /// Back to the start of the document, with what is known of it.
    fn rewind(&mut self) {
        (self.offset, self.state, self.string) = (0, State::Start, 0);
        self.seen.clear();
        self.missed_rows = false;
    }

    fn check_end(&self) -> Result<()> {
        let table = match &self.state {
            State::Done => {
                let missing = Key::NEEDED.into_iter().find(|key| !self.seen.contains(key));
                let Some(key) = missing else { return Ok(()) };
                let what = "the section is missing".to_owned();
                return Err(Error::Format { table: key.name(), offset: self.offset, what });
            }
            State::Section(key, _) | State::Value(key) | State::Colon(key) => key.name(),
            _ => DOCUMENT,
        };
        Err(Error::Truncated { table, offset: self.offset })
    }

    /// Takes some bytes and returns how many; 0 only when the state changed.
    fn step(&mut self, bytes: &[u8], output: &mut Output) -> Result<usize> {
        let byte = bytes[0];
        let space = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.state = match (&mut self.state, byte) {
            (State::Section(..), _) => return self.section(bytes, output),
            (State::Key(reader), _) => {
                let taken = reader.feed(bytes).map_err(|at| unexpected(bytes[at], self.offset + at as u64))?;
                if let Some(key) = reader.key() {
                    self.state = State::Colon(key);
                }
                return Ok(taken);
            }
            (State::Value(key), _) if !space => {
                let key = *key;
                let section = self.open(key, output)?;
                self.state = State::Section(key, Box::new(section));
                return Ok(0);
            }
            (State::Start, 0xef) => State::Mark(1),
            (State::Mark(1), 0xbb) => State::Mark(2),
            (State::Mark(2), 0xbf) => State::Start,
            (State::Start, b'{') => State::KeyOrEnd,
            (State::Start | State::Mark(_), _) if !space => {
                return Err(Error::Foreign { what: format!("it begins with \"{}\"", byte.escape_ascii()) });
            }
            (State::KeyOrEnd | State::NextKey, b'"') => State::Key(KeyReader::default()),
            (State::Colon(key), b':') => State::Value(*key),
            (State::CommaOrEnd, b',') => State::NextKey,
            (State::KeyOrEnd | State::CommaOrEnd, b'}') => {
                if self.writes {
                    output.bytes.extend_from_slice(if self.seen.is_empty() { b"{}\n" } else { b"}\n" });
                }
                State::Done
            }
            _ if space => return Ok(1),
            _ => return Err(unexpected(byte, self.offset)),
        };
        Ok(1)
    }

    /// Begins the section whose first byte comes next.
    fn open(&mut self, key: Key, output: &mut Output) -> Result<Section> {
        if key == Key::Unknown {
            return Ok(Section::Dropped(Balanced::new(key.name())));
        }
        if self.seen.contains(&key) {
            let what = "a second section of this name".to_owned();
            return Err(Error::Format { table: key.name(), offset: self.offset, what });
        }
        if self.writes {
            let separator = if self.seen.is_empty() { "{" } else { ",\n" };
            output.bytes.extend_from_slice(format!("{separator}\"{}\":", key.name()).as_bytes());
        }
        self.seen.push(key);
        let copied = || Ok(Section::Copied(Balanced::new(key.name())));
        if key == Key::Snapshot {
            return Ok(Section::Header(Balanced::new(key.name()), Vec::new()));
        }
        if key == Key::Strings {
            return self.open_strings(copied);
        }
        if self.knows_uses || !matches!(key, Key::Nodes | Key::Edges | Key::Functions) {
            return copied();
        }
        // Whether an edge leads to a content is asked when it comes. What uses a string comes before the strings.
        let too_early = key == Key::Edges && !self.knows_nodes || self.writes && self.seen.contains(&Key::Strings);
        let Some(header) = self.header.as_ref().filter(|_| !too_early) else {
            if self.writes {
                return Err(Error::Order { table: key.name(), offset: self.offset });
            }
            self.missed_rows = true;
            return copied();
        };
        let uses = std::mem::take(&mut self.uses);
        Ok(match key {
            Key::Nodes => Section::Nodes(Integers::new(NodeUses::new(header, uses))),
            Key::Edges => Section::Edges(Integers::new(EdgeUses::new(header, uses))),
            _ => Section::Functions(Integers::new(FunctionUses::new(header, uses))),
        })
    }

    fn open_strings(&self, copied: impl FnOnce() -> Result<Section>) -> Result<Section> {
        if !self.writes {
            return copied();
        }
        let needs = [Key::Snapshot, Key::Nodes, Key::Edges];
        if !self.knows_uses && needs.iter().any(|key| !self.seen.contains(key)) {
            return Err(Error::Order { table: Key::Strings.name(), offset: self.offset });
        }
        Ok(Section::Strings(Strings::new(0)))
    }

    /// Gives bytes to the section at hand.
    fn section(&mut self, bytes: &[u8], output: &mut Output) -> Result<usize> {
        let State::Section(key, section) = &mut self.state else { return Ok(0) };
        let (key, offset) = (*key, self.offset);
        let taken = match &mut **section {
            Section::Dropped(value) | Section::Copied(value) => value.feed(bytes, offset)?,
            Section::Header(value, kept) => {
                let taken = value.feed(bytes, offset)?;
                if kept.len() + taken > MAX_HEADER {
                    let what = format!("the section is longer than {MAX_HEADER} bytes");
                    return Err(Error::Format { table: key.name(), offset, what });
                }
                kept.extend_from_slice(&bytes[..taken]);
                taken
            }
            Section::Nodes(integers) => integers.feed(bytes, offset)?,
            Section::Edges(integers) => integers.feed(bytes, offset)?,
            Section::Functions(integers) => integers.feed(bytes, offset)?,
            Section::Strings(strings) => {
                let taken = strings.feed(bytes, offset)?;
                let (uses, string, scratch) = (&self.uses, &mut self.string, &mut self.scratch);
                strings.drain(|text| redact(text, string, uses, output, scratch));
                taken
            }
        };
        let copies = !matches!(**section, Section::Dropped(_) | Section::Strings(_));
        if self.writes && copies {
            output.bytes.extend_from_slice(&bytes[..taken]);
        }
        let is_done = match &**section {
            Section::Dropped(value) | Section::Copied(value) | Section::Header(value, _) => value.is_done(),
            Section::Nodes(integers) => integers.is_done(),
            Section::Edges(integers) => integers.is_done(),
            Section::Functions(integers) => integers.is_done(),
            Section::Strings(strings) => strings.is_done(),
        };
        if is_done {
            self.close(self.offset + taken as u64, output)?;
        }
        Ok(taken)
    }

    fn close(&mut self, end: u64, output: &mut Output) -> Result<()> {
        let State::Section(_, section) = std::mem::replace(&mut self.state, State::CommaOrEnd) else { return Ok(()) };
        match *section {
            Section::Dropped(_) | Section::Copied(_) => {}
            Section::Header(_, bytes) => {
                self.header = Some(Header::parse(&bytes, end - bytes.len() as u64)?);
            }
            Section::Nodes(integers) => {
                self.knows_nodes = true;
                self.counts.node_count = integers.rows.count;
                self.uses = integers.rows.uses;
            }
            Section::Edges(integers) => {
                self.counts.edge_count = integers.rows.count;
                self.uses = integers.rows.uses;
            }
            Section::Functions(integers) => self.uses = integers.rows.uses,
            Section::Strings(_) => {
                output.bytes.extend_from_slice(if self.string == 0 { b"[]" } else { b"]" });
            }
        }
        Ok(())
    }
}

/// Writes the string of number `string` as it may be read by others.
fn redact(text: &[u8], string: &mut u32, uses: &Uses, output: &mut Output, scratch: &mut Vec<u8>) {
    output.bytes.extend_from_slice(if *string == 0 { b"[" } else { b",\n" });
    let hidden = names::hidden(text, uses.of(*string), uses);
    *string = string.saturating_add(1);
    output.counts.string_count += 1;
    if hidden.is_empty() {
        return append_json(text, output.bytes);
    }
    output.counts.redacted_count += 1;
    scratch.clear();
    let mut at = 0;
    for range in hidden {
        scratch.extend_from_slice(&text[at..range.start]);
        output.placeholders.append(&text[range.clone()], scratch);
        at = range.end;
    }
    scratch.extend_from_slice(&text[at..]);
    append_json(scratch, output.bytes);
}

fn unexpected(byte: u8, offset: u64) -> Error {
    Error::Format { table: DOCUMENT, offset, what: format!("unexpected \"{}\"", byte.escape_ascii()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#""snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
"node_types":[["hidden","object","string","number","new kind"],"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","element","internal","hidden"],"string_or_number","node"],
"trace_function_info_fields":["function_id","name","script_name","script_id","line","column"]},
"node_count":5,"edge_count":5,"trace_function_count":1}"#;
    /// A map with the string 1 in a property, 2 in a property named as the string, a number, and something of a new kind.
    const NODES: &str = r#""nodes":[0,0,1,0,5, 2,1,3,8,0,
2,2,5,8,0,3,3,7,8,0,4,4,9,8,0]"#;
    const EDGES: &str = r#""edges":[0,5,5,0,2,10,1,4,15,2,6,5,3,1,20]"#;
    const FUNCTIONS: &str = r#""trace_function_infos":[0,7,8,1,2,3]"#;
    const STRINGS: &str = r#""strings":["root","s\u0065cret\"","both","heap number","new","list",
"1 / part of key (A @5) -> value (secret @3) pair in WeakMap (table @9)","f","/a.js","nobody's"]"#;
    const NAMES: [&str; 10] = [
        "root",
        "*",
        "both",
        "heap number",
        "*",
        "list",
        "1 / part of key (A @5) -> value (*) pair in WeakMap (table @9)",
        "f",
        "/a.js",
        "*",
    ];

    fn document(sections: &[&str]) -> String {
        format!("{{{}}}", sections.join(","))
    }

    fn redacted(document: &str, cut: usize) -> Result<(String, RedactionCounts)> {
        let (first, last) = document.as_bytes().split_at(cut);
        let mut redactor = Redactor::new([1; 32]);
        let mut out = Vec::new();
        redactor.feed(first, &mut out)?;
        redactor.feed(last, &mut out)?;
        let counts = redactor.finish()?;
        Ok((String::from_utf8(out).expect("text"), counts))
    }

    fn surveyed(document: &str) -> Result<String> {
        let mut survey = Survey::default();
        for looks in 1.. {
            assert!(looks < 5, "it needs more looks than there can be");
            document.as_bytes().chunks(7).try_for_each(|chunk| survey.feed(chunk))?;
            if survey.finish_look()? {
                break;
            }
        }
        let mut redactor = Redactor::with_survey([1; 32], survey);
        let mut out = Vec::new();
        document.as_bytes().chunks(5).try_for_each(|chunk| redactor.feed(chunk, &mut out))?;
        redactor.finish()?;
        Ok(String::from_utf8(out).expect("text"))
    }

    fn strings(document: &str) -> Vec<String> {
        let document: serde_json::Value = serde_json::from_str(document).expect("it is JSON");
        let strings = document["strings"].as_array().expect("an array");
        strings.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
    }

    /// Placeholders become stars.
    fn starred(text: &str) -> String {
        match (text.find('‹'), text.find('›')) {
            (Some(start), Some(end)) => format!("{}*{}", &text[..start], &text[end + '›'.len_utf8()..]),
            _ => text.to_owned(),
        }
    }

    fn check_names(document: &str) {
        let expected = NAMES.map(|name| name.replace("(*)", "(* @3)"));
        assert_eq!(strings(document).iter().map(|text| starred(text)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn contents_go_and_names_stay() {
        let whole = document(&[HEADER, NODES, EDGES, FUNCTIONS, STRINGS]);
        let (out, counts) = redacted(&whole, 0).expect("it is whole");
        check_names(&out);
        assert_eq!(counts, RedactionCounts { node_count: 5, edge_count: 5, string_count: 10, redacted_count: 4 });
        for section in [HEADER, NODES, EDGES, FUNCTIONS] {
            assert!(out.contains(section), "{section} is not as it was");
        }
        assert!(!out.contains("cret"));
        for cut in 0..=whole.len() {
            assert_eq!(redacted(&whole, cut).map(|(again, _)| again), Ok(out.clone()), "cut at {cut}");
        }
        assert_eq!(redacted(&out, 0).map(|(twice, _)| strings(&twice).len()), Ok(10));
    }

    #[test]
    fn a_content_has_one_placeholder_alone_or_in_a_name() {
        let strings = strings(
            &redacted(&document(&[HEADER, NODES, EDGES, FUNCTIONS, &STRINGS.replace("s\\u0065cret\\\"", "secret")]), 0)
                .expect("it is whole")
                .0,
        );
        assert!(strings[6].contains(&strings[1]), "{strings:?}");
    }

    #[test]
    fn other_orders_need_a_survey() {
        let sections = [HEADER, NODES, EDGES, FUNCTIONS, STRINGS];
        for order in
            [[4, 0, 1, 2, 3], [0, 4, 1, 2, 3], [1, 2, 3, 4, 0], [2, 1, 4, 3, 0], [0, 1, 2, 4, 3], [3, 0, 2, 1, 4]]
        {
            let document = document(&order.map(|section| sections[section]));
            assert_eq!(redacted(&document, 0).map_err(|error| error.code()), Err("HEAPHOUND_ERR_ORDER"), "{order:?}");
            check_names(&surveyed(&document).expect("it is whole"));
        }
        check_names(&surveyed(&document(&sections)).expect("it is whole"));
    }

    #[test]
    fn unknown_sections_are_left_out() {
        let other = r#""other":{"a":["secret"]}"#;
        let (out, _) =
            redacted(&document(&[other, HEADER, NODES, other, EDGES, FUNCTIONS, STRINGS, other]), 0).expect("whole");
        check_names(&out);
        assert!(!out.contains("secret") && !out.contains("other"));
    }

    #[test]
    fn damaged_documents_are_errors() {
        let whole = document(&[HEADER, NODES, EDGES, STRINGS]);
        for cut in 0..whole.len() {
            assert!(redacted(&whole[..cut], 0).is_err(), "cut at {cut}");
        }
        for (from, to) in [
            ("\"edges\":[", "\"edges\":[1,"),
            ("[0,0,1,0,5,", "["),
            ("{\"snapshot", "x{\"snapshot"),
            ("\"node_count\":5", "\"node_count\":6"),
            ("s\\u0065", "s\\u00g5"),
        ] {
            assert!(whole.contains(from), "{from}");
            let code = redacted(&whole.replacen(from, to, 1), 0).map_err(|error| error.code()).map(|_| ());
            assert!(matches!(code, Err("HEAPHOUND_ERR_FORMAT" | "HEAPHOUND_ERR_FOREIGN")), "{to}: {code:?}");
        }
    }

    #[test]
    fn a_number_far_beyond_asks_for_no_memory() {
        let nodes = NODES.replace("4,4,9", "1,4294967295,9");
        let (out, _) =
            redacted(&document(&[HEADER, &nodes, EDGES, FUNCTIONS, STRINGS]), 0).expect("the parser will refuse it");
        assert_eq!(starred(&strings(&out)[4]), "*");
    }
}
