//! Passes the bytes of a snapshot on, section after section. Each section is copied, read, written anew or left out.

use super::super::balanced::Balanced;
use super::super::document::{Document, Reader};
use super::super::header::Header;
use super::super::integers::Integers;
use super::super::kept::Kept;
use super::super::key::Key;
use super::super::outline::Outline;
use super::super::strings::Strings;
use super::RedactionCounts;
use super::names;
use super::placeholder::{Placeholders, append_json};
use super::uses::{EdgeUses, FunctionUses, NodeUses, Uses};
use crate::error::{Error, Result};

/// Where a [`Walk`] writes.
pub(super) struct Output<'a> {
    pub bytes: &'a mut Vec<u8>,
    pub placeholders: &'a Placeholders,
    pub counts: &'a mut RedactionCounts,
}

/// One pass over the document: the first, which only looks, and the one that writes.
#[derive(Debug, Default)]
pub(super) struct Walk {
    document: Document<Section>,
    state: State,
}

/// The facts that are known of the document so far.
#[derive(Debug, Default)]
struct State {
    writes: bool,
    /// The uses of strings are known from an earlier pass.
    knows_uses: bool,
    /// The nodes were read: edges can be looked at.
    knows_nodes: bool,
    /// Rows came before what they need, and were not looked at.
    missed_rows: bool,
    header: Option<Header>,
    uses: Uses,
    counts: RedactionCounts,
    string: u32,
    scratch: Vec<u8>,
}

/// The document while a chunk is written.
struct Writing<'a, 'b> {
    state: &'a mut State,
    output: &'a mut Output<'b>,
}

#[derive(Debug)]
enum Section {
    /// Not in the output.
    Dropped(Balanced),
    Copied(Balanced),
    Header(Kept),
    Nodes(Integers<NodeUses>),
    Edges(Integers<EdgeUses>),
    Functions(Integers<FunctionUses>),
    Strings(Strings),
}

impl Walk {
    /// For a pass that writes, without an earlier one.
    pub fn writing() -> Self {
        Self { state: State { writes: true, ..State::default() }, ..Self::default() }
    }

    /// For a pass that writes, with what an earlier one learned.
    pub fn into_writing(self) -> Self {
        let State { header, uses, counts, .. } = self.state;
        let state = State { writes: true, knows_uses: true, header, uses, counts, ..State::default() };
        Self { state, ..Self::default() }
    }

    pub fn feed(&mut self, chunk: &[u8], output: &mut Output) -> Result<()> {
        self.document.feed(chunk, &mut Writing { state: &mut self.state, output })
    }

    /// Nodes and edges that were seen.
    pub fn counts(&self) -> RedactionCounts {
        self.state.counts
    }

    pub fn missed_rows(&self) -> bool {
        self.state.missed_rows
    }

    /// Back to the start of the document, with what is known of it.
    pub fn rewind(&mut self) {
        self.document = Document::default();
        (self.state.string, self.state.missed_rows) = (0, false);
    }

    pub fn check_end(&self) -> Result<()> {
        self.document.check_ended()?;
        self.document.check_sections()
    }
}

impl Reader for Writing<'_, '_> {
    type Section = Section;

