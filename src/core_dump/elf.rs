//! The head of the file and its table: where notes and memory are.

use super::MAGIC;
use super::bytes::{u16_at, u32_at, u64_at};
use crate::archive::RandomFile;
use crate::error::{Error, Result};

pub(super) const HEAD: usize = 64;
const ROW: usize = 56;
const CORE: u16 = 4;
const X86_64: u16 = 62;
/// There are more rows than its field can say: the first section says how many.
const MANY: u16 = 0xffff;
const LOAD: u32 = 1;
const NOTE: u32 = 4;
/// Mappings that a process may have by default are a sixteenth of it.
const MAX_ROWS: u64 = 1 << 20;
/// Bytes of all notes: 12 kB for each thread, and the names of mapped files.
const MAX_NOTES: u64 = 256 << 20;
/// How much is read at a time of what the file says is there.
const PIECE: u64 = 1 << 20;

/// Names of `e_machine` that somebody may come with.
const MACHINES: [(u16, &str); 7] =
    [(3, "x86 of 32 bits"), (8, "MIPS"), (21, "PowerPC"), (22, "s390"), (40, "ARM"), (183, "aarch64"), (243, "RISC-V")];

/// A range of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Load {
    pub address: u64,
    pub size: u64,
    /// Where the file has it, and how much of it.
    pub offset: u64,
    pub in_file: u64,
    /// `PROT_READ` 1, `PROT_WRITE` 2, `PROT_EXEC` 4.
    pub protection: u32,
}

#[derive(Debug)]
pub(super) struct Table {
    pub loads: Vec<Load>,
    pub notes: Vec<u8>,
}

/// # Errors
/// [`Error::Core`].
pub(super) fn read(file: &RandomFile) -> Result<Table> {
    let head = exactly(file, 0, HEAD as u64, "its head")?;
    let (start, count) = check_head(file, &head)?;
    let rows = exactly(file, start, count * ROW as u64, "its table of memory")?;
    let (mut loads, mut places) = (Vec::new(), Vec::new());
    let mut end = 0;
    for row in rows.chunks_exact(ROW) {
        let number = |at: usize| u64_at(row, at).unwrap_or(0);
        let (offset, in_file) = (number(8), number(32));
        end = end.max(offset.saturating_add(in_file));
        match u32_at(row, 0) {
            Some(NOTE) => places.push((offset, in_file)),
            Some(LOAD) => {
                let flags = u32_at(row, 4).unwrap_or(0);
                let protection = (flags >> 2 & 1) | (flags & 2) | ((flags & 1) << 2);
                loads.push(Load { address: number(16), size: number(40), offset, in_file, protection });
            }
            _ => {}
        }
    }
    if end > file.size {
        return Err(cut(file.size, end));
    }
    let mut notes = Vec::new();
    for (offset, length) in places {
        if notes.len() as u64 + length > MAX_NOTES {
            return Err(wrong(format!("its notes have more than {MAX_NOTES} bytes")));
        }
        notes.extend(exactly(file, offset, length, "its notes")?);
    }
    Ok(Table { loads, notes })
}

/// Where the table is, and how many rows it has.
fn check_head(file: &RandomFile, head: &[u8]) -> Result<(u64, u64)> {
    let (kind, machine) = (u16_at(head, 16).unwrap_or(0), u16_at(head, 18).unwrap_or(0));
    if !head.starts_with(MAGIC) {
        return Err(wrong("it does not begin as an ELF file does"));
    }
    if head[5] != 1 || head[4] != 2 || machine != X86_64 {
        let known = MACHINES.iter().find(|(number, _)| *number == machine && head[5] == 1);
        let of = match (known, head[4]) {
            (Some((_, name)), _) => format!("of a process on {name}"),
            (None, 1) => "of a program of 32 bits".into(),
            _ => format!("of a process on another processor (number {machine})"),
        };
        return Err(wrong(format!("it is {of}; only those of x86-64 can be thawed, on x86-64")));
    }
    if kind != CORE {
        return Err(wrong("it is a program or a library, and no core dump"));
    }
    let (start, row) = (u64_at(head, 32).unwrap_or(0), u16_at(head, 54).unwrap_or(0));
    let count = match u16_at(head, 56).unwrap_or(0) {
        MANY => {
            let section = exactly(file, u64_at(head, 40).unwrap_or(0), 64, "its first section")?;
            u64::from(u32_at(&section, 44).unwrap_or(0))
        }
        count => u64::from(count),
    };
    if usize::from(row) != ROW || count > MAX_ROWS {
        return Err(wrong(format!("its table has {count} rows of {row} bytes")));
    }
    Ok((start, count))
}

/// Memory grows with what is there, not with what the file says.
fn exactly(file: &RandomFile, offset: u64, length: u64, what: &str) -> Result<Vec<u8>> {
    let end = offset.checked_add(length).ok_or_else(|| wrong(format!("{what} lies at no place of a file")))?;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < length {
        let (from, filled) = (offset + bytes.len() as u64, bytes.len());
        bytes.resize(filled + (length - filled as u64).min(PIECE) as usize, 0);
        let count = file.read_at(from, &mut bytes[filled..])?;
        if filled + count < bytes.len() {
            return Err(cut(file.size, end));
        }
    }
    Ok(bytes)
}

pub(super) fn wrong(what: impl Into<String>) -> Error {
    Error::Core { what: what.into() }
}

fn cut(has: u64, needs: u64) -> Error {
    wrong(format!(
        "it was cut: {has} bytes are here, and {} are missing at its end (a limit such as `ulimit -c` or \
         `ProcessSizeMax` of systemd-coredump, a full disk, or a copy that was not finished)",
        needs.saturating_sub(has)
    ))
}
