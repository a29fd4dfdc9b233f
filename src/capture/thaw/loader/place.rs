//! Carries out the commands, one after the other.

use super::driver;
use super::fence;
use super::evaluate;
use super::protocol::{
    ADDRESSES, ANSWER, AWAY, FILL, FUNCTION, FUNCTIONS, GO, INSTRUCTION, LOADER_END, LOADER_START, MAP, MAX_TEXT,
    NOWHERE, PROTECT, STAY, TEXT, THREAD, WORDS,
};
use super::state;
use super::sys::{self, refuse};
use super::threads;

const F_DUPFD: usize = 0;
const O_RDWR: usize = 2;
const READ_WRITE: usize = 3;
/// `MAP_PRIVATE`, `MAP_FIXED`, `MAP_ANONYMOUS`, `MAP_NORESERVE`.
const MAPPING: usize = 0x02 | 0x10 | 0x20 | 0x4000;
const ARCH_SET_FS: usize = 0x1002;
/// Keys that a processor has.
const KEYS: u64 = 16;
/// `PKEY_DISABLE_WRITE`: the access that V8 gives to its keys while it does not write.
const DISABLE_WRITE: usize = 2;

struct Files {
    commands: usize,
    snapshot: usize,
    nowhere: usize,
}

pub fn run() -> ! {
    let mut files = Files { commands: 0, snapshot: 1, nowhere: 0 };
    let mut functions = [0; FUNCTIONS];
    let mut keys = 1;
    let mut has_threads = false;
    let mut stood = [0; 3];
    loop {
        let mut command = [0_u64; WORDS];
        read(files.commands, command.as_mut_ptr() as usize, size_of_val(&command));
        let [kind, a, b, c, d] = command;
        match kind {
            MAP => map(a, b),
            FILL => {
                check_range(a, a.saturating_add(b));
                read(files.commands, a as usize, b as usize);
            }
            PROTECT => protect(a, b, c, d, &mut keys),
            AWAY => files = move_away(a),
            NOWHERE => lead_nowhere(a, &files),
            FUNCTION if (a as usize) < FUNCTIONS => functions[a as usize] = b,
            TEXT if a as usize <= MAX_TEXT => {
                read(files.commands, evaluate::text(), a as usize);
                evaluate::set_length(a as usize);
            }
            THREAD => {
                check_range(a, a.saturating_add(8));
                threads::begin(a, b);
                has_threads = true;
            }
            INSTRUCTION => stood = [a, b, c],
            GO => {
                if d != 0 {
                    check_range(d, d.saturating_add(8));
                }
                state::set(stood, d);
                set_thread_pointer(b);
                if c & ANSWER != 0 {
                    fence::limit_memory();
                }
                sys::call3(sys::CLOSE, files.commands, 0, 0);
                fence::close(has_threads || d != 0, c & STAY != 0);
                threads::open_gate();
                driver::start(functions, files.snapshot, c, a)
            }
            _ => refuse("a command is unknown", kind, 0),
        }
    }
}

/// Reads exactly `length` bytes to `address`. A command that ends early ends the loader: nobody wants it any more.
fn read(file: usize, mut address: usize, mut length: usize) {
    const EINTR: isize = -4;
    while length > 0 {
        match sys::call3(sys::READ, file, address, length) {
            EINTR => {}
            count if count > 0 => {
                address += count as usize;
                length -= count as usize;
            }
            error => refuse("the memory of the image could not be read", address as u64, error),
        }
    }
}

/// Addresses that are not the loader's own, nor the kernel's.
fn check_range(start: u64, end: u64) {
    let is_own = start < LOADER_END && end > LOADER_START;
    if start >= end || end > ADDRESSES || is_own {
        refuse("the image has memory where the loader lies, or where none can be,", start, 0);
    }
}

fn map(start: u64, end: u64) {
    check_range(start, end);
    let length = (end - start) as usize;
    let mapped = sys::call(sys::MMAP, [start as usize, length, READ_WRITE, MAPPING, usize::MAX, 0]);
    if mapped != start as isize {
        refuse("the system gives no memory", start, mapped);
    }
}

fn protect(start: u64, end: u64, protection: u64, key: u64, keys: &mut u64) {
    check_range(start, end);
    let length = (end - start) as usize;
    // The kernel gives keys in order.
    while key >= *keys && *keys < KEYS {
        let given = sys::call3(sys::PKEY_ALLOC, 0, DISABLE_WRITE, 0);
        if given != *keys as isize {
            refuse("the system does not give the memory protection key of the image", start, given);
        }
        *keys += 1;
    }
    let arguments = [start as usize, length, protection as usize, key as usize, 0, 0];
    let done = sys::call(if key == 0 { sys::MPROTECT } else { sys::PKEY_MPROTECT }, arguments);
    if done < 0 {
        refuse("memory could not be protected", start, done);
    }
}

/// Standard input and output become the image's numbers, which lead nowhere. The first argument is the lowest number
/// that the image does not know.
fn move_away(least: u64) -> Files {
    let duplicate = |file: usize| {
        let given = sys::call3(sys::FCNTL, file, F_DUPFD, least as usize);
        if given < 0 {
            refuse("the limit of open files is lower than the number of a file of the image", least, given);
        }
        given as usize
    };
    let path = b"/dev/null\0";
    let nowhere = sys::call3(sys::OPEN, path.as_ptr() as usize, O_RDWR, 0);
    if nowhere < 0 {
        refuse("/dev/null could not be opened", 0, nowhere);
    }
    let files = Files { commands: duplicate(0), snapshot: duplicate(1), nowhere: duplicate(nowhere as usize) };
    sys::call3(sys::CLOSE, nowhere as usize, 0, 0);
    lead_nowhere(0, &files);
    lead_nowhere(1, &files);
    files
}

/// V8 tells its event loop of tasks by writing to the number of a file, and must not fail at that. Standard error
/// stays: V8 says there why it gives up.
fn lead_nowhere(number: u64, files: &Files) {
    const STDERR: u64 = 2;
    if number == STDERR {
        return;
    }
    let done = sys::call3(sys::DUP2, files.nowhere, number as usize, 0);
    if done < 0 {
        refuse("the number of a file of the image cannot be had", number, done);
    }
}

fn set_thread_pointer(address: u64) {
    let set = sys::call3(sys::ARCH_PRCTL, ARCH_SET_FS, address as usize, 0);
    if set < 0 {
        refuse("the thread pointer of the image is none", address, set);
    }
}
