//! All registers of a thread in memory, as the kernel puts them on its stack for a handler of a signal. `rt_sigreturn`
//! takes them from there in one step.

use crate::image::Registers;

/// Places of registers in [`Registers`].
pub(super) mod register {
    pub const R15: usize = 0;
    pub const RAX: usize = 10;
    pub const ORIG_RAX: usize = 15;
    pub const RBP: usize = 4;
    pub const RIP: usize = 16;
    pub const CS: usize = 17;
    pub const FLAGS: usize = 18;
    pub const RSP: usize = 19;
    pub const SS: usize = 20;
    /// In the order of the arguments of a system call.
    pub const ARGUMENTS: [usize; 6] = [14, 13, 12, 7, 9, 8];
}
use register::{CS, FLAGS, RAX, RIP, RSP, SS};

/// `sigcontext` of x86-64, in places of [`Registers`].
const IN_FRAME: [usize; 17] = [9, 8, 7, 6, 3, 2, 1, 0, 14, 13, 4, 5, 12, RAX, 11, RSP, RIP];
/// Bytes of an `rt_sigframe` up to its mask of signals: an address to return to, `ucontext`, and the mask.
pub(super) const FRAME: usize = 8 + 40 + 256 + 8;
/// Bytes below the stack pointer that a function may use without moving it.
pub(super) const RED_ZONE: u64 = 128;
/// `UC_FP_XSTATE`, `UC_SIGCONTEXT_SS`, `UC_STRICT_RESTORE_SS`.
const FLAGS_OF_FRAME: u64 = 7;
/// No mode of `sigaltstack`: the kernel leaves the other stack as it is.
const NO_STACK: u32 = 0x4000_0000;
/// `FP_XSTATE_MAGIC1` and `FP_XSTATE_MAGIC2`: they enclose a picture with more than the first 512 bytes.
const MAGIC: [u32; 2] = [0x4650_5853, 0x4650_5845];
const LEGACY: usize = 512;
const LEGACY_AND_HEADER: usize = 576;
/// Of the software in the first 512 bytes.
const SOFTWARE: usize = 464;
/// Memory protection keys: the kernel keeps them elsewhere, and sets no bit for them.
const PKRU: u64 = 1 << 9;

/// An `rt_sigframe` as the kernel writes it, up to the mask.
pub(super) fn frame(registers: &Registers, return_to: u64, blocked: u64, picture: u64) -> Vec<u8> {
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
pub(super) fn picture(extended: &[u8]) -> Vec<u8> {
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
