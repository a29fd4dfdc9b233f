//! The way of bytes through a snapshot that is redacted: section after section, each copied, looked at, rewritten or
//! left out.

use super::super::balanced::Balanced;
use super::super::blanks::BlankRun;
use super::super::header::Header;
use super::super::integers::Integers;
use super::super::key::Key;
use super::super::outline::{Found, Outline};
use super::super::strings::Strings;
use super::RedactionCounts;
use super::names;
use super::placeholder::{Placeholders, append_json};
use super::uses::{EdgeUses, FunctionUses, NodeUses, Uses};
use crate::error::{Error, Result};

/// The header of V8 has 2 kB.
const MAX_HEADER: usize = 4 << 20;

/// Where a [`Walk`] writes.
pub(super) struct Output<'a> {
    pub bytes: &'a mut Vec<u8>,
    pub placeholders: &'a Placeholders,
    pub counts: &'a mut RedactionCounts,
}

/// The way through the document, which both passes take.
#[derive(Debug, Default)]
pub(super) struct Walk {
    writes: bool,
    /// The uses of strings are known from an earlier pass.
    knows_uses: bool,
    /// Whose names are contents is known: edges can be looked at.
    knows_nodes: bool,
    /// Rows came before what they need, and were not looked at.
    missed_rows: bool,
    offset: u64,
    blank_run: BlankRun,
    outline: Outline,
    /// The section that passes by.
    section: Option<(Key, Box<Section>)>,
    header: Option<Header>,
    uses: Uses,
    pub counts: RedactionCounts,
    string: u32,
    scratch: Vec<u8>,
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
    /// For a pass that writes, without an earlier one.
    pub fn writing() -> Self {
        Self { writes: true, ..Self::default() }
    }

    /// For a pass that writes, with what an earlier one learned.
    pub fn into_writing(self) -> Self {
        let Self { header, uses, counts, .. } = self;
        Self { knows_uses: true, header, uses, counts, ..Self::writing() }
    }

    pub fn feed(&mut self, chunk: &[u8], output: &mut Output) -> Result<()> {
        self.blank_run.pass(chunk, self.offset)?;
        let mut at = 0;
        while at < chunk.len() {
            let taken = self.step(&chunk[at..], output)?;
            at += taken;
            self.offset += taken as u64;
        }
        Ok(())
    }

    pub fn missed_rows(&self) -> bool {
        self.missed_rows
    }

    /// Back to the start of the document, with what is known of it.
    pub fn rewind(&mut self) {
        (self.offset, self.outline, self.string) = (0, Outline::default(), 0);
        self.blank_run = BlankRun::default();
        self.missed_rows = false;
    }

    pub fn check_end(&self) -> Result<()> {
        self.outline.check_ended(self.section.as_ref().map(|(key, _)| *key), self.offset)?;
        self.outline.check_sections(self.offset)
    }

    /// Takes some bytes and returns how many; 0 only where a section begins.
    fn step(&mut self, bytes: &[u8], output: &mut Output) -> Result<usize> {
        if self.section.is_some() {
            return self.section(bytes, output);
        }
        let (taken, found) = self.outline.feed(bytes, self.offset)?;
        match found {
            Some(Found::Value(key)) => {
                let section = self.open(key, self.offset + taken as u64, output)?;
                self.section = Some((key, Box::new(section)));
            }
            Some(Found::End) if self.writes => {
                output.bytes.extend_from_slice(if self.outline.starts().is_empty() { b"{}\n" } else { b"}\n" });
            }
            _ => {}
        }
        Ok(taken)
    }

    /// Begins the section whose value starts at `offset`.
    fn open(&mut self, key: Key, offset: u64, output: &mut Output) -> Result<Section> {
        if key == Key::Unknown {
            return Ok(Section::Dropped(Balanced::new(key.name())));
        }
        if self.writes {
            let separator = if self.outline.starts().len() == 1 { "{" } else { ",\n" };
            output.bytes.extend_from_slice(format!("{separator}\"{}\":", key.name()).as_bytes());
        }
        let copied = || Ok(Section::Copied(Balanced::new(key.name())));
        if key == Key::Snapshot {
            return Ok(Section::Header(Balanced::new(key.name()), Vec::new()));
        }
        if key == Key::Strings {
            return self.open_strings(offset, copied);
        }
        if self.knows_uses || !matches!(key, Key::Nodes | Key::Edges | Key::Functions) {
            return copied();
        }
        // Whether an edge leads to a content is asked when it comes. What uses a string comes before the strings.
        let too_early = key == Key::Edges && !self.knows_nodes || self.writes && self.outline.has(Key::Strings);
        let Some(header) = self.header.as_ref().filter(|_| !too_early) else {
            if self.writes {
                return Err(Error::Order { table: key.name(), offset });
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

    fn open_strings(&self, offset: u64, copied: impl FnOnce() -> Result<Section>) -> Result<Section> {
        if !self.writes {
            return copied();
        }
        let needs = [Key::Snapshot, Key::Nodes, Key::Edges];
        if !self.knows_uses && needs.into_iter().any(|key| !self.outline.has(key)) {
            return Err(Error::Order { table: Key::Strings.name(), offset });
        }
        Ok(Section::Strings(Strings::new(0, usize::MAX)))
    }

    /// Gives bytes to the section at hand.
    fn section(&mut self, bytes: &[u8], output: &mut Output) -> Result<usize> {
        let Some((key, section)) = &mut self.section else { return Ok(0) };
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
        let Some((_, section)) = self.section.take() else { return Ok(()) };
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
