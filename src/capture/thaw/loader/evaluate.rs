//! Runs a text of JavaScript in the thawed process. Its result is a text, which goes to the pipe.
//!
//! The text that heaphound sends catches what the code of the user throws, and has it in its result.

use super::protocol::{
    COMPILE, CURRENT_CONTEXT, DONE, MAX_ANSWER, MAX_TEXT, NEW_STRING, NO_ANSWER, NO_CONTEXT, RUN, TRY_CATCH,
    WRITE_TEXT, WRITE_TEXT_OF_NEW,
};
use super::sys;
use super::task::{Pointer, address, give};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Text(UnsafeCell<[u8; MAX_TEXT]>);

// SAFETY: only the one thread of the loader uses it.
unsafe impl Sync for Text {}

static TEXT: Text = Text(UnsafeCell::new([0; MAX_TEXT]));
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// The address to which the text goes.
pub fn text() -> usize {
    TEXT.0.get() as usize
}

pub fn set_length(length: usize) {
    LENGTH.store(length, Relaxed);
}

/// `NewStringType::kNormal`.
const NORMAL: i32 = 0;
/// `String::NO_NULL_TERMINATION | REPLACE_INVALID_UTF8`, and `WriteFlags::kReplaceInvalidUtf8` of newer versions.
const FLAGS: i32 = 2 | 8;
const FLAGS_OF_NEW: i32 = 2;
const READ_WRITE: usize = 3;
/// `MAP_PRIVATE`, `MAP_ANONYMOUS`, `MAP_NORESERVE`.
const MAPPING: usize = 0x02 | 0x20 | 0x4000;

/// A `v8::TryCatch`, and more room than one of any version takes. It is never closed.
type Catch = [u64; 32];

/// A handle is the address of a place that V8 knows. So a function that gives one gives an address, or null.
type Handle = Pointer;

pub fn answer(isolate: Pointer) -> ! {
    let none = core::ptr::null_mut();
    // Before the code can take all memory that there is.
    let room = sys::call(sys::MMAP, [0, MAX_ANSWER, READ_WRITE, MAPPING, usize::MAX, 0]);
    if room < 0 {
        sys::refuse("the system gives no memory for the answer", 0, room);
    }
    // SAFETY: as in `drive`: the names of the functions have these types.
    unsafe {
        let current: extern "C" fn(Pointer) -> Handle = core::mem::transmute(address(CURRENT_CONTEXT));
        let context = current(isolate);
        if context.is_null() {
            sys::exit(NO_CONTEXT);
        }
        // What escapes from the text would make Node.js print, and end the process.
        let mut caught: Catch = [0; 32];
        let catch: extern "C" fn(*mut Catch, Pointer) = core::mem::transmute(address(TRY_CATCH));
        catch(&raw mut caught, isolate);
        let string: extern "C" fn(Pointer, usize, i32, i32) -> Handle = core::mem::transmute(address(NEW_STRING));
        let source = string(isolate, text(), NORMAL, LENGTH.load(Relaxed) as i32);
        let compile: extern "C" fn(Handle, Handle, Pointer) -> Handle = core::mem::transmute(address(COMPILE));
        let script = if source.is_null() { none } else { compile(context, source, none) };
        let run: extern "C" fn(Handle, Handle) -> Handle = core::mem::transmute(address(RUN));
        let result = if script.is_null() { none } else { run(script, context) };
        if result.is_null() {
            sys::exit(NO_ANSWER);
        }
        give_text(isolate, result, room)
    }
}

/// # Safety
/// `result` is a string, and `room` has as many bytes as an answer.
unsafe fn give_text(isolate: Pointer, result: Handle, room: isize) -> ! {
    let none = core::ptr::null_mut();
    let length = if address(WRITE_TEXT_OF_NEW) != 0 {
        // SAFETY: as in `drive`.
        let write: extern "C" fn(Handle, Pointer, isize, usize, i32, Pointer) -> usize =
            unsafe { core::mem::transmute(address(WRITE_TEXT_OF_NEW)) };
        write(result, isolate, room, MAX_ANSWER, FLAGS_OF_NEW, none)
    } else {
        // SAFETY: as in `drive`.
        let write: extern "C" fn(Handle, Pointer, isize, i32, Pointer, i32) -> i32 =
            unsafe { core::mem::transmute(address(WRITE_TEXT)) };
        write(result, isolate, room, MAX_ANSWER as i32, none, FLAGS) as usize
    };
    let is_given = length <= MAX_ANSWER && give(room as *const u8, length);
    sys::exit(if is_given { DONE } else { NO_ANSWER })
}