    fn begin(&mut self, key: Key, offset: u64, outline: &Outline) -> Result<Section> {
        if key == Key::Unknown {
            return Ok(Section::Dropped(Balanced::new(key.name())));
        }
        if self.state.writes {
            let separator = if outline.starts().len() == 1 { "{" } else { ",\n" };
            self.output.bytes.extend_from_slice(format!("{separator}\"{}\":", key.name()).as_bytes());
        }
        let copied = || Ok(Section::Copied(Balanced::new(key.name())));
        if key == Key::Snapshot {
            return Ok(Section::Header(Kept::new(key)));
        }
        if key == Key::Strings {
            return self.state.open_strings(offset, outline, copied);
        }
        if self.state.knows_uses || !matches!(key, Key::Nodes | Key::Edges | Key::Functions) {
            return copied();
        }
        // Whether an edge leads to a content is asked when it comes. What uses a string comes before the strings.
        let too_early = key == Key::Edges && !self.state.knows_nodes || self.state.writes && outline.has(Key::Strings);
        let Some(header) = self.state.header.as_ref().filter(|_| !too_early) else {
            if self.state.writes {
                return Err(Error::Order { table: key.name(), offset });
            }
            self.state.missed_rows = true;
            return copied();
        };
        let uses = std::mem::take(&mut self.state.uses);
        Ok(match key {
            Key::Nodes => Section::Nodes(Integers::new(NodeUses::new(header, uses))),
            Key::Edges => Section::Edges(Integers::new(EdgeUses::new(header, uses))),
            _ => Section::Functions(Integers::new(FunctionUses::new(header, uses))),
        })
    }

    fn feed(&mut self, section: &mut Section, block: &[u8], at: usize, offset: u64) -> Result<(usize, bool)> {
        let bytes = &block[at..];
        let taken = match section {
            Section::Dropped(value) | Section::Copied(value) => value.feed(bytes, offset)?,
            Section::Header(kept) => kept.feed(bytes, offset)?,
            Section::Nodes(integers) => integers.feed(bytes, offset)?,
            Section::Edges(integers) => integers.feed(bytes, offset)?,
            Section::Functions(integers) => integers.feed(bytes, offset)?,
            Section::Strings(strings) => {
                let taken = strings.feed(bytes, offset)?;
                let State { uses, string, scratch, .. } = &mut *self.state;
                strings.drain(|text| redact(text, string, uses, self.output, scratch));
                taken
            }
        };
        let copies = !matches!(section, Section::Dropped(_) | Section::Strings(_));
        if self.state.writes && copies {
            self.output.bytes.extend_from_slice(&bytes[..taken]);
        }
        let is_done = match section {
            Section::Dropped(value) | Section::Copied(value) => value.is_done(),
            Section::Header(kept) => kept.is_done(),
            Section::Nodes(integers) => integers.is_done(),
            Section::Edges(integers) => integers.is_done(),
            Section::Functions(integers) => integers.is_done(),
            Section::Strings(strings) => strings.is_done(),
        };
        Ok((taken, is_done))
    }

    fn close(&mut self, _key: Key, section: Section, end: u64) -> Result<()> {
        let state = &mut *self.state;
        match section {
            Section::Dropped(_) | Section::Copied(_) => {}
            Section::Header(kept) => {
                let bytes = kept.into_bytes();
                state.header = Some(Header::parse(&bytes, end - bytes.len() as u64)?);
            }
            Section::Nodes(integers) => {
                state.knows_nodes = true;
                state.counts.node_count = integers.rows.count;
                state.uses = integers.rows.uses;
            }
            Section::Edges(integers) => {
                state.counts.edge_count = integers.rows.count;
                state.uses = integers.rows.uses;
            }
            Section::Functions(integers) => state.uses = integers.rows.uses,
            Section::Strings(_) => {
                self.output.bytes.extend_from_slice(if state.string == 0 { b"[]" } else { b"]" });
            }
        }
        Ok(())
    }

    fn end(&mut self, outline: &Outline) {
        if self.state.writes {
            self.output.bytes.extend_from_slice(if outline.starts().is_empty() { b"{}\n" } else { b"}\n" });
        }
    }
}

impl State {
    fn open_strings(
        &self,
        offset: u64,
        outline: &Outline,
        copied: impl FnOnce() -> Result<Section>,
    ) -> Result<Section> {
        if !self.writes {
            return copied();
        }
        let needs = [Key::Snapshot, Key::Nodes, Key::Edges];
        if !self.knows_uses && needs.into_iter().any(|key| !outline.has(key)) {
            return Err(Error::Order { table: Key::Strings.name(), offset });
        }
        Ok(Section::Strings(Strings::new(0, usize::MAX)))
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
