//! The notes: threads with their registers, the signal, mapped files, and what the kernel gave the program.

use super::bytes::{text, u32_at, u64_at};
use super::elf::wrong;
use crate::error::Result;
use crate::image::{PAGE, Thread};

/// `NT_PRSTATUS`, `NT_PRPSINFO`, `NT_AUXV`, `NT_FPREGSET`, `NT_X86_XSTATE`, `NT_FILE`, `NT_SIGINFO`.
const STATUS: u32 = 1;
const FLOATING: u32 = 2;
const PROCESS: u32 = 3;
const AUXILIARY: u32 = 6;
const EXTENDED: u32 = 0x202;
const FILE: u32 = 0x4649_4c45;
const SIGNAL: u32 = 0x5349_4749;

/// `AT_PHDR`: the table of the program; `AT_SYSINFO_EHDR`: the vdso.
const AT_PROGRAM: u64 = 3;
const AT_VDSO: u64 = 33;
/// Signals by which the kernel ends a process with a core dump.
const DEADLY: [i32; 10] = [3, 4, 5, 6, 7, 8, 11, 24, 25, 31];
const MAX_THREADS: usize = 1 << 12;
const MAX_EXTENDED: usize = 1 << 14;

/// A part of a mapped file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FileRange {
    pub start: u64,
    pub end: u64,
    pub offset: u64,
    pub path: String,
}

/// What the notes say of the process.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Process {
    pub pid: u32,
    /// The first bytes of its name.
    pub name: String,
}

/// The signal that ended it, as `siginfo` has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Death {
    pub signal: i32,
    pub code: i32,
    /// Who sent it, if somebody did.
    pub sender: u32,
}

#[derive(Default, Debug)]
pub(super) struct Notes {
    /// The first one died.
    pub threads: Vec<Thread>,
    pub process: Process,
    pub death: Option<Death>,
    pub files: Vec<FileRange>,
    pub vdso: Option<u64>,
    pub program: Option<u64>,
}

impl Notes {
    /// # Errors
    /// [`crate::error::Error::Core`] for notes that do not end where they should.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut notes = Notes::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (kind, name, content, length) = note(rest).ok_or_else(|| wrong("one of its notes is damaged"))?;
            let is_ours = name == b"CORE\0" || name == b"LINUX\0";
            if is_ours && notes.take(kind, content).is_none() {
                return Err(wrong(format!("its note of kind {kind:#x} is damaged")));
            }
            rest = &rest[length.min(rest.len())..];
        }
        if notes.threads.is_empty() {
            return Err(wrong("it has no thread"));
        }
        Ok(notes)
    }

    fn take(&mut self, kind: u32, content: &[u8]) -> Option<()> {
        match kind {
            STATUS => {
                let mut registers = [0; 27];
                for (index, register) in registers.iter_mut().enumerate() {
                    *register = u64_at(content, 112 + index * 8)?;
                }
                let id = u64::from(u32_at(content, 32)?);
                (self.threads.len() < MAX_THREADS).then_some(())?;
                self.threads.push(Thread { id, registers, extended: Vec::new() });
            }
            // Of the thread whose status came before. The larger picture comes later, and has these in it.
            FLOATING | EXTENDED => {
                let known = content.len() >= 512 && content.len() <= MAX_EXTENDED;
                if let Some(thread) = self.threads.last_mut().filter(|thread| thread.extended.len() < content.len()) {
                    known.then_some(())?;
                    thread.extended = content.to_vec();
                }
            }
            PROCESS => {
                let name = content.get(40..56)?;
                self.process = Process { pid: u32_at(content, 24)?, name: text(name) };
            }
            SIGNAL => {
                let number = |at| u32_at(content, at).map(|number| number as i32);
                let death = Death { signal: number(0)?, code: number(8)?, sender: u32_at(content, 16)? };
                // `gcore` has one for each thread: the signal by which it stopped them.
                if self.threads.len() < 2 && self.death.is_none() && DEADLY.contains(&death.signal) {
                    self.death = Some(death);
                }
            }
            AUXILIARY => {
                let value = |wanted: u64| {
                    let pair = content.chunks_exact(16).find(|pair| u64_at(pair, 0) == Some(wanted));
                    pair.and_then(|pair| u64_at(pair, 8))
                };
                (self.vdso, self.program) = (value(AT_VDSO), value(AT_PROGRAM));
            }
            FILE => self.files = files(content)?,
            _ => {}
        }
        Some(())
    }
}

/// Kind, name, content, and bytes up to the next note.
fn note(bytes: &[u8]) -> Option<(u32, &[u8], &[u8], usize)> {
    let (name, length, kind) = (u32_at(bytes, 0)? as usize, u32_at(bytes, 4)? as usize, u32_at(bytes, 8)?);
    let start = 12_usize.checked_add(name.checked_next_multiple_of(4)?)?;
    let end = start.checked_add(length)?;
    Some((kind, bytes.get(12..12 + name)?, bytes.get(start..end)?, start + length.checked_next_multiple_of(4)?))
}

fn files(bytes: &[u8]) -> Option<Vec<FileRange>> {
    let (count, unit) = (u64_at(bytes, 0)?, u64_at(bytes, 8)?);
    let names_at = usize::try_from(count.checked_mul(24)?.checked_add(16)?).ok()?;
    let mut names = bytes.get(names_at..)?.split(|byte| *byte == 0);
    let unit = if unit == 0 { PAGE as u64 } else { unit };
    let rows = bytes[16..names_at].chunks_exact(24);
    rows.map(|row| {
        Some(FileRange {
            start: u64_at(row, 0)?,
            end: u64_at(row, 8)?,
            offset: u64_at(row, 16)?.checked_mul(unit)?,
            path: text(names.next()?),
        })
    })
    .collect()
}
