//! The first reading: mappings, where pages are, and what looks like a beginning of something.

use super::arena::{HEAP_ALIGNMENT, Heap};
use super::ranges::Pages;
use super::stacks::{Candidate, candidates};
use super::{v8_pages, word};
use crate::control::Control;
use crate::error::Result;
use crate::image::{ImageReader, Mapping, MappingKind, PAGE, Part, Thread};
use std::io::Read;

const WRITE: u32 = 2;
const EXECUTE: u32 = 4;
/// `malloc` gives no mapping of its own to less.
const SMALLEST_BLOCK: u64 = 1 << 17;
const IS_MAPPED: u64 = 2;
/// Variables of a program that are zero at its beginning have a mapping without a name behind it.
const MOST_VARIABLES: u64 = 64 << 20;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Area {
    /// Of this file.
    File(usize),
    /// `[heap]`, where the main arena of `malloc` is.
    Heap,
    Stack,
    Code,
    Shared,
    /// Memory without a name that can be written.
    Writable,
    Other,
}

#[derive(Debug)]
pub(super) struct Placed {
    pub start: u64,
    pub end: u64,
    pub area: Area,
}

#[derive(Default)]
pub(super) struct Survey {
    pub mappings: Vec<Placed>,
    pub files: Vec<String>,
    pub pages: Pages,
    /// Thread pointer of the first thread.
    pub thread: Option<u64>,
    pub records: Vec<Candidate>,
    /// Pages of V8 whose head says all.
    pub v8_pages: Vec<(u64, u64)>,
    /// Pages that may be V8's, and the records that would say so.
    pub v8_records: Vec<(u64, u64)>,
    pub heaps: Vec<Heap>,
    /// Blocks of `malloc` with a mapping of their own.
    pub blocks: Vec<(u64, u64)>,
}

/// # Errors
/// Those of the reader; [`Error::Cancelled`](crate::error::Error::Cancelled).
pub(super) fn survey<R: Read>(reader: &mut ImageReader<R>, control: &Control) -> Result<Survey> {
    let mut survey = Survey::default();
    let mut told = 0;
    while let Some(part) = reader.next_part()? {
        control.check()?;
        match part {
            Part::Thread(thread) => {
                survey.thread.get_or_insert(thread.registers[Thread::THREAD_POINTER]);
            }
            Part::Descriptors(_) => {}
            Part::Mapping(mapping) => survey.begin(&mapping),
            Part::Pages { address, bytes } => {
                survey.pages.push(address, address + bytes.len() as u64);
                survey.look(address, bytes);
            }
        }
        control.advance(reader.offset() - told);
        told = reader.offset();
    }
    Ok(survey)
}

impl Survey {
    fn begin(&mut self, mapping: &Mapping) {
        let area = self.area(mapping);
        let (start, end) = (mapping.start, mapping.end);
        match (area, self.mappings.last_mut()) {
            // The kernel shows a heap in pieces when their rights were different once.
            (Area::Heap, Some(last)) if last.area == Area::Heap && last.end == start => last.end = end,
            _ => self.mappings.push(Placed { start, end, area }),
        }
    }

    fn area(&mut self, mapping: &Mapping) -> Area {
        let name = mapping.name.as_str();
        if mapping.kind == MappingKind::Shared {
            return Area::Shared;
        }
        if name.starts_with('/') {
            let known = self.files.iter().rposition(|file| file == name);
            return Area::File(known.unwrap_or_else(|| {
                self.files.push(name.to_owned());
                self.files.len() - 1
            }));
        }
        let is_writable = mapping.protection & WRITE != 0;
        match (name, self.mappings.last()) {
            ("[heap]", _) => Area::Heap,
            ("[stack]", _) => Area::Stack,
            ("", _) if mapping.protection & EXECUTE != 0 => Area::Code,
            ("", Some(&Placed { end, area: Area::File(file), .. }))
                if is_writable && end == mapping.start && mapping.end - mapping.start <= MOST_VARIABLES =>
            {
                Area::File(file)
            }
            _ if name.is_empty() || name.starts_with("[anon:") => Area::Writable,
            _ => Area::Other,
        }
    }

    fn look(&mut self, address: u64, bytes: &[u8]) {
        let Some(&Placed { start, end, area: Area::Writable }) = self.mappings.last() else { return };
        for (index, page) in bytes.chunks_exact(PAGE).enumerate() {
            let here = address + (index * PAGE) as u64;
            if here % v8_pages::ALIGNMENT == 0 {
                self.look_for_v8(here, page);
            }
            if here % HEAP_ALIGNMENT == 0 {
                self.heaps.extend(Heap::read(here, page).filter(|heap| heap.end <= end));
            }
            self.look_for_block(here, page, end);
            self.records.extend(candidates(here, page, start, end));
        }
    }

    fn look_for_v8(&mut self, here: u64, page: &[u8]) {
        let head: Vec<u64> = (0..v8_pages::WORDS).map(|index| word(page, index * 8)).collect();
        if let Some(end) = v8_pages::end_of(here, &head) {
            self.v8_pages.push((here, end));
        } else if let Some(record) = v8_pages::record_of(&head) {
            self.v8_records.push((here, record));
        }
    }

    /// A chunk of `malloc` that says that it is a mapping.
    fn look_for_block(&mut self, here: u64, page: &[u8], mapping_end: u64) {
        if self.blocks.last().is_some_and(|(_, end)| here < *end) {
            return;
        }
        let (before, field) = (word(page, 0), word(page, 8));
        let size = field & !7;
        let is_block = before == 0 && field & 7 == IS_MAPPED && size % PAGE as u64 == 0 && size >= SMALLEST_BLOCK;
        if is_block && size <= mapping_end - here {
            self.blocks.push((here, here + size));
        }
    }
}
