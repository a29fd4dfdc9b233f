//! The core dump as parts of an image, in the same order.

use super::dump::{CoreDump, Segment};
use crate::control::Control;
use crate::error::Result;
use crate::image::{MAX_PAGES, Mapping, MappingKind, PAGE, Part};

/// Numbers that lead nowhere: a core dump does not say which files were open. V8's threads write to one of them.
const DESCRIPTORS: u32 = 1000;

pub struct CoreParts<'a> {
    dump: &'a CoreDump,
    control: &'a Control,
    thread: usize,
    has_descriptors: bool,
    /// The next segment, and how much of the last one was read.
    segment: usize,
    read: u64,
    buffer: Vec<u8>,
    /// Pages of the buffer that come next: the first, and the end of all.
    next: usize,
    filled: usize,
    buffer_at: u64,
    done: u64,
}

impl<'a> CoreParts<'a> {
    pub fn new(dump: &'a CoreDump, control: &'a Control) -> Self {
        CoreParts {
            dump,
            control,
            thread: 0,
            has_descriptors: false,
            segment: 0,
            read: 0,
            buffer: vec![0; MAX_PAGES * PAGE],
            next: 0,
            filled: 0,
            buffer_at: 0,
            done: 0,
        }
    }

    /// Bytes of memory that were given.
    pub fn offset(&self) -> u64 {
        self.done
    }

    /// The next part; `None` at the end. Pages of zeros are left out.
    ///
    /// # Errors
    /// As of [`CoreDump::read_memory`]; [`crate::error::Error::Cancelled`].
    pub fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        if let Some(thread) = self.dump.threads.get(self.thread) {
            self.thread += 1;
            let is_corpse = self.thread > 1 && Some(thread.id) == self.dump.dead;
            // It is in `abort` or at the instruction that ended it, and would end the process again.
            return if is_corpse { self.next_part() } else { Ok(Some(Part::Thread(thread.clone()))) };
        }
        if !self.has_descriptors {
            self.has_descriptors = true;
            return Ok(Some(Part::Descriptors((3..DESCRIPTORS).collect())));
        }
        loop {
            self.control.check()?;
            if let Some((start, end)) = self.run() {
                let address = self.buffer_at + (start * PAGE) as u64;
                return Ok(Some(Part::Pages { address, bytes: &self.buffer[start * PAGE..end * PAGE] }));
            }
            let current = self.segment.checked_sub(1).and_then(|index| self.dump.segments.get(index));
            if let Some(segment) = current.filter(|segment| self.read < self.dump.contents(segment)) {
                let length = (self.dump.contents(segment) - self.read).min(self.buffer.len() as u64) as usize;
                self.buffer_at = segment.start + self.read;
                self.dump.read_segment(segment, self.buffer_at, &mut self.buffer[..length])?;
                // What follows a part of a page is zero.
                self.buffer[length..length.next_multiple_of(PAGE)].fill(0);
                (self.next, self.filled) = (0, length.div_ceil(PAGE));
                self.read += length as u64;
                self.done += length as u64;
                continue;
            }
            let Some(segment) = self.dump.segments.get(self.segment) else { return Ok(None) };
            self.segment += 1;
            self.read = 0;
            return Ok(Some(Part::Mapping(mapping(segment))));
        }
    }

    /// The next pages of the buffer that are not zero.
    fn run(&mut self) -> Option<(usize, usize)> {
        let is_zero = |page: usize| self.buffer[page * PAGE..(page + 1) * PAGE].iter().all(|byte| *byte == 0);
        let start = (self.next..self.filled).find(|page| !is_zero(*page));
        let end = start.map(|start| (start..self.filled).find(|page| is_zero(*page)).unwrap_or(self.filled));
        self.next = end.unwrap_or(self.filled);
        Some((start?, end?))
    }
}

fn mapping(segment: &Segment) -> Mapping {
    Mapping {
        start: segment.start,
        end: segment.end,
        offset: segment.offset,
        protection: segment.protection,
        kind: if segment.name == "[vdso]" { MappingKind::Vdso } else { MappingKind::Private },
        key: 0,
        is_in_file: false,
        is_left_out: segment.is_left_out,
        name: segment.name.clone(),
    }
}
