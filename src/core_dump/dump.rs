//! The core dump as memory: what is at an address, in the core itself or in a file that was mapped there.

use super::elf::{self, Load, wrong};
use super::notes::{Death, FileRange, Notes, Process};
use crate::archive::RandomFile;
use crate::error::Result;
use crate::image::{ADDRESSES, PAGE, Thread};
use std::time::SystemTime;

const WRITE: u32 = 2;
/// A process with as many mappings as it may have by default has a sixteenth of it, with names of usual length.
const MAX_NAMES: usize = 64 << 20;

/// A range of memory.
#[derive(Clone, Debug)]
pub struct Segment {
    pub start: u64,
    pub end: u64,
    /// `PROT_READ` 1, `PROT_WRITE` 2, `PROT_EXEC` 4.
    pub protection: u32,
    /// The mapped file, `[vdso]`, `[vvar]` or nothing.
    pub name: String,
    /// Of the first byte, in the mapped file.
    pub offset: u64,
    pub has_file: bool,
    /// `gcore` leaves out whole ranges of files, and what may be done with them.
    pub(super) has_protection: bool,
    /// Nobody has its contents: they are in no file that was looked up.
    pub is_left_out: bool,
    /// Where the core has its first bytes, and how many.
    at: u64,
    pub(super) in_core: u64,
    pub(super) binary: Option<usize>,
}

pub struct CoreDump {
    file: RandomFile,
    /// In order of address.
    pub segments: Vec<Segment>,
    /// The first one died, or is the one that was asked for.
    pub threads: Vec<Thread>,
    /// The thread that died.
    pub dead: Option<u64>,
    pub process: Process,
    pub death: Option<Death>,
    program: Option<u64>,
    pub(super) binaries: Vec<Binary>,
}

/// A program or library of which the core has the first page only.
pub(super) struct Binary {
    pub file: RandomFile,
}

impl CoreDump {
    pub(super) fn read(file: RandomFile, thread: Option<u64>) -> Result<Self> {
        let table = elf::read(&file)?;
        let notes = Notes::read(&table.notes)?;
        let mut dump = CoreDump {
            file,
            segments: segments(table.loads, &notes)?,
            dead: notes.death.map(|_| notes.threads[0].id),
            threads: notes.threads,
            process: notes.process,
            death: notes.death,
            program: notes.program,
            binaries: Vec::new(),
        };
        if let Some(wanted) = thread {
            let Some(at) = dump.threads.iter().position(|thread| thread.id == wanted) else {
                let ids: Vec<String> = dump.threads.iter().map(|thread| thread.id.to_string()).collect();
                return Err(wrong(format!("it has no thread {wanted}; it has {}", ids.join(", "))));
            };
            dump.threads[..=at].rotate_right(1);
        }
        let stack = dump.threads[0].registers[Thread::STACK_POINTER];
        match dump.segment(stack) {
            Some(segment) if segment.protection & WRITE != 0 && segment.in_core > 0 => Ok(dump),
            Some(segment) if segment.protection & WRITE != 0 => Err(wrong(
                "the memory of the process was left out of it: its `coredump_filter` had no anonymous private memory \
                 (bit 0); the default is 0x33",
            )),
            _ => Err(wrong(format!("the stack of thread {} is not in it", dump.threads[0].id))),
        }
    }

    /// When the file was last changed: a core dump does not say when the process died.
    pub fn changed(&self) -> SystemTime {
        self.file.changed
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.file.size
    }

    /// The file of the program, or nothing.
    pub fn program(&self) -> &str {
        self.program.and_then(|address| self.segment(address)).map_or("", |segment| &segment.name)
    }

    pub fn segment(&self, address: u64) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.start <= address);
        self.segments[..after].last().filter(|segment| address < segment.end)
    }

    /// Bytes of a segment that somebody has, from its beginning on: the core, or the file that was mapped.
    pub fn contents(&self, segment: &Segment) -> u64 {
        let in_file = segment.binary.map_or(0, |binary| {
            let rest = self.binaries[binary].file.size.saturating_sub(segment.offset);
            rest.checked_next_multiple_of(PAGE as u64).unwrap_or(rest)
        });
        match segment.is_left_out {
            true => 0,
            false => in_file.max(segment.in_core).min(segment.end - segment.start),
        }
    }

    /// # Errors
    /// [`crate::error::Error::Core`] where nobody has the memory; [`crate::error::Error::Io`].
    pub fn read_memory(&self, mut address: u64, mut into: &mut [u8]) -> Result<()> {
        while !into.is_empty() {
            let segment = self.segment(address).filter(|segment| !segment.is_left_out);
            let segment = segment.ok_or_else(|| wrong(format!("the memory at {address:#x} is not in it")))?;
            let length = usize::try_from(segment.end - address).map_or(into.len(), |rest| rest.min(into.len()));
            let (piece, rest) = into.split_at_mut(length);
            self.read_segment(segment, address, piece)?;
            (address, into) = (address + length as u64, rest);
        }
        Ok(())
    }

    /// `into` ends where the segment does, or before.
    pub(super) fn read_segment(&self, segment: &Segment, address: u64, into: &mut [u8]) -> Result<()> {
        let skipped = address - segment.start;
        let in_core = segment.in_core.saturating_sub(skipped).min(into.len() as u64) as usize;
        let (here, rest) = into.split_at_mut(in_core);
        if self.file.read_at(segment.at + skipped, here)? < here.len() {
            return Err(wrong("it became shorter while it was read"));
        }
        rest.fill(0);
        if let Some(binary) = segment.binary.filter(|_| !rest.is_empty()) {
            // Behind the end of a file a page has zeros.
            let offset = segment.offset.saturating_add(skipped + in_core as u64);
            self.binaries[binary].file.read_at(offset, rest)?;
        }
        Ok(())
    }
}

