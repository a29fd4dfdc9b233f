//! The whole document: from pushed bytes to [`Tables`].

use super::ahead::Ahead;
use super::balanced::Balanced;
use super::document::{Document, Reader};
use super::foreign;
use super::header::Header;
use super::kept::Kept;
use super::key::Key;
use super::outline::Outline;
use super::references::{self, Names};
use super::section::{Room, Section};
use super::tables::{NodeTable, Tables};
use crate::budget::Budget;
use crate::error::{Error, Result};

/// Bytes of a large chunk that are taken at a time.
const CHUNK: usize = 1 << 20;

/// Builds [`Tables`] from the bytes of a `.heapsnapshot`, pushed in pieces of any size. Every split gives the same
/// result.
///
/// Sections may come in any order. Those that come before `snapshot`, which says how to read them, wait as bytes.
///
/// # Cost
/// One pass; memory for the tables and, per level of nesting, a few bytes. Room is made for as many rows as the header
/// claims and the rest of the input can hold, whichever is less.
#[derive(Debug, Default)]
pub struct Parser {
    document: Document<Section>,
    building: Building,
    failed: Option<Error>,
}

/// The tables as far as they are read, and what is needed to read on.
#[derive(Debug, Default)]
struct Building {
    /// Bytes of the input in all, when the caller knows.
    total: Option<u64>,
    header: Option<Header>,
    /// The highest number of a string that each section names, for those that have been read.
    names: Names,
    /// Rows named nodes before anybody knew how many there are.
    targets_unchecked: bool,
    tables: Tables,
    budget: Budget,
    /// Sections that came before `snapshot`: key, offset, bytes.
    early: Vec<(Key, u64, Vec<u8>)>,
    /// Keys we do not read, for telling what a foreign file is.
    unknown: Vec<String>,
}

/// The tables while a chunk is read, of which `ahead` knows something.
struct Reading<'a> {
    building: &'a mut Building,
    ahead: &'a mut Ahead,
}

impl Parser {
    pub fn new() -> Self {
        Self::default()
    }

    /// For an input of `total_bytes` or, when it is compressed, more: columns get their final size at once. 0: unknown.
    pub fn with_size_hint(total_bytes: u64) -> Self {
        let total = Some(total_bytes).filter(|total| *total > 0);
        Self { building: Building { total, ..Building::default() }, ..Self::new() }
    }

