//! A system call in the name of a thread that stands still, without a trace in it.
//!
//! The thread never depends on the tracer. Its registers are set once, in one step, and from there it comes back to
//! where it was by itself, even when the tracer is killed at that moment. This is how a handler of a signal comes back:
//! `rt_sigreturn` takes all registers from a frame on the stack. Two frames are written below the thread's stack, where
//! nothing is in use. The first has all signals blocked and the arguments of the call; the second is the thread as it
//! was. No instruction is written: two sequences of the C library are used, `syscall; ret` and its own
//! `mov rax, 15; syscall`, which is behind every handler.

use super::memory::Remote;
use super::tracee::{Stop, Tracee};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::Registers;
use std::time::Instant;

/// Places of registers in [`Registers`].
pub(super) mod register {
    pub const R15: usize = 0;
    pub const RAX: usize = 10;
    pub const ORIG_RAX: usize = 15;
    pub const RIP: usize = 16;
    pub const CS: usize = 17;
    pub const FLAGS: usize = 18;
    pub const RSP: usize = 19;
    pub const SS: usize = 20;
    /// In the order of the arguments of a system call.
    pub const ARGUMENTS: [usize; 6] = [14, 13, 12, 7, 9, 8];
}
use register::{ARGUMENTS, CS, FLAGS, ORIG_RAX, R15, RAX, RIP, RSP, SS};

/// `sigcontext` of x86-64, in places of [`Registers`].
const IN_FRAME: [usize; 17] = [9, 8, 7, 6, 3, 2, 1, 0, 14, 13, 4, 5, 12, RAX, 11, RSP, RIP];
/// Bytes of an `rt_sigframe` up to its mask of signals: an address to return to, `ucontext`, and the mask.
const FRAME: usize = 8 + 40 + 256 + 8;
/// Bytes below the stack pointer that a function may use without moving it.
const RED_ZONE: u64 = 128;
/// `UC_FP_XSTATE`, `UC_SIGCONTEXT_SS`, `UC_STRICT_RESTORE_SS`.
const FLAGS_OF_FRAME: u64 = 7;
/// No mode of `sigaltstack`: the kernel leaves the other stack as it is.
const NO_STACK: u32 = 0x4000_0000;
const USER_CODE: u64 = 0x33;
/// `FP_XSTATE_MAGIC1` and `FP_XSTATE_MAGIC2`: they enclose a picture with more than the first 512 bytes.
const MAGIC: [u32; 2] = [0x4650_5853, 0x4650_5845];
const LEGACY: usize = 512;
const LEGACY_AND_HEADER: usize = 576;
/// Of the software in the first 512 bytes.
const SOFTWARE: usize = 464;
/// Memory protection keys: the kernel keeps them elsewhere, and sets no bit for them.
const PKRU: u64 = 1 << 9;

/// Sequences of instructions in the C library of the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequences {
    /// `syscall; ret`.
    pub call: u64,
    /// `mov rax, 15; syscall`.
    pub come_back: u64,
}

/// A thread at rest, as it was.
pub(super) struct Rest {
    pub registers: Registers,
    pub extended: Vec<u8>,
    pub blocked: u64,
}

impl Rest {
    /// # Errors
    /// [`Error::Attach`].
    pub fn of(thread: &Tracee) -> Result<Self> {
        let registers = thread.registers()?;
        if registers[CS] != USER_CODE {
            return Err(Error::Attach { what: "it is a program of 32 bits, and this heaphound freezes 64".into() });
        }
        Ok(Rest { registers, extended: thread.extended()?, blocked: thread.blocked_signals()? })
    }
}

/// A system call with its arguments, and a value that it finds in a register.
pub(super) struct Call {
    pub number: u64,
    pub arguments: [u64; 6],
    pub r15: u64,
}

/// Makes the call. Afterwards the thread stands as it did. `born`: called with the number of a thread that the call
/// made.
///
/// # Errors
/// [`Error::Attach`]; [`Error::Cancelled`]. The thread is on its way back by itself then.
pub(super) fn make(
    thread: &mut Tracee,
    memory: &Remote,
    rest: &Rest,
    sequences: Sequences,
    call: &Call,
    (deadline, control): (Instant, &Control),
    born: &mut dyn FnMut(libc::pid_t),
) -> Result<i64> {
    begin(thread, memory, rest, sequences, call)?;
    let mut result = None;
    loop {
        thread.resume(true)?;
        match thread.stop(deadline, control)? {
            Stop::Event(libc::PTRACE_EVENT_CLONE) => born(thread.event_message()?),
            Stop::SystemCall => {
                let now = thread.registers()?;
                if now[RIP] == sequences.call + 2 && now[RAX] as i64 != -i64::from(libc::ENOSYS) {
                    result = Some(now[RAX] as i64);
                }
                if [RIP, RSP].iter().all(|which| now[*which] == rest.registers[*which]) {
                    break;
                }
            }
            // It gets its signal, and comes back afterwards.
            _ => {}
        }
    }
    // What comes back differs in nothing but this: no system call would begin again, if one had to.
    thread.set_registers(&rest.registers)?;
    result.ok_or_else(|| Error::Attach { what: "a system call in its name gave no result".into() })
}

