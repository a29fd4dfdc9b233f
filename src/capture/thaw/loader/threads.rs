//! The other threads of the image. They begin in the loader, and wait there until the process is closed in.

use super::driver;
use super::sys::{self, refuse};
use core::arch::naked_asm;
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// `CLONE_VM`, `CLONE_FS`, `CLONE_FILES`, `CLONE_SIGHAND`, `CLONE_THREAD`, `CLONE_SYSVSEM`, `CLONE_SETTLS`.
const A_THREAD: usize = 0x000d_0f00;
const WAIT_PRIVATE: usize = 128;
const WAKE_PRIVATE: usize = 129;
const ALL: usize = i32::MAX as usize;

/// 1 when threads may go on.
static GATE: AtomicU32 = AtomicU32::new(0);
/// It stays 0.
static NEVER: AtomicU32 = AtomicU32::new(0);

/// Makes a thread with the registers of the frame at this address.
pub fn begin(frame: u64, thread_pointer: u64) {
    // What a handler of a signal finds: the frame without its first word, which its `ret` has taken.
    let made = clone(A_THREAD, frame as usize + 8, thread_pointer as usize);
    if made < 0 {
        refuse("the system makes no thread for one of the image", frame, made);
    }
}

/// Lets all threads go on.
pub fn open_gate() {
    GATE.store(1, SeqCst);
    sys::call3(sys::FUTEX, GATE.as_ptr() as usize, WAKE_PRIVATE, ALL);
}

/// A new thread uses no stack before it has its own registers.
#[unsafe(naked)]
extern "C" fn clone(flags: usize, stack: usize, thread_pointer: usize) -> isize {
    naked_asm!(
        "mov r8, rdx",
        "xor edx, edx",
        "xor r10d, r10d",
        "mov eax, {clone}",
        "syscall",
        "test rax, rax",
        "jz 20f",
        "ret",
        "20:",
        "cmp dword ptr [rip + {gate}], 0",
        "jne 30f",
        "lea rdi, [rip + {gate}]",
        "mov esi, {wait}",
        "xor edx, edx",
        "xor r10d, r10d",
        "mov eax, {futex}",
        "syscall",
        "jmp 20b",
        "30:",
        "mov eax, {come_back}",
        "syscall",
        "ud2",
        clone = const sys::CLONE,
        gate = sym GATE,
        wait = const WAIT_PRIVATE,
        futex = const sys::FUTEX,
        come_back = const sys::RT_SIGRETURN,
    )
}

/// The handler of the signal that a thread gets in place of a call that waits for files: they are gone, so it waits for
/// ever. An error would make libuv end the process.
#[unsafe(naked)]
pub extern "C" fn wait_for_ever() {
    naked_asm!(
        "and rsp, -16",
        "call {waits}",
        "20:",
        "lea rdi, [rip + {never}]",
        "mov esi, {wait}",
        "xor edx, edx",
        "xor r10d, r10d",
        "mov eax, {futex}",
        "syscall",
        "jmp 20b",
        waits = sym driver::waits,
        never = sym NEVER,
        wait = const WAIT_PRIVATE,
        futex = const sys::FUTEX,
    )
}
