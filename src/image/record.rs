//! Records after the header, in binary: fixed fields of little-endian numbers.

use super::frame::{u32_at, u64_at};

/// Bytes of a page.
pub const PAGE: usize = 4096;
/// Pages in one record, so that it fits into a frame.
pub const MAX_PAGES: usize = 255;

/// Bytes before the payload of a record: its kind, zero, and the length of the payload.
pub(super) const RECORD_HEAD: usize = 16;
/// Above it the addresses of a process end (x86-64 with four levels of page tables).
pub const ADDRESSES: u64 = 1 << 47;

pub(super) const HEADER: u32 = 1;
pub(super) const THREAD: u32 = 2;
pub(super) const DESCRIPTORS: u32 = 3;
pub(super) const MAPPING: u32 = 4;
pub(super) const PAGES: u32 = 5;
pub(super) const END: u32 = 6;

/// Most that a reader takes.
pub(super) const MAX_THREADS: u64 = 1 << 12;
pub(super) const MAX_MAPPINGS: u64 = 1 << 20;
/// Numbers of open files; an image has the lowest ones.
pub const MAX_DESCRIPTORS: usize = 1 << 16;
const MAX_NAME: usize = 4096;
const MAX_EXTENDED: usize = 1 << 14;
/// [`Mapping::is_in_file`]. 1 is [`Mapping::is_left_out`].
const IN_FILE: u32 = 2;
/// Bytes of a mapping before its name.
const MAPPING_FIXED: usize = 40;

/// General registers of a thread, in the order of `user_regs_struct` of Linux.
pub type Registers = [u64; 27];

/// A thread. The first one goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    pub id: u64,
    pub registers: Registers,
    /// The processor's own picture of its other registers (`XSAVE`); empty: those of a new process.
    pub extended: Vec<u8>,
}

impl Thread {
    pub const STACK_POINTER: usize = 19;
    pub const THREAD_POINTER: usize = 21;
    const FIXED: usize = 8 + 27 * 8;

    pub(super) fn fixed(&self) -> [u8; Self::FIXED] {
        let mut bytes = [0; Self::FIXED];
        let numbers = std::iter::once(&self.id).chain(&self.registers);
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if !(Self::FIXED..=Self::FIXED + MAX_EXTENDED).contains(&bytes.len()) {
            return None;
        }
        let mut registers = [0; 27];
        for (index, register) in registers.iter_mut().enumerate() {
            *register = u64_at(bytes, 8 + index * 8);
        }
        Some(Thread { id: u64_at(bytes, 0), registers, extended: bytes[Self::FIXED..].to_vec() })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum MappingKind {
    /// Memory of the process alone.
    Private = 0,
    /// Memory that other processes may have, too.
    Shared = 1,
    /// Functions that the kernel gives to every process.
    Vdso = 2,
}

/// A range of addresses. The pages of it that hold something follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapping<N = String> {
    pub start: u64,
    pub end: u64,
    /// In the file `name`.
    pub offset: u64,
    /// `PROT_READ` 1, `PROT_WRITE` 2, `PROT_EXEC` 4.
    pub protection: u32,
    pub kind: MappingKind,
    /// The memory protection key of its pages, or 0.
    pub key: u32,
    /// Its contents are not in the image.
    pub is_left_out: bool,
    /// The image has its pages that were changed. The others are those of the file `name`, from `offset` on.
    pub is_in_file: bool,
    /// As `/proc/PID/maps` has it, or empty.
    pub name: N,
}

impl<N> Mapping<N> {
    pub(super) fn fixed(&self) -> [u8; MAPPING_FIXED] {
        let mut bytes = [0; MAPPING_FIXED];
        bytes[..8].copy_from_slice(&self.start.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.end.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.offset.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.protection.to_le_bytes());
        bytes[28..32].copy_from_slice(&(self.kind as u32).to_le_bytes());
        bytes[32..36].copy_from_slice(&self.key.to_le_bytes());
        let contents = if self.is_in_file { IN_FILE } else { u32::from(self.is_left_out) };
        bytes[36..].copy_from_slice(&contents.to_le_bytes());
        bytes
    }
}

impl Mapping {
    /// `None` when a field has a value that it cannot have.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        if !(MAPPING_FIXED..=MAPPING_FIXED + MAX_NAME).contains(&bytes.len()) {
            return None;
        }
        let (start, end) = (u64_at(bytes, 0), u64_at(bytes, 8));
        let is_range = start < end && end <= ADDRESSES && (start | end) % PAGE as u64 == 0;
        let (protection, key, left_out) = (u32_at(bytes, 24), u32_at(bytes, 32), u32_at(bytes, 36));
        let kind = [MappingKind::Private, MappingKind::Shared, MappingKind::Vdso]
            .into_iter()
            .find(|kind| *kind as u32 == u32_at(bytes, 28))?;
        (is_range && protection < 8 && key < 16 && left_out <= IN_FILE).then(|| Mapping {
            start,
            end,
            offset: u64_at(bytes, 16),
            protection,
            kind,
            key,
            is_left_out: left_out == 1,
            is_in_file: left_out == IN_FILE,
            name: String::from_utf8_lossy(&bytes[MAPPING_FIXED..]).into_owned(),
        })
    }
}
