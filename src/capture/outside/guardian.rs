//! A thread of our own in the process. It makes the copy while all threads of the app stand, and stays until the copy
//! has ended, so that nothing of it is left. It works by itself: whenever the tracer is killed, it comes to its end.
//!
//! The kernel gives no child to a process that did not make it, and a child that nobody asks for stays a zombie. So
//! somebody in the process has to ask, at a time when the tracer may be gone. The thread has all signals blocked, no
//! stack and no data of the C library; it makes system calls and nothing else.
//!
//! 1. It was not told to go (the tracer is gone): it gives its memory back and ends.
//! 2. It takes along what forks leave out (`MADV_DOFORK`), makes the copy, and leaves it out again.
//! 3. It says so, and waits for the end of the copy. It gives its memory back and ends.
//!
//! The copy closes what it shares with the app, and ends. A tracer that lives stops it at its end.

use crate::error::{Error, Result};
use std::arch::global_asm;

/// Bytes of code, at the start of the memory.
const CODE: usize = 4096;
/// Places in the table behind the code.
const GO: usize = 0;
const IS_MADE: usize = 8;
const TAKEN: usize = 24;
const LEFT_OUT: usize = 32;
const LAST_FILE: usize = 40;
const START: usize = 48;
const LENGTH: usize = 56;
const WAY_OUT: usize = 64;
/// The thread begins with a return to the address that stands here.
const ENTRY: usize = 72;
const RANGES: usize = 80;

// r15 is the table. Every loop ends with the table: nobody writes there but the tracer, while the app stands.
global_asm!(
    ".pushsection .rodata.heaphound_guardian, \"a\", @progbits",
    ".globl heaphound_guardian_start",
    ".globl heaphound_guardian_end",
    "heaphound_guardian_start:",
    "cmp qword ptr [r15 + {go}], 0",
    "je 60f",
    "lea r13, [r15 + {ranges}]",
    "mov r14, [r15 + {taken}]",
    "20:", // Take along.
    "test r14, r14",
    "jz 30f",
    "mov rdi, [r13]",
    "mov rsi, [r13 + 8]",
    "mov edx, 11", // MADV_DOFORK
    "mov eax, 28", // madvise
    "syscall",
    "add r13, 16",
    "dec r14",
    "jmp 20b",
    "30:", // The copy: no signal at its end, nothing shared.
    "xor edi, edi",
    "xor esi, esi",
    "xor edx, edx",
    "xor r10d, r10d",
    "xor r8d, r8d",
    "mov eax, 56", // clone
    "syscall",
    "test rax, rax",
    "jz 80f",
    "mov rbx, rax",
    "mov r14, [r15 + {left_out}]",
    "40:", // Leave out again.
    "test r14, r14",
    "jz 50f",
    "mov rdi, [r13]",
    "mov rsi, [r13 + 8]",
    "mov edx, 10", // MADV_DONTFORK
    "mov eax, 28",
    "syscall",
    "add r13, 16",
    "dec r14",
    "jmp 40b",
    "50:",
    "mov qword ptr [r15 + {is_made}], rbx",
    "test rbx, rbx",
    "js 60f",
    "55:", // Until the copy has ended.
    "mov rdi, rbx",
    "xor esi, esi",
    "mov edx, 0x40000000", // __WALL
    "xor r10d, r10d",
    "mov eax, 61", // wait4
    "syscall",
    "cmp rax, -4", // EINTR
    "je 55b",
    "60:", // Give the memory back. The way out is a `syscall` of the C library, behind which it makes call rdx.
    "mov r12, [r15 + {way_out}]",
    "mov rdi, [r15 + {start}]",
    "mov rsi, [r15 + {length}]",
    "mov edx, 60", // exit
    "mov eax, 11", // munmap
    "test r12, r12",
    "jz 70f",
    "jmp r12",
    "70:",
    "xor edi, edi",
    "mov eax, 60",
    "syscall",
    "ud2",
    "80:", // The copy.
    "mov rbx, [r15 + {last_file}]",
    "btr rbx, 63",
    "jnc 90f",
    "xor edi, edi",
    "mov esi, 0xffffffff",
    "xor edx, edx",
    "mov eax, 436", // close_range
    "syscall",
    "test rax, rax",
    "jz 70b",
    "90:",
    "mov edi, ebx",
    "mov eax, 3", // close
    "syscall",
    "dec rbx",
    "jns 90b",
    "jmp 70b",
    "heaphound_guardian_end:",
    ".popsection",
    go = const GO,
    is_made = const IS_MADE,
    taken = const TAKEN,
    left_out = const LEFT_OUT,
    last_file = const LAST_FILE,
    start = const START,
    length = const LENGTH,
    way_out = const WAY_OUT,
    ranges = const RANGES,
);