/// From here on the thread makes the call and comes back without anybody.
///
/// # Errors
/// [`Error::Attach`].
pub(super) fn begin(thread: &Tracee, memory: &Remote, rest: &Rest, sequences: Sequences, call: &Call) -> Result<()> {
    let frames = Frames::new(rest, sequences, call);
    memory.write(frames.address, &frames.bytes)?;
    let mut entry = rest.registers;
    entry[RIP] = sequences.come_back;
    entry[RSP] = frames.address + 8;
    // No system call that was interrupted begins again.
    entry[ORIG_RAX] = u64::MAX;
    thread.set_registers(&entry)
}

struct Frames {
    address: u64,
    bytes: Vec<u8>,
}

impl Frames {
    fn new(rest: &Rest, sequences: Sequences, call: &Call) -> Self {
        let picture = picture(&rest.extended);
        let before = (2 * FRAME).next_multiple_of(64);
        let length = (before + picture.len()) as u64;
        let address = (rest.registers[RSP] - RED_ZONE - length) & !63;
        let at_picture = address + before as u64;
        let mut within = rest.registers;
        within[RAX] = call.number;
        within[R15] = call.r15;
        for (place, value) in ARGUMENTS.into_iter().zip(call.arguments) {
            within[place] = value;
        }
        within[RIP] = sequences.call;
        within[RSP] = address + FRAME as u64;
        let mut bytes = frame(&within, 0, u64::MAX, at_picture);
        bytes.extend(frame(&rest.registers, sequences.come_back, rest.blocked, at_picture));
        bytes.resize(before, 0);
        bytes.extend(picture);
        Frames { address, bytes }
    }
}

/// An `rt_sigframe` as the kernel writes it, up to the mask.
fn frame(registers: &Registers, return_to: u64, blocked: u64, picture: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FRAME);
    let mut put = |value: u64| bytes.extend(value.to_le_bytes());
    put(return_to);
    put(FLAGS_OF_FRAME);
    put(0);
    // The other stack: its address, its mode and its size.
    [0, u64::from(NO_STACK), 0].into_iter().for_each(&mut put);
    IN_FRAME.into_iter().for_each(|which| put(registers[which]));
    put(registers[FLAGS]);
    put(registers[CS] & 0xffff | (registers[SS] & 0xffff) << 48);
    // The fault, the number of the trap, the old mask, the address of the fault.
    [0; 4].into_iter().for_each(&mut put);
    put(picture);
    [0; 8].into_iter().for_each(&mut put);
    put(blocked);
    debug_assert_eq!(bytes.len(), FRAME);
    bytes
}

/// The picture of the other registers, as a frame has it: with its size, and the sets of registers in it.
fn picture(extended: &[u8]) -> Vec<u8> {
    let mut bytes = extended.to_vec();
    let number = |bytes: &[u8], at: usize| {
        bytes.get(at..at + 8).map_or(0, |eight| eight.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    };
    if bytes.len() < LEGACY_AND_HEADER {
        bytes.resize(LEGACY, 0);
        bytes[SOFTWARE..LEGACY].fill(0);
        return bytes;
    }
    // Sets that the processor and the system know, and those of them that are not in their first state.
    let (known, used) = (number(&bytes, SOFTWARE), number(&bytes, LEGACY) | (number(&bytes, SOFTWARE) & PKRU));
    bytes[LEGACY..LEGACY + 8].copy_from_slice(&used.to_le_bytes());
    let size = size_of_sets(used & known).min(bytes.len());
    bytes.truncate(size);
    let software = &mut bytes[SOFTWARE..LEGACY];
    software.fill(0);
    software[..4].copy_from_slice(&MAGIC[0].to_le_bytes());
    software[4..8].copy_from_slice(&(size as u32 + 4).to_le_bytes());
    software[8..16].copy_from_slice(&(used & known | 3).to_le_bytes());
    software[16..20].copy_from_slice(&(size as u32).to_le_bytes());
    bytes.extend(MAGIC[1].to_le_bytes());
    bytes
}

/// Bytes up to the end of the last of these sets, as the processor places them.
fn size_of_sets(sets: u64) -> usize {
    let ends = (2..63).filter(|set| sets >> set & 1 == 1).map(|set| {
        let place = std::arch::x86_64::__cpuid_count(0xd, set);
        (place.ebx + place.eax) as usize
    });
    ends.max().unwrap_or(0).max(LEGACY_AND_HEADER)
}
