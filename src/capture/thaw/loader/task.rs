//! What the process was thawed for: the functions of V8, the options, and where the result goes. It is in memory of the
//! loader, because threads change their stacks in between.

use super::protocol::FUNCTIONS;
use super::sys;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

pub type Pointer = *mut u8;

static FUNCTION: [AtomicU64; FUNCTIONS] = [const { AtomicU64::new(0) }; FUNCTIONS];
static RESULT: AtomicUsize = AtomicUsize::new(0);
static OPTIONS: AtomicU64 = AtomicU64::new(0);

pub fn set(functions: [u64; FUNCTIONS], result: usize, options: u64) {
    for (place, address) in FUNCTION.iter().zip(functions) {
        place.store(address, Relaxed);
    }
    RESULT.store(result, Relaxed);
    OPTIONS.store(options, Relaxed);
}

pub fn address(which: usize) -> usize {
    FUNCTION[which].load(Relaxed) as usize
}

pub fn option(which: u64) -> bool {
    OPTIONS.load(Relaxed) & which != 0
}

/// Writes to the pipe of the result; true when all of it was taken.
pub fn give(bytes: *const u8, length: usize) -> bool {
    const EINTR: isize = -4;
    let (mut at, mut rest) = (bytes as usize, length);
    while rest > 0 {
        match sys::call3(sys::WRITE, RESULT.load(Relaxed), at, rest) {
            EINTR => {}
            count if count > 0 => {
                at += count as usize;
                rest -= count as usize;
            }
            _ => return false,
        }
    }
    true
}

/// Nothing more comes.
pub fn end_result() {
    sys::call3(sys::CLOSE, RESULT.load(Relaxed), 0, 0);
}
