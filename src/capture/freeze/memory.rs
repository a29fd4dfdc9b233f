//! Writes the memory of a process: of this one, which is a forked child and ends soon, or of one that stands still.
//!
//! From the first page on this process takes no memory from the C library and gives none back: an image with one page
//! from before and one from after would be of a heap that never was.

use super::smaps::{Entry, Smaps};
use crate::archive::{ByteWriter, Written};
use crate::error::{Error, Result};
use crate::image::{Header, ImageWriter, MAX_DESCRIPTORS, MAX_PAGES, Mapping, MappingKind, PAGE, Thread};
use rustix::io::{Errno, pread};
use std::io::{self, Write};
use std::ops::Range;
use std::os::fd::{OwnedFd, RawFd};

/// Memory that others write to, beyond this size, stays out: V8 has none of it.
const MAX_SHARED: u64 = 64 << 20;
/// Code of the kernel at an address that no process can use for anything else.
const VSYSCALL: &[u8] = b"[vsyscall]";
/// What the kernel gives to every process anew: the data of the vdso, `[vvar]` and `[vvar_vclock]`.
const OF_VDSO: &[u8] = b"[vvar";
const VDSO: &[u8] = b"[vdso]";
/// Entries of `/proc/self/pagemap` that are read at a time, eight bytes each.
const ENTRIES: usize = 1024;
/// In the last byte of such an entry: in memory, or swapped out.
const HOLDS: u8 = 0xc0;
/// In that byte, too: the page of a file, which the process has not changed.
const OF_FILE: u8 = 0x20;
const ARCH_GET_FS: libc::c_int = 0x1003;

/// Whose memory is written.
pub(in crate::capture) struct Subject<'a> {
    /// Its folder in `/proc`.
    pub folder: &'a str,
    /// The first one has the heap.
    pub threads: &'a [Thread],
    /// Numbers of its open files.
    pub descriptors: &'a [RawFd],
    /// A file whose pages are not written, but those that the process has changed.
    pub program: Option<&'a str>,
    /// Memory that is none of its own.
    pub apart: Range<u64>,
    /// Hears of each range of memory without a file that was written.
    pub written: &'a (dyn Fn(Range<u64>) + Sync),
}

/// Writes all memory of this process, its thread, and the numbers of its open files into `file`. `tick` gets the number
/// of bytes that were stored.
///
/// # Errors
/// Those of [`ByteWriter`]; [`Error::Io`] when the process cannot read itself.
pub(in crate::capture) fn write(
    header: &Header,
    file: ByteWriter,
    descriptors: &[RawFd],
    written: &(dyn Fn(Range<u64>) + Sync),
    tick: &mut dyn FnMut(u64),
) -> Result<Written> {
    let threads = [this_thread()];
    let subject = Subject {
        folder: "/proc/self",
        threads: &threads,
        descriptors,
        program: header.program.as_deref(),
        apart: 0..0,
        written,
    };
    let Unfinished { file, raw_bytes } = write_of(&subject, header, file, tick)?;
    Ok(Written { raw_bytes, ..file.finish()? })
}

/// An image that is whole and has no name yet.
pub(in crate::capture) struct Unfinished {
    pub file: ByteWriter,
    pub raw_bytes: u64,
}

/// The same for any process that stands still.
///
/// # Errors
/// As of [`write`].
pub(in crate::capture) fn write_of(
    subject: &Subject<'_>,
    header: &Header,
    file: ByteWriter,
    tick: &mut dyn FnMut(u64),
) -> Result<Unfinished> {
    let own = |error: Errno| Error::io(subject.folder, "read the memory of", &error.into());
    let text = ImageWriter::<Storing>::header_text(header).map_err(|error| Error::io("the header", "write", &error))?;
    // The lowest: V8's platform opened its own when the process began.
    let mut numbers = subject.descriptors.to_vec();
    numbers.sort_unstable();
    numbers.truncate(MAX_DESCRIPTORS);
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut smaps = Smaps::open(subject.folder).map_err(own)?;
    let mut memory = Memory::open(subject.folder).map_err(own)?;
    let into = Storing { file, error: None };
    let mut writer =
        ImageWriter::new(into, random_number(), &text).map_err(|error| Error::io("the image", "begin", &error))?;
    // From here on nothing takes memory.
    let copied = copy(&mut writer, subject, &numbers, &mut smaps, &mut memory, tick);
    // Here it may again.
    let finished = copied.and_then(|()| writer.finish().map_err(Failure::Writer));
    let Storing { file, error: kept } = writer.into_inner();
    let totals = finished.map_err(|failure| match (failure, kept) {
        (Failure::Own(error), _) => own(error),
        (Failure::Writer(_), Some(kept)) => kept,
        (Failure::Writer(error), None) => Error::io("the image", "write", &error),
    })?;
    Ok(Unfinished { file, raw_bytes: totals.raw_bytes })
}

