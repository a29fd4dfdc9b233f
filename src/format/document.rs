//! The driver of a document: it follows the outermost object, and gives the bytes of each section to a reader.
//!
//! The parser and the redactor are its readers. The parser makes tables of the bytes; the redactor writes them again.

use super::blanks::BlankRun;
use super::key::Key;
use super::outline::{Found, Outline};
use crate::error::Result;

/// Decides what becomes of the sections of a document.
pub trait Reader {
    /// A section that is being read.
    type Section;

    /// Begins the section `key`, whose value starts at `offset`.
    fn begin(&mut self, key: Key, offset: u64, outline: &Outline) -> Result<Self::Section>;

    /// Gives the bytes of `block` from `at` on to a section. The first of them is the document's byte `offset`. Returns
    /// how many bytes the section took, and whether it has ended.
    fn feed(&mut self, section: &mut Self::Section, block: &[u8], at: usize, offset: u64) -> Result<(usize, bool)>;

    /// Takes over a section that has ended before `end`.
    fn close(&mut self, key: Key, section: Self::Section, end: u64) -> Result<()>;

    /// Sees the name of a section that heaphound does not know. It begins as [`Key::Unknown`].
    fn note_unknown(&mut self, _name: String) {}

    /// Sees the closing bracket of the document.
    fn end(&mut self, _outline: &Outline) {}
}

/// How far a document was read, and the section that is being read.
#[derive(Debug)]
pub struct Document<S> {
    /// Bytes seen.
    offset: u64,
    blank_run: BlankRun,
    outline: Outline,
    section: Option<(Key, S)>,
}

impl<S> Document<S> {
    /// Takes the next bytes of the document. Every split of it gives the same calls of `reader`, but for the sizes of
    /// their bytes.
    ///
    /// # Errors
    /// [`Error::Format`](crate::error::Error::Format), [`Error::Foreign`](crate::error::Error::Foreign), and those of
    /// `reader`. After an error nothing more may be fed.
    pub fn feed(&mut self, chunk: &[u8], reader: &mut impl Reader<Section = S>) -> Result<()> {
        self.blank_run.pass(chunk, self.offset)?;
        let mut at = 0;
        while at < chunk.len() {
            let taken = self.step(chunk, at, reader)?;
            at += taken;
            self.offset += taken as u64;
        }
        Ok(())
    }

    /// Takes some bytes of `chunk` from `at` on and returns how many; 0 only where a section begins.
    fn step(&mut self, chunk: &[u8], at: usize, reader: &mut impl Reader<Section = S>) -> Result<usize> {
        if let Some((_, section)) = &mut self.section {
            let (taken, is_done) = reader.feed(section, chunk, at, self.offset)?;
            if is_done && let Some((key, section)) = self.section.take() {
                reader.close(key, section, self.offset + taken as u64)?;
            }
            return Ok(taken);
        }
        let (taken, found) = self.outline.feed(&chunk[at..], self.offset)?;
        match found {
            Some(Found::Value(key)) => {
                self.section = Some((key, reader.begin(key, self.offset + taken as u64, &self.outline)?));
            }
            Some(Found::Unknown(name)) => reader.note_unknown(name),
            Some(Found::End) => reader.end(&self.outline),
            None => {}
        }
        Ok(taken)
    }

    /// The section that is being read.
    pub fn section(&self) -> Option<&S> {
        self.section.as_ref().map(|(_, section)| section)
    }

    /// Where each known section began.
    pub fn starts(&self) -> &[(Key, u64)] {
        self.outline.starts()
    }

    /// # Errors
    /// [`Error::Truncated`](crate::error::Error::Truncated), [`Error::Empty`](crate::error::Error::Empty) or
    /// [`Error::Foreign`](crate::error::Error::Foreign) when the document has not ended.
    pub fn check_ended(&self) -> Result<()> {
        self.outline.check_ended(self.section.as_ref().map(|(key, _)| *key), self.offset)
    }

    /// # Errors
    /// [`Error::Format`](crate::error::Error::Format) when a section is missing without which there is no heap.
    pub fn check_sections(&self) -> Result<()> {
        self.outline.check_sections(self.offset)
    }
}

impl<S> Default for Document<S> {
    fn default() -> Self {
        Self { offset: 0, blank_run: BlankRun::default(), outline: Outline::default(), section: None }
    }
}
