//! Reads an image, record by record, and checks everything: it may be damaged, or made to do harm.
//!
//! Memory: one frame and its compressed bytes.

use super::frame::{FILE_HEAD, FRAME, FRAME_HEAD, FrameHead, has_checksum, read_file_head, u32_at, u64_at};
use super::header::Header;
use super::record::{
    DESCRIPTORS, END, HEADER, MAPPING, MAX_DESCRIPTORS, MAX_MAPPINGS, MAX_PAGES, MAX_THREADS, Mapping, PAGE, PAGES,
    RECORD_HEAD, THREAD, Thread,
};
use crate::error::{Error, Result};
use std::io::{self, Read};
use zstd::zstd_safe::DCtx;

/// A record after the header.
#[derive(PartialEq, Eq, Debug)]
pub enum Part<'a> {
    Thread(Thread),
    /// Numbers of the files that were open.
    Descriptors(Vec<u32>),
    Mapping(Mapping),
    /// Pages of the last mapping, from `address` on.
    Pages {
        address: u64,
        bytes: &'a [u8],
    },
}

pub struct ImageReader<R: Read> {
    from: R,
    context: DCtx<'static>,
    packed: Vec<u8>,
    raw: Vec<u8>,
    /// The next record in `raw`.
    at: usize,
    id: u64,
    sequence: u32,
    /// Bytes that were read, and those before the frame in `raw`.
    offset: u64,
    frame_offset: u64,
    header: Header,
    seen: Seen,
}

/// What came so far, for what may come next.
#[derive(Default)]
struct Seen {
    threads: u64,
    has_descriptors: bool,
    mappings: u64,
    pages: u64,
    /// The last mapping: where its next page may begin, and its end.
    free: u64,
    end: u64,
    may_have_pages: bool,
    is_over: bool,
}

