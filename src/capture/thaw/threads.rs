//! Threads of an image beside the first one: which of them go on, and from where.
//!
//! A frozen process was copied at a moment at which its main thread waited for events. Others may have been at work: a
//! helper of V8 in the middle of a collection has to finish it, or V8 waits for ever.

use super::super::signal_frame::register::{CS, ORIG_RAX, RAX, RIP, RSP, SS};
use super::super::signal_frame::{FRAME, RED_ZONE, frame, picture};
use super::protocol::WAITS;
use crate::error::{Error, Result};
use crate::image::{Patch, Registers, Thread};

const USER_CODE: u64 = 0x33;
const USER_DATA: u64 = 0x2b;
/// Bytes of `syscall`.
const SYSCALL: u64 = 2;
const EINTR: i64 = -4;
/// What the kernel has in `rax` while a system call that a stop has interrupted is to begin again: `ERESTARTSYS`,
/// `ERESTARTNOINTR`, `ERESTARTNOHAND`, `ERESTART_RESTARTBLOCK`.
const AGAIN: [i64; 4] = [-512, -513, -514, -516];

/// Bytes of the oldest part of a picture, and of that with its head.
const LEGACY: usize = 512;
const LEGACY_AND_HEAD: usize = 576;
/// Where the oldest part has the sets that the system of the image knew.
const SOFTWARE: usize = 464;
/// Sets of registers that code may have values in: x87, SSE, AVX, and the three of AVX-512. Access by protection keys
/// is not taken along: a new thread may use all memory.
const TAKEN: u64 = 0xe7;
const AVX_512: u64 = 0xe0;
/// Control words of a new process.
const X87_CONTROL: u16 = 0x37f;
const SSE_CONTROL: u32 = 0x1f80;

/// A thread that goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GoesOn {
    /// Where its frame is, on its own stack below everything that is in use.
    pub address: u64,
    pub frame: Vec<u8>,
    pub thread_pointer: u64,
    /// The frame ends here at the latest.
    pub stack: u64,
}

/// `None` for a thread that waits for files, which are gone.
///
/// # Errors
/// [`Error::Thaw`] when it stood where it cannot go on.
pub(super) fn goes_on(thread: &Thread, patches: &[Patch], code: u64) -> Result<Option<GoesOn>> {
    let Some(mut registers) = resumed(&thread.registers) else { return Ok(None) };
    let instruction = registers[RIP];
    if patches.iter().any(|patch| instruction > patch.address && instruction - patch.address < code) {
        let what = format!(
            "thread {} stood at the beginning of a function that must be another in a thawed process; take another image \
             or core dump, of another moment",
            thread.id
        );
        return Err(Error::Thaw { what });
    }
    registers[CS] = USER_CODE;
    registers[SS] = USER_DATA;
    let picture = picture(&portable(thread)?);
    let before = FRAME.next_multiple_of(64);
    let stack = registers[RSP].saturating_sub(RED_ZONE);
    let address = stack.saturating_sub((before + picture.len()) as u64) & !63;
    let mut bytes = frame(&registers, 0, 0, address + before as u64);
    bytes.resize(before, 0);
    bytes.extend(picture);
    let thread_pointer = registers[Thread::THREAD_POINTER];
    Ok(Some(GoesOn { address, frame: bytes, thread_pointer, stack }))
}

/// True for a thread that waits for files.
pub(super) fn waits(thread: &Thread) -> bool {
    resumed(&thread.registers).is_none()
}

/// The registers with which it goes on: a system call that was interrupted is made again.
fn resumed(registers: &Registers) -> Option<Registers> {
    let (call, result) = (registers[ORIG_RAX], registers[RAX] as i64);
    let mut resumed = *registers;
    if (call as i64) < 0 {
        return Some(resumed);
    }
    let is_again = AGAIN.contains(&result);
    if WAITS.iter().any(|wait| u64::from(*wait) == call) && (is_again || result == EINTR) {
        return None;
    }
    if is_again {
        resumed[RAX] = call;
        resumed[RIP] = resumed[RIP].wrapping_sub(SYSCALL);
    }
    Some(resumed)
}

/// The picture of the other registers without what this machine cannot take back.
fn portable(thread: &Thread) -> Result<Vec<u8>> {
    let mut bytes = thread.extended.clone();
    if bytes.len() < LEGACY {
        bytes = vec![0; LEGACY];
        bytes[..2].copy_from_slice(&X87_CONTROL.to_le_bytes());
        bytes[24..28].copy_from_slice(&SSE_CONTROL.to_le_bytes());
        return Ok(bytes);
    }
    if bytes.len() < LEGACY_AND_HEAD {
        bytes.truncate(LEGACY);
        return Ok(bytes);
    }
    let used = number(&bytes, LEGACY);
    // Processors place these sets in several ways, and the length tells them apart.
    let is_other = used & AVX_512 != 0 && bytes.len() != length_here();
    let is_elsewhere = is_other && !move_sets(&mut bytes, used, place_here);
    // Around a system call of the C library no code keeps values in them.
    let is_computing = (thread.registers[ORIG_RAX] as i64) < 0;
    if is_elsewhere && is_computing {
        let what = format!(
            "thread {} has values in registers of AVX-512, which this processor stores in another way; thaw it on a \
             machine like the one that it comes from",
            thread.id
        );
        return Err(Error::Thaw { what });
    }
    let taken = if is_elsewhere { TAKEN & !AVX_512 } else { TAKEN };
    for place in [SOFTWARE, LEGACY] {
        let kept = number(&bytes, place) & taken;
        bytes[place..place + 8].copy_from_slice(&kept.to_le_bytes());
    }
    bytes[LEGACY + 8..LEGACY_AND_HEAD].fill(0);
    Ok(bytes)
}