    /// The same parser, with a limit of the memory that its tables may take.
    pub fn within(self, budget: Budget) -> Self {
        Self { building: Building { budget, ..self.building }, ..self }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::Format`], [`Error::Foreign`], [`Error::TooLarge`], [`Error::Memory`]; again the same one when called
    /// after an error.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        // The checks of each chunk hold for large ones as well.
        chunk.chunks(CHUNK).try_for_each(|part| self.feed_scanned(part, &mut Ahead::default()))
    }

    /// [`Parser::feed`] of a chunk that was scanned, or not, by another thread.
    ///
    /// # Errors
    /// The errors of [`Parser::feed`], the same with and without a scan.
    pub fn feed_scanned(&mut self, chunk: &[u8], ahead: &mut Ahead) -> Result<()> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let fed = self.document.feed(chunk, &mut Reading { building: &mut self.building, ahead });
        let checked = fed.and_then(|()| self.building.budget.check(self.held_bytes()));
        checked.inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// The nodes, once their section was read: who wants no more can stop here. Their names are not checked yet.
    pub fn nodes(&self) -> Option<&NodeTable> {
        let nodes = &self.building.tables.nodes;
        // The end of the section closes this column.
        (!nodes.first_edge.is_empty()).then_some(nodes)
    }

    /// Bytes of memory that it takes so far.
    fn held_bytes(&self) -> u64 {
        let early: usize = self.building.early.iter().map(|(_, _, bytes)| bytes.len()).sum();
        let section = self.document.section().map_or(0, Section::held_bytes);
        self.building.tables.held_bytes() + section + early as u64
    }

    /// The tables, once the whole input was fed.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the document is not complete; [`Error::Foreign`] when it is of another kind;
    /// [`Error::Format`] when a section is missing or refers to a row that another one does not have.
    pub fn finish(self) -> Result<Tables> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.document.check_ended()?;
        let Building { header, unknown, tables, names, targets_unchecked, .. } = self.building;
        if header.is_none() {
            return Err(foreign::without_header(&unknown));
        }
        self.document.check_sections()?;
        references::check(tables, names, targets_unchecked, self.document.starts())
    }
}

impl Reader for Reading<'_> {
    type Section = Section;

    fn begin(&mut self, key: Key, offset: u64, _outline: &Outline) -> Result<Section> {
        let building = &mut *self.building;
        building.targets_unchecked |= names_nodes(key, building.header.as_ref());
        let left = building.total.map(|total| total.saturating_sub(offset));
        Ok(match &building.header {
            _ if key == Key::Unknown => Section::Skipped(Balanced::new(key.name())),
            Some(header) => Section::open(key, header, Room { left }, building.names.kept()),
            None => Section::Kept(Kept::new(key)),
        })
    }

    fn feed(&mut self, section: &mut Section, block: &[u8], at: usize, offset: u64) -> Result<(usize, bool)> {
        let taken = section.feed_from(block, at, offset, self.ahead)?;
        Ok((taken, section.is_done()))
    }

    fn close(&mut self, key: Key, section: Section, end: u64) -> Result<()> {
        let building = &mut *self.building;
        let kept = match section {
            Section::Kept(kept) => kept.into_bytes(),
            read => {
                building.add(key, read);
                return Ok(());
            }
        };
        let start = end - kept.len() as u64;
        if key != Key::Snapshot {
            building.early.push((key, start, kept));
            return Ok(());
        }
        building.begin_tables(Header::parse(&kept, start)?)
    }

    fn note_unknown(&mut self, name: String) {
        if self.building.unknown.len() < foreign::KEYS {
            self.building.unknown.push(name);
        }
    }
}

impl Building {
    /// Moves the rows of a section to their table.
    fn add(&mut self, key: Key, section: Section) {
        section.close(&mut self.tables, &mut self.names);
        if let Some(header) = &mut self.header {
            learn(header, key, &self.tables);
        }
    }

    /// Begins with the header, and reads the sections that waited for it.
    fn begin_tables(&mut self, header: Header) -> Result<()> {
        self.tables.root = header.root;
        self.tables.node_stride = u32::try_from(header.nodes.width).expect("a header has fewer bytes than 2^32");
        self.tables.extra_native_bytes = header.extra_native_bytes;
        self.tables.has_detachedness = header.nodes.detachedness.is_some();
        let header = self.header.insert(header);
        for (key, start, bytes) in std::mem::take(&mut self.early) {
            self.targets_unchecked |= names_nodes(key, Some(header));
            let mut section = Section::open(key, header, Room { left: Some(bytes.len() as u64) }, self.names.kept());
            section.feed(&bytes, start)?;
            if !section.is_done() {
                // The bytes are one whole value, but not of the kind that this section wants.
                let what = "the section is not an array".to_owned();
                return Err(Error::Format { table: key.name(), offset: start, what });
            }
            section.close(&mut self.tables, &mut self.names);
            learn(header, key, &self.tables);
            self.budget.check(self.tables.held_bytes())?;
        }
        Ok(())
    }
}

/// True for rows that name nodes when the number of nodes is not known yet.
fn names_nodes(key: Key, header: Option<&Header>) -> bool {
    matches!(key, Key::Edges | Key::Locations) && header.is_some_and(|header| header.node_count.is_none())
}

/// Counts that the header does not have, from a section that has been read: the later ones have to agree with it.
fn learn(header: &mut Header, key: Key, tables: &Tables) {
    let rows = |count: usize| u32::try_from(count).expect("the rows were checked against a u32");
    match key {
        Key::Nodes => {
            header.node_count = header.node_count.or(Some(rows(tables.nodes.kind.len())));
            header.edge_count = header.edge_count.or(tables.nodes.first_edge.last().copied());
        }
        Key::Edges => header.edge_count = header.edge_count.or(Some(rows(tables.edges.kind_and_target.len()))),
        _ => {}
    }
}
