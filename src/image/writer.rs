//! Writes an image, record by record.

use super::frame::{FRAME, FRAME_HEAD, FrameHead, MAX_PACKED, file_head};
use super::header::Header;
use super::record::{DESCRIPTORS, END, HEADER, MAPPING, MAX_PAGES, Mapping, PAGE, PAGES, RECORD_HEAD, THREAD, Thread};
use std::io::{self, Write};
use zstd::zstd_safe::{CCtx, CParameter};

/// zstd's fastest ordinary level: the process pays for it.
const LEVEL: i32 = 1;

/// Writes an image into `W`. Made once, it allocates nothing more unless `W` does.
pub struct ImageWriter<W: Write> {
    into: W,
    context: CCtx<'static>,
    /// Records that were not written yet.
    raw: Vec<u8>,
    /// Room for a head and what becomes of [`ImageWriter::raw`].
    packed: Vec<u8>,
    id: u64,
    sequence: u32,
    mappings: u64,
    pages: u64,
    totals: Totals,
}

/// What was written.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Totals {
    pub raw_bytes: u64,
    pub stored_bytes: u64,
    pub mappings: u64,
    pub pages: u64,
}

impl<W: Write> ImageWriter<W> {
    /// `id`: a number that no other image has. `header`: the text of [`header_text`](ImageWriter::header_text).
    ///
    /// # Errors
    /// Those of `W`; [`io::ErrorKind::OutOfMemory`] where the compressor gets none.
    pub fn new(into: W, id: u64, header: &[u8]) -> io::Result<Self> {
        let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
        context.set_parameter(CParameter::CompressionLevel(LEVEL)).map_err(named)?;
        let mut writer = ImageWriter {
            into,
            context,
            raw: vec![0; FRAME],
            packed: vec![0; FRAME_HEAD + MAX_PACKED],
            id,
            sequence: 0,
            mappings: 0,
            pages: 0,
            totals: Totals::default(),
        };
        // The compressor takes its memory with the first frame of full size.
        writer.context.compress2(&mut writer.packed[FRAME_HEAD..], &writer.raw[..]).map_err(named)?;
        writer.raw.clear();
        writer.record(HEADER, &[header])?;
        Ok(writer)
    }

    /// The first record. It is made before the writer: making it takes memory.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] when it is too long for a frame.
    pub fn header_text(header: &Header) -> io::Result<Vec<u8>> {
        let text = serde_json::to_vec(header).map_err(io::Error::other)?;
        if text.len() > FRAME - RECORD_HEAD { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(text) }
    }

    pub fn thread(&mut self, thread: &Thread) -> io::Result<()> {
        self.record(THREAD, &[&thread.fixed(), &thread.extended])
    }

    /// Numbers of the files that were open. `numbers`: four little-endian bytes each.
    pub fn descriptors(&mut self, numbers: &[u8]) -> io::Result<()> {
        self.record(DESCRIPTORS, &[numbers])
    }

    /// Begins a mapping. They come in order of address.
    pub fn mapping(&mut self, mapping: &Mapping<&[u8]>) -> io::Result<()> {
        self.mappings += 1;
        self.record(MAPPING, &[&mapping.fixed(), mapping.name])
    }

    /// Pages of the last mapping, from `address` on: at most [`MAX_PAGES`].
    pub fn pages(&mut self, address: u64, bytes: &[u8]) -> io::Result<()> {
        debug_assert!(bytes.len() <= MAX_PAGES * PAGE);
        self.pages += (bytes.len() / PAGE) as u64;
        self.record(PAGES, &[&address.to_le_bytes(), bytes])
    }

    /// The last record, and what waits.
    pub fn finish(&mut self) -> io::Result<Totals> {
        let (mappings, pages) = (self.mappings, self.pages);
        self.record(END, &[&mappings.to_le_bytes(), &pages.to_le_bytes()])?;
        self.flush_frame()?;
        self.into.flush()?;
        Ok(Totals { mappings, pages, ..self.totals })
    }

    /// Bytes so far, as they are stored.
    pub fn stored_bytes(&self) -> u64 {
        self.totals.stored_bytes
    }

    /// What it wrote into.
    pub fn into_inner(self) -> W {
        self.into
    }

    fn record(&mut self, kind: u32, parts: &[&[u8]]) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if RECORD_HEAD + length > FRAME {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if self.raw.len() + RECORD_HEAD + length > FRAME {
            self.flush_frame()?;
        }
        self.raw.extend_from_slice(&kind.to_le_bytes());
        self.raw.extend_from_slice(&[0; 4]);
        self.raw.extend_from_slice(&(length as u64).to_le_bytes());
        parts.iter().for_each(|part| self.raw.extend_from_slice(part));
        Ok(())
    }

    fn flush_frame(&mut self) -> io::Result<()> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let packed = self.context.compress2(&mut self.packed[FRAME_HEAD..], &self.raw[..]).map_err(named)?;
        if self.sequence == 0 {
            let head = file_head(self.id);
            self.into.write_all(&head)?;
            self.totals.stored_bytes += head.len() as u64;
        }
        let (id, sequence, raw) = (self.id, self.sequence, self.raw.len() as u32);
        let whole = FRAME_HEAD + packed;
        let head = FrameHead { id, sequence, packed: packed as u32, raw };
        let head = head.to_bytes(&self.packed[FRAME_HEAD..whole]);
        self.packed[..FRAME_HEAD].copy_from_slice(&head);
        self.into.write_all(&self.packed[..whole])?;
        self.totals.raw_bytes += u64::from(raw);
        self.totals.stored_bytes += whole as u64;
        self.sequence = self.sequence.wrapping_add(1);
        self.raw.clear();
        Ok(())
    }
}

fn named(code: usize) -> io::Error {
    io::Error::other(zstd::zstd_safe::get_error_name(code))
}