/// Lengths of pictures, and where the three sets of AVX-512 are in them: of Intel with and without protection keys,
/// which `gdb` writes everywhere, and of AMD.
const PLACES: [(usize, [usize; 3]); 3] =
    [(2688, [1088, 1152, 1664]), (2696, [1088, 1152, 1664]), (2432, [832, 896, 1408])];
const SIZES: [usize; 3] = [64, 512, 1024];
const FIRST_SET: u32 = 5;

/// Places the sets as `place` says of each; false when nobody knows where they are, or this machine has none.
fn move_sets(bytes: &mut Vec<u8>, used: u64, place: impl Fn(u32) -> usize) -> bool {
    let Some((_, from)) = PLACES.iter().find(|(length, _)| *length == bytes.len()) else { return false };
    let mut moved = bytes.clone();
    for (index, (from, size)) in from.iter().zip(SIZES).enumerate() {
        let set = FIRST_SET + index as u32;
        let to = place(set);
        if used >> set & 1 == 0 {
            continue;
        }
        if to < LEGACY_AND_HEAD {
            return false;
        }
        moved.resize(moved.len().max(to + size), 0);
        moved[to..to + size].copy_from_slice(&bytes[*from..from + size]);
    }
    *bytes = moved;
    true
}

/// Where this processor has a set of registers, or 0.
fn place_here(set: u32) -> usize {
    std::arch::x86_64::__cpuid_count(0xd, set).ebx as usize
}

/// Bytes of a picture with all sets that this system has.
fn length_here() -> usize {
    std::arch::x86_64::__cpuid_count(0xd, 0).ebx as usize
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::PatchKind;

    fn thread(call: i64, result: i64) -> Thread {
        let mut registers = [0; 27];
        registers[ORIG_RAX] = call as u64;
        registers[RAX] = result as u64;
        registers[RIP] = 0x1000;
        registers[RSP] = 0x9000;
        Thread { id: 7, registers, extended: Vec::new() }
    }

    fn resumed_at(call: i64, result: i64) -> Option<(u64, i64)> {
        resumed(&thread(call, result).registers).map(|registers| (registers[RIP], registers[RAX] as i64))
    }

    #[test]
    fn a_system_call_that_was_interrupted_is_made_again() {
        assert_eq!(resumed_at(202, -512), Some((0xffe, 202)), "futex");
        assert_eq!(resumed_at(230, -516), Some((0xffe, 230)), "clock_nanosleep");
        assert_eq!(resumed_at(202, 0), Some((0x1000, 0)), "it was over");
        assert_eq!(resumed_at(202, -11), Some((0x1000, -11)), "it failed");
        assert_eq!(resumed_at(-1, -512), Some((0x1000, -512)), "there was none");
    }

    #[test]
    fn a_thread_that_waits_for_files_is_left_out() {
        assert_eq!(resumed_at(232, -4), None, "epoll_wait");
        assert_eq!(resumed_at(7, -516), None, "poll");
        assert_eq!(resumed_at(0, -512), None, "read");
        assert_eq!(resumed_at(232, 1), Some((0x1000, 1)), "events had come");
    }

    #[test]
    fn a_frame_lies_below_everything_that_is_in_use() {
        let thread = Thread { extended: vec![0; 600], ..thread(-1, 0) };
        let found = goes_on(&thread, &[], 8).expect("nothing is in its way").expect("it goes on");
        assert_eq!(found.address % 64, 0);
        assert!(found.address + found.frame.len() as u64 + RED_ZONE <= 0x9000);
    }

    #[test]
    fn a_thread_in_the_first_bytes_of_another_function_does_not_go_on() {
        let patch = |address| [Patch { address, kind: PatchKind::Time }];
        let why = goes_on(&thread(-1, 0), &patch(0xffc), 8).expect_err("it stands amid it").to_string();
        assert!(why.contains("of another moment"), "{why}");
        assert!(goes_on(&thread(-1, 0), &patch(0x1000), 8).is_ok(), "it begins it");
        assert!(goes_on(&thread(-1, 0), &patch(0xff8), 8).is_ok(), "it is behind");
    }

    #[test]
    fn sets_of_registers_are_moved_to_where_the_processor_has_them() {
        let mut picture = vec![0; 2688];
        (picture[1088], picture[1152 + 511], picture[1664 + 1023]) = (1, 2, 3);
        let place = |set: u32| [832, 896, 1408][set as usize - 5];
        let mut moved = picture.clone();
        assert!(move_sets(&mut moved, AVX_512, place));
        assert_eq!([moved[832], moved[896 + 511], moved[1408 + 1023]], [1, 2, 3]);
        assert!(!move_sets(&mut picture, AVX_512, |_| 0), "a processor without them");
        assert!(!move_sets(&mut vec![0; 1000], AVX_512, place), "a picture of nobody");
    }

    #[test]
    fn registers_that_this_processor_places_elsewhere_are_refused() {
        let mut extended = vec![0; LEGACY_AND_HEAD + 8];
        extended[LEGACY] = 0xe0;
        let with = |call: i64| Thread { extended: extended.clone(), ..thread(call, 0) };
        let why = goes_on(&with(-1), &[], 8).expect_err("a short picture").to_string();
        assert!(why.contains("AVX-512"), "{why}");
        let kept = portable(&with(202)).expect("in a system call they hold nothing");
        assert_eq!(number(&kept, LEGACY), 0);
    }
}