enum Failure {
    Own(Errno),
    Writer(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Writer(error)
    }
}

impl From<Errno> for Failure {
    fn from(error: Errno) -> Self {
        Failure::Own(error)
    }
}

fn copy(
    writer: &mut ImageWriter<Storing>,
    subject: &Subject<'_>,
    descriptors: &[u8],
    smaps: &mut Smaps,
    memory: &mut Memory,
    tick: &mut dyn FnMut(u64),
) -> std::result::Result<(), Failure> {
    subject.threads.iter().try_for_each(|thread| writer.thread(thread))?;
    writer.descriptors(descriptors)?;
    while let Some(entry) = smaps.next_entry()? {
        // The kernel may have joined it with memory beside it: then all of it goes along.
        let is_apart = subject.apart.start <= entry.start && entry.end <= subject.apart.end;
        if entry.name() == VSYSCALL || is_apart {
            continue;
        }
        let mapping = mapping(entry, subject.program);
        writer.mapping(&mapping)?;
        if mapping.is_left_out {
            continue;
        }
        if mapping.is_in_file {
            // The first page tells which file it is.
            let start = if mapping.offset == 0 { entry.start + PAGE as u64 } else { entry.start };
            memory.copy_all(writer, entry.start, start)?;
            memory.copy_pages(writer, start..entry.end, Pages::Changed, &|_| {}, tick)?;
            tick(writer.stored_bytes());
            continue;
        }
        // Pages of a file are not in memory before they are used. Memory without a file is zero where no page is.
        if entry.has_file || mapping.kind == MappingKind::Vdso {
            memory.copy_range(writer, entry.start, entry.end)?;
        } else if entry.has_pages {
            memory.copy_pages(writer, entry.start..entry.end, Pages::Present, subject.written, tick)?;
        }
        tick(writer.stored_bytes());
    }
    Ok(())
}

fn mapping<'a>(entry: &'a Entry, program: Option<&str>) -> Mapping<&'a [u8]> {
    let name = entry.name();
    let is_device = name.starts_with(b"/dev/") && !name.starts_with(b"/dev/zero") && !name.starts_with(b"/dev/shm/");
    let is_large = entry.is_shared && entry.end - entry.start > MAX_SHARED;
    let kind = match entry.is_shared {
        _ if name == VDSO => MappingKind::Vdso,
        true => MappingKind::Shared,
        false => MappingKind::Private,
    };
    Mapping {
        start: entry.start,
        end: entry.end,
        offset: entry.offset,
        protection: entry.protection,
        kind,
        key: entry.key,
        is_in_file: entry.has_file && !entry.is_shared && program.is_some_and(|program| program.as_bytes() == name),
        is_left_out: is_device || is_large || name.starts_with(OF_VDSO),
        name,
    }
}

/// Which pages of a mapping are copied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// Those in memory, or swapped out.
    Present,
    /// Of these, what is not as in the file.
    Changed,
}

/// The memory of this process as a file. Reading it there gives an error where touching it would end the process.
struct Memory {
    pages: OwnedFd,
    map: OwnedFd,
    block: Vec<u8>,
    entries: Vec<u8>,
}

