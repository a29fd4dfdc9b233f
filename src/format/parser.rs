//! The whole document: from pushed bytes to [`Tables`].

use super::ahead::Ahead;
use super::balanced::Balanced;
use super::blanks::BlankRun;
use super::foreign;
use super::header::Header;
use super::key::Key;
use super::outline::{Found, Outline};
use super::references::{self, Names};
use super::section::{Room, Section};
use super::tables::Tables;
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
#[derive(Debug)]
pub struct Parser {
    /// Bytes seen.
    offset: u64,
    /// Bytes in all, when the caller knows.
    total: Option<u64>,
    outline: Outline,
    /// The section that is being read.
    section: Option<(Key, Box<Section>)>,
    failed: Option<Error>,
    header: Option<Header>,
    /// The highest number of a string that each section names, for those that have been read.
    names: Names,
    /// Rows named nodes before anybody knew how many there are.
    targets_unchecked: bool,
    tables: Tables,
    budget: Budget,
    blank_run: BlankRun,
    /// Sections that came before `snapshot`: key, offset, bytes.
    early: Vec<(Key, u64, Vec<u8>)>,
    /// Keys we do not read, for telling what a foreign file is.
    unknown: Vec<String>,
}

impl Parser {
    pub fn new() -> Self {
        Self {
            offset: 0,
            total: None,
            outline: Outline::default(),
            section: None,
            failed: None,
            header: None,
            names: Names::default(),
            targets_unchecked: false,
            tables: Tables::default(),
            budget: Budget::UNLIMITED,
            blank_run: BlankRun::default(),
            early: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// For an input of `total_bytes` or, when it is compressed, more: columns get their final size at once. 0: unknown.
    pub fn with_size_hint(total_bytes: u64) -> Self {
        Self { total: Some(total_bytes).filter(|total| *total > 0), ..Self::new() }
    }

    /// The same parser, with a limit of the memory that its tables may take.
    pub fn within(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::Format`], [`Error::Foreign`], [`Error::TooLarge`], [`Error::Memory`]; again the same one when called
    /// after an error.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        // What is checked for each chunk holds for large ones as well.
        chunk.chunks(CHUNK).try_for_each(|part| self.feed_scanned(part, &mut Ahead::default()))
    }

    /// [`Parser::feed`] of a chunk that was scanned, or not, by another thread.
    ///
    /// # Errors
    /// Those of [`Parser::feed`], the same with and without a scan.
    pub fn feed_scanned(&mut self, chunk: &[u8], ahead: &mut Ahead) -> Result<()> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.blank_run.pass(chunk, self.offset).inspect_err(|error| self.failed = Some(error.clone()))?;
        let mut at = 0;
        while at < chunk.len() {
            let taken = self.step(chunk, at, ahead).inspect_err(|error| self.failed = Some(error.clone()))?;
            at += taken;
            self.offset += taken as u64;
        }
        self.budget.check(self.held_bytes()).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// Bytes of memory that it takes so far.
    fn held_bytes(&self) -> u64 {
        let early: usize = self.early.iter().map(|(_, _, bytes)| bytes.len()).sum();
        let section = self.section.as_ref().map_or(0, |(_, section)| section.held_bytes());
        self.tables.held_bytes() + section + early as u64
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
        self.outline.check_ended(self.section.map(|(key, _)| key), self.offset)?;
        if self.header.is_none() {
            return Err(foreign::without_header(&self.unknown));
        }
        self.outline.check_sections(self.offset)?;
        references::check(self.tables, self.names, self.targets_unchecked, self.outline.starts())
    }

    /// Takes some bytes of `chunk` from `at` on and returns how many; 0 only where a section begins.
    fn step(&mut self, chunk: &[u8], at: usize, ahead: &mut Ahead) -> Result<usize> {
        if let Some((_, section)) = &mut self.section {
            let taken = section.feed_from(chunk, at, self.offset, ahead)?;
            if section.is_done() {
                self.close(self.offset + taken as u64)?;
            }
            return Ok(taken);
        }
        let (taken, found) = self.outline.feed(&chunk[at..], self.offset)?;
        match found {
            Some(Found::Value(key)) => {
                self.section = Some((key, Box::new(self.open(key, self.offset + taken as u64))));
            }
            Some(Found::Unknown(key)) if self.unknown.len() < foreign::KEYS => self.unknown.push(key),
            _ => {}
        }
        Ok(taken)
    }

    /// Begins the section whose value starts at `offset`.
    fn open(&mut self, key: Key, offset: u64) -> Section {
        self.targets_unchecked |= names_nodes(key, self.header.as_ref());
        let left = self.total.map(|total| total.saturating_sub(offset));
        match &self.header {
            _ if key == Key::Unknown => Section::Skipped(Balanced::new(key.name())),
            Some(header) => Section::open(key, header, Room { left }, self.names.kept()),
            None => Section::keep(key),
        }
    }

    /// Moves what the finished section holds to where it belongs. It ended before `end`.
    fn close(&mut self, end: u64) -> Result<()> {
        let Some((key, section)) = self.section.take() else { return Ok(()) };
        let Section::Kept(_, bytes, _) = *section else {
            section.close(&mut self.tables);
            self.names.look(key, &self.tables);
            if let Some(header) = &mut self.header {
                learn(header, key, &self.tables);
            }
            return Ok(());
        };
        let start = end - bytes.len() as u64;
        if key != Key::Snapshot {
            self.early.push((key, start, bytes));
            return Ok(());
        }
        let mut header = Header::parse(&bytes, start)?;
        self.tables.root = header.root;
        self.tables.node_stride = u32::try_from(header.nodes.width).expect("a header has fewer bytes than 2^32");
        self.tables.extra_native_bytes = header.extra_native_bytes;
        self.tables.has_detachedness = header.nodes.detachedness.is_some();
        for (key, start, bytes) in std::mem::take(&mut self.early) {
            self.targets_unchecked |= names_nodes(key, Some(&header));
            let mut section = Section::open(key, &header, Room { left: Some(bytes.len() as u64) }, self.names.kept());
            section.feed(&bytes, start)?;
            if !section.is_done() {
                // The bytes are one whole value, but not of the kind that this section wants.
                let what = "the section is not an array".to_owned();
                return Err(Error::Format { table: key.name(), offset: start, what });
            }
            section.close(&mut self.tables);
            self.names.look(key, &self.tables);
            self.budget.check(self.tables.held_bytes())?;
            learn(&mut header, key, &self.tables);
        }
        self.header = Some(header);
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

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}
