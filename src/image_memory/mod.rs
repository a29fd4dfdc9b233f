//! Whose the memory of a frozen process is: each page of an image has one kind, by what stands in the memory itself.
//!
//! The image is read twice. The survey notes where pages are, and what looks like a beginning of something. The second
//! reading follows what the first one found: pointers, and the chunks of the C library. Nothing is believed before it
//! agrees with something else in the memory. What agrees with nothing is of the kind [`Kind::Other`].
//!
//! Memory: the ranges of pages and what was found, and one frame of the image.

mod arena;
mod follow;
mod pages;
mod ranges;
mod stacks;
mod survey;
#[cfg(test)]
mod test_image_memory;
mod v8_pages;

use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::image::{Header, ImageReader};
use std::io::Read;

/// What a page is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Objects of JavaScript: pages with the head of a page of V8.
    V8Heap,
    /// Instructions that were made while the process ran.
    V8Code,
    /// Blocks of `malloc` that have a mapping of their own: above 128 kB, contents of Buffers above all.
    LargeBlocks,
    /// Arenas of `malloc`, without pages in which everything is free.
    MallocUsed,
    MallocFree,
    Stacks,
    /// Programs and libraries, and their variables.
    Files,
    Shared,
    Other,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::V8Heap,
        Kind::V8Code,
        Kind::LargeBlocks,
        Kind::MallocUsed,
        Kind::MallocFree,
        Kind::Stacks,
        Kind::Files,
        Kind::Shared,
        Kind::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::V8Heap => "v8Heap",
            Kind::V8Code => "v8Code",
            Kind::LargeBlocks => "largeBlocks",
            Kind::MallocUsed => "mallocUsed",
            Kind::MallocFree => "mallocFree",
            Kind::Stacks => "stacks",
            Kind::Files => "files",
            Kind::Shared => "shared",
            Kind::Other => "other",
        }
    }
}

/// What the C library has in its arenas, by its own chunks.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Malloc {
    /// Heaps of arenas; an arena that grew has several.
    pub heaps: u64,
    /// Those whose chunks lead from their beginning to their end.
    pub known: u64,
    /// Bytes of those. What the C library keeps in its caches for the next call is used.
    pub used: u64,
    pub free: u64,
}

#[derive(Clone, PartialEq, Debug)]
pub struct ImageMemory {
    pub header: Header,
    /// Bytes of all pages in the image. The kinds have as many together.
    pub total: u64,
    /// In the order of [`Kind::ALL`].
    pub kinds: Vec<(Kind, u64)>,
    /// Largest first, with their paths.
    pub files: Vec<(String, u64)>,
    pub malloc: Malloc,
}

/// # Errors
/// [`Error::Image`] for a damaged image, or one that changes between both readings; [`Error::Io`];
/// [`Error::Cancelled`].
pub fn memory_of<R: Read>(mut open: impl FnMut() -> Result<(R, u64)>, control: &Control) -> Result<ImageMemory> {
    let (file, size) = open()?;
    control.begin(Stage::Reading, size.saturating_mul(2));
    let mut reader = ImageReader::new(file)?;
    let header = reader.header().clone();
    let survey = survey::survey(&mut reader, control)?;
    let (file, _) = open()?;
    let mut again = ImageReader::new(file)?;
    let followed = follow::follow(&mut again, &survey, control)?;
    if *again.header() != header || followed.pages != survey.pages.count() {
        return Err(Error::Image { offset: 0, what: "the file has changed while it was read".into() });
    }
    let kinds = pages::by_kind(&survey, &followed);
    let files = pages::by_file(&survey);
    Ok(ImageMemory { header, total: survey.pages.bytes(), kinds, files, malloc: followed.malloc })
}

/// The number at `at` of a page; 0 behind its end.
fn word(page: &[u8], at: usize) -> u64 {
    page.get(at..at + 8).map_or(0, |bytes| bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}