impl Memory {
    fn open(folder: &str) -> std::result::Result<Self, Errno> {
        use rustix::fs::{Mode, OFlags, open};
        let open = |file| open(format!("{folder}/{file}"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
        Ok(Memory {
            pages: open("mem")?,
            map: open("pagemap")?,
            block: vec![0; MAX_PAGES * PAGE],
            entries: vec![0; ENTRIES * 8],
        })
    }

    /// Copies the pages that hold something, or those of them that are the process's own.
    fn copy_pages(
        &mut self,
        writer: &mut ImageWriter<Storing>,
        range: Range<u64>,
        which: Pages,
        written: &(dyn Fn(Range<u64>) + Sync),
        tick: &mut dyn FnMut(u64),
    ) -> std::result::Result<(), Failure> {
        let Range { start: mut address, end } = range;
        while address < end {
            let wanted = ((end - address) / PAGE as u64).min(ENTRIES as u64) as usize;
            let known = wanted * 8;
            let mut filled = 0;
            while filled < known {
                let offset = address / PAGE as u64 * 8 + filled as u64;
                match pread(&self.map, &mut self.entries[filled..known], offset) {
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                    Ok(0) => return Err(Errno::BADMSG.into()),
                    Ok(count) => filled += count,
                }
            }
            let holds = |entries: &[u8], page: usize| {
                let bits = entries[page * 8 + 7];
                bits & HOLDS != 0 && (which == Pages::Present || bits & OF_FILE == 0)
            };
            let mut page = 0;
            while page < wanted {
                let first = page;
                while page < wanted && holds(&self.entries, page) {
                    page += 1;
                }
                let at = |page: usize| address + (page * PAGE) as u64;
                if page > first {
                    match which {
                        Pages::Present => self.copy_range(writer, at(first), at(page))?,
                        Pages::Changed => self.copy_all(writer, at(first), at(page))?,
                    }
                }
                page += 1;
            }
            let next = address + (wanted * PAGE) as u64;
            written(address..next);
            address = next;
            tick(writer.stored_bytes());
        }
        Ok(())
    }

    /// Copies every page that can be read and is not all zero.
    fn copy_range(
        &mut self,
        writer: &mut ImageWriter<Storing>,
        start: u64,
        end: u64,
    ) -> std::result::Result<(), Failure> {
        self.copy(writer, start, end, write_unless_zero)
    }

    /// The same with pages of zeros.
    fn copy_all(
        &mut self,
        writer: &mut ImageWriter<Storing>,
        start: u64,
        end: u64,
    ) -> std::result::Result<(), Failure> {
        self.copy(writer, start, end, ImageWriter::pages)
    }

    fn copy(
        &mut self,
        writer: &mut ImageWriter<Storing>,
        start: u64,
        end: u64,
        write: fn(&mut ImageWriter<Storing>, u64, &[u8]) -> io::Result<()>,
    ) -> std::result::Result<(), Failure> {
        let mut address = start;
        while address < end {
            let wanted = ((end - address) as usize).min(self.block.len());
            let whole = match pread(&self.pages, &mut self.block[..wanted], address) {
                Err(Errno::INTR) => continue,
                // Behind the end of a file, for instance: there is no such page.
                Err(Errno::IO | Errno::FAULT) => 0,
                Err(error) => return Err(error.into()),
                Ok(count) => count / PAGE * PAGE,
            };
            if whole == 0 {
                address += PAGE as u64;
                continue;
            }
            write(writer, address, &self.block[..whole])?;
            address += whole as u64;
        }
        Ok(())
    }
}

fn write_unless_zero(writer: &mut ImageWriter<Storing>, address: u64, bytes: &[u8]) -> io::Result<()> {
    let is_zero =
        |page: &[u8]| page[..64].iter().all(|byte| *byte == 0) && page.iter().fold(0, |or, byte| or | byte) == 0;
    let mut first = 0;
    for (index, page) in bytes.chunks_exact(PAGE).enumerate() {
        let at = index * PAGE;
        if is_zero(page) {
            if at > first {
                writer.pages(address + first as u64, &bytes[first..at])?;
            }
            first = at + PAGE;
        }
    }
    if first < bytes.len() { writer.pages(address + first as u64, &bytes[first..]) } else { Ok(()) }
}

/// What a thawed thread needs: where its stack ends, and its thread pointer. It does not go on: a function of V8 is
/// called below the end of the stack.
#[inline(never)]
fn this_thread() -> Thread {
    let (stack, mut thread): (u64, u64);
    thread = 0;
    // SAFETY: copies a register.
    unsafe { std::arch::asm!("mov {}, rsp", out(reg) stack, options(nomem, nostack, preserves_flags)) };
    // SAFETY: the kernel writes into a variable of our own.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_GET_FS, &raw mut thread) };
    let mut registers = [0; 27];
    registers[Thread::STACK_POINTER] = stack;
    registers[Thread::THREAD_POINTER] = thread;
    // SAFETY: the call takes nothing and cannot fail.
    let id = unsafe { libc::gettid() };
    Thread { id: id as u64, registers, extended: Vec::new() }
}

fn random_number() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}

/// A file that keeps the reason why it could not be written.
struct Storing {
    file: ByteWriter,
    error: Option<Error>,
}

impl Write for Storing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.error = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