impl<R: Read> ImageReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Error::Image`], [`Error::Io`], and an [`Error`] that `from` wraps into its own.
    pub fn new(from: R) -> Result<Self> {
        let mut reader = ImageReader {
            from,
            context: DCtx::try_create().ok_or_else(|| damaged(0, "zstd gets no memory"))?,
            packed: Vec::new(),
            raw: Vec::with_capacity(FRAME),
            at: 0,
            id: 0,
            sequence: 0,
            offset: 0,
            frame_offset: 0,
            header: Header::empty(),
            seen: Seen::default(),
        };
        let mut head = [0; FILE_HEAD];
        if reader.fill(&mut head)? < FILE_HEAD {
            return Err(damaged(0, "the file is shorter than the first bytes of a frozen image"));
        }
        reader.id = read_file_head(&head).map_err(|what| damaged(0, what))?;
        let (kind, payload) = reader.next_record()?;
        if kind != HEADER {
            return Err(reader.wrong("the first record is no header"));
        }
        let text = &reader.raw[payload];
        let header = serde_json::from_slice(text);
        reader.header = header.map_err(|error| reader.wrong(format!("the header cannot be read ({error})")))?;
        Ok(reader)
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Bytes of the file that were read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record; `None` at the end, which was found where it belongs.
    ///
    /// # Errors
    /// As of [`ImageReader::new`].
    pub fn next_part(&mut self) -> Result<Option<Part<'_>>> {
        if self.seen.is_over {
            return Ok(None);
        }
        let (kind, payload) = self.next_record()?;
        match kind {
            THREAD => self.thread(payload).map(Some),
            DESCRIPTORS => self.descriptors(payload).map(Some),
            MAPPING => self.mapping(payload).map(Some),
            PAGES => self.pages(payload).map(Some),
            END => self.end(payload).map(|()| None),
            _ => Err(self.wrong(format!("a record has the unknown kind {kind}"))),
        }
    }

    fn thread(&mut self, payload: Payload) -> Result<Part<'_>> {
        self.seen.threads += 1;
        if self.seen.mappings > 0 || self.seen.threads > MAX_THREADS {
            return Err(self.wrong("a thread stands where none can"));
        }
        let thread = Thread::read(&self.raw[payload]).ok_or_else(|| self.wrong("a thread has no such registers"))?;
        Ok(Part::Thread(thread))
    }

    fn descriptors(&mut self, payload: Payload) -> Result<Part<'_>> {
        let bytes = &self.raw[payload];
        let numbers = || bytes.chunks_exact(4).map(|number| u32_at(number, 0));
        // A number of an open file has a sign, and is above 0.
        let is_list = bytes.len() % 4 == 0
            && bytes.len() / 4 <= MAX_DESCRIPTORS
            && numbers().all(|number| i32::try_from(number).is_ok());
        if self.seen.has_descriptors || self.seen.mappings > 0 || !is_list {
            return Err(self.wrong("the list of open files is none"));
        }
        self.seen.has_descriptors = true;
        Ok(Part::Descriptors(numbers().collect()))
    }

    fn mapping(&mut self, payload: Payload) -> Result<Part<'_>> {
        let mapping = Mapping::read(&self.raw[payload]).ok_or_else(|| self.wrong("a mapping is none"))?;
        self.seen.mappings += 1;
        if mapping.start < self.seen.end || self.seen.mappings > MAX_MAPPINGS || self.seen.threads == 0 {
            return Err(self.wrong("a mapping stands where it cannot"));
        }
        (self.seen.free, self.seen.end) = (mapping.start, mapping.end);
        self.seen.may_have_pages = !mapping.is_left_out;
        Ok(Part::Mapping(mapping))
    }

    fn pages(&mut self, payload: Payload) -> Result<Part<'_>> {
        let length = payload.len().saturating_sub(8);
        let is_whole = length > 0 && length % PAGE == 0 && length <= MAX_PAGES * PAGE;
        if !is_whole || !self.seen.may_have_pages {
            return Err(self.wrong("a record of pages has none"));
        }
        let address = u64_at(&self.raw, payload.start);
        let end = address.checked_add(length as u64);
        let is_inside = address >= self.seen.free && end.is_some_and(|end| end <= self.seen.end);
        if !is_inside || address % PAGE as u64 != 0 {
            return Err(self.wrong("pages lie outside of their mapping"));
        }
        self.seen.free = address + length as u64;
        self.seen.pages += (length / PAGE) as u64;
        Ok(Part::Pages { address, bytes: &self.raw[payload.start + 8..payload.end] })
    }

    fn end(&mut self, payload: Payload) -> Result<()> {
        let is_last = self.at == self.raw.len();
        let counted = [self.seen.mappings, self.seen.pages];
        let has_counts =
            payload.len() == 16 && counted == [u64_at(&self.raw, payload.start), u64_at(&self.raw, payload.start + 8)];
        if !is_last || !has_counts || self.seen.mappings == 0 {
            return Err(self.wrong("the last record does not count what came before it"));
        }
        if self.fill(&mut [0])? != 0 {
            return Err(damaged(self.offset - 1, "something follows the end of the image"));
        }
        self.seen.is_over = true;
        Ok(())
    }

    /// Kind and place of the next record.
    fn next_record(&mut self) -> Result<(u32, Payload)> {
        if self.at == self.raw.len() {
            self.next_frame()?;
        }
        let rest = &self.raw[self.at..];
        if rest.len() < RECORD_HEAD {
            return Err(self.wrong("a record is cut"));
        }
        let (kind, zero, length) = (u32_at(rest, 0), u32_at(rest, 4), u64_at(rest, 8));
        let start = self.at + RECORD_HEAD;
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        let Some(end) = end.filter(|end| *end <= self.raw.len() && zero == 0) else {
            return Err(self.wrong("a record does not end in its frame"));
        };
        self.at = end;
        Ok((kind, start..end))
    }

    fn next_frame(&mut self) -> Result<()> {
        self.frame_offset = self.offset;
        let mut head = [0; FRAME_HEAD];
        match self.fill(&mut head)? {
            0 => return Err(self.wrong("the image ends before its last record: the file was cut, or never whole")),
            FRAME_HEAD => {}
            _ => return Err(self.wrong("the image ends in the head of a frame: the file was cut")),
        }
        let known = FrameHead::read(&head).ok_or_else(|| self.wrong("no frame begins here"))?;
        let mut packed = std::mem::take(&mut self.packed);
        packed.resize(known.packed as usize, 0);
        let filled = self.fill(&mut packed)?;
        self.packed = packed;
        if filled < self.packed.len() {
            return Err(self.wrong("the image ends in a frame: the file was cut"));
        }
        if !has_checksum(&head, &self.packed) {
            return Err(self.wrong("a frame does not have its checksum"));
        }
        if (known.id, known.sequence) != (self.id, self.sequence) {
            return Err(self.wrong("a frame is of another image, or of another place in it"));
        }
        self.raw.resize(known.raw as usize, 0);
        let unpacked = self.context.decompress(&mut self.raw[..], &self.packed);
        if unpacked != Ok(known.raw as usize) {
            return Err(self.wrong("a frame does not unpack to the size that it tells"));
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.at = 0;
        Ok(())
    }

    /// Reads until `bytes` is full or the input ends; how many there are.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.from.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Error::within(&error).unwrap_or_else(|| Error::io("the image", "read", &error)));
                }
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    fn wrong(&self, what: impl Into<String>) -> Error {
        damaged(self.frame_offset, what)
    }
}

type Payload = std::ops::Range<usize>;

fn damaged(offset: u64, what: impl Into<String>) -> Error {
    Error::Image { offset, what: what.into() }
}
