//! A process that died: what V8 was doing, and how its first thread goes on until V8 can be asked for a snapshot.
//!
//! V8 takes none in the middle of a collection, and none while compiled code of JavaScript runs: it would not see what
//! that holds. A thread that died there by a signal from somebody else goes on. It stops where V8 calls its interrupts,
//! or where it waits for files.

use super::protocol::{
    COLLECTION_IS_OVER, EMBEDDED_CODE, IN_COLLECTION, IN_JAVASCRIPT, NO_STATE, REQUEST_INTERRUPT, STACK_SAMPLE,
};
use super::sys;
use super::task::{Pointer, address, option};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Where the first thread stood: its instruction, its stack and its frame pointer; and where its frame is when it goes
/// on, else 0.
static STOOD: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
static FRAME: AtomicU64 = AtomicU64::new(0);

pub fn set(stood: [u64; 3], frame: u64) {
    for (place, register) in STOOD.iter().zip(stood) {
        place.store(register, Relaxed);
    }
    FRAME.store(frame, Relaxed);
}

/// `v8::SampleInfo`: four words, and the state of the machine in two bytes.
type Sample = [u64; 16];
const STATE: usize = 4;
/// No state: V8 has not written it.
const UNTOUCHED: u64 = 0xeeee_eeee_eeee_eeee;
/// `v8::StateTag`.
const GC: u64 = 1;
const MOST: u64 = 15;

/// Ends the process where no snapshot could be right. A thread that goes on leaves such a place.
pub fn check(isolate: Pointer) {
    if FRAME.load(Relaxed) != 0 {
        return;
    }
    let state = state(isolate);
    if state > MOST {
        sys::exit(NO_STATE);
    }
    if state == GC && !option(COLLECTION_IS_OVER) {
        sys::exit(IN_COLLECTION);
    }
    if is_compiled(isolate, STOOD[0].load(Relaxed)) {
        sys::exit(IN_JAVASCRIPT);
    }
}

fn state(isolate: Pointer) -> u64 {
    let mut sample: Sample = [UNTOUCHED; 16];
    // As a profiler asks, in the handler of a signal. No frames are wanted, and V8 looks at the last one all the same.
    let (mut registers, mut frames) = ([0_u64; 16], [0_u64; 4]);
    for (register, stood) in registers.iter_mut().zip(&STOOD) {
        *register = stood.load(Relaxed);
    }
    type Ask = extern "C" fn(Pointer, *const u64, *mut u64, usize, *mut Sample);
    // SAFETY: the type that the function has in C++; both structures are larger than they are in any version.
    let ask: Ask = unsafe { core::mem::transmute(address(STACK_SAMPLE)) };
    ask(isolate, registers.as_ptr(), frames.as_mut_ptr(), 0, &raw mut sample);
    sample[STATE] & 0xffff
}

/// Within the code of JavaScript that V8 was built with.
fn is_compiled(isolate: Pointer, instruction: u64) -> bool {
    let mut range = [0_u64; 2];
    let [start, length] = &mut range;
    // SAFETY: as in `state`.
    let ask: extern "C" fn(Pointer, *mut u64, *mut u64) = unsafe { core::mem::transmute(address(EMBEDDED_CODE)) };
    ask(isolate, start, length);
    instruction.wrapping_sub(range[0]) < range[1]
}

/// True once: the first thread is to go on.
pub fn goes_on() -> bool {
    FRAME.load(Relaxed) != 0 && WAITS_FOR_MOMENT.swap(1, Relaxed) == 0
}

/// 1 while the first thread goes on.
static WAITS_FOR_MOMENT: AtomicU64 = AtomicU64::new(0);

type Interrupted = extern "C" fn(Pointer, Pointer);

/// Gives the first thread its registers. `interrupted` runs in it where V8 calls its interrupts.
pub fn go_on(isolate: Pointer, interrupted: Interrupted) -> ! {
    // SAFETY: the type that the function has in C++.
    let request: extern "C" fn(Pointer, Interrupted, Pointer) =
        unsafe { core::mem::transmute(address(REQUEST_INTERRUPT)) };
    request(isolate, interrupted, core::ptr::null_mut());
    let frame = FRAME.load(Relaxed) + 8;
    // SAFETY: the frame that was made for it, as a handler of a signal finds it.
    unsafe {
        asm!("mov rsp, {}", "mov eax, {}", "syscall", "ud2", in(reg) frame, const sys::RT_SIGRETURN, options(noreturn))
    }
}

/// The first thread has its registers again.
pub fn went_on() -> bool {
    WAITS_FOR_MOMENT.load(Relaxed) != 0
}