fn segments(loads: Vec<Load>, notes: &Notes) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut files: Vec<&FileRange> = notes.files.iter().collect();
    files.sort_by_key(|file| file.start);
    let mut names = 0;
    for load in loads {
        let end = load.address.checked_add(load.size);
        let is_whole = (load.address | load.size) % PAGE as u64 == 0 && load.in_file <= load.size;
        let Some(end) = end.filter(|_| is_whole) else {
            return Err(wrong(format!("its memory at {:#x} is none", load.address)));
        };
        // What the kernel has above is the same in every process.
        if load.size == 0 || load.address >= ADDRESSES {
            continue;
        }
        if end > ADDRESSES {
            return Err(wrong(format!("its memory at {:#x} is none", load.address)));
        }
        let after = files.partition_point(|file| file.start <= load.address);
        let of_file = files[..after].last().filter(|file| end <= file.end);
        names += of_file.map_or(0, |file| file.path.len());
        check_names(names)?;
        segments.push(Segment {
            start: load.address,
            end,
            protection: load.protection,
            name: of_file.map(|file| file.path.clone()).unwrap_or_default(),
            offset: of_file.map_or(0, |file| file.offset.saturating_add(load.address - file.start)),
            has_file: of_file.is_some(),
            has_protection: true,
            is_left_out: false,
            at: load.offset,
            in_core: load.in_file,
            binary: None,
        });
    }
    segments.sort_by_key(|segment: &Segment| segment.start);
    add_missing(&mut segments, &notes.files, names)?;
    if segments.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err(wrong("it has two memories at one address"));
    }
    name_those_of_the_kernel(&mut segments, notes.vdso);
    Ok(segments)
}

/// Each segment has the name of its file, and many may have one.
fn check_names(bytes: usize) -> Result<()> {
    match bytes <= MAX_NAMES {
        true => Ok(()),
        false => Err(wrong(format!("the names of its mapped files have more than {MAX_NAMES} bytes"))),
    }
}

/// Ranges of files that the core does not have at all. `names`: bytes of names that the segments have.
fn add_missing(segments: &mut Vec<Segment>, files: &[FileRange], mut names: usize) -> Result<()> {
    let known = segments.len();
    for file in files {
        let after = segments[..known].partition_point(|segment| segment.end <= file.start);
        let is_there = segments[..known].get(after).is_some_and(|segment| segment.start < file.end);
        if is_there || file.start >= ADDRESSES {
            continue;
        }
        if file.start >= file.end || file.end > ADDRESSES || (file.start | file.end) % PAGE as u64 != 0 {
            return Err(wrong(format!("its mapped file at {:#x} is none", file.start)));
        }
        names += file.path.len();
        check_names(names)?;
        segments.push(Segment {
            start: file.start,
            end: file.end,
            protection: 0,
            name: file.path.clone(),
            offset: file.offset,
            has_file: true,
            has_protection: false,
            is_left_out: false,
            at: 0,
            in_core: 0,
            binary: None,
        });
    }
    segments.sort_by_key(|segment| segment.start);
    Ok(())
}

/// The vdso, and the clocks right below it, which no other machine has.
fn name_those_of_the_kernel(segments: &mut [Segment], vdso: Option<u64>) {
    const READ: u32 = 1;
    let Some(at) = segments.iter().position(|segment| Some(segment.start) == vdso && !segment.has_file) else { return };
    segments[at].name = "[vdso]".into();
    let mut floor = segments[at].start;
    for segment in segments[..at].iter_mut().rev() {
        if segment.end != floor || segment.has_file || segment.protection != READ {
            break;
        }
        floor = segment.start;
        segment.name = "[vvar]".into();
        segment.is_left_out = true;
    }
}