unsafe extern "C" {
    static heaphound_guardian_start: u8;
    static heaphound_guardian_end: u8;
}

fn code() -> &'static [u8] {
    let (start, end) = (&raw const heaphound_guardian_start, &raw const heaphound_guardian_end);
    // SAFETY: both labels stand around the code above, in this order.
    unsafe { std::slice::from_raw_parts(start, end.offset_from_unsigned(start)) }
}

/// The memory of the guardian in the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Den {
    pub start: u64,
    pub length: u64,
}

impl Den {
    /// Bytes for so many ranges.
    pub fn length_for(ranges: usize) -> u64 {
        ((CODE + RANGES + ranges * 16).next_multiple_of(4096)) as u64
    }

    pub fn table(&self) -> u64 {
        self.start + CODE as u64
    }

    /// Where the stack of the new thread is, which has nothing but the address of the code.
    pub fn stack(&self) -> u64 {
        self.table() + ENTRY as u64
    }

    /// Where it is said that the guardian may go.
    pub fn go(&self) -> u64 {
        self.table() + GO as u64
    }

    /// Where the guardian writes the number of the copy, or an error, when everything is as it was.
    pub fn is_made(&self) -> u64 {
        self.table() + IS_MADE as u64
    }

    /// Code and table before there is anything to do. `way_out`: the sequence that [`WAY_OUT`] is, or 0.
    pub fn contents(&self, way_out: u64) -> Vec<u8> {
        let mut bytes = code().to_vec();
        assert!(bytes.len() <= CODE, "the code of the guardian is some hundred bytes long");
        bytes.resize(CODE + RANGES, 0);
        let places = [(START, self.start), (LENGTH, self.length), (WAY_OUT, way_out), (ENTRY, self.start)];
        for (place, value) in places {
            bytes[CODE + place..CODE + place + 8].copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// What is written behind the code for the copy: all but whether it may go. `last_file`: no file has a higher
    /// number. `closes_one_by_one`: the kernel's `close_range` may not be used.
    ///
    /// # Errors
    /// [`Error::Attach`] when there are more ranges than room.
    pub fn orders(
        &self,
        taken: &[(u64, u64)],
        left_out: &[(u64, u64)],
        last_file: u64,
        closes_one_by_one: bool,
    ) -> Result<Orders> {
        let mut ranges = Vec::with_capacity((taken.len() + left_out.len()) * 16);
        for (start, end) in taken.iter().chain(left_out) {
            ranges.extend(start.to_le_bytes());
            ranges.extend((end - start).to_le_bytes());
        }
        if (CODE + RANGES + ranges.len()) as u64 > self.length {
            let what = "its memory changes too fast: it has many more mappings than a moment ago; try again".into();
            return Err(Error::Attach { what });
        }
        let last = last_file | u64::from(!closes_one_by_one) << 63;
        let counts = [taken.len() as u64, left_out.len() as u64, last].map(u64::to_le_bytes).concat();
        Ok(Orders { at_ranges: self.table() + RANGES as u64, ranges, at_counts: self.table() + TAKEN as u64, counts })
    }
}

pub(super) struct Orders {
    pub at_ranges: u64,
    pub ranges: Vec<u8>,
    pub at_counts: u64,
    pub counts: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_fits_and_the_table_has_what_it_needs() {
        let den = Den { start: 0x10000, length: Den::length_for(100) };
        let bytes = den.contents(7);
        assert!((100..CODE).contains(&code().len()));
        assert_eq!(bytes[CODE + GO..CODE + GO + 8], [0; 8], "it may not go yet");
        assert_eq!(bytes[CODE + ENTRY..CODE + ENTRY + 8], 0x10000_u64.to_le_bytes());
        let range = (0x1000, 0x3000);
        let orders = den.orders(&[range], &[range; 2], 63, false).expect("there is room");
        assert_eq!((orders.ranges.len(), &orders.ranges[8..16]), (48, &0x2000_u64.to_le_bytes()[..]));
        assert!(den.orders(&[range; 900], &[], 63, true).is_err());
    }
}
