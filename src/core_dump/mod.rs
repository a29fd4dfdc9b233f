//! A core dump: the memory and the threads of a process that died, or of one that `gcore` has dumped. The kernel and
//! `gcore` write it as an ELF file (`core(5)`, `elf(5)`).
//!
//! It may be damaged, cut, or made to do harm: no number of it is believed. Files of which it has the first page only
//! are looked up, and checked by their build id ([`binaries`]).

mod binaries;
mod bytes;
mod dump;
mod elf;
mod notes;
mod open;
mod parts;
#[cfg(test)]
mod test_core;

pub use binaries::{build_id, find_file};
pub use dump::{CoreDump, Segment};
pub use notes::{Death, Process};
pub use parts::CoreParts;

/// True for the first bytes of a file that may be a core dump: an ELF file, or anything that is packed, but no image.
pub fn may_be(head: &[u8]) -> bool {
    const PACKED: [&[u8]; 8] = [
        &[0x28, 0xb5, 0x2f, 0xfd],
        &[0x1f, 0x8b],
        &[0x04, 0x22, 0x4d, 0x18],
        &[0x02, 0x21, 0x4c, 0x18],
        b"\xfd7zXZ\0",
        b"BZh",
        b"PK\x03\x04",
        &[0x5d, 0, 0],
    ];
    head.starts_with(MAGIC) || PACKED.iter().any(|magic| head.starts_with(magic))
}

/// True for the first bytes of a core dump that is not packed.
pub fn is_one(head: &[u8]) -> bool {
    const CORE: u8 = 4;
    // The kind of an ELF file stands behind its 16 bytes of marks.
    head.starts_with(MAGIC) && head.get(16..18).is_some_and(|kind| kind == [CORE, 0] || kind == [0, CORE])
}

/// The first bytes of every ELF file.
pub const MAGIC: &[u8] = b"\x7fELF";
